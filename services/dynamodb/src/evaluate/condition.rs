//! Conditions and filters over an item.

use std::borrow::Cow;

use memchr::memmem;

use super::compare_values;
use crate::error::DynamoError;
use crate::expression::ast::{Comparator, Condition, Operand};
use crate::models::{AttributeValue, Item, KeySchema, Path, TableDescription};

/// Whether a condition is true of an item; where there is none, of an empty one.
///
/// What an item does not have is equal to nothing, and so different from everything (`<>`); types that have
/// no order are in none.
#[must_use]
pub fn holds(condition: &Condition, item: &Item) -> bool {
    match condition {
        Condition::Compare { comparator, left, right } => {
            compare(*comparator, value(left, item).as_deref(), value(right, item).as_deref())
        }
        Condition::Between { operand, low, high } => {
            let operand = value(operand, item);
            compare(Comparator::GreaterOrEqual, operand.as_deref(), value(low, item).as_deref())
                && compare(Comparator::LessOrEqual, operand.as_deref(), value(high, item).as_deref())
        }
        Condition::In { operand, list } => {
            let operand = value(operand, item);
            list.iter().any(|it| compare(Comparator::Equal, operand.as_deref(), value(it, item).as_deref()))
        }
        Condition::Exists(path) => path.get(item).is_some(),
        Condition::NotExists(path) => path.get(item).is_none(),
        Condition::Type(path, wanted) => path.get(item).is_some_and(|it| it.attribute_type() == *wanted),
        Condition::BeginsWith(operand, prefix) => match (value(operand, item), value(prefix, item)) {
            (Some(whole), Some(prefix)) => begins_with(&whole, &prefix),
            _ => false,
        },
        Condition::Contains(operand, part) => match (value(operand, item), value(part, item)) {
            (Some(whole), Some(part)) => contains(&whole, &part),
            _ => false,
        },
        Condition::And(all) => all.iter().all(|it| holds(it, item)),
        Condition::Or(all) => all.iter().any(|it| holds(it, item)),
        Condition::Not(it) => !holds(it, item),
    }
}

fn value<'a>(operand: &'a Operand, item: &'a Item) -> Option<Cow<'a, AttributeValue>> {
    match operand {
        Operand::Path(path) => path.get(item).map(Cow::Borrowed),
        Operand::Value(value) => Some(Cow::Borrowed(value)),
        Operand::Size(of) => size(&*value(of, item)?).map(Cow::Owned),
    }
}

fn compare(comparator: Comparator, left: Option<&AttributeValue>, right: Option<&AttributeValue>) -> bool {
    let equal = || left.is_some() && left == right;
    let order = || compare_values(left?, right?);
    match comparator {
        Comparator::Equal => equal(),
        Comparator::NotEqual => !equal(),
        Comparator::Less => order().is_some_and(std::cmp::Ordering::is_lt),
        Comparator::LessOrEqual => order().is_some_and(std::cmp::Ordering::is_le),
        Comparator::Greater => order().is_some_and(std::cmp::Ordering::is_gt),
        Comparator::GreaterOrEqual => order().is_some_and(std::cmp::Ordering::is_ge),
    }
}

fn begins_with(whole: &AttributeValue, prefix: &AttributeValue) -> bool {
    match (whole, prefix) {
        (AttributeValue::S(whole), AttributeValue::S(prefix)) => whole.starts_with(prefix.as_str()),
        (AttributeValue::B(whole), AttributeValue::B(prefix)) => whole.starts_with(prefix),
        _ => false,
    }
}

fn contains(whole: &AttributeValue, part: &AttributeValue) -> bool {
    match (whole, part) {
        (AttributeValue::S(whole), AttributeValue::S(part)) => whole.contains(part.as_str()),
        (AttributeValue::B(whole), AttributeValue::B(part)) => memmem::find(whole, part).is_some(),
        (AttributeValue::SS(set), AttributeValue::S(part)) => set.contains(part),
        (AttributeValue::NS(set), AttributeValue::N(part)) => set.contains(part),
        (AttributeValue::BS(set), AttributeValue::B(part)) => set.contains(part),
        (AttributeValue::L(list), part) => list.contains(part),
        _ => false,
    }
}

/// `size`; numbers, booleans and null have none, so that no comparison with it is true. Strings
/// are counted in units of UTF-16 (seen at AWS: ExtendDB/extenddb#67).
fn size(value: &AttributeValue) -> Option<AttributeValue> {
    Some(AttributeValue::count(match value {
        AttributeValue::S(text) => text.encode_utf16().count(),
        AttributeValue::B(bytes) => bytes.len(),
        AttributeValue::SS(set) => set.len(),
        AttributeValue::NS(set) => set.len(),
        AttributeValue::BS(set) => set.len(),
        AttributeValue::M(map) => map.len(),
        AttributeValue::L(list) => list.len(),
        AttributeValue::N(_) | AttributeValue::Null | AttributeValue::Bool(_) => return None,
    }))
}

/// That the filter of a query asks of no key (of the table, or of the index that is queried), which belongs
/// in the key condition. `parameter` is `Filter Expression` or `QueryFilter`.
///
/// # Errors
///
/// If it does (from memory).
pub fn check_filter(filter: &Condition, keys: &KeySchema, parameter: &str) -> Result<(), DynamoError> {
    match filter.paths().into_iter().find(|path| keys.get(&path.root).is_some()) {
        None => Ok(()),
        Some(path) => Err(DynamoError::validation(format!(
            "{parameter} can only contain non-primary key attributes: Primary key attribute: {}",
            path.root
        ))),
    }
}

/// That no path leads into a key, of the table or of an index: these have nothing in them.
///
/// # Errors
///
/// If one does (asserted).
pub fn check_key_access<'p>(
    paths: impl IntoIterator<Item = &'p Path>,
    table: &TableDescription,
) -> Result<(), DynamoError> {
    for path in paths.into_iter().filter(|path| path.is_nested()) {
        let is_index_key = || table.indexes.iter().any(|index| index.keys.get(&path.root).is_some());
        let what = if table.keys.get(&path.root).is_some() {
            "Key"
        } else if is_index_key() {
            "IndexKey"
        } else {
            continue;
        };
        return Err(DynamoError::validation(format!(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {what}: {}",
            path.root
        )));
    }
    Ok(())
}

impl Condition {
    /// All paths in it, in their order.
    #[must_use]
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.collect_paths(&mut paths);
        paths
    }

    fn collect_paths<'a>(&'a self, paths: &mut Vec<&'a Path>) {
        match self {
            Self::Compare { left, right, .. } => {
                paths.extend([left, right].into_iter().filter_map(Operand::path));
            }
            Self::Between { operand, low, high } => {
                paths.extend([operand, low, high].into_iter().filter_map(Operand::path));
            }
            Self::In { operand, list } => {
                paths.extend(std::iter::once(operand).chain(list).filter_map(Operand::path));
            }
            Self::Exists(path) | Self::NotExists(path) | Self::Type(path, _) => paths.push(path),
            Self::BeginsWith(one, two) | Self::Contains(one, two) => {
                paths.extend([one, two].into_iter().filter_map(Operand::path));
            }
            Self::And(all) | Self::Or(all) => all.iter().for_each(|it| it.collect_paths(paths)),
            Self::Not(it) => it.collect_paths(paths),
        }
    }
}

impl Operand {
    /// The path in it, if it is one, or the size of what is there.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Value(_) => None,
            Self::Size(of) => of.path(),
        }
    }
}
