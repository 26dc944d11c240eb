//! Snapshots: `CreateDBSnapshot`, `DescribeDBSnapshots`, `CopyDBSnapshot`, `DeleteDBSnapshot`

use std::sync::Arc;

use asf_api_rds::*;
use asf_runtime::RequestContext;

use super::{RdsProvider, arn, named, tags, wire};
use crate::error::{no_instance, no_snapshot, required, state, value};
use crate::models::{Instance, Snapshot, SnapshotStatus, Status, Tags};
use crate::names;
use crate::pages::{filters, page};

const FILTERS: [&str; 5] = ["db-instance-id", "db-snapshot-id", "dbi-resource-id", "engine", "snapshot-type"];

pub(super) fn find(
    provider: &RdsProvider,
    ctx: &RequestContext,
    id: &str,
) -> Result<Arc<Snapshot>, RdsError> {
    provider.store(ctx).snapshots.get(&named(id, "snapshot")).ok_or_else(|| no_snapshot(id))
}

fn exists(id: &str) -> RdsError {
    let message =
        format!("Cannot create the snapshot because a snapshot with the identifier {id} already exists.");
    DbSnapshotAlreadyExistsFault::new(message).into()
}

/// Checks the identifier of a snapshot to be made.
pub(super) fn new_id(provider: &RdsProvider, ctx: &RequestContext, id: &str) -> Result<String, RdsError> {
    let id = names::identifier(id, "DBSnapshotIdentifier", 255)?;
    if provider.store(ctx).snapshots.contains(&id) { Err(exists(&id)) } else { Ok(id) }
}

/// Notes a snapshot, to be filled.
pub(super) fn record(
    provider: &RdsProvider,
    ctx: &RequestContext,
    instance: &Instance,
    id: &str,
    tags: Tags,
) -> Result<Snapshot, RdsError> {
    let now = ctx.clock().now();
    let snapshot = Snapshot {
        id: id.to_owned(),
        instance: instance.id.clone(),
        resource_id: instance.resource_id.clone(),
        instance_created: instance.created,
        setup: instance.setup.clone(),
        created: now,
        original: now,
        source: None,
        status: SnapshotStatus::Creating,
        content: None,
        tags,
    };
    let inserted = provider.store(ctx).snapshots.insert_new(id.to_owned(), snapshot.clone());
    inserted.map_err(|_| exists(id))?;
    Ok(snapshot)
}

pub(super) fn create(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: CreateDbSnapshotMessage,
) -> Result<CreateDbSnapshotResult, RdsError> {
    let id = required(input.db_snapshot_identifier, "DBSnapshotIdentifier")?;
    let source = required(input.db_instance_identifier, "DBInstanceIdentifier")?;
    let mut tags = tags::read(input.tags)?;
    let id = new_id(provider, ctx, &id)?;
    let instance = provider.instance(ctx, &source)?;
    let store = provider.store(ctx);
    let turned = store.instances.update(&instance.id, |it| {
        let is_right = it.status == Status::Available;
        if is_right {
            it.status = Status::BackingUp;
        }
        is_right
    });
    match turned {
        Some(true) => {}
        Some(false) => return Err(state(format!("Instance {} is not in available state.", instance.id))),
        None => return Err(no_instance(&source)),
    }
    if instance.setup.copy_tags && tags.is_empty() {
        tags.clone_from(&instance.tags);
    }
    let snapshot = record(provider, ctx, &instance, &id, tags);
    let snapshot = snapshot.inspect_err(|_| {
        store.instances.update(&instance.id, |it| it.status = Status::Available);
    })?;
    provider.fleet.snapshot(provider.place(ctx, &instance), id);
    Ok(CreateDbSnapshotResult { db_snapshot: Some(wire::snapshot(ctx, &snapshot)) })
}

pub(super) fn copy(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: CopyDbSnapshotMessage,
) -> Result<CopyDbSnapshotResult, RdsError> {
    let source = required(input.source_db_snapshot_identifier, "SourceDBSnapshotIdentifier")?;
    let target = required(input.target_db_snapshot_identifier, "TargetDBSnapshotIdentifier")?;
    let source = find(provider, ctx, &source)?;
    let target = new_id(provider, ctx, &target)?;
    if source.status != SnapshotStatus::Available {
        let message = format!("The snapshot {} is not available.", source.id);
        return Err(InvalidDbSnapshotStateFault::new(message).into());
    }
    let mut copy = (*source).clone();
    copy.id.clone_from(&target);
    copy.source = Some(arn(ctx, "snapshot", &source.id));
    copy.created = ctx.clock().now();
    copy.tags = match input.copy_tags {
        Some(true) => source.tags.clone(),
        _ => tags::read(input.tags)?,
    };
    if input.kms_key_id.is_some() {
        (copy.setup.is_encrypted, copy.setup.kms_key) = (true, input.kms_key_id);
    }
    let described = wire::snapshot(ctx, &copy);
    provider.store(ctx).snapshots.insert_new(target.clone(), copy).map_err(|_| exists(&target))?;
    Ok(CopyDbSnapshotResult { db_snapshot: Some(described) })
}

pub(super) fn delete(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: DeleteDbSnapshotMessage,
) -> Result<DeleteDbSnapshotResult, RdsError> {
    let id = required(input.db_snapshot_identifier, "DBSnapshotIdentifier")?;
    let snapshot = find(provider, ctx, &id)?;
    if snapshot.status == SnapshotStatus::Creating {
        let message = format!("Cannot delete the snapshot {} because it is being created.", snapshot.id);
        return Err(InvalidDbSnapshotStateFault::new(message).into());
    }
    provider.store(ctx).snapshots.remove(&snapshot.id).ok_or_else(|| no_snapshot(&id))?;
    let mut described = wire::snapshot(ctx, &snapshot);
    described.status = Some("deleted".to_owned());
    Ok(DeleteDbSnapshotResult { db_snapshot: Some(described) })
}

pub(super) fn describe(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: DescribeDbSnapshotsMessage,
) -> Result<DbSnapshotMessage, RdsError> {
    let mut filters = filters(input.filters, &FILTERS)?;
    let given = [
        ("db-instance-id", input.db_instance_identifier),
        ("dbi-resource-id", input.dbi_resource_id),
        ("snapshot-type", input.snapshot_type),
    ];
    for (name, value) in given {
        filters.extend(value.map(|value| (name.to_owned(), vec![value])));
    }
    if let Some((_, kinds)) = filters.iter().find(|(name, _)| name == "snapshot-type")
        && let Some(other) = kinds.iter().find(|it| !SNAPSHOT_TYPES.contains(&it.as_str()))
    {
        return Err(value(format!("Invalid snapshot type: {other}")));
    }
    let found = match input.db_snapshot_identifier.filter(|it| !it.is_empty()) {
        Some(id) => vec![find(provider, ctx, &id)?],
        None => {
            let all = provider.store(ctx).snapshots.range(.., usize::MAX);
            all.into_iter().map(|(_, snapshot)| snapshot).collect()
        }
    };
    let wanted = found.into_iter().filter(|it| filters.iter().all(|(name, values)| fits(it, name, values)));
    let (snapshots, marker) = page(wanted, |it| it.id.as_str(), input.max_records, input.marker.as_deref())?;
    let snapshots = snapshots.iter().map(|it| wire::snapshot(ctx, it)).collect();
    Ok(DbSnapshotMessage { db_snapshots: Some(snapshots), marker })
}

const SNAPSHOT_TYPES: [&str; 5] = ["automated", "awsbackup", "manual", "public", "shared"];

fn fits(it: &Snapshot, filter: &str, values: &[String]) -> bool {
    match filter {
        "db-instance-id" => values.iter().any(|value| named(value, "db") == it.instance),
        "db-snapshot-id" => values.iter().any(|value| named(value, "snapshot") == it.id),
        "dbi-resource-id" => values.contains(&it.resource_id),
        "engine" => values.iter().any(|value| value == it.setup.kind.name()),
        _ => values.iter().any(|value| value == "manual"),
    }
}
