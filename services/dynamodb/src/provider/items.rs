//! `GetItem`, `PutItem`, `UpdateItem`, `DeleteItem`.

use std::sync::Arc;

use asf_api_dynamodb::*;
use asf_runtime::{Map, RequestContext};

use super::expressions::{Conditions, Given, projection, shows_item};
use super::{DynamoProvider, calls};
use crate::capacity::{Consumed, read_units};
use crate::error::DynamoError;
use crate::evaluate::{check_key_access, project, updated_attributes};
use crate::expression::{self, Kind};
use crate::legacy::{self, AttributeUpdate, UpdateAction};
use crate::models::table::IndexKind;
use crate::store::{ItemKey, ItemRecord};
use crate::wire::shown::Shown;
use crate::writing::{Action, Done, Target, Write};
use crate::{items, wire};

/// `GetItem`
pub(super) fn get(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: calls::Get,
) -> Result<calls::Got, DynamoDbError> {
    let calls::Get { rest: input, key } = input;
    legacy::check_mixing(
        &[("AttributesToGet", input.attributes_to_get.is_some())],
        &[("ProjectionExpression", input.projection_expression.is_some())],
    )?;
    let given = Given { names: input.expression_attribute_names, values: None };
    let mut placeholders =
        given.placeholders(&[(Kind::Projection, input.projection_expression.is_some())])?;
    let key = wire::item(key.unwrap_or_default())?;
    let wanted =
        projection(input.projection_expression.as_deref(), input.attributes_to_get, &mut placeholders)?;
    placeholders.finish()?;
    let table = provider.table(ctx, input.table_name.as_deref())?;
    if let Some(wanted) = &wanted {
        check_key_access(&wanted.paths, &table.record.description)?;
    }
    let key = ItemKey::from(items::check_key(&key, &table.record.description.keys)?);
    let item = table.get(&key.encoded);
    let bytes = item.as_ref().map_or(0, |it| u64::from(it.size));
    let consumed = Consumed::read(read_units(bytes, input.consistent_read == Some(true)));
    let item = item.map(|it| match &wanted {
        Some(wanted) => project(wanted, &it.item).into(),
        None => it.into(),
    });
    let name = input.table_name.unwrap_or_default();
    let rest = GetItemOutput {
        consumed_capacity: consumed.answer(input.return_consumed_capacity.as_ref(), &name, false),
        ..GetItemOutput::default()
    };
    Ok(calls::Got { rest, item })
}

/// `PutItem`
pub(super) fn put(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: calls::Put,
) -> Result<calls::PutDone, DynamoDbError> {
    let calls::Put { rest: input, item, expression_attribute_values: values } = input;
    check_mixing_of_conditions(&input.expected, &input.conditional_operator, &input.condition_expression)?;
    let given = Given { names: input.expression_attribute_names, values };
    let mut placeholders = given.placeholders(&[(Kind::Condition, input.condition_expression.is_some())])?;
    check_old_or_none(input.return_values.as_ref())?;
    let item = wire::item(item.unwrap_or_default())?;
    let conditions = Conditions {
        expression: input.condition_expression,
        expected: input.expected,
        operator: input.conditional_operator,
    };
    let condition = conditions.read(&mut placeholders)?;
    placeholders.finish()?;
    let write = Write {
        target: Target::Put,
        action: Action::Put(Arc::new(item.into())),
        condition,
        shows_item: shows_item(input.return_values_on_condition_check_failure.as_ref()),
    };
    let address = provider.address(ctx, input.table_name.as_deref())?;
    let done = provider.store.write(&address, &write, ctx.clock().now())?;
    let name = input.table_name.unwrap_or_default();
    let rest = PutItemOutput {
        item_collection_metrics: collection_metrics(&done, input.return_item_collection_metrics.as_ref()),
        consumed_capacity: done.consumed.answer(input.return_consumed_capacity.as_ref(), &name, false),
        ..PutItemOutput::default()
    };
    let old = done.old.filter(|_| input.return_values == Some(ReturnValue::AllOld));
    Ok(calls::PutDone { rest, attributes: old.map(Shown::from) })
}

/// `DeleteItem`
pub(super) fn delete(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: calls::Delete,
) -> Result<calls::DeleteDone, DynamoDbError> {
    let calls::Delete { rest: input, key, expression_attribute_values: values } = input;
    check_mixing_of_conditions(&input.expected, &input.conditional_operator, &input.condition_expression)?;
    let given = Given { names: input.expression_attribute_names, values };
    let mut placeholders = given.placeholders(&[(Kind::Condition, input.condition_expression.is_some())])?;
    check_old_or_none(input.return_values.as_ref())?;
    let key = wire::item(key.unwrap_or_default())?;
    let conditions = Conditions {
        expression: input.condition_expression,
        expected: input.expected,
        operator: input.conditional_operator,
    };
    let condition = conditions.read(&mut placeholders)?;
    placeholders.finish()?;
    let write = Write {
        target: Target::Key(key),
        action: Action::Delete,
        condition,
        shows_item: shows_item(input.return_values_on_condition_check_failure.as_ref()),
    };
    let address = provider.address(ctx, input.table_name.as_deref())?;
    let done = provider.store.write(&address, &write, ctx.clock().now())?;
    let name = input.table_name.unwrap_or_default();
    let rest = DeleteItemOutput {
        item_collection_metrics: collection_metrics(&done, input.return_item_collection_metrics.as_ref()),
        consumed_capacity: done.consumed.answer(input.return_consumed_capacity.as_ref(), &name, false),
        ..DeleteItemOutput::default()
    };
    let old = done.old.filter(|_| input.return_values == Some(ReturnValue::AllOld));
    Ok(calls::DeleteDone { rest, attributes: old.map(Shown::from) })
}

/// `UpdateItem`
pub(super) fn update(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: calls::Update,
) -> Result<calls::UpdateDone, DynamoDbError> {
    let calls::Update { rest: input, key, expression_attribute_values: values } = input;
    legacy::check_mixing(
        &[
            ("AttributeUpdates", input.attribute_updates.is_some()),
            ("Expected", input.expected.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
        ],
        &[
            ("UpdateExpression", input.update_expression.is_some()),
            ("ConditionExpression", input.condition_expression.is_some()),
        ],
    )?;
    let given = Given { names: input.expression_attribute_names, values };
    let mut placeholders = given.placeholders(&[
        (Kind::Update, input.update_expression.is_some()),
        (Kind::Condition, input.condition_expression.is_some()),
    ])?;
    let key = wire::item(key.unwrap_or_default())?;
    let update = match (input.update_expression, input.attribute_updates) {
        (Some(text), _) => expression::update(&text, &mut placeholders)?,
        (None, updates) => legacy_updates(updates.unwrap_or_default())?,
    };
    let conditions = Conditions {
        expression: input.condition_expression,
        expected: input.expected,
        operator: input.conditional_operator,
    };
    let condition = conditions.read(&mut placeholders)?;
    placeholders.finish()?;
    let write = Write {
        target: Target::Key(key),
        action: Action::Update(update),
        condition,
        shows_item: shows_item(input.return_values_on_condition_check_failure.as_ref()),
    };
    let address = provider.address(ctx, input.table_name.as_deref())?;
    let done = provider.store.write(&address, &write, ctx.clock().now())?;
    let Action::Update(update) = &write.action else { return Ok(calls::UpdateDone::default()) };
    let updated = |item: &Option<Arc<ItemRecord>>| {
        let attributes = updated_attributes(update, &item.as_ref()?.item);
        Some(attributes).filter(|it| !it.is_empty()).map(Shown::from)
    };
    let attributes = match input.return_values {
        Some(ReturnValue::AllOld) => done.old.clone().map(Shown::from),
        Some(ReturnValue::AllNew) => done.new.clone().map(Shown::from),
        Some(ReturnValue::UpdatedOld) => updated(&done.old),
        Some(ReturnValue::UpdatedNew) => updated(&done.new),
        _ => None,
    };
    let name = input.table_name.unwrap_or_default();
    let rest = UpdateItemOutput {
        item_collection_metrics: collection_metrics(&done, input.return_item_collection_metrics.as_ref()),
        consumed_capacity: done.consumed.answer(input.return_consumed_capacity.as_ref(), &name, false),
        ..UpdateItemOutput::default()
    };
    Ok(calls::UpdateDone { rest, attributes })
}

fn legacy_updates(updates: Map<AttributeValueUpdate>) -> Result<expression::Update, DynamoError> {
    let update = |(name, it): (String, AttributeValueUpdate)| {
        let action = match it.action {
            Some(AttributeAction::Add) => UpdateAction::Add,
            Some(AttributeAction::Delete) => UpdateAction::Delete,
            _ => UpdateAction::Put,
        };
        Ok((name, AttributeUpdate { action, value: it.value.map(wire::value).transpose()? }))
    };
    legacy::updates(updates.into_iter().map(update).collect::<Result<Vec<_>, DynamoError>>()?)
}

fn check_mixing_of_conditions(
    expected: &Option<Map<ExpectedAttributeValue>>,
    operator: &Option<ConditionalOperator>,
    expression: &Option<String>,
) -> Result<(), DynamoError> {
    legacy::check_mixing(
        &[("Expected", expected.is_some()), ("ConditionalOperator", operator.is_some())],
        &[("ConditionExpression", expression.is_some())],
    )
}

/// Of `PutItem` and `DeleteItem` (asserted).
fn check_old_or_none(wanted: Option<&ReturnValue>) -> Result<(), DynamoError> {
    match wanted {
        None | Some(ReturnValue::AllOld | ReturnValue::None) => Ok(()),
        Some(_) => Err(DynamoError::validation("ReturnValues can only be ALL_OLD or NONE")),
    }
}

/// `ItemCollectionMetrics`: of tables with local indexes. The estimate is the first gigabyte; nobody keeps ten in
/// an emulator.
pub(super) fn collection_metrics(
    done: &Done,
    wanted: Option<&ReturnItemCollectionMetrics>,
) -> Option<ItemCollectionMetrics> {
    let description = &done.table.record.description;
    let has_local = description.indexes.iter().any(|index| index.kind == IndexKind::Local);
    if wanted != Some(&ReturnItemCollectionMetrics::Size) || !has_local {
        return None;
    }
    let mut key = done.table.record.key_item(&done.key);
    key.retain(|name, _| *name == description.keys.partition.name);
    Some(ItemCollectionMetrics {
        item_collection_key: Some(wire::to_item(key)),
        size_estimate_range_gb: Some(vec![0.0, 1.0]),
    })
}
