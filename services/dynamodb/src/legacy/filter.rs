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
/// As for [`filter`], and if there are none or more than two conditions. That one is none that an index can
/// answer, [`key_condition`](crate::evaluate::key_condition) says.
pub fn key_conditions(
    conditions: impl IntoIterator<Item = (String, Comparison)>,
) -> Result<Vec<KeyTest>, DynamoError> {
    let conditions: Vec<(String, Comparison)> = conditions.into_iter().collect();
    conditions.iter().try_for_each(|(_, comparison)| comparison.check())?;
    if conditions.is_empty() || conditions.len() > 2 {
        return Err(DynamoError::validation("Conditions can be of length 1 or 2 only"));
    }
    Ok(conditions.into_iter().map(|(attribute, it)| KeyTest { attribute, test: test(it) }).collect())
}

fn test(comparison: Comparison) -> Test {
    let mut values = comparison.values.into_iter().map(Arc::new);
    match (comparison.operator, values.next(), values.next()) {
        (ComparisonOperator::Eq, Some(value), None) => Test::Compare(Comparator::Equal, value),
        (ComparisonOperator::Le, Some(value), None) => Test::Compare(Comparator::LessOrEqual, value),
        (ComparisonOperator::Lt, Some(value), None) => Test::Compare(Comparator::Less, value),
        (ComparisonOperator::Ge, Some(value), None) => Test::Compare(Comparator::GreaterOrEqual, value),
        (ComparisonOperator::Gt, Some(value), None) => Test::Compare(Comparator::Greater, value),
        (ComparisonOperator::BeginsWith, Some(value), None) => Test::BeginsWith(value),
        (ComparisonOperator::Between, Some(low), Some(high)) => Test::Between(low, high),
        _ => Test::NotIndexable,
    }
}
