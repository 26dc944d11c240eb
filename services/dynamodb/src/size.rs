//! How many bytes an item counts for: for the limit of 400 KB, capacity units, `ItemCount`'s sibling
//! `TableSizeBytes`, and `SizeBytes` of stream records.
//!
//! Names and strings count as UTF-8 and binary as it is
//! (test_dynamodb::TestDynamoDB::test_batch_write_items_streaming,
//! ::test_dynamodb_stream_records_with_update_item); numbers as [`Number::size`](crate::number::Number::size)
//! says; null and booleans are one byte; lists and maps three bytes and one for each element (AWS's
//! documentation, "DynamoDB item sizes and formats").

use std::collections::BTreeSet;

use crate::error::DynamoError;
use crate::expression::ast::{Action, Update};
use crate::models::{AttributeValue, Element, Item};
use crate::{items, limits};

/// Bytes of an item: of its names and values.
#[must_use]
pub fn item(item: &Item) -> usize {
    item.iter().map(|(name, it)| name.len() + value(it)).sum()
}

/// Bytes of a value.
#[must_use]
pub fn value(it: &AttributeValue) -> usize {
    match it {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.size(),
        AttributeValue::B(bytes) => bytes.len(),
        AttributeValue::SS(set) => set.iter().map(String::len).sum(),
        AttributeValue::NS(set) => set.iter().map(|number| number.size()).sum(),
        AttributeValue::BS(set) => set.iter().map(bytes::Bytes::len).sum(),
        AttributeValue::M(map) => 3 + map.len() + item(map),
        AttributeValue::L(list) => 3 + list.len() + list.iter().map(value).sum::<usize>(),
        AttributeValue::Null | AttributeValue::Bool(_) => 1,
    }
}

/// `UpdateItem`, and no other operation, measures what it writes besides the item: the attributes that it sets, and
/// three bytes, 19 for each SET or ADD (one more through an index of a list) and 2 for each REMOVE or DELETE. So at a
/// short key the limit is a few bytes less than 400 KB (conformance: itemSizeBySurface).
///
/// # Errors
///
/// If that is too much.
pub fn check_written(update: &Update, made: &Item) -> Result<(), DynamoError> {
    let mut bytes = 3;
    let mut written: BTreeSet<&str> = BTreeSet::new();
    for action in &update.actions {
        match action {
            Action::Set(path, _) | Action::Add(path, _) => {
                let is_indexed = matches!(path.rest.last(), Some(Element::Index(_)));
                bytes += 19 + usize::from(is_indexed);
                written.insert(&path.root);
            }
            Action::Remove(_) | Action::Delete(..) => bytes += 2,
        }
    }
    let attribute = |name: &&str| made.get(*name).map(|it| name.len() + value(it));
    bytes += written.iter().filter_map(attribute).sum::<usize>();
    if bytes > limits::ITEM_BYTES { Err(items::too_large()) } else { Ok(()) }
}
