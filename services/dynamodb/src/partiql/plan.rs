//! Which keys a statement is about.

use super::Select;
use crate::error::DynamoError;
use crate::evaluate::{KeyCondition, KeyTest, SortCondition, key_condition, key_test};
use crate::expression::ast::{Condition, Operand};
use crate::models::{KeySchema, KeyValue, PrimaryKey};

/// How the items of a `SELECT` are found. All of its condition has still to be true of each; of items that
/// are found so, the part about keys is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// By one or more key conditions, each a query; descending or not.
    Query(Vec<KeyCondition>, bool),
    /// By going through everything.
    Scan,
}

/// How the items of a `SELECT` are found, in a table or an index with these keys: by queries if the partition
/// key has to be equal to something, or in a list.
///
/// # Errors
///
/// If a key is compared with a value of another type, or the order asked for is none of the keys (words of
/// the latter from memory).
pub fn access(select: &Select, keys: &KeySchema) -> Result<Access, DynamoError> {
    if let Some((name, _)) = select.order.iter().find(|(name, _)| keys.get(name).is_none()) {
        return Err(DynamoError::validation(format!(
            "Variable reference {name} in ORDER BY clause must be part of the primary key"
        )));
    }
    if !select.order.is_empty() && select.condition.is_none() {
        return Err(DynamoError::validation(
            "Must have WHERE clause in the statement when using ORDER BY clause.",
        ));
    }
    let conjuncts = select.condition.as_ref().map(conjuncts).unwrap_or_default();
    let partitions = conjuncts.iter().find_map(|condition| equal_to(condition, &keys.partition.name));
    let Some(partitions) = partitions else {
        if select.order.is_empty() {
            return Ok(Access::Scan);
        }
        return Err(DynamoError::validation(
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ));
    };
    let sort_test = keys.sort.as_ref().and_then(|key| {
        let tests = conjuncts.iter().filter_map(|condition| key_test(condition).ok());
        tests.into_iter().find(|test| test.attribute == key.name)
    });
    let mut queries: Vec<KeyCondition> = Vec::new();
    for partition in partitions {
        let tests: Vec<KeyTest> = std::iter::once(partition).chain(sort_test.clone()).collect();
        let query = key_condition(&tests, keys)?;
        if !queries.contains(&query) {
            queries.push(query);
        }
    }
    let is_sort_key = |name: &String| keys.sort.as_ref().is_some_and(|key| key.name == *name);
    let is_descending = select.order.iter().any(|(name, descending)| *descending && is_sort_key(name));
    Ok(Access::Query(queries, is_descending))
}

/// The key of the one item that an `UPDATE` or a `DELETE` is about.
///
/// # Errors
///
/// If the condition does not say what each key has to be equal to (from memory), or says it of another type.
pub fn primary_key(condition: &Condition, keys: &KeySchema) -> Result<PrimaryKey, DynamoError> {
    let conjuncts = conjuncts(condition);
    let one = |name: &str| {
        let mut equal =
            conjuncts.iter().find_map(|condition| equal_to(condition, name)).filter(|all| all.len() == 1)?;
        equal.pop()
    };
    let tests = keys.iter().map(|key| one(&key.name)).collect::<Option<Vec<KeyTest>>>().ok_or_else(|| {
        DynamoError::validation("Where clause does not contain a mandatory equality on all key attributes")
    })?;
    let KeyCondition { partition, sort } = key_condition(&tests, keys)?;
    let sort: Option<KeyValue> = match sort {
        SortCondition::Equal(value) => Some(value),
        _ => None,
    };
    Ok(PrimaryKey { partition, sort })
}

/// Whether a condition says what each key has to be equal to, and nothing else.
#[must_use]
pub fn is_key_alone(condition: &Condition, keys: &KeySchema) -> bool {
    conjuncts(condition).len() == keys.iter().count() && primary_key(condition, keys).is_ok()
}

/// What all has to be true.
fn conjuncts(condition: &Condition) -> Vec<&Condition> {
    match condition {
        Condition::And(all) => all.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

/// What an attribute has to be equal to, as tests of it: one of a list, or a single one.
fn equal_to(condition: &Condition, name: &str) -> Option<Vec<KeyTest>> {
    use crate::evaluate::Test;
    use crate::expression::ast::Comparator;

    match condition {
        Condition::In { operand: Operand::Path(path), list } if path.root == name && !path.is_nested() => {
            list.iter()
                .map(|operand| match operand {
                    Operand::Value(value) => Some(KeyTest {
                        attribute: name.to_owned(),
                        test: Test::Compare(Comparator::Equal, value.clone()),
                    }),
                    _ => None,
                })
                .collect()
        }
        other => {
            let test = key_test(other).ok().filter(|test| test.attribute == name)?;
            matches!(test.test, Test::Compare(Comparator::Equal, _)).then(|| vec![test])
        }
    }
}
