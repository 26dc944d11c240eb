//! `ComparisonOperator` with its `AttributeValueList`.

use std::sync::Arc;

use crate::error::DynamoError;
use crate::evaluate::compare_values;
use crate::expression::ast::{Comparator, Condition, Operand};
use crate::models::{AttributeType, AttributeValue, Path};

/// The wire's `Condition`: what an attribute is compared with, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// How.
    pub operator: ComparisonOperator,
    /// With what.
    pub values: Vec<AttributeValue>,
}

/// How an attribute is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the service's values")]
pub enum ComparisonOperator {
    Eq,
    Ne,
    In,
    Le,
    Lt,
    Ge,
    Gt,
    Between,
    NotNull,
    Null,
    Contains,
    NotContains,
    BeginsWith,
}

impl ComparisonOperator {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "EQ",
            Self::Ne => "NE",
            Self::In => "IN",
            Self::Le => "LE",
            Self::Lt => "LT",
            Self::Ge => "GE",
            Self::Gt => "GT",
            Self::Between => "BETWEEN",
            Self::NotNull => "NOT_NULL",
            Self::Null => "NULL",
            Self::Contains => "CONTAINS",
            Self::NotContains => "NOT_CONTAINS",
            Self::BeginsWith => "BEGINS_WITH",
        }
    }

    fn takes(self, count: usize) -> bool {
        match self {
            Self::Null | Self::NotNull => count == 0,
            Self::Between => count == 2,
            Self::In => count > 0,
            _ => count == 1,
        }
    }

    fn allows(self, it: AttributeType) -> bool {
        match self {
            Self::Eq | Self::Ne | Self::Null | Self::NotNull => true,
            Self::Le | Self::Lt | Self::Ge | Self::Gt | Self::In | Self::Between => it.is_ordered(),
            Self::Contains | Self::NotContains => {
                !it.is_set() && !matches!(it, AttributeType::M | AttributeType::L)
            }
            Self::BeginsWith => matches!(it, AttributeType::S | AttributeType::B),
        }
    }
}

impl Comparison {
    pub(super) fn check(&self) -> Result<(), DynamoError> {
        let Self { operator, values } = self;
        if !operator.takes(values.len()) {
            return Err(DynamoError::parameter(format_args!(
                "Invalid number of argument(s) for the {} ComparisonOperator",
                operator.name()
            )));
        }
        if let Some(value) = values.iter().find(|value| !operator.allows(value.attribute_type())) {
            return Err(DynamoError::parameter(format_args!(
                "ComparisonOperator {} is not valid for {} AttributeValue type",
                operator.name(),
                value.attribute_type()
            )));
        }
        if values.windows(2).any(|pair| pair[0].attribute_type() != pair[1].attribute_type()) {
            return Err(DynamoError::parameter(
                "AttributeValues inside AttributeValueList must be of same type",
            ));
        }
        if let (ComparisonOperator::Between, [low, high]) = (operator, values.as_slice())
            && compare_values(low, high).is_some_and(std::cmp::Ordering::is_gt)
        {
            return Err(DynamoError::validation(
                "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
            ));
        }
        Ok(())
    }

    /// As an expression would have it. What has been [checked](Self::check) has the values that it needs.
    pub(super) fn into_condition(self, attribute: String) -> Condition {
        let path = Path::attribute(attribute);
        let mut values = self.values.into_iter().map(|value| Operand::Value(Arc::new(value)));
        // Equal to nothing, should there be no value.
        let nothing = Condition::In { operand: Operand::Path(path.clone()), list: Vec::new() };
        let (first, second) = match self.operator {
            ComparisonOperator::Null => return Condition::NotExists(path),
            ComparisonOperator::NotNull => return Condition::Exists(path),
            ComparisonOperator::In => {
                return Condition::In { operand: Operand::Path(path), list: values.collect() };
            }
            _ => (values.next(), values.next()),
        };
        let left = Operand::Path(path);
        let Some(right) = first else { return nothing };
        let compare = |comparator, left, right| Condition::Compare { comparator, left, right };
        match self.operator {
            ComparisonOperator::Ne => compare(Comparator::NotEqual, left, right),
            ComparisonOperator::Le => compare(Comparator::LessOrEqual, left, right),
            ComparisonOperator::Lt => compare(Comparator::Less, left, right),
            ComparisonOperator::Ge => compare(Comparator::GreaterOrEqual, left, right),
            ComparisonOperator::Gt => compare(Comparator::Greater, left, right),
            ComparisonOperator::Contains => Condition::Contains(left, right),
            ComparisonOperator::NotContains => Condition::Not(Box::new(Condition::Contains(left, right))),
            ComparisonOperator::BeginsWith => Condition::BeginsWith(left, right),
            ComparisonOperator::Between => match second {
                Some(high) => Condition::Between { operand: left, low: right, high },
                None => nothing,
            },
            _ => compare(Comparator::Equal, left, right),
        }
    }
}
