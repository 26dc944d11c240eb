//! `ScanFilter` and `QueryFilter`, and `KeyConditions`.

use std::sync::Arc;

use super::{Comparison, ComparisonOperator, ConditionalOperator};
use crate::error::DynamoError;
use crate::evaluate::{KeyTest, Test};
use crate::expression::ast::{Comparator, Condition};

/// A filter; `None` if it has no conditions.
///
/// # Errors
///
/// If an operator has not the number or the types of values that it takes.
pub fn filter(
    conditions: impl IntoIterator<Item = (String, Comparison)>,
    operator: ConditionalOperator,
) -> Result<Option<Condition>, DynamoError> {
    let mut all = Vec::new();
    for (attribute, comparison) in conditions {
        comparison.check()?;
        all.push(comparison.into_condition(attribute));
    }
    Ok((!all.is_empty()).then(|| operator.join(all)))
}

/// What a query asks of each attribute.
///
/// # Errors
///
/// As for [`filter`], if there are none or more than two conditions, or one is none that an index can answer.
pub fn key_conditions(
    conditions: impl IntoIterator<Item = (String, Comparison)>,
) -> Result<Vec<KeyTest>, DynamoError> {
    let conditions: Vec<(String, Comparison)> = conditions.into_iter().collect();
    conditions.iter().try_for_each(|(_, comparison)| comparison.check())?;
    if conditions.is_empty() || conditions.len() > 2 {
        return Err(DynamoError::validation("Conditions can be of length 1 or 2 only"));
    }
    conditions.into_iter().map(|(attribute, it)| Ok(KeyTest { attribute, test: test(it)? })).collect()
}

fn test(comparison: Comparison) -> Result<Test, DynamoError> {
    let not_indexable =
        || DynamoError::validation("Attempted conditional constraint is not an indexable operation");
    let mut values = comparison.values.into_iter().map(Arc::new);
    let first = values.next().ok_or_else(not_indexable)?;
    Ok(match comparison.operator {
        ComparisonOperator::Eq => Test::Compare(Comparator::Equal, first),
        ComparisonOperator::Le => Test::Compare(Comparator::LessOrEqual, first),
        ComparisonOperator::Lt => Test::Compare(Comparator::Less, first),
        ComparisonOperator::Ge => Test::Compare(Comparator::GreaterOrEqual, first),
        ComparisonOperator::Gt => Test::Compare(Comparator::Greater, first),
        ComparisonOperator::BeginsWith => Test::BeginsWith(first),
        ComparisonOperator::Between => Test::Between(first, values.next().ok_or_else(not_indexable)?),
        _ => return Err(not_indexable()),
    })
}
