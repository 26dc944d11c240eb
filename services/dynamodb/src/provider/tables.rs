//! `CreateTable`, `DescribeTable`, `ListTables`, `DeleteTable`.

use std::ops::Bound;

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;
use asf_runtime::ids::Ids;

use super::DynamoProvider;
use super::addressing::{address, no_named_table};
use super::describe::{self, Moment};
use super::{encryption, policies, replicas, requests, tags};
use crate::error::{DynamoError, ErrorKind};
use crate::limits;
use crate::store::records::{Policy, TableRecord};
use crate::store::{Address, OpenTable};
use crate::streams;
use crate::tables::CreateTable;

/// A number that tells a table, a stream or a backup from all others.
pub(super) fn number(ids: &Ids) -> u64 {
    let mut bytes = [0; 8];
    ids.fill(&mut bytes);
    u64::from_be_bytes(bytes)
}

/// `CreateTable`
pub(super) fn create(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: CreateTableInput,
) -> Result<CreateTableOutput, DynamoDbError> {
    let address = address(ctx, input.table_name.as_deref())?;
    let record = record_of(ctx, &address, input)?;
    let table = provider.store.create(&address, record, number(ctx.ids()), []);
    let table = table.ok_or_else(|| table_exists(&address))?;
    let counts = provider.store.counts(&table);
    Ok(CreateTableOutput {
        table_description: Some(describe::table(
            &table,
            &counts,
            Moment::Creating,
            &address.region,
            ctx.clock().now(),
        )),
    })
}

/// That there is a table of this name.
pub(super) fn table_exists(address: &Address) -> DynamoError {
    // test_dynamodb::TestDynamoDB::test_create_duplicate_table
    let message = format!("Table already exists: {}", address.name);
    DynamoError::new(ErrorKind::ResourceInUse, message)
}

/// A new table, as it was asked for.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn record_of(
    ctx: &RequestContext,
    address: &Address,
    input: CreateTableInput,
) -> Result<TableRecord, DynamoDbError> {
    let request = CreateTable {
        name: address.name.clone(),
        attributes: requests::attributes(input.attribute_definitions.unwrap_or_default()),
        keys: requests::keys(input.key_schema.unwrap_or_default()),
        local_indexes: input
            .local_secondary_indexes
            .map(|all| all.into_iter().map(requests::local_index).collect()),
        global_indexes: input
            .global_secondary_indexes
            .map(|all| all.into_iter().map(requests::global_index).collect()),
        billing_mode: input.billing_mode.as_ref().map(requests::billing_mode),
        throughput: input.provisioned_throughput.as_ref().map(requests::throughput),
        provision: requests::provision(input.on_demand_throughput.as_ref(), input.warm_throughput.as_ref()),
        stream: input.stream_specification.as_ref().map(requests::stream),
    };
    let description = request.check()?;
    let now = ctx.clock().now();
    let new = TableRecord::new(description, number(ctx.ids()), ctx.ids().uuid(), now);
    if let Some(encryption) = &input.sse_specification {
        encryption::check(encryption)?;
    }
    let policy = input.resource_policy.as_deref().map(policies::canonical).transpose()?;
    let policy = policy.map(|text| Policy { text, revision: now.millis().to_string() });
    Ok(TableRecord {
        deletion_protection: input.deletion_protection_enabled == Some(true),
        replication_mode: input.global_table_settings_replication_mode.map(|it| it.as_str().to_owned()),
        class: input.table_class.map(|class| (class.as_str().to_owned(), now)),
        kms_key: input.sse_specification.and_then(|it| encryption::key(address, &it)),
        policy,
        tags: tags::of(input.tags.unwrap_or_default())?,
        ..new
    })
}

/// `DescribeTable`
pub(super) fn describe(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &DescribeTableInput,
) -> Result<DescribeTableOutput, DynamoDbError> {
    let called = address(ctx, input.table_name.as_deref())?.region;
    let table = provider.named_table(ctx, input.table_name.as_deref())?;
    let counts = provider.store.counts(&table);
    Ok(DescribeTableOutput {
        table: Some(describe::table(&table, &counts, Moment::Described, &called, ctx.clock().now())),
    })
}

/// `ListTables`
pub(super) fn list(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &ListTablesInput,
) -> ListTablesOutput {
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(limits::LISTED_TABLES).min(limits::LISTED_TABLES);
    let tables = provider.store.at(ctx.account_id, &ctx.region);
    let start = input.exclusive_start_table_name.clone().map_or(Bound::Unbounded, Bound::Excluded);
    let range = (start, Bound::Unbounded);
    let own = tables.tables.range(range.clone(), limit + 1).into_iter().map(|(name, _)| name);
    let replicas = tables.replicas.range(range, limit + 1).into_iter().map(|(name, _)| name);
    let mut names: Vec<String> = own.chain(replicas).collect();
    names.sort_unstable();
    let more = names.len() > limit;
    names.truncate(limit);
    ListTablesOutput {
        last_evaluated_table_name: names.last().filter(|_| more).cloned(),
        table_names: Some(names),
    }
}

/// `DeleteTable`
pub(super) fn delete(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &DeleteTableInput,
) -> Result<DeleteTableOutput, DynamoDbError> {
    let called = address(ctx, input.table_name.as_deref())?;
    let address = provider.store.home(called.clone());
    if address != called {
        // The table goes on in other regions.
        let table = provider.named_table(ctx, input.table_name.as_deref())?;
        replicas::remove(provider, &address, &called.region)?;
        let counts = provider.store.counts(&table);
        let description =
            describe::table(&table, &counts, Moment::Deleting, &called.region, ctx.clock().now());
        return Ok(DeleteTableOutput { table_description: Some(description) });
    }
    let counts = provider.store.table(&address).map(|table| provider.store.counts(&table));
    let check = |table: &OpenTable| match table.record.deletion_protection {
        // (quirks: DDB-TABLE-442)
        true => Err(DynamoError::validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection \
             first.",
        )),
        false => replicas::check_deletion(&table.record),
    };
    let deleted = provider.store.delete(&address, ctx.clock().now(), check)?;
    let table = deleted.ok_or_else(|| no_named_table(&address))?;
    provider.remove_leftovers(table.tables.clone());
    streams::forget_gone(&provider.store, ctx.clock().now());
    let mut description = describe::table(
        &table,
        &counts.unwrap_or_default(),
        Moment::Deleting,
        &address.region,
        ctx.clock().now(),
    );
    // AWS says no more of it (from memory).
    description.attribute_definitions = None;
    description.key_schema = None;
    description.creation_date_time = None;
    Ok(DeleteTableOutput { table_description: Some(description) })
}
