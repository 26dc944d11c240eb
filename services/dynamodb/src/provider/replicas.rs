//! Replicas (global tables, version 2019.11.21): `ReplicaUpdates` and `GlobalTableWitnessUpdates` of `UpdateTable`, and
//! what descriptions say of them.

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;
use asf_runtime::identity::Region;

use super::addressing::no_named_table;
use super::groups::{STRONG_DELETE, check_group};
use super::tables::number;
use super::{DynamoProvider, encryption};
use crate::error::DynamoError;
use crate::models::table::{BillingMode as Mode, IndexKind, StreamViewType as View};
use crate::store::records::TableRecord;
use crate::store::records::{Reads, ReplicaRecord};
use crate::store::tables::{Rebuild, begin_stream};
use crate::store::{Address, OpenTable};

/// Whether a request is about replicas. What it says of witnesses alone does not count (quirks: DDB-TABLE-257).
pub(super) fn are_changed(input: &UpdateTableInput) -> bool {
    input.replica_updates.as_ref().is_some_and(|all| !all.is_empty())
}

/// What is to become of one region.
pub(super) enum Action<'r> {
    Create(&'r CreateReplicationGroupMemberAction),
    Update(&'r UpdateReplicationGroupMemberAction),
    Delete,
}

/// Adds replicas, changes and removes them. `called` is the region that the request came to.
///
/// # Errors
///
/// What does not go together (quirks: DDB-TABLE-223, 224, 257, 265, 307), or cannot be.
pub(super) fn update(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    address: &Address,
    called: &Region,
    input: &UpdateTableInput,
) -> Result<(), DynamoError> {
    let updates = input.replica_updates.as_deref().unwrap_or_default();
    let actions = updates.iter().map(action).collect::<Result<Vec<_>, _>>()?;
    let table = provider.store.table(address).ok_or_else(|| no_named_table(address))?;
    if actions.iter().any(|(region, _)| region == called) {
        return Err(DynamoError::validation(
            "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or UpdateTable \
             as required.",
        ));
    }
    let strong = check_group(&table.record, called, &actions, input)?;
    let is_member =
        |region: &Region| *region == address.region || table.record.replicas.contains_key(region.as_str());
    let strangers: Vec<&str> = actions
        .iter()
        .filter(|(region, action)| !matches!(action, Action::Create(_)) && !is_member(region))
        .map(|(region, _)| region.as_str())
        .collect();
    if !strangers.is_empty() {
        return Err(DynamoError::validation(format!(
            "Update global table operation failed because one or more replicas were not part of the global table. Please \
             retry the request without these replicas: [{}].",
            strangers.join(", ")
        )));
    }
    let all_go = table.record.strong.is_some();
    for (region, action) in actions {
        match action {
            Action::Create(wanted) => {
                let replica = new_replica(ctx, &table, called, &region, wanted)?;
                add(provider, ctx, address, &region, replica)?;
            }
            Action::Update(wanted) => change_replica(provider, ctx, address, &region, wanted)?,
            Action::Delete if all_go => remove_unchecked(provider, address, &region)?,
            Action::Delete => remove(provider, address, &region)?,
        }
    }
    change(provider, address, |record| {
        if strong.is_some() {
            record.strong = strong;
        }
        if record.replicas.is_empty() {
            record.strong = None;
        }
    })
}

/// The region of an update, and what it is about.
fn action(update: &ReplicationGroupUpdate) -> Result<(Region, Action<'_>), DynamoError> {
    let (region, action) = match (&update.create, &update.update, &update.delete) {
        (Some(create), None, None) => (&create.region_name, Action::Create(create)),
        (None, Some(update), None) => (&update.region_name, Action::Update(update)),
        (None, None, Some(delete)) => (&delete.region_name, Action::Delete),
        (None, None, None) => return Err(no_action()),
        _ => {
            return Err(DynamoError::validation(
                "Update table operation with more than one type of replica actions not allowed.",
            ));
        }
    };
    Ok((Region::new(region.as_deref().unwrap_or_default()), action))
}

fn no_action() -> DynamoError {
    DynamoError::validation("There are no actions specified in the Replica Update Action of the request.")
}

/// What a request wants of a new replica.
///
/// # Errors
///
/// If its key does not go with that of the table (quirks: DDB-TABLE-295, 309, 313).
fn new_replica(
    ctx: &RequestContext,
    table: &OpenTable,
    called: &Region,
    region: &Region,
    wanted: &CreateReplicationGroupMemberAction,
) -> Result<ReplicaRecord, DynamoError> {
    let now = ctx.clock().now();
    let there = Address { region: region.clone(), ..table.address.clone() };
    let given = wanted.kms_master_key_id.as_deref();
    let own = encryption::key_arn(&table.address, None);
    let own_there = encryption::key_arn(&there, None);
    let key = given.map(|key| encryption::key_arn(&there, Some(key)));
    let kms_key = match (&table.record.kms_key, key) {
        (None, None) => None,
        (Some(current), None) if *current == own => Some(own_there),
        (Some(current), Some(key)) if (*current == own) == (key == own_there) => Some(key),
        (Some(_), Some(_)) => {
            return Err(DynamoError::parameter(
                "All replica keys must either be Customer Managed CMK or AWS Managed CMK.",
            ));
        }
        _ => return Err(key_of_each()),
    };
    let description = &table.record.description;
    let mut reads = Reads::default();
    let wanted_reads = overrides(
        wanted.provisioned_throughput_override.as_ref(),
        wanted.on_demand_throughput_override.as_ref(),
    );
    reads.change(wanted_reads, description.throughput.read, description.provision.on_demand);
    let mut replica = ReplicaRecord {
        added: now,
        source: called.to_string(),
        kms_key,
        class: wanted.table_class_override.as_ref().map(|class| (class.as_str().to_owned(), now)),
        reads,
        index_reads: std::collections::BTreeMap::new(),
    };
    change_indexes(&mut replica, &table.record, wanted.global_secondary_indexes.as_deref());
    Ok(replica)
}

fn key_of_each() -> DynamoError {
    DynamoError::parameter("KMSMasterKeyId must be specified for each replica.")
}

fn overrides(
    units: Option<&ProvisionedThroughputOverride>,
    on_demand: Option<&OnDemandThroughputOverride>,
) -> Reads {
    Reads {
        units: units.and_then(|it| it.read_capacity_units),
        on_demand: on_demand.and_then(|it| it.max_read_request_units),
    }
}

/// Indexes that there are not do not matter (quirks: DDB-TABLE-307).
fn change_indexes(
    replica: &mut ReplicaRecord,
    record: &TableRecord,
    wanted: Option<&[ReplicaGlobalSecondaryIndex]>,
) {
    for wanted in wanted.unwrap_or_default() {
        let name = wanted.index_name.as_deref().unwrap_or_default();
        let Some(index) = record.description.index(name).filter(|it| it.kind == IndexKind::Global) else {
            continue;
        };
        let units = wanted.provisioned_throughput_override.as_ref();
        let change = overrides(units, wanted.on_demand_throughput_override.as_ref());
        let reads = replica.index_reads.entry(name.to_owned()).or_default();
        reads.change(change, index.throughput.unwrap_or_default().read, index.provision.on_demand);
    }
}

/// Changes what a replica has of its own.
///
/// # Errors
///
/// If nothing is asked for, or it does not go with the table (quirks: DDB-TABLE-223, 250, 294, 309).
fn change_replica(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    address: &Address,
    region: &Region,
    wanted: &UpdateReplicationGroupMemberAction,
) -> Result<(), DynamoError> {
    if wanted.kms_master_key_id.is_some() {
        return Err(key_of_each());
    }
    let reads = overrides(
        wanted.provisioned_throughput_override.as_ref(),
        wanted.on_demand_throughput_override.as_ref(),
    );
    let indexes = wanted.global_secondary_indexes.as_deref().unwrap_or_default();
    let changes_index = |it: &ReplicaGlobalSecondaryIndex| {
        it.provisioned_throughput_override.is_some() || it.on_demand_throughput_override.is_some()
    };
    let is_nothing = reads == Reads::default()
        && !indexes.iter().any(changes_index)
        && wanted.table_class_override.is_none();
    if is_nothing {
        return Err(no_action());
    }
    let now = ctx.clock().now();
    let changed = provider.store.alter(address, |table| {
        let mut record = (*table.record).clone();
        let description = &table.record.description;
        match description.billing_mode {
            Mode::PayPerRequest if reads.units.is_some() => {
                return Err(DynamoError::validation(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is \
                     PAY_PER_REQUEST",
                ));
            }
            Mode::Provisioned if reads.on_demand.is_some() => {
                return Err(DynamoError::validation(
                    "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is \
                     PROVISIONED",
                ));
            }
            _ => {}
        }
        if let Some(replica) = record.replicas.get_mut(region.as_str()) {
            replica.reads.change(reads, description.throughput.read, description.provision.on_demand);
            change_indexes(replica, &table.record, Some(indexes));
            if let Some(class) = &wanted.table_class_override {
                replica.class = Some((class.as_str().to_owned(), now));
            }
        }
        Ok((record, Rebuild::default()))
    })?;
    changed.map(|_| ()).ok_or_else(|| no_named_table(address))
}

/// Adds a replica. The table gets a stream if it has none (quirks: DDB-TABLE-221, 305).
///
/// # Errors
///
/// If there is a table of that name.
pub(super) fn add(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    address: &Address,
    region: &Region,
    replica: ReplicaRecord,
) -> Result<(), DynamoError> {
    if provider.store.table(address).is_none() {
        return Err(no_named_table(address));
    }
    if *region == address.region || !provider.store.add_replica(address, region) {
        // (quirks: DDB-TABLE-442, which has these quotes)
        return Err(DynamoError::validation(format!(
            "Failed to create a the new replica of table with name: ‘{}’ because one or more replicas already existed \
             as tables.",
            address.name
        )));
    }
    let now = ctx.clock().now();
    let changed = provider.store.alter(address, |table| {
        let mut record = (*table.record).clone();
        if record.description.stream.is_none() {
            let view = View::NewAndOldImages;
            record.description.stream = Some(view);
            begin_stream(&table.tables, &address.name, &mut record, view, number(ctx.ids()), now);
        }
        record.replicas.insert(region.to_string(), replica);
        Ok::<_, DynamoError>((record, Rebuild::default()))
    })?;
    changed.map(|_| ()).ok_or_else(|| no_named_table(address))
}

/// Removes a replica. The region in which the table was made cannot go, nor one that others were added from.
pub(super) fn remove(
    provider: &DynamoProvider,
    address: &Address,
    region: &Region,
) -> Result<(), DynamoError> {
    let table = provider.store.table(address).ok_or_else(|| no_named_table(address))?;
    if table.record.strong.is_some() {
        return Err(DynamoError::validation(STRONG_DELETE));
    }
    if *region == address.region || table.record.replicas.values().any(|it| it.source == region.as_str()) {
        return Err(source_region());
    }
    remove_unchecked(provider, address, region)
}

fn remove_unchecked(
    provider: &DynamoProvider,
    address: &Address,
    region: &Region,
) -> Result<(), DynamoError> {
    change(provider, address, |record| {
        record.replicas.remove(region.as_str());
        record.read_scaling.remove(region.as_str());
    })?;
    provider.store.remove_replica(address, region);
    Ok(())
}

/// That a table cannot be deleted while it has replicas.
///
/// # Errors
///
/// If it has.
pub(super) fn check_deletion(record: &TableRecord) -> Result<(), DynamoError> {
    match &record.strong {
        Some(_) => Err(DynamoError::validation(STRONG_DELETE)),
        None if !record.replicas.is_empty() => Err(source_region()),
        None => Ok(()),
    }
}

/// Of a table that has replicas: it cannot go before they do (quirks: DDB-TABLE-266).
fn source_region() -> DynamoError {
    DynamoError::validation(
        "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the table \
         in the last 24 hours.",
    )
}

pub(super) fn change(
    provider: &DynamoProvider,
    address: &Address,
    change: impl FnOnce(&mut TableRecord),
) -> Result<(), DynamoError> {
    let changed = provider.store.alter(address, |table| {
        let mut record = (*table.record).clone();
        change(&mut record);
        Ok::<_, DynamoError>((record, Rebuild::default()))
    })?;
    changed.map(|_| ()).ok_or_else(|| no_named_table(address))
}

/// The regions of a table: that in which it was made, then the others as they came.
pub(super) fn regions(table: &OpenTable) -> Vec<&str> {
    let mut others: Vec<_> = table.record.replicas.iter().collect();
    others.sort_by_key(|(_, replica)| replica.added);
    let others = others.into_iter().map(|(region, _)| region.as_str());
    std::iter::once(table.address.region.as_str()).chain(others).collect()
}

/// What the description of a table says of its regions, as the one that is called has it (quirks: DDB-TABLE-229,
/// 259, 320).
pub(super) fn describe(table: &OpenTable, called: &Region, description: &mut TableDescription) {
    let record = &table.record;
    let mode = record.replication_mode.as_deref().map(GlobalTableSettingsReplicationMode::from);
    if record.global.is_some() {
        // A global table of 2017 has an operation of its own for the others.
        description.global_table_version = Some("2017.11.29".to_owned());
        if let Some(here) = record.replicas.get(called.as_str()) {
            show_own(here, description);
        }
        return;
    }
    if record.replicas.is_empty() {
        description.global_table_settings_replication_mode = mode;
        return;
    }
    description.global_table_version = Some("2019.11.21".to_owned());
    description.global_table_settings_replication_mode =
        Some(GlobalTableSettingsReplicationMode::EnabledWithOverrides);
    if let Some(group) = &record.strong {
        description.multi_region_consistency = Some(MultiRegionConsistency::Strong);
        let witness = |region: &String| GlobalTableWitnessDescription {
            region_name: Some(region.clone()),
            witness_status: Some(WitnessStatus::Active),
        };
        description.global_table_witnesses = group.witness.as_ref().map(|it| vec![witness(it)]);
    }
    let others = regions(table).into_iter().filter(|region| *region != called.as_str());
    description.replicas = Some(others.map(|region| replica(table, region)).collect());
    if let Some(here) = record.replicas.get(called.as_str()) {
        show_own(here, description);
    }
}

/// An entry of `Replicas`: what it has as all have is not there (quirks: DDB-TABLE-201, 250).
fn replica(table: &OpenTable, region: &str) -> ReplicaDescription {
    let record = &table.record;
    let own = record.replicas.get(region);
    let warm = &record.description.provision.warm;
    let globals = record.description.indexes.iter().filter(|index| index.kind == IndexKind::Global);
    let indexes: Vec<_> = globals
        .map(|index| {
            let reads = own.and_then(|it| it.index_reads.get(&index.name)).copied().unwrap_or_default();
            let (units, on_demand) = shown(reads);
            ReplicaGlobalSecondaryIndexDescription {
                index_name: Some(index.name.clone()),
                provisioned_throughput_override: units,
                on_demand_throughput_override: on_demand,
                warm_throughput: Some(GlobalSecondaryIndexWarmThroughputDescription {
                    read_units_per_second: Some(index.provision.warm.read),
                    write_units_per_second: Some(index.provision.warm.write),
                    status: Some(IndexStatus::Active),
                }),
            }
        })
        .collect();
    let (units, on_demand) = shown(own.map(|it| it.reads).unwrap_or_default());
    ReplicaDescription {
        region_name: Some(region.to_owned()),
        replica_status: Some(ReplicaStatus::Active),
        kms_master_key_id: match own {
            Some(replica) => replica.kms_key.clone(),
            None => record.kms_key.clone(),
        },
        provisioned_throughput_override: units,
        on_demand_throughput_override: on_demand,
        warm_throughput: Some(TableWarmThroughputDescription {
            read_units_per_second: Some(warm.read),
            write_units_per_second: Some(warm.write),
            status: Some(TableStatus::Active),
        }),
        global_secondary_indexes: Some(indexes).filter(|all| !all.is_empty()),
        replica_table_class_summary: own.and_then(|it| it.class.as_ref()).map(|(class, at)| {
            TableClassSummary { table_class: Some(class.as_str().into()), last_update_date_time: Some(*at) }
        }),
        global_table_settings_replication_mode: Some(
            GlobalTableSettingsReplicationMode::EnabledWithOverrides,
        ),
        ..ReplicaDescription::default()
    }
}

fn shown(reads: Reads) -> (Option<ProvisionedThroughputOverride>, Option<OnDemandThroughputOverride>) {
    (
        reads.units.map(|it| ProvisionedThroughputOverride { read_capacity_units: Some(it) }),
        reads.on_demand.map(|it| OnDemandThroughputOverride { max_read_request_units: Some(it) }),
    )
}

/// What a replica has of its own is what it has, where it is asked itself.
fn show_own(own: &ReplicaRecord, description: &mut TableDescription) {
    if let Some(throughput) = &mut description.provisioned_throughput
        && own.reads.units.is_some()
    {
        throughput.read_capacity_units = own.reads.units;
    }
    if own.reads.on_demand.is_some() {
        let on_demand = description.on_demand_throughput.get_or_insert_default();
        on_demand.max_read_request_units = own.reads.on_demand;
    }
    for index in description.global_secondary_indexes.iter_mut().flatten() {
        let name = index.index_name.as_deref().unwrap_or_default();
        let Some(reads) = own.index_reads.get(name) else { continue };
        if let Some(throughput) = &mut index.provisioned_throughput
            && reads.units.is_some()
        {
            throughput.read_capacity_units = reads.units;
        }
        if reads.on_demand.is_some() {
            index.on_demand_throughput.get_or_insert_default().max_read_request_units = reads.on_demand;
        }
    }
    if let Some(encryption) = &mut description.sse_description {
        encryption.kms_master_key_arn = own.kms_key.clone();
    }
    if let Some((class, at)) = &own.class {
        description.table_class_summary = Some(TableClassSummary {
            table_class: Some(class.as_str().into()),
            last_update_date_time: Some(*at),
        });
    }
}
