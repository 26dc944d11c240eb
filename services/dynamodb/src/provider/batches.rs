//! `BatchGetItem` and `BatchWriteItem`: many single reads and writes.

use std::collections::BTreeSet;
use std::sync::Arc;

use asf_api_dynamodb::*;
use asf_runtime::{Map, RequestContext};

use super::expressions::{Given, projection};
use super::items::collection_metrics;
use super::{DynamoProvider, calls};
use crate::capacity::{Consumed, read_units};
use crate::error::DynamoError;
use crate::evaluate::project;
use crate::expression::{Kind, Projection};
use crate::store::{Address, ItemKey, OpenTable, key_attributes};
use crate::wire::shown::Shown;
use crate::writing::{Action, Target, Write, no_table};
use crate::{items, legacy, limits, wire};

/// Keys of a table that are to be read.
struct Wanted {
    name: String,
    table: OpenTable,
    keys: Vec<ItemKey>,
    request: KeysAndAttributes,
    projection: Option<Projection>,
}

/// `BatchGetItem`
pub(super) fn get(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: BatchGetItemInput,
) -> Result<calls::BatchGot, DynamoDbError> {
    let requests = input.request_items.unwrap_or_default();
    let count: usize = requests.values().filter_map(|it| it.keys.as_ref()).map(Vec::len).sum();
    if count > limits::BATCH_READS {
        // (asserted)
        return Err(DynamoError::validation("Too many items requested for the BatchGetItem call").into());
    }
    // All tables of the request are looked at together (conformance: batchGetItem).
    legacy::check_mixing(
        &[("AttributesToGet", requests.values().any(|it| it.attributes_to_get.is_some()))],
        &[("ProjectionExpression", requests.values().any(|it| it.projection_expression.is_some()))],
    )?;
    let wanted = requests.into_iter().map(|(name, request)| wanted(provider, ctx, name, request));
    let wanted = wanted.collect::<Result<Vec<_>, DynamoError>>()?;
    let mut unprocessed = Map::default();
    let mut responses: Map<Vec<Shown>> = Map::default();
    let mut capacities = Vec::new();
    let mut answered = 0_u64;
    for Wanted { name, table, keys, request, projection } in wanted {
        let consistent = request.consistent_read == Some(true);
        let mut consumed = Consumed::default();
        let mut found = Vec::new();
        let mut left = Vec::new();
        for (position, key) in keys.iter().enumerate() {
            let item = table.get(&key.encoded);
            let bytes = item.as_ref().map_or(0, |it| u64::from(it.size));
            if answered + bytes > limits::BATCH_BYTES {
                left =
                    keys.iter().skip(position).map(|key| wire::to_item(table.record.key_item(key))).collect();
                answered = limits::BATCH_BYTES;
                break;
            }
            answered += bytes;
            consumed.add(&Consumed::read(read_units(bytes, consistent)));
            found.extend(item.map(|it| match &projection {
                Some(projection) => project(projection, &it.item).into(),
                None => Shown::from(it),
            }));
        }
        capacities.extend(consumed.answer(input.return_consumed_capacity.as_ref(), &name, false));
        if !left.is_empty() {
            let request = KeysAndAttributes { keys: Some(left), ..request };
            unprocessed.insert(name.clone(), request);
        }
        responses.insert(name, found);
    }
    let rest = BatchGetItemOutput {
        unprocessed_keys: Some(unprocessed),
        consumed_capacity: input.return_consumed_capacity.filter(is_shown).map(|_| capacities),
        ..BatchGetItemOutput::default()
    };
    Ok(calls::BatchGot { rest, responses: Some(responses) })
}

fn wanted(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    name: String,
    mut request: KeysAndAttributes,
) -> Result<Wanted, DynamoError> {
    let given = Given { names: request.expression_attribute_names.clone(), values: None };
    let mut placeholders =
        given.placeholders(&[(Kind::Projection, request.projection_expression.is_some())])?;
    let text = request.projection_expression.as_deref();
    let projection = projection(text, request.attributes_to_get.clone(), &mut placeholders)?;
    placeholders.finish()?;
    let table = provider.table(ctx, Some(&name))?;
    let schema = &table.record.description.keys;
    let keys = request.keys.take().unwrap_or_default().into_iter();
    let keys = keys.map(|key| Ok(ItemKey::from(items::check_key(&wire::item(key)?, schema)?)));
    let keys = keys.collect::<Result<Vec<_>, DynamoError>>()?;
    if keys.iter().collect::<BTreeSet<_>>().len() < keys.len() {
        return Err(duplicates());
    }
    Ok(Wanted { name, table, keys, request, projection })
}

/// (conformance: batchGetItem, batchWriteItem)
fn duplicates() -> DynamoError {
    DynamoError::validation("Provided list of item keys contains duplicates")
}

/// `BatchWriteItem`
pub(super) fn write(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: BatchWriteItemInput,
) -> Result<BatchWriteItemOutput, DynamoDbError> {
    let requests = input.request_items.unwrap_or_default();
    if requests.values().map(Vec::len).sum::<usize>() > limits::BATCH_WRITES {
        // (asserted)
        return Err(DynamoError::validation("Too many items requested for the BatchWriteItem call").into());
    }
    let mut writes: Vec<(String, Address, Vec<Write>)> = Vec::with_capacity(requests.len());
    for (name, requests) in requests {
        let address = provider.address(ctx, Some(&name))?;
        let all = requests.into_iter().map(request).collect::<Result<_, _>>()?;
        writes.push((name, address, all));
    }
    // Nothing is written if one of them cannot be.
    for (_, address, writes) in &writes {
        let table = provider.store.table(address).ok_or_else(no_table)?;
        let description = &table.record.description;
        let keys = writes.iter().map(|write| {
            // Here keys of new items are complained of as those of lookups are (conformance: batchWriteItem).
            if let Action::Put(item) = &write.action {
                items::check_key(&key_attributes(&description.keys, &item.item), &description.keys)?;
            }
            write.key(description)
        });
        let keys = keys.collect::<Result<Vec<_>, DynamoError>>()?;
        if keys.iter().collect::<BTreeSet<_>>().len() < keys.len() {
            return Err(duplicates().into());
        }
    }
    let mut capacities = Vec::new();
    let mut metrics = Map::default();
    for (name, address, writes) in writes {
        let mut consumed = Consumed::default();
        let mut of_table = Vec::new();
        for write in writes {
            let done = provider.store.write(&address, &write, ctx.clock().now())?;
            consumed.add(&done.consumed);
            of_table.extend(collection_metrics(&done, input.return_item_collection_metrics.as_ref()));
        }
        capacities.extend(consumed.answer(input.return_consumed_capacity.as_ref(), &name, false));
        if !of_table.is_empty() {
            metrics.insert(name, of_table);
        }
    }
    Ok(BatchWriteItemOutput {
        // test_dynamodb::TestDynamoDB::test_batch_write_items_streaming
        unprocessed_items: Some(Map::default()),
        item_collection_metrics: Some(metrics).filter(|it| !it.is_empty()),
        consumed_capacity: input.return_consumed_capacity.filter(is_shown).map(|_| capacities),
    })
}

/// Whether capacity is asked for.
pub(super) fn is_shown(wanted: &ReturnConsumedCapacity) -> bool {
    matches!(wanted, ReturnConsumedCapacity::Indexes | ReturnConsumedCapacity::Total)
}

fn request(request: WriteRequest) -> Result<Write, DynamoError> {
    let (target, action) = match (request.put_request, request.delete_request) {
        (Some(put), None) => {
            let item = wire::item(put.item.unwrap_or_default())?;
            (Target::Put, Action::Put(Arc::new(item.into())))
        }
        (None, Some(delete)) => (Target::Key(wire::item(delete.key.unwrap_or_default())?), Action::Delete),
        // (asserted)
        (Some(_), Some(_)) => {
            return Err(DynamoError::validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
                 datatypes",
            ));
        }
        (None, None) => {
            return Err(DynamoError::validation(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            ));
        }
    };
    Ok(Write { target, action, condition: None, shows_item: false })
}
