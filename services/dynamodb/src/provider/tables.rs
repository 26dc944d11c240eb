//! `CreateTable`, `DescribeTable`, `ListTables`, `UpdateTable`, `DeleteTable`.

use std::ops::Bound;

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;
use asf_runtime::ids::Ids;

use super::DynamoProvider;
use super::addressing::{address, no_named_table};
use super::describe::{self, Moment};
use super::{replicas, requests, tags};
use crate::error::{DynamoError, ErrorKind};
use crate::limits;
use crate::models::table::BillingMode as Mode;
use crate::store::records::{Policy, TableRecord};
use crate::store::tables::{Rebuild, begin_stream, end_stream};
use crate::store::{Address, OpenTable};
use crate::streams;
use crate::tables::{CreateTable, UpdateTable};

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
        table_description: Some(describe::table(&table, &counts, Moment::Creating, &address.region)),
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
        stream: input.stream_specification.as_ref().map(requests::stream),
    };
    let description = request.check()?;
    let now = ctx.clock().now();
    let new = TableRecord::new(description, number(ctx.ids()), ctx.ids().uuid(), now);
    Ok(TableRecord {
        deletion_protection: input.deletion_protection_enabled == Some(true),
        class: input.table_class.map(|class| (class.as_str().to_owned(), now)),
        kms_key: input.sse_specification.and_then(|it| kms_key(address, &it, ctx.ids())),
        on_demand: input
            .on_demand_throughput
            .map(|it| (it.max_read_request_units, it.max_write_request_units)),
        warm: input.warm_throughput.map(|it| (it.read_units_per_second, it.write_units_per_second)),
        policy: input.resource_policy.map(|text| Policy { text, revision: ctx.ids().uuid() }),
        tags: tags::of(input.tags.unwrap_or_default())?,
        ..new
    })
}

/// The key that a table is encrypted with, if it is one of KMS: the given one, or AWS's own for DynamoDB, which is
/// the same for all tables of an account in a region.
fn kms_key(address: &Address, given: &SseSpecification, ids: &Ids) -> Option<String> {
    if given.enabled != Some(true) {
        return None;
    }
    let Address { account, region, .. } = address;
    let arn = |id: &str| format!("arn:{}:kms:{region}:{account}:key/{id}", region.partition());
    Some(match given.kms_master_key_id.as_deref() {
        Some(key) if key.starts_with("arn:") => key.to_owned(),
        Some(key) => arn(key.trim_start_matches("key/")),
        None => arn(&ids.uuid()),
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
    Ok(DescribeTableOutput { table: Some(describe::table(&table, &counts, Moment::Described, &called)) })
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

/// `UpdateTable`
pub(super) fn update(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &UpdateTableInput,
) -> Result<UpdateTableOutput, DynamoDbError> {
    if input.global_table_witness_updates.is_some() {
        return Err(asf_runtime::AwsError::not_implemented(ctx.operation).into());
    }
    let called = address(ctx, input.table_name.as_deref())?.region;
    let address = provider.address(ctx, input.table_name.as_deref())?;
    if let Some(updates) = input.replica_updates.as_ref().filter(|all| !all.is_empty()) {
        replicas::update(provider, ctx, &address, &called, updates)?;
    }
    let now = ctx.clock().now();
    let alter = |table: &OpenTable| {
        let has_other_changes = input.sse_specification.is_some()
            || input.table_class.is_some()
            || input.deletion_protection_enabled.is_some()
            || input.on_demand_throughput.is_some()
            || input.warm_throughput.is_some()
            || input.replica_updates.is_some()
            || input.multi_region_consistency.is_some();
        let updates = input.global_secondary_index_updates.clone().unwrap_or_default();
        let request = UpdateTable {
            attributes: input.attribute_definitions.clone().map(requests::attributes),
            billing_mode: input.billing_mode.as_ref().map(requests::billing_mode),
            throughput: input.provisioned_throughput.as_ref().map(requests::throughput),
            index_updates: updates.into_iter().map(requests::index_update).collect(),
            stream: input.stream_specification.as_ref().map(requests::stream),
            has_other_changes,
        };
        check_stream(table, request.stream.map(|it| it.enabled))?;
        let before = &table.record;
        let change = request.check(&before.description)?;
        let mut record = (**before).clone();
        let mut rebuild = Rebuild::default();
        for name in &change.deleted_indexes {
            rebuild.deleted.extend(record.slots.remove(name));
        }
        for name in change.created_indexes {
            record.slots.insert(name.clone(), record.next_slot);
            record.next_slot = record.next_slot.saturating_add(1);
            rebuild.created.push(name);
        }
        record.description = change.table;
        let (was, is) = (before.description.throughput, record.description.throughput);
        if is.read > was.read || is.write > was.write {
            record.increased = Some(now);
        }
        if is.read < was.read || is.write < was.write {
            record.decreased = Some(now);
        }
        let becomes_on_demand = before.description.billing_mode != record.description.billing_mode
            && record.description.billing_mode == Mode::PayPerRequest;
        if becomes_on_demand {
            record.on_demand_since = Some(now);
        }
        match change.stream {
            Some(Some(view)) => {
                let id = number(ctx.ids());
                begin_stream(&table.tables, &table.address.name, &mut record, view, id, now);
            }
            Some(None) => end_stream(table, now),
            None => {}
        }
        set_others(&mut record, input, &address, ctx);
        Ok::<_, DynamoError>((record, rebuild))
    };
    let former = provider.store.table(&address).and_then(|table| describe::encryption(&table.record));
    let table = provider.store.alter(&address, alter)?.ok_or_else(|| no_named_table(&address))?;
    let counts = provider.store.counts(&table);
    let mut description = describe::table(&table, &counts, Moment::Updating, &called);
    if input.sse_specification.is_some() {
        // A key that it has no more is shown until that is done
        // (test_dynamodb::TestDynamoDB::test_dynamodb_create_table_with_partial_sse_specification).
        let encryption = description.sse_description.take().or(former);
        description.sse_description =
            encryption.map(|it| SseDescription { status: Some(SseStatus::Updating), ..it });
    }
    Ok(UpdateTableOutput { table_description: Some(description) })
}

/// What the domain does not look at.
fn set_others(record: &mut TableRecord, input: &UpdateTableInput, address: &Address, ctx: &RequestContext) {
    let now = ctx.clock().now();
    if let Some(encryption) = &input.sse_specification {
        let is_on = record.kms_key.is_some() && encryption.kms_master_key_id.is_none();
        match encryption.enabled {
            // The key that it has.
            Some(true) | None if is_on => {}
            _ => record.kms_key = kms_key(address, encryption, ctx.ids()),
        }
    }
    if let Some(class) = &input.table_class {
        record.class = Some((class.as_str().to_owned(), now));
    }
    if let Some(protection) = input.deletion_protection_enabled {
        record.deletion_protection = protection;
    }
    if let Some(it) = &input.on_demand_throughput {
        record.on_demand = Some((it.max_read_request_units, it.max_write_request_units));
    }
    if let Some(it) = &input.warm_throughput {
        record.warm = Some((it.read_units_per_second, it.write_units_per_second));
    }
}

/// That a stream is not enabled twice, nor disabled where there is none ("StreamSpecification" of `UpdateTable` in
/// the API reference; words from memory).
fn check_stream(table: &OpenTable, wanted: Option<bool>) -> Result<(), DynamoError> {
    let is_enabled = table.record.description.stream.is_some();
    match wanted {
        Some(true) if is_enabled => Err(DynamoError::validation(format!(
            "Table already has an enabled stream: TableName: {}",
            table.address.name
        ))),
        Some(false) if !is_enabled => Err(DynamoError::validation(format!(
            "Table has no stream to disable: TableName: {}",
            table.address.name
        ))),
        _ => Ok(()),
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
        let description = describe::table(&table, &counts, Moment::Deleting, &called.region);
        return Ok(DeleteTableOutput { table_description: Some(description) });
    }
    let counts = provider.store.table(&address).map(|table| provider.store.counts(&table));
    let check = |table: &OpenTable| match table.record.deletion_protection {
        // From memory.
        true => Err(DynamoError::validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection \
             first.",
        )),
        false if !table.record.replicas.is_empty() => Err(replicas::source_region()),
        false => Ok(()),
    };
    let deleted = provider.store.delete(&address, ctx.clock().now(), check)?;
    let table = deleted.ok_or_else(|| no_named_table(&address))?;
    provider.remove_leftovers(table.tables.clone());
    streams::forget_gone(&provider.store, ctx.clock().now());
    let mut description =
        describe::table(&table, &counts.unwrap_or_default(), Moment::Deleting, &address.region);
    // AWS says no more of it (from memory).
    description.attribute_definitions = None;
    description.key_schema = None;
    description.creation_date_time = None;
    Ok(DeleteTableOutput { table_description: Some(description) })
}
