//! The parameters that were there before expressions: `Expected`, `AttributeUpdates`, `KeyConditions`,
//! `ScanFilter`, `QueryFilter`, `AttributesToGet` and `ConditionalOperator`. They become the same trees as
//! expressions; what is wrong with them AWS says in other words. All words are (asserted), where nothing
//! else is said.

mod comparison;
mod expected;
mod filter;
mod updates;

pub use comparison::{Comparison, ComparisonOperator};
pub use expected::{Expected, expected};
pub use filter::{filter, key_conditions};
pub use updates::{AttributeUpdate, UpdateAction, updates};

use crate::error::DynamoError;
use crate::expression::ast::{Condition, Projection};
use crate::models::Path;

/// `ConditionalOperator`: how several conditions are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConditionalOperator {
    /// All of them, which is the default.
    #[default]
    And,
    /// Any of them.
    Or,
}

impl ConditionalOperator {
    fn join(self, mut all: Vec<Condition>) -> Condition {
        match (all.len(), self) {
            (1, _) => all.remove(0),
            (_, Self::And) => Condition::And(all),
            (_, Self::Or) => Condition::Or(all),
        }
    }
}

/// Refuses expressions beside legacy parameters. Both lists are those that the operation has, in AWS's
/// order, and whether the request has each: for UpdateItem `AttributeUpdates`, `Expected` and
/// `UpdateExpression`, `ConditionExpression` (conformance: putItem, updateItem).
///
/// # Errors
///
/// If the request has some of both.
pub fn check_mixing(legacy: &[(&str, bool)], expressions: &[(&str, bool)]) -> Result<(), DynamoError> {
    let given = |all: &[(&str, bool)]| {
        all.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    let (legacy, expressions) = (given(legacy), given(expressions));
    if legacy.is_empty() || expressions.is_empty() {
        return Ok(());
    }
    Err(DynamoError::validation(format!(
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {{{legacy}}} Expression parameters: {{{expressions}}}"
    )))
}

/// Refuses `ConditionalOperator` where there is nothing to join; `conditions` are how many the request has in
/// a filter or in `Expected`, if it has one (from memory).
///
/// # Errors
///
/// If there is none, or one only.
pub fn check_conditional_operator(conditions: Option<usize>) -> Result<(), DynamoError> {
    match conditions {
        None => Err(DynamoError::parameter("ConditionalOperator cannot be used without Filter or Expected")),
        Some(0 | 1) => Err(DynamoError::parameter(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        )),
        Some(_) => Ok(()),
    }
}

/// `AttributesToGet`: whole attributes.
///
/// # Errors
///
/// If one is there twice.
pub fn attributes_to_get(names: Vec<String>) -> Result<Projection, DynamoError> {
    let repeated = |(position, name): &(usize, &String)| names[..*position].contains(name);
    if let Some((_, name)) = names.iter().enumerate().find(repeated) {
        return Err(DynamoError::parameter(format_args!("Duplicate value in attribute name: {name}")));
    }
    Ok(Projection { paths: names.into_iter().map(Path::attribute).collect() })
}
