//! `Expected`: conditions of writes.

use super::{Comparison, ComparisonOperator, ConditionalOperator};
use crate::error::DynamoError;
use crate::expression::ast::Condition;
use crate::models::AttributeValue;

/// What is expected of an attribute, in one of two forms: a value, or that it does not exist; or an operator
/// and values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// `Value`
    pub value: Option<AttributeValue>,
    /// `Exists`
    pub exists: Option<bool>,
    /// `ComparisonOperator`
    pub operator: Option<ComparisonOperator>,
    /// `AttributeValueList`
    pub values: Option<Vec<AttributeValue>>,
}

/// What is expected of an item; `None` if nothing is.
///
/// # Errors
///
/// If the forms are mixed, or something is missing in one.
pub fn expected(
    conditions: impl IntoIterator<Item = (String, Expected)>,
    operator: ConditionalOperator,
) -> Result<Option<Condition>, DynamoError> {
    let mut all = Vec::new();
    for (attribute, it) in conditions {
        let comparison = comparison(&attribute, it)?;
        comparison.check()?;
        all.push(comparison.into_condition(attribute));
    }
    Ok((!all.is_empty()).then(|| operator.join(all)))
}

fn comparison(attribute: &str, expected: Expected) -> Result<Comparison, DynamoError> {
    let refuse =
        |reason: &str| Err(DynamoError::parameter(format_args!("{reason} for Attribute: {attribute}")));
    let Expected { value, exists, operator, values } = expected;
    if let Some(operator) = operator {
        return match (exists, value, values) {
            (Some(_), _, _) => refuse("Exists and ComparisonOperator cannot be used together"),
            (None, Some(_), Some(_)) => refuse("Value and AttributeValueList cannot be used together"),
            (None, Some(value), None) => Ok(Comparison { operator, values: vec![value] }),
            (None, None, Some(values)) => Ok(Comparison { operator, values }),
            (None, None, None)
                if matches!(operator, ComparisonOperator::Null | ComparisonOperator::NotNull) =>
            {
                Ok(Comparison { operator, values: Vec::new() })
            }
            (None, None, None) => refuse(&format!(
                "Value or AttributeValueList must be used with ComparisonOperator: {}",
                operator.name()
            )),
        };
    }
    if values.is_some() {
        return refuse("AttributeValueList can only be used with a ComparisonOperator");
    }
    match (exists, value) {
        (Some(false), Some(_)) => refuse("Value cannot be used when Exists is false"),
        (Some(false), None) => Ok(Comparison { operator: ComparisonOperator::Null, values: Vec::new() }),
        (_, Some(value)) => Ok(Comparison { operator: ComparisonOperator::Eq, values: vec![value] }),
        (Some(true), None) => refuse("Value must be provided when Exists is true"),
        (None, None) => refuse("Value must be provided when Exists is null"),
    }
}
