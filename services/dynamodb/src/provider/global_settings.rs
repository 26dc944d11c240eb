//! `UpdateGlobalTableSettings`, `DescribeGlobalTableSettings`: what the replicas of a global table of version 2017.11.29
//! can read and write. Writes are the same in all regions, reads are each region's own.
//!
//! Words that are not cited are from memory.

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;

use super::global_tables::find;
use super::replicas::regions;
use super::scaling::{self, Dimension, Subject};
use super::{DynamoProvider, replicas, table_updates};
use crate::error::DynamoError;
use crate::models::table::{BillingMode as Mode, Index, IndexKind};
use crate::store::OpenTable;
use crate::store::records::TableRecord;
use crate::store::records::{Reads, Scaling};

/// `DescribeGlobalTableSettings`
pub(super) fn describe(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &DescribeGlobalTableSettingsInput,
) -> Result<DescribeGlobalTableSettingsOutput, DynamoDbError> {
    let table = find(provider, ctx, input.global_table_name.as_deref())?;
    Ok(DescribeGlobalTableSettingsOutput {
        global_table_name: Some(table.address.name.clone()),
        replica_settings: Some(settings(&table, &ReplicaStatus::Active)),
    })
}

fn globals(record: &TableRecord) -> impl Iterator<Item = &Index> {
    record.description.indexes.iter().filter(|index| index.kind == IndexKind::Global)
}

/// The settings of all replicas.
fn settings(table: &OpenTable, status: &ReplicaStatus) -> Vec<ReplicaSettingsDescription> {
    let record = &table.record;
    let description = &record.description;
    let mode = description.billing_mode;
    // There is no list of policies where nothing scales.
    let setting = |scaling: Option<&Scaling>| {
        let shown = scaling::shown(scaling, table.address.account, &table.address.region, mode);
        let scaling_policies = shown.scaling_policies.filter(|all| !all.is_empty());
        (mode == Mode::Provisioned).then_some(AutoScalingSettingsDescription { scaling_policies, ..shown })
    };
    let billing = (mode == Mode::PayPerRequest).then(|| BillingModeSummary {
        billing_mode: Some(BillingMode::PayPerRequest),
        last_update_to_pay_per_request_date_time: record.on_demand_since.or(Some(record.created)),
    });
    let replica = |name: &str| {
        let own = record.replicas.get(name);
        let scaled = record.read_scaling.get(name);
        let indexes: Vec<_> = globals(record)
            .map(|index| {
                let reads = own.and_then(|it| it.index_reads.get(&index.name)).and_then(|it| it.units);
                ReplicaGlobalSecondaryIndexSettingsDescription {
                    index_name: Some(index.name.clone()),
                    index_status: Some(IndexStatus::Active),
                    provisioned_read_capacity_units: reads.or(index.throughput.map(|it| it.read)),
                    provisioned_read_capacity_auto_scaling_settings: setting(
                        scaled.and_then(|it| it.get(&index.name)),
                    ),
                    provisioned_write_capacity_units: index.throughput.map(|it| it.write),
                    provisioned_write_capacity_auto_scaling_settings: setting(
                        record.write_scaling.get(&index.name),
                    ),
                }
            })
            .collect();
        let class = match own {
            Some(own) => own.class.as_ref().or(record.class.as_ref()),
            None => record.class.as_ref(),
        };
        let reads = own.and_then(|it| it.reads.units).unwrap_or(description.throughput.read);
        ReplicaSettingsDescription {
            region_name: Some(name.to_owned()),
            replica_status: Some(status.clone()),
            replica_billing_mode_summary: billing.clone(),
            replica_provisioned_read_capacity_units: Some(reads),
            replica_provisioned_read_capacity_auto_scaling_settings: setting(
                scaled.and_then(|it| it.get("")),
            ),
            replica_provisioned_write_capacity_units: Some(description.throughput.write),
            replica_provisioned_write_capacity_auto_scaling_settings: setting(record.write_scaling.get("")),
            replica_global_secondary_index_settings: Some(indexes).filter(|all| !all.is_empty()),
            replica_table_class_summary: class.map(|(class, at)| TableClassSummary {
                table_class: Some(class.as_str().into()),
                last_update_date_time: Some(*at),
            }),
        }
    };
    regions(table).into_iter().map(replica).collect()
}

/// `UpdateGlobalTableSettings`, which answers with what was before.
pub(super) fn update(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &UpdateGlobalTableSettingsInput,
) -> Result<UpdateGlobalTableSettingsOutput, DynamoDbError> {
    let table = find(provider, ctx, input.global_table_name.as_deref())?;
    check(&table, input)?;
    // All is looked at before anything is changed.
    change(ctx, &table, &mut (*table.record).clone(), input)?;
    let whole = whole_table(&table, input);
    if whole != UpdateTableInput::default() {
        let name = Some(table.address.name.clone());
        table_updates::update(provider, ctx, &UpdateTableInput { table_name: name, ..whole })?;
    }
    let mut result = Ok(());
    replicas::change(provider, &table.address, |record| result = change(ctx, &table, record, input))?;
    result?;
    Ok(UpdateGlobalTableSettingsOutput {
        global_table_name: Some(table.address.name.clone()),
        replica_settings: Some(settings(&table, &ReplicaStatus::Updating)),
    })
}

/// That the replicas and indexes are there, and that something is asked for.
fn check(table: &OpenTable, input: &UpdateGlobalTableSettingsInput) -> Result<(), DynamoDbError> {
    let name = &table.address.name;
    let writes = input.global_table_global_secondary_index_settings_update.as_deref().unwrap_or_default();
    let updates = input.replica_settings_update.as_deref().unwrap_or_default();
    let is_nothing = input.global_table_billing_mode.is_none()
        && input.global_table_provisioned_write_capacity_units.is_none()
        && input.global_table_provisioned_write_capacity_auto_scaling_settings_update.is_none()
        && writes.is_empty()
        && updates.is_empty();
    if is_nothing {
        // As UpdateTableReplicaAutoScaling says it.
        return Err(DynamoError::validation(format!(
            "Failed to update settings for global table with name: ‘{name}’ because at least one update parameter must be \
             specified."
        ))
        .into());
    }
    let there = regions(table);
    for update in updates {
        let region = update.region_name.as_deref().unwrap_or_default();
        if !there.contains(&region) {
            let message = format!("Replica not found: Replica in region: '{region}' does not exist.");
            return Err(ReplicaNotFoundException::new(message).into());
        }
    }
    let reads =
        updates.iter().flat_map(|it| it.replica_global_secondary_index_settings_update.iter().flatten());
    let named = writes.iter().map(|it| &it.index_name).chain(reads.map(|it| &it.index_name));
    for index in named.map(|it| it.as_deref().unwrap_or_default()) {
        if !globals(&table.record).any(|it| it.name == index) {
            let message = format!("Index not found: Index: '{index}' of table: '{name}' does not exist.");
            return Err(IndexNotFoundException::new(message).into());
        }
    }
    Ok(())
}

/// What a request wants of the table in all regions, and in that in which it was made, as `UpdateTable` takes it.
fn whole_table(table: &OpenTable, input: &UpdateGlobalTableSettingsInput) -> UpdateTableInput {
    let record = &table.record;
    let mode = record.description.billing_mode;
    let billing_mode = input
        .global_table_billing_mode
        .clone()
        .filter(|wanted| (*wanted == BillingMode::PayPerRequest) != (mode == Mode::PayPerRequest));
    let is_provisioned = match &billing_mode {
        Some(wanted) => *wanted == BillingMode::Provisioned,
        None => mode == Mode::Provisioned,
    };
    let updates = input.replica_settings_update.as_deref().unwrap_or_default();
    let home = updates.iter().find(|it| it.region_name.as_deref() == Some(table.address.region.as_str()));
    let throughput = |is: (i64, i64), read: Option<i64>, write: Option<i64>| {
        let is_wanted = read.is_some_and(|it| it != is.0)
            || write.is_some_and(|it| it != is.1)
            || (is_provisioned && billing_mode.is_some());
        is_wanted.then(|| ProvisionedThroughput {
            // A table that is paid for by request has none, which is less than can be.
            read_capacity_units: Some(read.unwrap_or(is.0.max(1))),
            write_capacity_units: Some(write.unwrap_or(is.1.max(1))),
        })
    };
    let units = record.description.throughput;
    let reads = home.and_then(|it| it.replica_provisioned_read_capacity_units);
    let writes = input.global_table_provisioned_write_capacity_units;
    let index_update = |index: &Index| {
        let reads = home?.replica_global_secondary_index_settings_update.as_deref();
        let reads = reads.unwrap_or_default().iter().find(|it| it.index_name.as_deref() == Some(&index.name));
        Some(reads?.provisioned_read_capacity_units).flatten()
    };
    let index_writes =
        input.global_table_global_secondary_index_settings_update.as_deref().unwrap_or_default();
    let indexes: Vec<_> = globals(record)
        .filter_map(|index| {
            let is = index.throughput.unwrap_or_default();
            let writes = index_writes.iter().find(|it| it.index_name.as_deref() == Some(&index.name));
            let writes = writes.and_then(|it| it.provisioned_write_capacity_units);
            let throughput = throughput((is.read, is.write), index_update(index), writes)?;
            let update = UpdateGlobalSecondaryIndexAction {
                index_name: Some(index.name.clone()),
                provisioned_throughput: Some(throughput),
                ..UpdateGlobalSecondaryIndexAction::default()
            };
            Some(GlobalSecondaryIndexUpdate { update: Some(update), ..GlobalSecondaryIndexUpdate::default() })
        })
        .collect();
    UpdateTableInput {
        provisioned_throughput: throughput((units.read, units.write), reads, writes),
        billing_mode,
        global_secondary_index_updates: Some(indexes).filter(|all| !all.is_empty()),
        ..UpdateTableInput::default()
    }
}

/// What `UpdateTable` does not do: reads of the other regions, classes, and what scales.
fn change(
    ctx: &RequestContext,
    table: &OpenTable,
    record: &mut TableRecord,
    input: &UpdateGlobalTableSettingsInput,
) -> Result<(), DynamoError> {
    let now = ctx.clock().now();
    let subject = |index, dimension| Subject { ctx, table: &table.address.name, index, dimension };
    if let Some(given) = &input.global_table_provisioned_write_capacity_auto_scaling_settings_update {
        scaling::change(&mut record.write_scaling, &subject("", Dimension::Write), given)?;
    }
    for update in input.global_table_global_secondary_index_settings_update.iter().flatten() {
        if let Some(given) = &update.provisioned_write_capacity_auto_scaling_settings_update {
            let index = update.index_name.as_deref().unwrap_or_default();
            scaling::change(&mut record.write_scaling, &subject(index, Dimension::Write), given)?;
        }
    }
    let description = record.description.clone();
    for update in input.replica_settings_update.iter().flatten() {
        let region = update.region_name.as_deref().unwrap_or_default();
        let indexes = update.replica_global_secondary_index_settings_update.as_deref().unwrap_or_default();
        let scaled = record.read_scaling.entry(region.to_owned()).or_default();
        if let Some(given) = &update.replica_provisioned_read_capacity_auto_scaling_settings_update {
            scaling::change(scaled, &subject("", Dimension::Read), given)?;
        }
        for update in indexes {
            if let Some(given) = &update.provisioned_read_capacity_auto_scaling_settings_update {
                let index = update.index_name.as_deref().unwrap_or_default();
                scaling::change(scaled, &subject(index, Dimension::Read), given)?;
            }
        }
        let class = update.replica_table_class.as_ref().map(|class| (class.as_str().to_owned(), now));
        let Some(replica) = record.replicas.get_mut(region) else {
            if class.is_some() {
                record.class = class;
            }
            continue;
        };
        let units = |units| Reads { units, on_demand: None };
        let wanted = units(update.replica_provisioned_read_capacity_units);
        replica.reads.change(wanted, description.throughput.read, description.provision.on_demand);
        for update in indexes {
            let name = update.index_name.clone().unwrap_or_default();
            let Some(index) = description.index(&name) else { continue };
            let reads = replica.index_reads.entry(name).or_default();
            let wanted = units(update.provisioned_read_capacity_units);
            reads.change(wanted, index.throughput.unwrap_or_default().read, index.provision.on_demand);
        }
        if class.is_some() {
            replica.class = class;
        }
    }
    record.read_scaling.retain(|_, scaled| !scaled.is_empty());
    Ok(())
}
