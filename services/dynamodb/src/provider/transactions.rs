//! `TransactGetItems` and `TransactWriteItems`.

use std::collections::BTreeSet;
use std::sync::Arc;

use asf_api_dynamodb::*;
use asf_runtime::{Map, RequestContext};
use md5::{Digest as _, Md5};

use super::batches::is_shown;
use super::expressions::{Given, condition, projection, shows_item};
use super::items::collection_metrics;
use super::{DynamoProvider, calls};
use crate::capacity::{Consumed, read_units};
use crate::error::{DynamoError, ErrorKind};
use crate::evaluate::project;
use crate::expression::{self, Kind, Projection};
use crate::store::{Address, ItemKey, ItemRecord, OpenTable};
use crate::wire::shown::Shown;
use crate::writing::transaction::{Failure, Outcome, Token};
use crate::writing::{Action, Refusal, Target, Write};
use crate::{items, wire};

/// What of the answer's capacity is collected, by the names that the request has for tables.
#[derive(Default)]
pub(super) struct Capacities(Map<Consumed>);

impl Capacities {
    pub(super) fn add(&mut self, name: &str, consumed: &Consumed) {
        if let Some(known) = self.0.get_mut(name) {
            known.add(consumed);
        } else {
            self.0.insert(name.to_owned(), consumed.clone());
        }
    }

    /// Transactions say which kind of units it is; batches do not.
    pub(super) fn answer(
        &self,
        asked: Option<&ReturnConsumedCapacity>,
        with_kind: bool,
    ) -> Option<Vec<ConsumedCapacity>> {
        let all = self.0.iter().filter_map(|(name, consumed)| consumed.answer(asked, name, with_kind));
        asked.filter(|it| is_shown(it)).map(|_| all.collect())
    }
}

/// A read of a transaction.
pub(super) struct Read {
    /// The table as the request names it.
    pub(super) name: String,
    pub(super) table: OpenTable,
    pub(super) key: ItemKey,
}

impl DynamoProvider {
    /// Reads items at one moment.
    pub(super) fn read_together(&self, reads: &[Read]) -> Vec<Option<Arc<ItemRecord>>> {
        let _steps = self.store.steps();
        let _held = self.store.locks.share_partitions(reads.iter().map(|it| (it.table.record.id, &it.key)));
        reads.iter().map(|it| it.table.get(&it.key.encoded)).collect()
    }
}

/// `TransactGetItems`
pub(super) fn get(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: TransactGetItemsInput,
) -> Result<calls::TogetherGot, DynamoDbError> {
    let mut reads = Vec::new();
    let mut refusals = Vec::new();
    let mut projections: Vec<Option<Projection>> = Vec::new();
    for it in input.transact_items.unwrap_or_default() {
        let get = it.get.unwrap_or_default();
        let given = Given { names: get.expression_attribute_names, values: None };
        let mut placeholders =
            given.placeholders(&[(Kind::Projection, get.projection_expression.is_some())])?;
        projections.push(projection(get.projection_expression.as_deref(), None, &mut placeholders)?);
        placeholders.finish()?;
        let table = provider.table(ctx, get.table_name.as_deref())?;
        let key = wire::item(get.key.unwrap_or_default())?;
        match items::check_key(&key, &table.record.description.keys) {
            Ok(key) => {
                let name = get.table_name.unwrap_or_default();
                reads.push(Read { name, table, key: key.into() });
                refusals.push(None);
            }
            Err(error) if error.kind == ErrorKind::ValidationOfRequest => return Err(error.into()),
            // (conformance: transactGetItems)
            Err(error) => refusals.push(Some(Refusal::Invalid(error))),
        }
    }
    if refusals.iter().any(Option::is_some) {
        return Err(Failure::Cancelled(refusals).into());
    }
    let distinct: BTreeSet<_> = reads.iter().map(|it| (it.table.record.id, &it.key)).collect();
    if distinct.len() < reads.len() {
        return Err(DynamoError::validation(
            "Transaction request cannot include multiple operations on one item",
        )
        .into());
    }
    let found = provider.read_together(&reads);
    let mut capacities = Capacities::default();
    let mut responses = Vec::with_capacity(found.len());
    for ((read, item), projection) in reads.iter().zip(found).zip(projections) {
        let bytes = item.as_ref().map_or(0, |it| u64::from(it.size));
        capacities.add(&read.name, &Consumed::read(read_units(bytes, true)).doubled());
        let item = item.map(|it| match &projection {
            Some(projection) => project(projection, &it.item).into(),
            None => Shown::from(it),
        });
        responses.push(calls::TogetherGotItem { item, ..calls::TogetherGotItem::default() });
    }
    let rest = TransactGetItemsOutput {
        consumed_capacity: capacities.answer(input.return_consumed_capacity.as_ref(), true),
        ..TransactGetItemsOutput::default()
    };
    Ok(calls::TogetherGot { rest, responses: Some(responses) })
}

/// `TransactWriteItems`
pub(super) fn write(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: TransactWriteItemsInput,
) -> Result<TransactWriteItemsOutput, DynamoDbError> {
    let mut names = Vec::new();
    let mut writes = Vec::new();
    for it in input.transact_items.unwrap_or_default() {
        let (name, write) = part(it)?;
        let address = provider.address(ctx, name.as_deref())?;
        names.push(name.unwrap_or_default());
        writes.push((address, write));
    }
    let token = input.client_request_token.map(|text| token(provider, ctx, text, &writes));
    let outcome = provider.store.transact(&writes, token.as_ref(), ctx.clock().now())?;
    let mut capacities = Capacities::default();
    let mut metrics: Map<Vec<ItemCollectionMetrics>> = Map::default();
    match outcome {
        Outcome::Done(done) => {
            for (name, done) in names.into_iter().zip(done) {
                capacities.add(&name, &done.consumed);
                if let Some(it) = collection_metrics(&done, input.return_item_collection_metrics.as_ref()) {
                    metrics.entry(name).or_default().push(it);
                }
            }
        }
        Outcome::Repeated(items) => {
            // "the number of read capacity units consumed in reading the item" (API reference)
            for (name, (_, item)) in names.into_iter().zip(items) {
                let bytes = item.map_or(0, |it| u64::from(it.size));
                capacities.add(&name, &Consumed::read(read_units(bytes, true)).doubled());
            }
        }
    }
    Ok(TransactWriteItemsOutput {
        consumed_capacity: capacities.answer(input.return_consumed_capacity.as_ref(), true),
        item_collection_metrics: Some(metrics).filter(|it| !it.is_empty()),
    })
}

/// What tells a request from others with its token.
pub(super) fn token(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    text: String,
    writes: &[(Address, Write)],
) -> Token {
    let digest = Md5::digest(format!("{writes:?}")).into();
    Token { tables: provider.store.at(ctx.account_id, &ctx.region), text, digest }
}

/// One write of the request, and the table that it names.
fn part(it: TransactWriteItem) -> Result<(Option<String>, Write), DynamoError> {
    match (it.condition_check, it.put, it.delete, it.update) {
        (Some(check), None, None, None) => {
            let given = Given {
                names: check.expression_attribute_names,
                values: check.expression_attribute_values.map(Into::into),
            };
            let mut placeholders =
                given.placeholders(&[(Kind::Condition, check.condition_expression.is_some())])?;
            let condition =
                condition(check.condition_expression.as_deref(), Kind::Condition, &mut placeholders)?;
            placeholders.finish()?;
            let shows_item = shows_item(check.return_values_on_condition_check_failure.as_ref());
            let target = Target::Key(wire::item(check.key.unwrap_or_default())?);
            Ok((check.table_name, Write { target, action: Action::Check, condition, shows_item }))
        }
        (None, Some(put), None, None) => {
            let given = Given {
                names: put.expression_attribute_names,
                values: put.expression_attribute_values.map(Into::into),
            };
            let mut placeholders =
                given.placeholders(&[(Kind::Condition, put.condition_expression.is_some())])?;
            let condition =
                condition(put.condition_expression.as_deref(), Kind::Condition, &mut placeholders)?;
            placeholders.finish()?;
            let shows_item = shows_item(put.return_values_on_condition_check_failure.as_ref());
            let item = wire::item(put.item.unwrap_or_default())?;
            let action = Action::Put(Arc::new(item.into()));
            Ok((put.table_name, Write { target: Target::Put, action, condition, shows_item }))
        }
        (None, None, Some(delete), None) => {
            let given = Given {
                names: delete.expression_attribute_names,
                values: delete.expression_attribute_values.map(Into::into),
            };
            let mut placeholders =
                given.placeholders(&[(Kind::Condition, delete.condition_expression.is_some())])?;
            let condition =
                condition(delete.condition_expression.as_deref(), Kind::Condition, &mut placeholders)?;
            placeholders.finish()?;
            let shows_item = shows_item(delete.return_values_on_condition_check_failure.as_ref());
            let target = Target::Key(wire::item(delete.key.unwrap_or_default())?);
            Ok((delete.table_name, Write { target, action: Action::Delete, condition, shows_item }))
        }
        (None, None, None, Some(update)) => {
            let given = Given {
                names: update.expression_attribute_names,
                values: update.expression_attribute_values.map(Into::into),
            };
            let mut placeholders = given.placeholders(&[
                (Kind::Update, update.update_expression.is_some()),
                (Kind::Condition, update.condition_expression.is_some()),
            ])?;
            let changes = expression::update(
                update.update_expression.as_deref().unwrap_or_default(),
                &mut placeholders,
            )?;
            let condition =
                condition(update.condition_expression.as_deref(), Kind::Condition, &mut placeholders)?;
            placeholders.finish()?;
            let shows_item = shows_item(update.return_values_on_condition_check_failure.as_ref());
            let target = Target::Key(wire::item(update.key.unwrap_or_default())?);
            Ok((update.table_name, Write { target, action: Action::Update(changes), condition, shows_item }))
        }
        // (conformance: transactWriteItems)
        _ => {
            Err(DynamoError::validation("TransactItems can only contain one of Check, Put, Update or Delete"))
        }
    }
}
