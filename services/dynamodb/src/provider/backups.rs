//! Backups on demand, and tables that are restored from them or from a table as it is.

use std::sync::Arc;

use asf_api_dynamodb::*;
use asf_runtime::{Bytes, RequestContext, Timestamp};

use super::DynamoProvider;
use super::addressing::{address, by_arn};
use super::describe::{self, Moment};
use super::requests;
use super::settings::table_not_found;
use super::tables::number;
use crate::error::{DynamoError, ErrorKind};
use crate::models::table::{BillingMode as Mode, Index, IndexKind};
use crate::store::records::{BackupRecord, Recovery, Restored, TableRecord};
use crate::store::{Address, DynamoStore, ItemRecord, OpenTable};

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
    Ok(CreateBackupOutput { backup_details: Some(details(&arn, &backup, BackupStatus::Available)) })
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

/// The backup of an ARN, and the store that it is in. Words from memory.
fn find(
    provider: &DynamoProvider,
    arn: &str,
) -> Result<(Arc<DynamoStore>, Arc<BackupRecord>), DynamoDbError> {
    let (Address { account, region, .. }, _) = by_arn(arn)?;
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
        on_demand_throughput: None,
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
            on_demand_throughput: None,
            item_count: Some(backup.items),
            billing_mode: Some(match table.description.billing_mode {
                Mode::Provisioned => BillingMode::Provisioned,
                Mode::PayPerRequest => BillingMode::PayPerRequest,
            }),
        }),
        source_table_feature_details: Some(SourceTableFeatureDetails {
            local_secondary_indexes: Some(locals).filter(|all| !all.is_empty()),
            global_secondary_indexes: Some(globals).filter(|all| !all.is_empty()),
            stream_description: None,
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
) -> ListBackupsOutput {
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LISTED).min(LISTED);
    let table = input.table_name.as_deref();
    let table = table.and_then(|name| provider.address(ctx, Some(name)).ok()).map(|address| address.arn());
    let (from, to) = (input.time_range_lower_bound, input.time_range_upper_bound);
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
    ListBackupsOutput {
        last_evaluated_backup_arn: page.last().filter(|_| more).map(|(arn, _)| arn.clone()),
        backup_summaries: Some(page.iter().map(|(arn, backup)| summary(arn, backup)).collect()),
    }
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

/// What a restored table has of its own.
struct Overrides {
    billing_mode: Option<BillingMode>,
    throughput: Option<ProvisionedThroughput>,
    /// Which indexes it keeps; all, if it is not said.
    global: Option<Vec<GlobalSecondaryIndex>>,
    local: Option<Vec<LocalSecondaryIndex>>,
}

/// `RestoreTableFromBackup`
pub(super) fn restore(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: RestoreTableFromBackupInput,
) -> Result<RestoreTableFromBackupOutput, DynamoDbError> {
    let arn = input.backup_arn.unwrap_or_default();
    let (tables, backup) = find(provider, &arn)?;
    let restored = Restored { table: backup.table_arn.clone(), at: backup.created, backup: Some(arn) };
    let overrides = Overrides {
        billing_mode: input.billing_mode_override,
        throughput: input.provisioned_throughput_override,
        global: input.global_secondary_index_override,
        local: input.local_secondary_index_override,
    };
    let target = input.target_table_name.as_deref();
    let items = provider.store.items_at_a_moment(&tables, backup.id);
    let table = restore_to(provider, ctx, target, (&backup.table, items), restored, overrides)?;
    let counts = provider.store.counts(&table);
    let description = describe::table(&table, &counts, Moment::Creating, &ctx.region);
    Ok(RestoreTableFromBackupOutput { table_description: Some(description) })
}

/// The point-in-time recovery of a table.
///
/// # Errors
///
/// If it is not enabled.
pub(super) fn recovery(table: &OpenTable) -> Result<Recovery, PointInTimeRecoveryUnavailableException> {
    // From memory.
    table.record.recovery.ok_or_else(|| {
        PointInTimeRecoveryUnavailableException::new(format!(
            "Point in time recovery is not enabled for table '{}'",
            table.address.name
        ))
    })
}

/// `RestoreTableToPointInTime`: as it is, with what has changed since undone.
pub(super) fn restore_to_point_in_time(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: RestoreTableToPointInTimeInput,
) -> Result<RestoreTableToPointInTimeOutput, DynamoDbError> {
    let name = input.source_table_arn.as_deref().or(input.source_table_name.as_deref());
    let source = provider.table(ctx, name).map_err(|error| table_not_found(error, name))?;
    let recovery = recovery(&source)?;
    let now = ctx.clock().now();
    let is_latest = input.use_latest_restorable_time == Some(true);
    let at = input.restore_date_time.filter(|_| !is_latest).unwrap_or(now);
    if at < recovery.earliest(now) || at > now {
        // From memory.
        return Err(InvalidRestoreTimeException::new(
            "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and \
             LatestRestorableDateTime.",
        )
        .into());
    }
    let restored = Restored { backup: None, table: source.address.arn(), at };
    let overrides = Overrides {
        billing_mode: input.billing_mode_override,
        throughput: input.provisioned_throughput_override,
        global: input.global_secondary_index_override,
        local: input.local_secondary_index_override,
    };
    let target = input.target_table_name.as_deref();
    let items = provider.store.items_at(&source, at);
    let table = restore_to(provider, ctx, target, (&source.record, items), restored, overrides)?;
    let counts = provider.store.counts(&table);
    let description = describe::table(&table, &counts, Moment::Creating, &ctx.region);
    Ok(RestoreTableToPointInTimeOutput { table_description: Some(description) })
}

/// Makes a table of items. It has the keys, indexes and modes of the former, and none
/// of what is set besides ("Restoring a DynamoDB table" in the developer guide).
fn restore_to(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    target: Option<&str>,
    (source, items): (&TableRecord, Vec<(Bytes, Arc<ItemRecord>)>),
    restored: Restored,
    overrides: Overrides,
) -> Result<OpenTable, DynamoDbError> {
    let address = address(ctx, target)?;
    let now: Timestamp = ctx.clock().now();
    let mut description = source.description.clone();
    description.name.clone_from(&address.name);
    description.stream = None;
    if let Some(mode) = &overrides.billing_mode {
        description.billing_mode = requests::billing_mode(mode);
    }
    if let Some(throughput) = overrides.throughput {
        description.throughput = requests::throughput(&throughput);
    }
    if description.billing_mode == Mode::PayPerRequest {
        description.throughput = crate::models::table::Throughput::default();
    }
    let global: Option<Vec<_>> =
        overrides.global.map(|all| all.into_iter().filter_map(|it| it.index_name).collect());
    let local: Option<Vec<_>> =
        overrides.local.map(|all| all.into_iter().filter_map(|it| it.index_name).collect());
    description.indexes.retain(|index| {
        let kept = if index.kind == IndexKind::Global { &global } else { &local };
        kept.as_ref().is_none_or(|kept| kept.contains(&index.name))
    });
    let new = TableRecord::new(description, number(ctx.ids()), ctx.ids().uuid(), now);
    let (class, kms_key) = (source.class.clone(), source.kms_key.clone());
    let (on_demand, warm) = (source.on_demand, source.warm);
    let record = TableRecord { class, kms_key, on_demand, warm, restored: Some(restored), ..new };
    let table = provider.store.create(&address, record, number(ctx.ids()), items);
    // From memory.
    let exists = || TableAlreadyExistsException::new(format!("Table already exists: {}", address.name));
    table.ok_or_else(|| exists().into())
}
