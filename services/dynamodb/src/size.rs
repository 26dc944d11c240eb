//! How many bytes an item counts for: for the limit of 400 KB, capacity units, `ItemCount`'s sibling
//! `TableSizeBytes`, and `SizeBytes` of stream records.
//!
//! Names and strings count as UTF-8 and binary as it is
//! (test_dynamodb::TestDynamoDB::test_batch_write_items_streaming,
//! ::test_dynamodb_stream_records_with_update_item); numbers as [`Number::size`](crate::number::Number::size)
//! says; null and booleans are one byte; lists and maps three bytes and one for each element (AWS's
//! documentation, "DynamoDB item sizes and formats").

use crate::models::{AttributeValue, Item};

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
