//! `ExecuteStatement`, `BatchExecuteStatement`, `ExecuteTransaction`: PartiQL.

use std::sync::Arc;

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;

use super::DynamoProvider;
use super::errors::{CONDITION_FAILED, DUPLICATE, shown};
use super::expressions::shows_item;
use super::select::{self, Selected};
use super::transactions::{Capacities, Read, token};
use crate::capacity::{Consumed, read_units};
use crate::error::{DynamoError, ErrorKind};
use crate::evaluate::{holds, updated_attributes};
use crate::models::Item;
use crate::partiql::{self, Returning, Select, Statement};
use crate::store::{ItemRecord, OpenTable};
use crate::writing::transaction::Outcome;
use crate::writing::{Action, Done, Refusal, Target, Write, no_table};
use crate::{items, wire};

/// A statement that writes, and what it is to answer.
struct Writing {
    table: String,
    write: Write,
    returning: Option<Returning>,
}

fn read(text: Option<String>, parameters: Option<Vec<AttributeValue>>) -> Result<Statement, DynamoError> {
    let parameters = parameters.unwrap_or_default().into_iter().map(wire::value);
    partiql::read(&text.unwrap_or_default(), parameters.collect::<Result<_, _>>()?)
}

impl Writing {
    /// The write of a statement; a `SELECT` comes back.
    fn of(statement: Statement, shows_item: bool) -> Result<Self, Box<Select>> {
        let (table, target, action, condition, returning) = match statement {
            Statement::Select(select) => return Err(Box::new(select)),
            Statement::Exists(select) => {
                let condition = select.condition.unwrap_or(crate::expression::Condition::And(Vec::new()));
                (select.table, Target::Where(condition.clone()), Action::Check, Some(condition), None)
            }
            Statement::Insert { table, item } => {
                (table, Target::Put, Action::Insert(Arc::new(item.into())), None, None)
            }
            Statement::Update { table, update, condition, returning } => {
                let target = Target::Where(condition.clone());
                (table, target, Action::UpdateExisting(update), Some(condition), returning)
            }
            Statement::Delete { table, condition, returning } => {
                (table, Target::Where(condition.clone()), Action::Delete, Some(condition), returning)
            }
        };
        Ok(Self { table, write: Write { target, action, condition, shows_item }, returning })
    }

    fn returned(&self, done: &Done) -> Option<Item> {
        let all = |item: &Option<Arc<ItemRecord>>| item.as_ref().map(|it| it.item.clone());
        let modified = |item: &Option<Arc<ItemRecord>>| match &self.write.action {
            Action::UpdateExisting(update) => item.as_ref().map(|it| updated_attributes(update, &it.item)),
            _ => None,
        };
        let returned = match self.returning? {
            Returning::AllOld => all(&done.old),
            Returning::AllNew => all(&done.new),
            Returning::ModifiedOld => modified(&done.old),
            Returning::ModifiedNew => modified(&done.new),
        };
        // (conformance: batchExecuteStatement)
        returned.filter(|item| !item.is_empty())
    }
}

/// `ExecuteStatement`
pub(super) fn execute(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: ExecuteStatementInput,
) -> Result<ExecuteStatementOutput, DynamoDbError> {
    let statement = read(input.statement, input.parameters)?;
    if matches!(statement, Statement::Exists(_)) {
        // From memory.
        return Err(DynamoError::validation(
            "Unsupported operation: EXISTS is supported in transactions only",
        )
        .into());
    }
    let shows_item = shows_item(input.return_values_on_condition_check_failure.as_ref());
    let asked = input.return_consumed_capacity.as_ref();
    match Writing::of(statement, shows_item) {
        Ok(writing) => {
            let address = provider.address(ctx, Some(&writing.table))?;
            let done = provider.store.write(&address, &writing.write, ctx.clock().now())?;
            let items = writing.returned(&done).into_iter().map(wire::to_item).collect();
            Ok(ExecuteStatementOutput {
                items: Some(items),
                consumed_capacity: done.consumed.answer(asked, &writing.table, false),
                ..ExecuteStatementOutput::default()
            })
        }
        Err(select) => {
            let consistent = input.consistent_read == Some(true);
            let limit = input.limit.and_then(|limit| usize::try_from(limit).ok());
            let Selected { items, next, last, consumed } =
                select::run(provider, ctx, &select, consistent, limit, input.next_token.as_deref())?;
            Ok(ExecuteStatementOutput {
                items: Some(items.into_iter().map(wire::to_item).collect()),
                next_token: next,
                last_evaluated_key: last.map(wire::to_item),
                consumed_capacity: consumed.answer(asked, &select.table, false),
            })
        }
    }
}

/// `BatchExecuteStatement`
pub(super) fn batch(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: BatchExecuteStatementInput,
) -> Result<BatchExecuteStatementOutput, DynamoDbError> {
    let mut capacities = Capacities::default();
    let mut responses = Vec::new();
    for it in input.statements.unwrap_or_default() {
        let shows_item = shows_item(it.return_values_on_condition_check_failure.as_ref());
        let consistent = it.consistent_read == Some(true);
        let mut table = None;
        let result =
            read(it.statement, it.parameters).map_err(Refusal::Invalid).and_then(
                |statement| match Writing::of(statement, shows_item) {
                    Ok(writing) => {
                        table = Some(writing.table.clone());
                        let address = provider.address(ctx, Some(&writing.table))?;
                        let done = provider.store.write(&address, &writing.write, ctx.clock().now())?;
                        capacities.add(&writing.table, &done.consumed);
                        Ok(writing.returned(&done))
                    }
                    Err(select) => {
                        table = Some(select.table.clone());
                        let read = one(provider, ctx, &select, &|| key_of("BatchExecuteStatement"))?;
                        let item = read.table.get(&read.key.encoded);
                        let bytes = item.as_ref().map_or(0, |it| u64::from(it.size));
                        capacities.add(&select.table, &Consumed::read(read_units(bytes, consistent)));
                        Ok(seen(&select, item))
                    }
                },
            );
        // test_dynamodb::TestDynamoDB::test_dynamodb_batch_execute_statement
        responses.push(match result {
            Ok(item) => {
                BatchStatementResponse { table_name: table, item: item.map(wire::to_item), error: None }
            }
            Err(refusal) => {
                BatchStatementResponse { table_name: table, item: None, error: Some(batch_error(refusal)) }
            }
        });
    }
    Ok(BatchExecuteStatementOutput {
        responses: Some(responses),
        consumed_capacity: capacities.answer(input.return_consumed_capacity.as_ref(), false),
    })
}

fn batch_error(refusal: Refusal) -> BatchStatementError {
    use BatchStatementErrorCodeEnum as Code;
    let (code, message, item) = match refusal {
        Refusal::Condition(item) => (Code::ConditionalCheckFailed, CONDITION_FAILED.to_owned(), item),
        Refusal::Duplicate(item) => (Code::DuplicateItem, DUPLICATE.to_owned(), item),
        Refusal::Invalid(DynamoError { kind: ErrorKind::ResourceNotFound, message }) => {
            (Code::ResourceNotFound, message, None)
        }
        Refusal::Invalid(error) => (Code::ValidationError, error.message, None),
    };
    BatchStatementError { code: Some(code), message: Some(message), item: shown(item) }
}

/// (conformance: partiqlFunctions)
fn key_of(operation: &str) -> DynamoError {
    DynamoError::validation(format!(
        "Select statements within {operation} must specify the primary key in the where clause."
    ))
}

/// (conformance: partiql)
fn failed(position: usize, reason: &str) -> DynamoError {
    DynamoError::validation(format!("Validation failed in TransactStatements[{position}]: {reason}"))
}

/// The one item of a `SELECT` in a batch or a transaction.
fn one(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    select: &Select,
    missing: &dyn Fn() -> DynamoError,
) -> Result<Read, DynamoError> {
    let table: OpenTable =
        provider.store.table(&provider.address(ctx, Some(&select.table))?).ok_or_else(no_table)?;
    let condition = select.condition.as_ref().filter(|_| select.index.is_none()).ok_or_else(missing)?;
    let key = partiql::primary_key(condition, &table.record.description.keys).map_err(|_| missing())?.into();
    Ok(Read { name: select.table.clone(), table, key })
}

/// What a `SELECT` shows of its item.
fn seen(select: &Select, item: Option<Arc<ItemRecord>>) -> Option<Item> {
    let item =
        item.filter(|it| select.condition.as_ref().is_none_or(|condition| holds(condition, &it.item)))?;
    Some(select.columns_of(&item.item))
}

/// That an `EXISTS` asks for more than a key (conformance: partiqlFunctions).
fn check_exists(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    statement: &Statement,
    position: usize,
) -> Result<(), DynamoError> {
    let Statement::Exists(select) = statement else { return Ok(()) };
    let table = provider.store.table(&provider.address(ctx, Some(&select.table))?);
    let keys = table.as_ref().map(|table| &table.record.description.keys);
    match select.condition.as_ref().zip(keys) {
        Some((condition, keys)) if partiql::is_key_alone(condition, keys) => {
            Err(failed(position, "EXISTS() must contain a single item read with additional condition"))
        }
        _ => Ok(()),
    }
}

/// `ExecuteTransaction`
pub(super) fn transaction(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: ExecuteTransactionInput,
) -> Result<ExecuteTransactionOutput, DynamoDbError> {
    let (mut selects, mut names, mut writes) = (Vec::new(), Vec::new(), Vec::new());
    for (position, it) in input.transact_statements.unwrap_or_default().into_iter().enumerate() {
        let shows_item = shows_item(it.return_values_on_condition_check_failure.as_ref());
        let statement = read(it.statement, it.parameters)?;
        check_exists(provider, ctx, &statement, position)?;
        match Writing::of(statement, shows_item) {
            Ok(Writing { returning: Some(_), .. }) => {
                return Err(
                    failed(position, "RETURNING clause is not supported in ExecuteTransaction.").into()
                );
            }
            Ok(Writing { table, write, .. }) => {
                writes.push((provider.address(ctx, Some(&table))?, write));
                names.push(table);
            }
            Err(select) if select.index.is_some() => {
                return Err(
                    failed(position, "Reads on indices are not supported within transactions.").into()
                );
            }
            Err(select) => selects.push((position, select)),
        }
    }
    if !selects.is_empty() && !writes.is_empty() {
        // PyDynamoDB's tests against AWS (tests/test_dynamodb_transaction, passren/PyDynamoDB, MIT).
        return Err(DynamoError::validation(
            "ExecuteTransaction API does not support both read and write operations in the same request.",
        )
        .into());
    }
    let asked = input.return_consumed_capacity.as_ref();
    let mut capacities = Capacities::default();
    if writes.is_empty() {
        let read = |(position, select): &(usize, Box<Select>)| {
            let missing = || failed(*position, &key_of("ExecuteTransaction").message);
            one(provider, ctx, select, &missing)
        };
        let reads = selects.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let found = provider.read_together(&reads);
        let responses = selects.iter().zip(reads).zip(found).map(|(((_, select), read), item)| {
            let bytes = item.as_ref().map_or(0, |it| u64::from(it.size));
            capacities.add(&read.name, &Consumed::read(read_units(bytes, true)).doubled());
            ItemResponse { item: seen(select, item).map(wire::to_item) }
        });
        let responses = responses.collect();
        return Ok(ExecuteTransactionOutput {
            responses: Some(responses),
            consumed_capacity: capacities.answer(asked, true),
        });
    }
    // Keys that are not whole are the statement's fault, and no reason for a cancellation.
    for (address, write) in &writes {
        let table = provider.store.table(address).ok_or_else(no_table)?;
        if let Target::Where(condition) = &write.target {
            partiql::primary_key(condition, &table.record.description.keys)?;
        }
        if let Action::Insert(item) = &write.action {
            items::check_new(&item.item, &table.record.description)?;
        }
    }
    let token = input.client_request_token.map(|text| token(provider, ctx, text, &writes));
    if let Outcome::Done(done) = provider.store.transact(&writes, token.as_ref(), ctx.clock().now())? {
        for (name, done) in names.iter().zip(done) {
            capacities.add(name, &done.consumed);
        }
    }
    // test_dynamodb::TestDynamoDB::test_dynamodb_execute_transaction
    Ok(ExecuteTransactionOutput {
        responses: Some(Vec::new()),
        consumed_capacity: capacities.answer(asked, true),
    })
}
