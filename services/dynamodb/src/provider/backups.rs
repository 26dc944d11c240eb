//! Backups on demand.

use std::sync::Arc;

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;

use super::DynamoProvider;
use super::addressing::by_arn;
use super::describe;
use super::settings::table_not_found;
use super::tables::number;
use crate::error::{DynamoError, ErrorKind};
use crate::models::table::{BillingMode as Mode, Index, IndexKind};
use crate::store::records::BackupRecord;
use crate::store::{Address, DynamoStore};

/// Backups that a page has at most ("ListBackups" in the API reference).
const LISTED: usize = 100;

/// `CreateBackup`
pub(super) fn create(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: CreateBackupInput,
) -> Result<CreateBackupOutput, DynamoDbError> {
    let name = input.table_name.as_deref();
    let table = provider.table(ctx, name).map_err(|error| table_not_found(error, name))?;
    let now = ctx.clock().now();
    let id = number(ctx.ids());
    let arn = format!("{}/backup/{:014}-{:08x}", table.address.arn(), now.millis(), id >> 32);
    let backup = provider.store.back_up(&table, id, input.backup_name.unwrap_or_default(), &arn, now);
    // It may have gone meanwhile.
    let backup = backup
        .ok_or_else(|| table_not_found(DynamoError::new(ErrorKind::ResourceNotFound, String::new()), name))?;
    // Only this answer says so (quirks: DDB-BACKUP-003).
    Ok(CreateBackupOutput { backup_details: Some(details(&arn, &backup, BackupStatus::Creating)) })
}

fn details(arn: &str, backup: &BackupRecord, status: BackupStatus) -> BackupDetails {
    BackupDetails {
        backup_arn: Some(arn.to_owned()),
        backup_name: Some(backup.name.clone()),
        backup_size_bytes: Some(backup.bytes),
        backup_status: Some(status),
        backup_type: Some(BackupType::User),
        backup_creation_date_time: Some(backup.created),
        backup_expiry_date_time: None,
    }
}

/// The backup of an ARN, and the store that it is in. What is no ARN of a backup is (quirks: DDB-TABLE-442), the other
/// words are from memory.
pub(super) fn find(
    provider: &DynamoProvider,
    arn: &str,
) -> Result<(Arc<DynamoStore>, Arc<BackupRecord>), DynamoDbError> {
    let invalid = || DynamoError::validation("Invalid Backup ARN");
    let (Address { account, region, .. }, what) = by_arn(arn).map_err(|_| invalid())?;
    what.filter(|it| it.starts_with("backup/")).ok_or_else(invalid)?;
    let tables = provider.store.at(account, &region);
    let backup = tables.backups.get(&arn.to_owned());
    let missing = || BackupNotFoundException::new(format!("Backup not found: {arn}"));
    Ok((tables, backup.ok_or_else(missing)?))
}

/// `DescribeBackup`
pub(super) fn describe(
    provider: &DynamoProvider,
    input: &DescribeBackupInput,
) -> Result<DescribeBackupOutput, DynamoDbError> {
    let arn = input.backup_arn.as_deref().unwrap_or_default();
    let (_, backup) = find(provider, arn)?;
    let description = description(arn, &backup, BackupStatus::Available);
    Ok(DescribeBackupOutput { backup_description: Some(description) })
}

/// `DeleteBackup`
pub(super) fn delete(
    provider: &DynamoProvider,
    input: &DeleteBackupInput,
) -> Result<DeleteBackupOutput, DynamoDbError> {
    let arn = input.backup_arn.as_deref().unwrap_or_default();
    let (tables, backup) = find(provider, arn)?;
    provider.store.remove_backup(&tables, arn, backup.id);
    provider.remove_leftovers(tables);
    let description = description(arn, &backup, BackupStatus::Deleted);
    Ok(DeleteBackupOutput { backup_description: Some(description) })
}

fn description(arn: &str, backup: &BackupRecord, status: BackupStatus) -> BackupDescription {
    let table = &backup.table;
    let given = table.description.throughput;
    let global = |index: &Index| GlobalSecondaryIndexInfo {
        index_name: Some(index.name.clone()),
        key_schema: Some(describe::keys(&index.keys)),
        projection: Some(describe::projection(&index.projection)),
        provisioned_throughput: index.throughput.map(|it| ProvisionedThroughput {
            read_capacity_units: Some(it.read),
            write_capacity_units: Some(it.write),
        }),
        on_demand_throughput: describe::on_demand(&index.provision),
    };
    let local = |index: &Index| LocalSecondaryIndexInfo {
        index_name: Some(index.name.clone()),
        key_schema: Some(describe::keys(&index.keys)),
        projection: Some(describe::projection(&index.projection)),
    };
    let of = |kind: IndexKind| table.description.indexes.iter().filter(move |index| index.kind == kind);
    let globals: Vec<_> = of(IndexKind::Global).map(global).collect();
    let locals: Vec<_> = of(IndexKind::Local).map(local).collect();
    BackupDescription {
        backup_details: Some(details(arn, backup, status)),
        source_table_details: Some(SourceTableDetails {
            table_name: Some(table.description.name.clone()),
            table_id: Some(table.uuid.clone()),
            table_arn: Some(backup.table_arn.clone()),
            table_size_bytes: Some(backup.bytes),
            key_schema: Some(describe::keys(&table.description.keys)),
            table_creation_date_time: Some(table.created),
            provisioned_throughput: Some(ProvisionedThroughput {
                read_capacity_units: Some(given.read),
                write_capacity_units: Some(given.write),
            }),
            on_demand_throughput: describe::on_demand(&table.description.provision),
            item_count: Some(backup.items),
            billing_mode: Some(match table.description.billing_mode {
                Mode::Provisioned => BillingMode::Provisioned,
                Mode::PayPerRequest => BillingMode::PayPerRequest,
            }),
        }),
        source_table_feature_details: Some(SourceTableFeatureDetails {
            local_secondary_indexes: Some(locals).filter(|all| !all.is_empty()),
            global_secondary_indexes: Some(globals).filter(|all| !all.is_empty()),
            stream_description: table.description.stream.map(describe::stream),
            time_to_live_description: table.time_to_live.clone().map(|attribute| TimeToLiveDescription {
                time_to_live_status: Some(TimeToLiveStatus::Enabled),
                attribute_name: Some(attribute),
            }),
            sse_description: describe::encryption(table),
        }),
    }
}

/// `ListBackups`, in the order of their ARNs: by table, then by time.
pub(super) fn list(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &ListBackupsInput,
) -> Result<ListBackupsOutput, DynamoDbError> {
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LISTED).min(LISTED);
    let table = input.table_name.as_deref();
    let table = table.and_then(|name| provider.address(ctx, Some(name)).ok()).map(|address| address.arn());
    let (from, to) = (input.time_range_lower_bound, input.time_range_upper_bound);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        // (quirks: DDB-TABLE-442)
        return Err(DynamoError::parameter(
            "Time range lower bound must be less than or equal to upper bound",
        )
        .into());
    }
    let is_wanted = |backup: &BackupRecord| {
        table.as_ref().is_none_or(|arn| *arn == backup.table_arn)
            && from.is_none_or(|from| backup.created >= from)
            && to.is_none_or(|to| backup.created < to)
            && matches!(input.backup_type, None | Some(BackupTypeFilter::User | BackupTypeFilter::All))
    };
    let start = input.exclusive_start_backup_arn.clone().unwrap_or_default();
    let backups = provider.store.at(ctx.account_id, &ctx.region).backups.range(start.clone().., usize::MAX);
    let mut found = backups.into_iter().filter(|(arn, backup)| *arn != start && is_wanted(backup));
    let page: Vec<_> = found.by_ref().take(limit).collect();
    let more = found.next().is_some();
    Ok(ListBackupsOutput {
        last_evaluated_backup_arn: page.last().filter(|_| more).map(|(arn, _)| arn.clone()),
        backup_summaries: Some(page.iter().map(|(arn, backup)| summary(arn, backup)).collect()),
    })
}

fn summary(arn: &str, backup: &BackupRecord) -> BackupSummary {
    BackupSummary {
        table_name: Some(backup.table.description.name.clone()),
        table_id: Some(backup.table.uuid.clone()),
        table_arn: Some(backup.table_arn.clone()),
        backup_arn: Some(arn.to_owned()),
        backup_name: Some(backup.name.clone()),
        backup_creation_date_time: Some(backup.created),
        backup_expiry_date_time: None,
        backup_status: Some(BackupStatus::Available),
        backup_type: Some(BackupType::User),
        backup_size_bytes: Some(backup.bytes),
    }
}
