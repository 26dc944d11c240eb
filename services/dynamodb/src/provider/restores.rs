//! Tables that are restored from a backup, or to a moment of a table.
//!
//! Words of errors, and what goes together, are (quirks: DDB-TABLE-100, 280, 281, 442), where nothing else is said.

use std::sync::Arc;

use asf_api_dynamodb::*;
use asf_runtime::{Bytes, RequestContext, Timestamp};

use super::addressing::address;
use super::backups::find;
use super::describe::{self, Moment};
use super::settings::table_not_found;
use super::tables::number;
use super::{DynamoProvider, encryption, requests};
use crate::error::DynamoError;
use crate::models::table::{BillingMode as Mode, Index, IndexKind, Throughput};
use crate::models::{Provision, TableDescription, Units};
use crate::store::records::{Recovery, Restored, TableRecord};
use crate::store::{ItemRecord, OpenTable};
use crate::tables::{ProvisionRequest, provision_of};

fn invalid(reason: &str) -> DynamoError {
    DynamoError::validation(format!("Invalid Request: {reason}"))
}

/// What a restored table has of its own.
struct Overrides {
    billing_mode: Option<BillingMode>,
    throughput: Option<ProvisionedThroughput>,
    on_demand: Option<OnDemandThroughput>,
    encryption: Option<SseSpecification>,
    /// Which indexes it has; all, if it is not said.
    global: Option<Vec<GlobalSecondaryIndex>>,
    local: Option<Vec<LocalSecondaryIndex>>,
}

/// `RestoreTableFromBackup`
pub(super) fn from_backup(
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
        on_demand: input.on_demand_throughput_override,
        encryption: input.sse_specification_override,
        global: input.global_secondary_index_override,
        local: input.local_secondary_index_override,
    };
    let target = input.target_table_name.as_deref();
    let items = provider.store.items_at_a_moment(&tables, backup.id);
    let table = restore_to(provider, ctx, target, (&backup.table, items), restored, overrides)?;
    let counts = provider.store.counts(&table);
    let description = describe::table(&table, &counts, Moment::Creating, &ctx.region, ctx.clock().now());
    Ok(RestoreTableFromBackupOutput { table_description: Some(description) })
}

/// The point-in-time recovery of a table.
///
/// # Errors
///
/// If it is not enabled.
pub(super) fn recovery(table: &OpenTable) -> Result<Recovery, PointInTimeRecoveryUnavailableException> {
    table.record.recovery.ok_or_else(|| {
        PointInTimeRecoveryUnavailableException::new(format!(
            "Point in time recovery is not enabled for table '{}'",
            table.address.name
        ))
    })
}

/// `RestoreTableToPointInTime`: as it is, with what has changed since undone.
pub(super) fn to_point_in_time(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: RestoreTableToPointInTimeInput,
) -> Result<RestoreTableToPointInTimeOutput, DynamoDbError> {
    let is_latest = input.use_latest_restorable_time == Some(true);
    match (is_latest, input.restore_date_time) {
        (true, Some(_)) => {
            return Err(invalid("Both RestoreDateTime and UseLatestRestorableTime cannot be set").into());
        }
        (false, None) => {
            return Err(invalid(
                "Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both",
            )
            .into());
        }
        _ => {}
    }
    let name = match (input.source_table_arn.as_deref(), input.source_table_name.as_deref()) {
        (Some(_), Some(_)) => {
            return Err(DynamoError::validation(
                "Must provide exactly one of: sourceTableArn, sourceTableName",
            )
            .into());
        }
        (None, None) => {
            return Err(DynamoError::validation(
                "The parameter 'TableName' is required but was not present in the request",
            )
            .into());
        }
        (arn, name) => arn.or(name),
    };
    let source = provider.table(ctx, name).map_err(|error| table_not_found(error, name))?;
    let recovery = recovery(&source)?;
    let now = ctx.clock().now();
    let at = input.restore_date_time.unwrap_or(now);
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
        on_demand: input.on_demand_throughput_override,
        encryption: input.sse_specification_override,
        global: input.global_secondary_index_override,
        local: input.local_secondary_index_override,
    };
    let target = input.target_table_name.as_deref();
    let items = provider.store.items_at(&source, at);
    let table = restore_to(provider, ctx, target, (&source.record, items), restored, overrides)?;
    let counts = provider.store.counts(&table);
    let description = describe::table(&table, &counts, Moment::Creating, &ctx.region, now);
    Ok(RestoreTableToPointInTimeOutput { table_description: Some(description) })
}

/// Makes a table of items. It has the keys, indexes, modes and the encryption of the former, and none of what is set
/// besides (quirks: DDB-TABLE-215).
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
    let kms_key = match &overrides.encryption {
        Some(given) => {
            encryption::check(given)?;
            encryption::key(&address, given)
        }
        None => source.kms_key.clone(),
    };
    let mut description = describe_target(&source.description, overrides)?;
    description.name.clone_from(&address.name);
    description.stream = None;
    let new = TableRecord::new(description, number(ctx.ids()), ctx.ids().uuid(), now);
    let record = TableRecord { kms_key, restored: Some(restored), ..new };
    let table = provider.store.create(&address, record, number(ctx.ids()), items);
    // From memory.
    let exists = || TableAlreadyExistsException::new(format!("Table already exists: {}", address.name));
    table.ok_or_else(|| exists().into())
}

/// The former table with what is wanted otherwise.
fn describe_target(source: &TableDescription, overrides: Overrides) -> Result<TableDescription, DynamoError> {
    let Overrides { billing_mode, throughput, on_demand, global, local, .. } = overrides;
    let wanted = billing_mode.as_ref().map(requests::billing_mode);
    let mode = wanted.unwrap_or(source.billing_mode);
    let units = throughput.as_ref().map(requests::throughput);
    match (wanted, units) {
        (Some(Mode::PayPerRequest), Some(_)) => {
            return Err(invalid(
                "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST",
            ));
        }
        (Some(Mode::Provisioned), None) => {
            return Err(invalid(
                "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED",
            ));
        }
        (None, Some(_)) if mode == Mode::PayPerRequest => {
            return Err(invalid("Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED"));
        }
        _ => {}
    }
    let limits =
        on_demand.map(|it| Units { read: it.max_read_request_units, write: it.max_write_request_units });
    check_limits(limits, mode)?;
    let mut target = source.clone();
    target.billing_mode = mode;
    target.throughput = match mode {
        Mode::Provisioned => units.unwrap_or(source.throughput),
        Mode::PayPerRequest => Throughput::default(),
    };
    target.provision = provision(mode, target.throughput, limits.or(Some(source.provision.on_demand)))?;
    let of = |kind: IndexKind| source.indexes.iter().filter(move |index| index.kind == kind);
    let mut indexes: Vec<Index> = match local {
        None => of(IndexKind::Local).cloned().collect(),
        Some(all) => all
            .into_iter()
            .map(|wanted| renamed(source, IndexKind::Local, requests::local_index(wanted)))
            .collect::<Result<_, _>>()?,
    };
    match global {
        None => indexes.extend(of(IndexKind::Global).cloned()),
        Some(all) => {
            for wanted in all {
                let wanted = requests::global_index(wanted);
                let units = wanted.throughput;
                let index = renamed(source, IndexKind::Global, wanted)?;
                if mode == Mode::PayPerRequest && units.is_some() {
                    return Err(invalid(&format!(
                        "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST for index \
                         {}",
                        index.name
                    )));
                }
                indexes.push(Index { throughput: units, ..index });
            }
        }
    }
    for index in indexes.iter_mut().filter(|index| index.kind == IndexKind::Global) {
        let units = match (mode, index.throughput) {
            (Mode::PayPerRequest, _) => Throughput::default(),
            (Mode::Provisioned, Some(units)) if units.read > 0 => units,
            (Mode::Provisioned, _) => {
                let reason = format!("Must specify provisioned throughput for index {}", index.name);
                return Err(invalid(&reason));
            }
        };
        index.throughput = Some(units);
        index.provision = provision(mode, units, Some(index.provision.on_demand))?;
    }
    target.indexes = indexes;
    let is_used = |name: &str| {
        let all = std::iter::once(&target.keys).chain(target.indexes.iter().map(|index| &index.keys));
        all.into_iter().any(|keys| keys.get(name).is_some())
    };
    target.attributes = source.attributes.iter().filter(|it| is_used(&it.name)).cloned().collect();
    Ok(target)
}

fn check_limits(limits: Option<Units>, mode: Mode) -> Result<(), DynamoError> {
    let Some(limits) = limits else { return Ok(()) };
    for (units, what) in [(limits.read, "Read"), (limits.write, "Write")] {
        let Some(units) = units else { continue };
        if mode == Mode::Provisioned {
            return Err(invalid(&format!(
                "Cannot override Max{what}RequestUnits for OnDemandThroughput unless BillingModeOverride is \
                 PAY_PER_REQUEST"
            )));
        }
        if units < 1 {
            return Err(invalid(&format!(
                "Requested Max{what}RequestUnits for OnDemandThroughput is outside of valid range"
            )));
        }
    }
    Ok(())
}

/// What a table or an index begins with; limits are those of tables that are paid for by request.
fn provision(mode: Mode, units: Throughput, limits: Option<Units>) -> Result<Provision, DynamoError> {
    let on_demand = limits.filter(|_| mode == Mode::PayPerRequest);
    provision_of(mode, units, ProvisionRequest { on_demand, warm: None })
}

/// The index of the former table with the keys and the projection of this one, under its name.
fn renamed(
    source: &TableDescription,
    kind: IndexKind,
    wanted: crate::tables::IndexRequest,
) -> Result<Index, DynamoError> {
    let is_it = |index: &&Index| {
        let keys = index.keys.iter().map(|key| key.name.as_str());
        index.kind == kind
            && keys.eq(wanted.keys.iter().map(|key| key.name.as_str()))
            && wanted.projection.is(&index.projection)
    };
    let found = source.indexes.iter().find(is_it).ok_or_else(|| {
        invalid(&format!(
            "Index {} does not match a secondary index that existed in the source table and cannot be created during the \
             restore operation",
            wanted.name
        ))
    })?;
    Ok(Index { name: wanted.name, ..found.clone() })
}
