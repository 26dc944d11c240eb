//! `Query`.

use asf_api_dynamodb::{DynamoDbError, QueryOutput};
use asf_runtime::{Map, RequestContext};

use super::expressions::{Given, comparisons, condition, conditional_operator, projection};
use super::pages::{self, Reading};
use super::{DynamoProvider, calls};
use crate::error::DynamoError;
use crate::evaluate::{check_filter, check_key_access, key_condition, key_tests};
use crate::expression::{self, Kind};
use crate::models::key::partition_prefix;
use crate::models::table::IndexKind;
use crate::store::places::KeyRange;
use crate::wire::shown::ShownItems;
use crate::{legacy, wire};

/// `Query`
pub(super) fn query(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: calls::QueryOf,
) -> Result<calls::QueryPage, DynamoDbError> {
    let calls::QueryOf { rest: input, exclusive_start_key, expression_attribute_values: values } = input;
    legacy::check_mixing(
        &[
            ("AttributesToGet", input.attributes_to_get.is_some()),
            ("QueryFilter", input.query_filter.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
            ("KeyConditions", input.key_conditions.is_some()),
        ],
        &[
            ("ProjectionExpression", input.projection_expression.is_some()),
            ("FilterExpression", input.filter_expression.is_some()),
            ("KeyConditionExpression", input.key_condition_expression.is_some()),
        ],
    )?;
    let given = Given { names: input.expression_attribute_names, values };
    let mut placeholders = given.placeholders(&[
        (Kind::Filter, input.filter_expression.is_some()),
        (Kind::KeyCondition, input.key_condition_expression.is_some()),
        (Kind::Projection, input.projection_expression.is_some()),
    ])?;
    if input.conditional_operator.is_some() {
        legacy::check_conditional_operator(input.query_filter.as_ref().map(Map::len))?;
    }
    let start = exclusive_start_key.map(wire::item).transpose()?;
    let specific = match (&input.projection_expression, &input.attributes_to_get) {
        (Some(_), _) => Some("ProjectionExpression"),
        (None, Some(_)) => Some("AttributesToGet"),
        (None, None) => None,
    };
    let (filter, filter_name) = match input.query_filter {
        Some(filter) => {
            let operator = conditional_operator(input.conditional_operator.as_ref());
            (legacy::filter(comparisons(filter)?, operator)?, "QueryFilter")
        }
        None => {
            let text = input.filter_expression.as_deref();
            (condition(text, Kind::Filter, &mut placeholders)?, "Filter Expression")
        }
    };
    let tests = match (input.key_condition_expression, input.key_conditions) {
        (Some(text), _) => key_tests(&expression::condition(&text, Kind::KeyCondition, &mut placeholders)?)?,
        (None, Some(conditions)) => legacy::key_conditions(comparisons(conditions)?)?,
        // (asserted)
        (None, None) => {
            return Err(DynamoError::validation(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
            )
            .into());
        }
    };
    let wanted =
        projection(input.projection_expression.as_deref(), input.attributes_to_get, &mut placeholders)?;
    placeholders.finish()?;

    let table = provider.table(ctx, input.table_name.as_deref())?;
    let consistent = input.consistent_read == Some(true);
    let found = pages::index(&table, input.index_name.as_deref(), consistent)?;
    let (index, slot) = found.unzip();
    let keys = index.map_or(&table.record.description.keys, |index| &index.keys);
    let select = pages::select(input.select.as_ref(), specific, wanted.as_ref(), &table, index)?;
    let key_condition = key_condition(&tests, keys)?;
    if let Some(filter) = &filter {
        check_filter(filter, keys, filter_name)?;
        check_key_access(filter.paths(), &table.record.description)?;
        // With all attributes, what a local index does not have is looked up.
        let is_looked_up = select == pages::Select::All;
        if let Some(index) = index.filter(|_| !is_looked_up) {
            pages::check_filter(filter, index, &table.record.description.keys)?;
        }
    }
    let forward = input.scan_index_forward != Some(false);
    let mut range = KeyRange::of_query(table.record.id, slot.unwrap_or(0), &key_condition);
    if let Some(given) = start {
        let start = pages::start(&given, &table, index, false)?;
        // (asserted)
        if *start.partition() != key_condition.partition {
            return Err(DynamoError::validation(
                "The provided starting key is outside query boundaries based on provided conditions",
            )
            .into());
        }
        if start.key.sort.as_ref().is_some_and(|sort| !key_condition.sort.contains(sort)) {
            return Err(DynamoError::validation(
                "The provided starting key does not match the range key predicate",
            )
            .into());
        }
        range = range.after(start.encoded, forward);
    }
    // A local index shows what was written before, and no item twice.
    let is_local = index.is_some_and(|index| index.kind == IndexKind::Local);
    let held = is_local.then(|| {
        let partition = partition_prefix(&key_condition.partition);
        let steps = provider.store.steps();
        (provider.store.locks.share_partition(table.record.id, &partition), steps)
    });
    let reading = Reading {
        table: &table,
        index,
        range,
        forward,
        limit: input.limit.and_then(|limit| usize::try_from(limit).ok()),
        filter,
        projection: wanted,
        select,
        consistent,
    };
    let page = reading.page();
    drop(held);
    let name = input.table_name.unwrap_or_default();
    let is_count = select == pages::Select::Count;
    let rest = QueryOutput {
        count: i32::try_from(page.count).ok(),
        scanned_count: i32::try_from(page.scanned).ok(),
        last_evaluated_key: page.last.map(wire::to_item),
        consumed_capacity: page.consumed.answer(input.return_consumed_capacity.as_ref(), &name, false),
        ..QueryOutput::default()
    };
    Ok(calls::QueryPage { rest, items: (!is_count).then_some(ShownItems(page.items)) })
}
