//! `ModifyDBInstance`, `DeleteDBInstance`, `StartDBInstance`, `StopDBInstance`, `RebootDBInstance`

use std::sync::Arc;

use asf_api_rds::*;
use asf_runtime::RequestContext;

use super::creation::{LONGEST, check_backup, check_class, check_storage, kind, port, set, version};
use super::{RdsProvider, snapshots, wire};
use crate::error::{combination, no_instance, not_implemented, required, state, value};
use crate::models::{Instance, Status};
use crate::names;

/// Sets the status of an instance that has this one, and gives it as it is then.
fn turn(
    provider: &RdsProvider,
    ctx: &RequestContext,
    id: Option<String>,
    from: Status,
    to: Status,
) -> Result<Arc<Instance>, RdsError> {
    let id = required(id, "DBInstanceIdentifier")?;
    let instance = provider.instance(ctx, &id)?;
    let store = provider.store(ctx);
    let turned = store.instances.update(&instance.id, |it| {
        let is_right = it.status == from;
        if is_right {
            it.status = to;
            it.failure = None;
        }
        is_right
    });
    match turned {
        Some(true) => store.instances.get(&instance.id).ok_or_else(|| no_instance(&id)),
        Some(false) => Err(state(format!("Instance {} is not in {} state.", instance.id, from.name()))),
        None => Err(no_instance(&id)),
    }
}

pub(super) fn start(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: StartDbInstanceMessage,
) -> Result<StartDbInstanceResult, RdsError> {
    let it = turn(provider, ctx, input.db_instance_identifier, Status::Stopped, Status::Starting)?;
    provider.fleet.start(provider.place(ctx, &it));
    Ok(StartDbInstanceResult { db_instance: Some(wire::instance(provider, ctx, &it)) })
}

pub(super) fn stop(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: StopDbInstanceMessage,
) -> Result<StopDbInstanceResult, RdsError> {
    let snapshot =
        input.db_snapshot_identifier.map(|id| snapshots::new_id(provider, ctx, &id)).transpose()?;
    let it = turn(provider, ctx, input.db_instance_identifier, Status::Available, Status::Stopping)?;
    if let Some(id) = &snapshot {
        snapshots::record(provider, ctx, &it, id, Vec::new())?;
    }
    provider.fleet.stop(provider.place(ctx, &it), snapshot);
    Ok(StopDbInstanceResult { db_instance: Some(wire::instance(provider, ctx, &it)) })
}

pub(super) fn reboot(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: RebootDbInstanceMessage,
) -> Result<RebootDbInstanceResult, RdsError> {
    let id = required(input.db_instance_identifier, "DBInstanceIdentifier")?;
    if input.force_failover == Some(true) && !provider.instance(ctx, &id)?.setup.multi_az {
        return Err(combination("Cannot force failover for a non-Multi-AZ instance"));
    }
    let it = turn(provider, ctx, Some(id), Status::Available, Status::Rebooting)?;
    provider.fleet.reboot(provider.place(ctx, &it));
    Ok(RebootDbInstanceResult { db_instance: Some(wire::instance(provider, ctx, &it)) })
}

pub(super) fn delete(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: DeleteDbInstanceMessage,
) -> Result<DeleteDbInstanceResult, RdsError> {
    let id = required(input.db_instance_identifier, "DBInstanceIdentifier")?;
    let instance = provider.instance(ctx, &id)?;
    let wanted = input.final_db_snapshot_identifier.filter(|it| !it.is_empty());
    let snapshot = match (input.skip_final_snapshot.unwrap_or(false), wanted) {
        (true, Some(_)) => {
            return Err(combination(
                "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot.",
            ));
        }
        (false, None) => {
            return Err(combination(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            ));
        }
        (_, wanted) => wanted.map(|id| snapshots::new_id(provider, ctx, &id)).transpose()?,
    };
    if instance.deletion_protection {
        let message =
            "Cannot delete protected DB Instance, please disable deletion protection and try again.";
        return Err(combination(message));
    }
    let may = |status: Status| match status {
        Status::Deleting => false,
        // There is nothing yet of which there could be a snapshot.
        Status::Creating => snapshot.is_none(),
        _ => true,
    };
    let store = provider.store(ctx);
    let turned = store.instances.update(&instance.id, |it| {
        let is_right = may(it.status) && it.resource_id == instance.resource_id;
        if is_right {
            it.status = Status::Deleting;
        }
        is_right
    });
    if turned != Some(true) {
        let message = format!("Instance {} is not in a state in which it can be deleted.", instance.id);
        return Err(state(message));
    }
    if let Some(id) = &snapshot {
        let tags = if instance.setup.copy_tags { instance.tags.clone() } else { Vec::new() };
        snapshots::record(provider, ctx, &instance, id, tags)?;
    }
    provider.fleet.delete(provider.place(ctx, &instance), snapshot);
    let mut described = (*instance).clone();
    described.status = Status::Deleting;
    Ok(DeleteDbInstanceResult { db_instance: Some(wire::instance(provider, ctx, &described)) })
}

/// Everything is applied at once, whatever `ApplyImmediately` says: there is no maintenance window to wait for.
pub(super) fn modify(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: ModifyDbInstanceMessage,
) -> Result<ModifyDbInstanceResult, RdsError> {
    let id = required(input.db_instance_identifier.clone(), "DBInstanceIdentifier")?;
    let instance = provider.instance(ctx, &id)?;
    check(provider, ctx, &instance, &input)?;
    let store = provider.store(ctx);
    let has_password = input.master_user_password.is_some();
    // Two do not get here at once with the same status.
    let turned = store.instances.update(&instance.id, |it| {
        let may = it.status == Status::Available || (it.status == Status::Stopped && !has_password);
        if may {
            if has_password {
                it.status = Status::Modifying;
            }
            apply(it, &input);
        }
        may
    });
    if turned != Some(true) {
        return Err(state(format!("Instance {} is not in available state.", instance.id)));
    }
    let mut instance = store.instances.get(&instance.id).ok_or_else(|| no_instance(&id))?;
    if let Some(new) = input.new_db_instance_identifier {
        instance = renamed(provider, ctx, &instance, new.to_ascii_lowercase())?;
    }
    if let Some(password) = input.master_user_password {
        provider.fleet.set_password(provider.place(ctx, &instance), password);
    }
    Ok(ModifyDbInstanceResult { db_instance: Some(wire::instance(provider, ctx, &instance)) })
}

fn check(
    provider: &RdsProvider,
    ctx: &RequestContext,
    instance: &Instance,
    input: &ModifyDbInstanceMessage,
) -> Result<(), RdsError> {
    let setup = &instance.setup;
    if let Some(engine) = &input.engine
        && kind(engine)? != setup.kind
    {
        return Err(combination(format!(
            "An instance of {} cannot become one of {engine}.",
            setup.kind.name()
        )));
    }
    if let Some(asked) = &input.engine_version {
        version(setup.kind, asked)?;
        let major = |text: &str| setup.kind.version(text).map(|it| it.major);
        if major(asked) != major(&setup.version) {
            return Err(not_implemented(&format!(
                "an upgrade of {} from {} to {asked}, another major version,",
                setup.kind.name(),
                setup.version
            )));
        }
    }
    if input.manage_master_user_password == Some(true) || input.rotate_master_user_password == Some(true) {
        return Err(not_implemented("a master password in Secrets Manager"));
    }
    if let Some(password) = &input.master_user_password {
        names::password(password, setup.kind)?;
    }
    if let Some(class) = &input.db_instance_class {
        check_class(class)?;
    }
    if let Some(storage) = input.allocated_storage {
        check_storage(storage)?;
        if storage < setup.storage {
            return Err(combination(
                "Requested size is smaller than the current one; storage cannot shrink.",
            ));
        }
    }
    if let Some(days) = input.backup_retention_period {
        check_backup(days)?;
    }
    if let Some(asked) = port(input.db_port_number)?
        && instance.port != Some(asked)
        && provider.fleet.has_port(asked)
    {
        return Err(not_implemented("another port of an instance that is there"));
    }
    if let Some(new) = &input.new_db_instance_identifier {
        let new = names::identifier(new, "NewDBInstanceIdentifier", LONGEST)?;
        if new != instance.id && provider.store(ctx).instances.contains(&new) {
            return Err(DbInstanceAlreadyExistsFault::new("DB instance already exists").into());
        }
    }
    if input.iops.is_some_and(|it| it < 0) {
        return Err(value("Iops must not be negative."));
    }
    Ok(())
}

fn apply(it: &mut Instance, input: &ModifyDbInstanceMessage) {
    let setup = &mut it.setup;
    if let Some(asked) = &input.engine_version
        && let Ok(version) = version(setup.kind, asked)
    {
        setup.version = version;
    }
    set(&mut setup.class, input.db_instance_class.clone());
    set(&mut setup.storage, input.allocated_storage);
    set(&mut setup.storage_type, input.storage_type.clone());
    set(&mut setup.multi_az, input.multi_az);
    set(&mut setup.backup_days, input.backup_retention_period);
    set(&mut setup.backup_window, input.preferred_backup_window.clone());
    set(
        &mut setup.maintenance_window,
        input.preferred_maintenance_window.as_ref().map(|it| it.to_ascii_lowercase()),
    );
    set(&mut setup.minor_upgrades, input.auto_minor_version_upgrade);
    set(&mut setup.is_public, input.publicly_accessible);
    set(&mut setup.copy_tags, input.copy_tags_to_snapshot);
    set(&mut setup.security_groups, input.vpc_security_group_ids.clone());
    setup.iops = input.iops.or(setup.iops);
    setup.max_storage = input.max_allocated_storage.or(setup.max_storage);
    setup.subnet_group = input.db_subnet_group_name.clone().or_else(|| setup.subnet_group.take());
    setup.parameter_group = input.db_parameter_group_name.clone().or_else(|| setup.parameter_group.take());
    set(&mut it.deletion_protection, input.deletion_protection);
}

fn renamed(
    provider: &RdsProvider,
    ctx: &RequestContext,
    instance: &Instance,
    new: String,
) -> Result<Arc<Instance>, RdsError> {
    let store = provider.store(ctx);
    let renamed = Arc::new(Instance { id: new.clone(), ..instance.clone() });
    if new != instance.id {
        let inserted = store.instances.insert_new(new, renamed.clone());
        inserted.map_err(|_| DbInstanceAlreadyExistsFault::new("DB instance already exists"))?;
        store.instances.remove(&instance.id);
    }
    Ok(renamed)
}
