//! Key conditions of queries: a partition, and a range of its sort keys.

use std::ops::Bound;
use std::sync::Arc;

use crate::error::DynamoError;
use crate::expression::ast::{Comparator, Condition, Operand};
use crate::items::check_not_empty;
use crate::models::key::partition_prefix;
use crate::models::{AttributeValue, KeySchema, KeyValue};

/// What a query asks of one attribute, before it is known which key that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTest {
    /// Its name.
    pub attribute: String,
    /// What is asked.
    pub test: Test,
}

/// The questions that an index can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `= < <= > >=` a value.
    Compare(Comparator, Arc<AttributeValue>),
    /// Between two values, both included.
    Between(Arc<AttributeValue>, Arc<AttributeValue>),
    /// Beginning with a value.
    BeginsWith(Arc<AttributeValue>),
    /// None of these, as `KeyConditions` can ask. AWS says so once it knows that the attribute is a key.
    NotIndexable,
}

/// The items that a query goes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCondition {
    /// Their partition key.
    pub partition: KeyValue,
    /// What their sort keys are.
    pub sort: SortCondition,
}

/// A range of sort keys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum SortCondition {
    All,
    Equal(KeyValue),
    Less(KeyValue),
    LessOrEqual(KeyValue),
    Greater(KeyValue),
    GreaterOrEqual(KeyValue),
    Between(KeyValue, KeyValue),
    BeginsWith(KeyValue),
}

impl SortCondition {
    /// Whether a sort key is in the range.
    #[must_use]
    pub fn contains(&self, key: &KeyValue) -> bool {
        match self {
            Self::All => true,
            Self::Equal(value) => key == value,
            Self::Less(value) => key < value,
            Self::LessOrEqual(value) => key <= value,
            Self::Greater(value) => key > value,
            Self::GreaterOrEqual(value) => key >= value,
            Self::Between(low, high) => low <= key && key <= high,
            Self::BeginsWith(prefix) => match (key, prefix) {
                (KeyValue::S(key), KeyValue::S(prefix)) => key.starts_with(prefix.as_str()),
                (KeyValue::B(key), KeyValue::B(prefix)) => key.starts_with(prefix),
                _ => false,
            },
        }
    }
}

impl KeyCondition {
    /// The range over encoded keys ([`PrimaryKey::encode`](crate::models::PrimaryKey::encode)) that has these
    /// items and no others. Whatever else stands behind the sort key, as in an index, is in it too.
    #[must_use]
    pub fn bounds(&self) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
        self.bounds_within(&partition_prefix(&self.partition))
    }

    /// The [`bounds`](Self::bounds), where the bytes are known that all keys of the partition begin with.
    pub(crate) fn bounds_within(&self, prefix: &[u8]) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
        let at = |value: &KeyValue| {
            let mut key = prefix.to_vec();
            value.encode(&mut key);
            key
        };
        let all = || (Bound::Included(prefix.to_vec()), before(successor(prefix.to_vec())));
        match &self.sort {
            SortCondition::All => all(),
            SortCondition::Equal(value) => (Bound::Included(at(value)), before(successor(at(value)))),
            SortCondition::Less(value) => (all().0, Bound::Excluded(at(value))),
            SortCondition::LessOrEqual(value) => (all().0, before(successor(at(value)))),
            SortCondition::Greater(value) => (from(successor(at(value))), all().1),
            SortCondition::GreaterOrEqual(value) => (Bound::Included(at(value)), all().1),
            SortCondition::Between(low, high) => (Bound::Included(at(low)), before(successor(at(high)))),
            SortCondition::BeginsWith(value) => {
                let mut start = prefix.to_vec();
                value.encode_prefix(&mut start);
                (Bound::Included(start.clone()), before(successor(start)))
            }
        }
    }
}

/// The least bytes that are greater than all that begin with these, if there are any.
fn successor(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    while let Some(last) = bytes.pop() {
        if let Some(next) = last.checked_add(1) {
            bytes.push(next);
            return Some(bytes);
        }
    }
    None
}

fn before(end: Option<Vec<u8>>) -> Bound<Vec<u8>> {
    end.map_or(Bound::Unbounded, Bound::Excluded)
}

fn from(start: Option<Vec<u8>>) -> Bound<Vec<u8>> {
    // Only bytes that are all 0xFF have none behind them, and no encoded key is.
    start.map_or(Bound::Unbounded, Bound::Included)
}

/// (asserted)
fn not_indexable() -> DynamoError {
    DynamoError::validation("Attempted conditional constraint is not an indexable operation")
}

/// What a key condition asks of each attribute. All words are (asserted).
///
/// # Errors
///
/// If it asks what no index can answer.
pub fn key_tests(condition: &Condition) -> Result<Vec<KeyTest>, DynamoError> {
    let mut tests = Vec::new();
    collect(condition, &mut tests)?;
    let repeated = |position: usize| {
        let test: &KeyTest = &tests[position];
        tests[..position].iter().any(|other| other.attribute == test.attribute)
    };
    if (0..tests.len()).any(repeated) {
        return Err(DynamoError::validation(
            "KeyConditionExpressions must only contain one condition per key",
        ));
    }
    check_count(&tests)?;
    Ok(tests)
}

pub(crate) fn check_count(tests: &[KeyTest]) -> Result<(), DynamoError> {
    if tests.len() > 2 {
        return Err(DynamoError::validation("Conditions can be of length 1 or 2 only"));
    }
    Ok(())
}

/// What a condition asks of one attribute, if an index can answer it.
pub(crate) fn key_test(condition: &Condition) -> Result<KeyTest, DynamoError> {
    let mut tests = Vec::new();
    if !matches!(condition, Condition::And(_)) {
        collect(condition, &mut tests)?;
    }
    tests.pop().ok_or_else(no_attribute)
}

fn collect(condition: &Condition, tests: &mut Vec<KeyTest>) -> Result<(), DynamoError> {
    let refused = |operator: &str| {
        Err(DynamoError::validation(format!("Invalid operator used in KeyConditionExpression: {operator}")))
    };
    match condition {
        Condition::And(all) => all.iter().try_for_each(|it| collect(it, tests)),
        Condition::Or(_) => refused("OR"),
        Condition::Not(_) => refused("NOT"),
        Condition::In { .. } => refused("IN"),
        Condition::Exists(_) => refused("attribute_exists"),
        Condition::NotExists(_) => refused("attribute_not_exists"),
        Condition::Type(..) => refused("attribute_type"),
        Condition::Contains(..) => refused("contains"),
        Condition::Compare { comparator: Comparator::NotEqual, .. } => refused("<>"),
        Condition::Compare { comparator, left, right } => {
            let (attribute, values) = operands([left, right])?;
            let is_flipped = !matches!(left, Operand::Path(_));
            let comparator = if is_flipped { comparator.flipped() } else { *comparator };
            push(tests, attribute, values, |[value]| Test::Compare(comparator, value))
        }
        Condition::Between { operand, low, high } => {
            check_first("BETWEEN", operand)?;
            let (attribute, values) = operands([operand, low, high])?;
            push(tests, attribute, values, |[low, high]| Test::Between(low, high))
        }
        Condition::BeginsWith(operand, prefix) => {
            check_first("begins_with", operand)?;
            let (attribute, values) = operands([operand, prefix])?;
            push(tests, attribute, values, |[prefix]| Test::BeginsWith(prefix))
        }
    }
}

fn push<const N: usize>(
    tests: &mut Vec<KeyTest>,
    attribute: &str,
    values: Vec<Arc<AttributeValue>>,
    test: impl FnOnce([Arc<AttributeValue>; N]) -> Test,
) -> Result<(), DynamoError> {
    // As many as there are operands besides the attribute.
    let values = <[Arc<AttributeValue>; N]>::try_from(values).map_err(|_| no_attribute())?;
    tests.push(KeyTest { attribute: attribute.to_owned(), test: test(values) });
    Ok(())
}

fn check_first(operator: &str, operand: &Operand) -> Result<(), DynamoError> {
    if matches!(operand, Operand::Value(_)) {
        return Err(DynamoError::validation(format!(
            "Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute as its \
             first operand"
        )));
    }
    Ok(())
}

fn no_attribute() -> DynamoError {
    DynamoError::validation("Invalid condition in KeyConditionExpression: No key attribute specified")
}

/// The one attribute among operands, and the values.
fn operands<const N: usize>(all: [&Operand; N]) -> Result<(&str, Vec<Arc<AttributeValue>>), DynamoError> {
    let mut attribute = None;
    let mut values = Vec::with_capacity(N);
    for operand in all {
        match operand {
            Operand::Value(value) => values.push(Arc::clone(value)),
            Operand::Path(_) if attribute.is_some() => {
                return Err(DynamoError::validation(
                    "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
                ));
            }
            Operand::Path(path) if path.is_nested() => {
                return Err(DynamoError::validation(
                    "KeyConditionExpressions cannot have conditions on nested attributes",
                ));
            }
            Operand::Path(path) => attribute = Some(path.root.as_str()),
            Operand::Size(_) => {
                return Err(DynamoError::validation(
                    "KeyConditionExpressions cannot contain nested operations",
                ));
            }
        }
    }
    attribute.map(|attribute| (attribute, values)).ok_or_else(no_attribute)
}

/// The items that a query goes through, in a table or an index with these keys.
///
/// # Errors
///
/// If the partition key is not tested for equality, something is tested that is no key, or a value has not
/// the type of its key, or is empty.
pub fn key_condition(tests: &[KeyTest], keys: &KeySchema) -> Result<KeyCondition, DynamoError> {
    // (conformance: query)
    let missed =
        |name: &str| DynamoError::validation(format!("Query condition missed key schema element: {name}"));
    // (asserted)
    let not_supported = || DynamoError::validation("Query key condition not supported");
    let of = |name: &str| tests.iter().find(|test| test.attribute == name);
    let partition = of(&keys.partition.name).ok_or_else(|| missed(&keys.partition.name))?;
    let sort = match (&keys.sort, tests.len()) {
        (_, 1) => None,
        (Some(key), _) => Some((key, of(&key.name).ok_or_else(|| missed(&key.name))?)),
        (None, _) => return Err(not_supported()),
    };
    if [Some(partition), sort.map(|(_, test)| test)]
        .into_iter()
        .flatten()
        .any(|it| it.test == Test::NotIndexable)
    {
        return Err(not_indexable());
    }
    let Test::Compare(Comparator::Equal, value) = &partition.test else { return Err(not_supported()) };
    let value_of = |key: &crate::models::table::KeyAttribute, value: &AttributeValue| {
        let value = KeyValue::from_value(value).filter(|it| it.attribute_type() == key.attribute_type);
        // (asserted)
        let value = value
            .ok_or_else(|| DynamoError::parameter("Condition parameter type does not match schema type"))?;
        check_not_empty(&key.name, &value)?;
        Ok::<_, DynamoError>(value)
    };
    let partition = value_of(&keys.partition, value)?;
    let Some((key, KeyTest { test, .. })) = sort else {
        return Ok(KeyCondition { partition, sort: SortCondition::All });
    };
    let sort = match test {
        Test::Compare(comparator, value) => {
            let value = value_of(key, value)?;
            match comparator {
                Comparator::Equal => SortCondition::Equal(value),
                Comparator::Less => SortCondition::Less(value),
                Comparator::LessOrEqual => SortCondition::LessOrEqual(value),
                Comparator::Greater => SortCondition::Greater(value),
                Comparator::GreaterOrEqual => SortCondition::GreaterOrEqual(value),
                Comparator::NotEqual => return Err(not_supported()),
            }
        }
        Test::Between(low, high) => SortCondition::Between(value_of(key, low)?, value_of(key, high)?),
        Test::NotIndexable => return Err(not_indexable()),
        Test::BeginsWith(prefix) => match value_of(key, prefix)? {
            KeyValue::N(_) => return Err(not_supported()),
            prefix => SortCondition::BeginsWith(prefix),
        },
    };
    Ok(KeyCondition { partition, sort })
}
