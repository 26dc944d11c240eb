//! Global tables of version 2017.11.29, over the replicas of the later version ([`replicas`](super::replicas)): the
//! tables that are to be one have to be there, alike and empty, and then all but one become replicas of that one.
//!
//! Words that are not cited are from memory.

use std::collections::BTreeMap;

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;
use asf_runtime::identity::Region;

use super::DynamoProvider;
use super::addressing::address;
use super::replicas::{self, regions};
use super::tables::number;
use crate::error::DynamoError;
use crate::models::table::{Index, StreamViewType as View};
use crate::store::records::{Reads, ReplicaRecord, TableRecord};
use crate::store::{Address, OpenTable};

/// Global tables that a page has at most ("ListGlobalTables" in the API reference).
const LISTED: usize = 100;

/// (quirks: DDB-GLOBALTABLESETTINGS-001)
fn not_found(name: &str) -> DynamoDbError {
    GlobalTableNotFoundException::new(format!("Global table with name: '{name}' does not exist.")).into()
}

/// The global table of a name, wherever its replicas lead.
pub(super) fn find(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    name: Option<&str>,
) -> Result<OpenTable, DynamoDbError> {
    let address = provider.address(ctx, name)?;
    let table = provider.store.table(&address).filter(|table| table.record.global.is_some());
    table.ok_or_else(|| not_found(&address.name))
}

fn description(table: &OpenTable, status: GlobalTableStatus) -> GlobalTableDescription {
    let Address { account, region, name } = &table.address;
    let replica = |region: &str| ReplicaDescription {
        region_name: Some(region.to_owned()),
        replica_status: Some(ReplicaStatus::Active),
        ..ReplicaDescription::default()
    };
    GlobalTableDescription {
        replication_group: Some(regions(table).into_iter().map(replica).collect()),
        global_table_arn: Some(format!("arn:{}:dynamodb::{account}:global-table/{name}", region.partition())),
        creation_date_time: table.record.global,
        global_table_status: Some(status),
        global_table_name: Some(name.clone()),
    }
}

/// The table of a region that is to be part of a global one.
fn part(provider: &DynamoProvider, address: &Address) -> Result<OpenTable, DynamoDbError> {
    let Address { name, region, .. } = address;
    // aws-controllers-k8s/community#1034
    let missing = || {
        TableNotFoundException::new(format!(
            "Table not found: Table: '{name}' not found in region: '{region}'."
        ))
    };
    let table = provider.store.table(address).ok_or_else(missing)?;
    let invalid = |reason: &str| {
        DynamoError::parameter(format_args!("{reason} Table: '{name}' in region: '{region}'."))
    };
    if table.record.description.stream != Some(View::NewAndOldImages) {
        return Err(invalid("StreamSpecification must be enabled with NEW_AND_OLD_IMAGES.").into());
    }
    if !table.record.replicas.is_empty() {
        return Err(invalid("The table has replicas already.").into());
    }
    if provider.store.counts(&table).table.get().0 > 0 {
        return Err(invalid("The table must be empty.").into());
    }
    Ok(table)
}

/// That two tables have the same keys and indexes.
fn check_alike(home: &OpenTable, table: &OpenTable) -> Result<(), DynamoError> {
    let (one, other) = (&home.record.description, &table.record.description);
    let has = |index: &Index| other.index(&index.name).is_some_and(|it| it.keys == index.keys);
    if one.keys == other.keys && one.indexes.len() == other.indexes.len() && one.indexes.iter().all(has) {
        return Ok(());
    }
    Err(DynamoError::parameter(format_args!(
        "Tables of a global table must have the same keys and indexes. Table: '{}' in region: '{}'.",
        table.address.name, table.address.region
    )))
}

/// Makes the table of a region a replica.
fn join(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    home: &OpenTable,
    region: &Region,
) -> Result<(), DynamoDbError> {
    let there = Address { region: region.clone(), ..home.address.clone() };
    let table = part(provider, &there)?;
    check_alike(home, &table)?;
    let deleted = provider.store.delete(&there, ctx.clock().now(), |_| Ok::<_, DynamoError>(()))?;
    if let Some(deleted) = deleted {
        provider.remove_leftovers(deleted.tables);
    }
    let replica = ReplicaRecord {
        added: ctx.clock().now(),
        source: home.address.region.to_string(),
        kms_key: None,
        class: None,
        reads: Reads::default(),
        index_reads: BTreeMap::new(),
    };
    Ok(replicas::add(provider, ctx, &home.address, region, replica)?)
}

/// `CreateGlobalTable`
pub(super) fn create(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: CreateGlobalTableInput,
) -> Result<CreateGlobalTableOutput, DynamoDbError> {
    let called = address(ctx, input.global_table_name.as_deref())?;
    if find(provider, ctx, input.global_table_name.as_deref()).is_ok() {
        let message = format!("Global table with name: '{}' already exists.", called.name);
        return Err(GlobalTableAlreadyExistsException::new(message).into());
    }
    let mut wanted: Vec<Region> = Vec::new();
    for region in input.replication_group.unwrap_or_default().into_iter().filter_map(|it| it.region_name) {
        let region = Region::new(&region);
        if !wanted.contains(&region) {
            wanted.push(region);
        }
    }
    let home = wanted.iter().find(|region| **region == ctx.region).or(wanted.first()).cloned();
    let home = home.ok_or_else(|| DynamoError::parameter("ReplicationGroup must not be empty"))?;
    let home = Address { region: home, ..called };
    let table = part(provider, &home)?;
    // All are looked at before any is changed.
    for region in &wanted {
        check_alike(&table, &part(provider, &Address { region: region.clone(), ..home.clone() })?)?;
    }
    for region in wanted.iter().filter(|region| **region != home.region) {
        join(provider, ctx, &table, region)?;
    }
    let now = ctx.clock().now();
    replicas::change(provider, &home, |record| record.global = Some(now))?;
    let table = provider.store.table(&home).ok_or_else(|| not_found(&home.name))?;
    let description = description(&table, GlobalTableStatus::Creating);
    Ok(CreateGlobalTableOutput { global_table_description: Some(description) })
}

/// `DescribeGlobalTable`
pub(super) fn describe(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &DescribeGlobalTableInput,
) -> Result<DescribeGlobalTableOutput, DynamoDbError> {
    let table = find(provider, ctx, input.global_table_name.as_deref())?;
    let description = description(&table, GlobalTableStatus::Active);
    Ok(DescribeGlobalTableOutput { global_table_description: Some(description) })
}

/// `UpdateGlobalTable`
pub(super) fn update(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: UpdateGlobalTableInput,
) -> Result<UpdateGlobalTableOutput, DynamoDbError> {
    let name = input.global_table_name.as_deref();
    for update in input.replica_updates.unwrap_or_default() {
        let table = find(provider, ctx, name)?;
        let has = |region: &str| regions(&table).contains(&region);
        if let Some(region) = update.create.and_then(|it| it.region_name) {
            if has(&region) {
                let message = format!(
                    "Replica already exists: Replica in region: '{region}' is already part of the global table."
                );
                return Err(ReplicaAlreadyExistsException::new(message).into());
            }
            join(provider, ctx, &table, &Region::new(&region))?;
        }
        if let Some(region) = update.delete.and_then(|it| it.region_name) {
            if !has(&region) {
                let message = format!("Replica not found: Replica in region: '{region}' does not exist.");
                return Err(ReplicaNotFoundException::new(message).into());
            }
            leave(provider, ctx, &table, &Region::new(&region))?;
        }
    }
    let table = find(provider, ctx, name)?;
    let description = description(&table, GlobalTableStatus::Updating);
    Ok(UpdateGlobalTableOutput { global_table_description: Some(description) })
}

/// Makes a replica a table of its own, with the items that all have.
fn leave(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    table: &OpenTable,
    region: &Region,
) -> Result<(), DynamoDbError> {
    replicas::remove(provider, &table.address, region)?;
    let there = Address { region: region.clone(), ..table.address.clone() };
    let items = provider.store.items_at_a_moment(&table.tables, table.record.id);
    let description = table.record.description.clone();
    let record = TableRecord::new(description, number(ctx.ids()), ctx.ids().uuid(), ctx.clock().now());
    provider.store.create(&there, record, number(ctx.ids()), items);
    Ok(())
}

/// `ListGlobalTables`: those with a replica in a region.
pub(super) fn list(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &ListGlobalTablesInput,
) -> ListGlobalTablesOutput {
    let limit = input.limit.and_then(|it| usize::try_from(it).ok()).unwrap_or(LISTED).min(LISTED);
    let region = input.region_name.as_deref().map_or_else(|| ctx.region.clone(), Region::new);
    let start = input.exclusive_start_global_table_name.clone().unwrap_or_default();
    let tables = provider.store.at(ctx.account_id, &region);
    let own = tables.tables.range(start.clone().., usize::MAX).into_iter().map(|(name, _)| name);
    let led = tables.replicas.range(start.clone().., usize::MAX).into_iter().map(|(name, _)| name);
    let mut names: Vec<String> = own.chain(led).filter(|name| *name != start).collect();
    names.sort_unstable();
    let open = |name: String| {
        let there = Address { account: ctx.account_id, region: region.clone(), name };
        provider.store.table(&provider.store.home(there)).filter(|table| table.record.global.is_some())
    };
    let mut found = names.into_iter().filter_map(open);
    let page: Vec<OpenTable> = found.by_ref().take(limit).collect();
    let more = found.next().is_some();
    let global = |table: &OpenTable| GlobalTable {
        global_table_name: Some(table.address.name.clone()),
        replication_group: Some(
            regions(table)
                .into_iter()
                .map(|region| Replica { region_name: Some(region.to_owned()) })
                .collect(),
        ),
    };
    ListGlobalTablesOutput {
        last_evaluated_global_table_name: page.last().filter(|_| more).map(|it| it.address.name.clone()),
        global_tables: Some(page.iter().map(global).collect()),
    }
}
