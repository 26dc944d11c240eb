//! `Scan`.

use asf_api_dynamodb::{DynamoDbError, ScanOutput};
use asf_runtime::{Map, RequestContext};

use super::expressions::{Given, comparisons, condition, conditional_operator, projection};
use super::pages::{self, Reading};
use super::{DynamoProvider, calls};
use crate::error::DynamoError;
use crate::evaluate::check_key_access;
use crate::expression::Kind;
use crate::store::places::KeyRange;
use crate::wire::shown::ShownItems;
use crate::{legacy, wire};

/// `Scan`
pub(super) fn scan(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: calls::ScanOf,
) -> Result<calls::ScanPage, DynamoDbError> {
    let calls::ScanOf { rest: input, exclusive_start_key, expression_attribute_values: values } = input;
    legacy::check_mixing(
        &[
            ("AttributesToGet", input.attributes_to_get.is_some()),
            ("ScanFilter", input.scan_filter.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
        ],
        &[
            ("ProjectionExpression", input.projection_expression.is_some()),
            ("FilterExpression", input.filter_expression.is_some()),
        ],
    )?;
    let given = Given { names: input.expression_attribute_names, values };
    let mut placeholders = given.placeholders(&[
        (Kind::Filter, input.filter_expression.is_some()),
        (Kind::Projection, input.projection_expression.is_some()),
    ])?;
    if input.conditional_operator.is_some() {
        legacy::check_conditional_operator(input.scan_filter.as_ref().map(Map::len))?;
    }
    let segment = segment(input.segment, input.total_segments)?;
    let start = exclusive_start_key.map(wire::item).transpose()?;
    let specific = match (&input.projection_expression, &input.attributes_to_get) {
        (Some(_), _) => Some("ProjectionExpression"),
        (None, Some(_)) => Some("AttributesToGet"),
        (None, None) => None,
    };
    let filter = match input.scan_filter {
        Some(filter) => {
            let operator = conditional_operator(input.conditional_operator.as_ref());
            legacy::filter(comparisons(filter)?, operator)?
        }
        None => condition(input.filter_expression.as_deref(), Kind::Filter, &mut placeholders)?,
    };
    let wanted =
        projection(input.projection_expression.as_deref(), input.attributes_to_get, &mut placeholders)?;
    placeholders.finish()?;

    let table = provider.table(ctx, input.table_name.as_deref())?;
    let consistent = input.consistent_read == Some(true);
    let (index, slot) = pages::index(&table, input.index_name.as_deref(), consistent)?.unzip();
    let select = pages::select(input.select.as_ref(), specific, wanted.as_ref(), &table, index)?;
    if let Some(filter) = &filter {
        check_key_access(filter.paths(), &table.record.description)?;
    }
    let (id, slot) = (table.record.id, slot.unwrap_or(0));
    let mut range = match segment {
        Some((segment, total)) => KeyRange::of_segment(id, slot, segment, total),
        None => KeyRange::of_scan(id, slot),
    };
    if let Some(given) = start {
        let start = pages::start(&given, &table, index, true)?;
        if let Some((segment, total)) = segment
            && !range.contains(&start.encoded)
        {
            // (asserted)
            return Err(DynamoError::validation(format!(
                "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with \
                 correct Segment. TotalSegments: {total} Segment: {segment}"
            ))
            .into());
        }
        range = range.after(start.encoded, true);
    }
    let reading = Reading {
        table: &table,
        index,
        range,
        forward: true,
        limit: input.limit.and_then(|limit| usize::try_from(limit).ok()),
        filter,
        projection: wanted,
        select,
        consistent,
    };
    let page = reading.page();
    let name = input.table_name.unwrap_or_default();
    let is_count = select == pages::Select::Count;
    let rest = ScanOutput {
        count: i32::try_from(page.count).ok(),
        scanned_count: i32::try_from(page.scanned).ok(),
        last_evaluated_key: page.last.map(wire::to_item),
        consumed_capacity: page.consumed.answer(input.return_consumed_capacity.as_ref(), &name, false),
        ..ScanOutput::default()
    };
    Ok(calls::ScanPage { rest, items: (!is_count).then_some(ShownItems(page.items)) })
}

/// Which of how many segments. (asserted)
fn segment(segment: Option<i32>, total: Option<i32>) -> Result<Option<(u32, u32)>, DynamoError> {
    let (segment, total) = match (segment, total) {
        (None, None) => return Ok(None),
        (Some(_), None) => {
            return Err(DynamoError::validation(
                "The TotalSegments parameter is required but was not present in the request when Segment parameter is \
                 present",
            ));
        }
        (None, Some(_)) => {
            return Err(DynamoError::validation(
                "The Segment parameter is required but was not present in the request when parameter TotalSegments \
                 is present",
            ));
        }
        (Some(segment), Some(total)) => (segment, total),
    };
    if segment >= total {
        return Err(DynamoError::validation(format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is \
             not less than TotalSegments: {total}"
        )));
    }
    // The model wants both not to be negative.
    Ok(u32::try_from(segment).ok().zip(u32::try_from(total).ok()))
}
