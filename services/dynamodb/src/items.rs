//! What an item has to be in a table: its keys, their types and sizes, and its own size.

use crate::error::DynamoError;
use crate::limits;
use crate::models::table::{Index, IndexKind, KeyAttribute};
use crate::models::{AttributeType, AttributeValue, Item, KeySchema, KeyValue, PrimaryKey, TableDescription};
use crate::size;

/// The key of an item that is to be stored whole (`PutItem` and its like), after all checks of it against
/// the table.
///
/// # Errors
///
/// What is wrong with the item's keys, with the keys of indexes in it, or with its size.
pub fn check_new(item: &Item, table: &TableDescription) -> Result<PrimaryKey, DynamoError> {
    let key = key_of(&table.keys, |key| {
        let value = item
            .get(&key.name)
            // (asserted)
            .ok_or_else(|| {
                DynamoError::parameter(format_args!("Missing the key {} in the item", key.name))
            })?;
        KeyValue::from_value(value).filter(|it| it.attribute_type() == key.attribute_type).ok_or_else(|| {
            DynamoError::parameter(format_args!(
                "Type mismatch for key {} expected: {} actual: {}",
                key.name,
                key.attribute_type,
                value.attribute_type()
            ))
        })
    })?;
    check_index_keys(item, table)?;
    if size::item(item) > limits::ITEM_BYTES {
        // (conformance: itemSize)
        return Err(DynamoError::of_request("Item size has exceeded the maximum allowed size"));
    }
    Ok(key)
}

/// The key that a request gives as `Key`: all keys of the table, and nothing else.
///
/// # Errors
///
/// If it is not that, or a value cannot be a key.
pub fn check_key(given: &Item, keys: &KeySchema) -> Result<PrimaryKey, DynamoError> {
    // (asserted)
    let mismatch = || DynamoError::validation("The provided key element does not match the schema");
    if given.len() != keys.iter().count() {
        return Err(mismatch());
    }
    key_of(keys, |key| {
        let value = given.get(&key.name).and_then(KeyValue::from_value);
        value.filter(|it| it.attribute_type() == key.attribute_type).ok_or_else(mismatch)
    })
}

/// What an update has made of an item: the keys of indexes in it, and its size.
///
/// # Errors
///
/// If an index cannot have it, or it has become too large.
pub fn check_updated(item: &Item, table: &TableDescription) -> Result<(), DynamoError> {
    for key in table.indexes.iter().flat_map(|index| index.keys.iter()) {
        if item.get(&key.name).is_some_and(|value| value.attribute_type() != key.attribute_type) {
            // (asserted)
            return Err(DynamoError::validation(
                "The update expression attempted to update the secondary index key to unsupported type",
            ));
        }
    }
    check_index_keys(item, table)?;
    check_nesting(item)?;
    if size::item(item) > limits::ITEM_BYTES {
        return Err(too_large());
    }
    Ok(())
}

/// That values are not nested more deeply than those of requests can be: `SET m.a = m` adds a level.
fn check_nesting(item: &Item) -> Result<(), DynamoError> {
    fn fits(value: &AttributeValue, level: usize) -> bool {
        level <= limits::NESTING
            && match value {
                AttributeValue::M(map) => map.values().all(|it| fits(it, level + 1)),
                AttributeValue::L(list) => list.iter().all(|it| fits(it, level + 1)),
                _ => true,
            }
    }
    if item.values().all(|value| fits(value, 1)) { Ok(()) } else { Err(too_nested()) }
}

/// (asserted)
pub(crate) fn too_large() -> DynamoError {
    DynamoError::validation("Item size to update has exceeded the maximum allowed size")
}

/// (conformance: 2026-08-12-batch-empty-and-nesting)
pub(crate) fn too_nested() -> DynamoError {
    DynamoError::validation(
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported \
         limit",
    )
}

fn key_of(
    keys: &KeySchema,
    value_of: impl Fn(&KeyAttribute) -> Result<KeyValue, DynamoError>,
) -> Result<PrimaryKey, DynamoError> {
    let values = keys.iter().map(&value_of).collect::<Result<Vec<_>, _>>()?;
    for (key, value) in keys.iter().zip(&values) {
        check_not_empty(&key.name, value)?;
    }
    let mut values = values.into_iter();
    let Some(partition) = values.next() else {
        return Err(DynamoError::validation("The provided key element does not match the schema"));
    };
    let key = PrimaryKey { partition, sort: values.next() };
    // (asserted), with AWS's missing space.
    if key.partition.size() > limits::PARTITION_KEY_BYTES {
        return Err(DynamoError::parameter(
            "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ));
    }
    if key.sort.as_ref().is_some_and(|sort| sort.size() > limits::SORT_KEY_BYTES) {
        return Err(DynamoError::parameter(
            "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
        ));
    }
    Ok(key)
}

/// A key may be neither an empty string nor empty binary (conformance: putItem, updateItem).
pub(crate) fn check_not_empty(name: &str, value: &KeyValue) -> Result<(), DynamoError> {
    let what = match value {
        KeyValue::S(text) if text.is_empty() => "string",
        KeyValue::B(bytes) if bytes.is_empty() => "binary",
        _ => return Ok(()),
    };
    Err(DynamoError::of_request(format!(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an \
         empty {what} value. Key: {name}"
    )))
}

/// Of several indexes with the same key, errors name the first by the alphabet (conformance: batchWriteItem).
fn check_index_keys(item: &Item, table: &TableDescription) -> Result<(), DynamoError> {
    let mut indexes: Vec<&Index> = table.indexes.iter().collect();
    indexes.sort_by(|one, two| one.name.cmp(&two.name));
    for index in indexes {
        for key in index.keys.iter().filter(|key| table.keys.get(&key.name).is_none()) {
            let Some(value) = item.get(&key.name) else { continue };
            check_index_key(key, value, &index.name)?;
            let Some(value) = KeyValue::from_value(value) else { continue };
            let is_partition = index.kind == IndexKind::Global && key.name == index.keys.partition.name;
            let (what, limit) = match is_partition {
                true => ("hash", limits::PARTITION_KEY_BYTES),
                false => ("range", limits::SORT_KEY_BYTES),
            };
            if value.size() > limit {
                // From memory.
                return Err(DynamoError::parameter(format_args!(
                    "Size of {what}key has exceeded the maximum size limit of {limit} bytes. IndexName: {}, \
                     IndexKey: {}",
                    index.name, key.name
                )));
            }
        }
    }
    Ok(())
}

/// Whether a value can be the key of an index: its type (asserted), and that it is not empty (conformance:
/// batchWriteItem).
fn check_index_key(key: &KeyAttribute, value: &AttributeValue, index: &str) -> Result<(), DynamoError> {
    check_index_key_type(key, value.attribute_type(), index)?;
    let Some(what) = empty(value) else { return Ok(()) };
    Err(DynamoError::of_request(format!(
        "One or more parameter values are not valid. A value specified for a secondary index key is not \
         supported. The AttributeValue for a key attribute cannot contain an empty {what} value. IndexName: \
         {index}, IndexKey: {}",
        key.name
    )))
}

/// The same of a value that an update assigns (conformance: transactWriteItems).
pub(crate) fn check_assigned_index_key(
    key: &KeyAttribute,
    value: &AttributeValue,
    index: &str,
) -> Result<(), DynamoError> {
    check_index_key_type(key, value.attribute_type(), index)?;
    let Some(what) = empty(value) else { return Ok(()) };
    Err(DynamoError::of_request(format!(
        "One or more parameter values are not valid. The update expression attempted to update a secondary index \
         key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty \
         {what} value."
    )))
}

fn empty(value: &AttributeValue) -> Option<&'static str> {
    match value {
        AttributeValue::S(text) if text.is_empty() => Some("string"),
        AttributeValue::B(bytes) if bytes.is_empty() => Some("binary"),
        _ => None,
    }
}

pub(crate) fn check_index_key_type(
    key: &KeyAttribute,
    actual: AttributeType,
    index: &str,
) -> Result<(), DynamoError> {
    if actual == key.attribute_type {
        return Ok(());
    }
    Err(DynamoError::parameter(format_args!(
        "Type mismatch for Index Key {} Expected: {} Actual: {actual} IndexName: {index}",
        key.name, key.attribute_type
    )))
}
