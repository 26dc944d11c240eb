//! Parameters of requests, as the wire has them, into the domain's trees.

use asf_api_dynamodb as api;
use asf_runtime::Map;

use crate::error::DynamoError;
use crate::expression::{self, Condition, Kind, Placeholders, Projection, check_use};
use crate::legacy::{self, Comparison, ComparisonOperator, ConditionalOperator, Expected};
use crate::wire;
use crate::wire::received::Attributes;

/// What a request gives for its expressions.
#[derive(Default)]
pub(super) struct Given {
    /// `ExpressionAttributeNames`
    pub(super) names: Option<Map<String>>,
    /// `ExpressionAttributeValues`
    pub(super) values: Option<Attributes>,
}

impl Given {
    /// The placeholders, if the request has expressions that can have them; all that the operation knows are
    /// in the list.
    ///
    /// # Errors
    ///
    /// If there is none, or a name or a value is no good.
    pub(super) fn placeholders(self, expressions: &[(Kind, bool)]) -> Result<Placeholders, DynamoError> {
        check_use(expressions, self.names.is_some(), self.values.is_some())?;
        let values = self.values.map(wire::expression_values).transpose()?;
        Placeholders::new(self.names, values)
    }
}

/// What a write asks of the item, in either form.
#[derive(Default)]
pub(super) struct Conditions {
    /// `ConditionExpression`
    pub(super) expression: Option<String>,
    /// `Expected`
    pub(super) expected: Option<Map<api::ExpectedAttributeValue>>,
    /// `ConditionalOperator`
    pub(super) operator: Option<api::ConditionalOperator>,
}

impl Conditions {
    /// The condition, if there is one.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn read(self, placeholders: &mut Placeholders) -> Result<Option<Condition>, DynamoError> {
        if self.operator.is_some() {
            legacy::check_conditional_operator(self.expected.as_ref().map(Map::len))?;
        }
        if let Some(expected) = self.expected {
            let expected = expected.into_iter().map(|(name, it)| Ok((name, expected_value(it)?)));
            let expected = expected.collect::<Result<Vec<_>, DynamoError>>()?;
            return legacy::expected(expected, conditional_operator(self.operator.as_ref()));
        }
        condition(self.expression.as_deref(), Kind::Condition, placeholders)
    }
}

/// A condition or a filter, if there is one.
pub(super) fn condition(
    text: Option<&str>,
    kind: Kind,
    placeholders: &mut Placeholders,
) -> Result<Option<Condition>, DynamoError> {
    text.map(|text| expression::condition(text, kind, placeholders)).transpose()
}

/// A projection, in either form, if there is one.
pub(super) fn projection(
    text: Option<&str>,
    attributes: Option<Vec<String>>,
    placeholders: &mut Placeholders,
) -> Result<Option<Projection>, DynamoError> {
    match (text, attributes) {
        (Some(text), _) => expression::projection(text, placeholders).map(Some),
        (None, Some(names)) => legacy::attributes_to_get(names).map(Some),
        (None, None) => Ok(None),
    }
}

pub(super) fn conditional_operator(wire: Option<&api::ConditionalOperator>) -> ConditionalOperator {
    match wire {
        Some(api::ConditionalOperator::Or) => ConditionalOperator::Or,
        _ => ConditionalOperator::And,
    }
}

fn values(wire: Vec<api::AttributeValue>) -> Result<Vec<crate::models::AttributeValue>, DynamoError> {
    wire.into_iter().map(wire::value).collect()
}

fn expected_value(it: api::ExpectedAttributeValue) -> Result<Expected, DynamoError> {
    Ok(Expected {
        value: it.value.map(wire::value).transpose()?,
        exists: it.exists,
        operator: it.comparison_operator.as_ref().map(comparison_operator),
        values: it.attribute_value_list.map(values).transpose()?,
    })
}

/// The conditions of `KeyConditions` and the filters.
pub(super) fn comparisons(wire: Map<api::Condition>) -> Result<Vec<(String, Comparison)>, DynamoError> {
    let comparison = |(name, it): (String, api::Condition)| {
        // The model wants an operator.
        let operator = it.comparison_operator.as_ref().map_or(ComparisonOperator::Eq, comparison_operator);
        Ok((name, Comparison { operator, values: values(it.attribute_value_list.unwrap_or_default())? }))
    };
    wire.into_iter().map(comparison).collect()
}

fn comparison_operator(wire: &api::ComparisonOperator) -> ComparisonOperator {
    match wire {
        api::ComparisonOperator::Ne => ComparisonOperator::Ne,
        api::ComparisonOperator::In => ComparisonOperator::In,
        api::ComparisonOperator::Le => ComparisonOperator::Le,
        api::ComparisonOperator::Lt => ComparisonOperator::Lt,
        api::ComparisonOperator::Ge => ComparisonOperator::Ge,
        api::ComparisonOperator::Gt => ComparisonOperator::Gt,
        api::ComparisonOperator::Between => ComparisonOperator::Between,
        api::ComparisonOperator::NotNull => ComparisonOperator::NotNull,
        api::ComparisonOperator::Null => ComparisonOperator::Null,
        api::ComparisonOperator::Contains => ComparisonOperator::Contains,
        api::ComparisonOperator::NotContains => ComparisonOperator::NotContains,
        api::ComparisonOperator::BeginsWith => ComparisonOperator::BeginsWith,
        // Others the model refuses.
        api::ComparisonOperator::Eq | api::ComparisonOperator::Unknown(_) => ComparisonOperator::Eq,
    }
}

/// Whether the item is wanted where the condition is not true.
pub(super) fn shows_item(wire: Option<&api::ReturnValuesOnConditionCheckFailure>) -> bool {
    wire == Some(&api::ReturnValuesOnConditionCheckFailure::AllOld)
}
