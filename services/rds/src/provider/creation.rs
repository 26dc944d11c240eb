//! `CreateDBInstance`, `RestoreDBInstanceFromDBSnapshot`

use asf_api_rds::*;
use asf_runtime::RequestContext;

use super::{RdsProvider, snapshots, tags, wire};
use crate::error::{combination, missing, not_implemented, required, value};
use crate::kinds::Kind;
use crate::models::{Instance, Setup, SnapshotStatus, Status, Tags};
use crate::names;

/// What resource ids are made of.
const RESOURCE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// Longest identifier of an instance.
pub(super) const LONGEST: usize = 63;

pub(super) async fn create(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: CreateDbInstanceMessage,
) -> Result<CreateDbInstanceResult, RdsError> {
    let id = required(input.db_instance_identifier, "DBInstanceIdentifier")?;
    let id = names::identifier(&id, "DBInstanceIdentifier", LONGEST)?;
    let class = required(input.db_instance_class, "DBInstanceClass")?;
    check_class(&class)?;
    let engine = required(input.engine, "Engine")?;
    let kind = kind(&engine)?;
    if input.db_cluster_identifier.is_some() {
        return Err(not_implemented("an instance in a cluster"));
    }
    if input.manage_master_user_password == Some(true) {
        return Err(not_implemented("a master password in Secrets Manager (ManageMasterUserPassword)"));
    }
    let version = match &input.engine_version {
        Some(asked) => version(kind, asked)?,
        None => provider.fleet.default_version(kind).await.to_owned(),
    };
    let master = required(input.master_username, "MasterUsername")?;
    names::user(&master, kind)?;
    let password = required(input.master_user_password, "MasterUserPassword")?;
    names::password(&password, kind)?;
    let database = input.db_name.filter(|it| !it.is_empty());
    if let Some(database) = &database {
        names::database(database, kind)?;
    }
    let storage = input.allocated_storage.ok_or_else(|| missing("AllocatedStorage"))?;
    check_storage(storage)?;
    let backup_days = input.backup_retention_period.unwrap_or(1);
    check_backup(backup_days)?;
    let setup = Setup {
        kind,
        version,
        class,
        master,
        password,
        admin_password: ctx.ids().text(32, SECRET),
        database,
        storage,
        storage_type: storage_type(input.storage_type, input.iops),
        max_storage: input.max_allocated_storage,
        iops: input.iops,
        wanted_port: port(input.port)?,
        zone: input.availability_zone.unwrap_or_else(|| format!("{}a", ctx.region)),
        multi_az: input.multi_az.unwrap_or(false),
        backup_days,
        backup_window: input.preferred_backup_window.unwrap_or_else(|| "03:00-03:30".to_owned()),
        maintenance_window: window(input.preferred_maintenance_window),
        minor_upgrades: input.auto_minor_version_upgrade.unwrap_or(true),
        is_public: input.publicly_accessible.unwrap_or(true),
        is_encrypted: input.storage_encrypted.unwrap_or(false),
        kms_key: input.kms_key_id,
        copy_tags: input.copy_tags_to_snapshot.unwrap_or(false),
        subnet_group: input.db_subnet_group_name,
        parameter_group: input.db_parameter_group_name,
        security_groups: input.vpc_security_group_ids.unwrap_or_default(),
    };
    let tags = tags::read(input.tags)?;
    let protection = input.deletion_protection.unwrap_or(false);
    let instance = begin(provider, ctx, New { id, setup, tags, protection, content: None })?;
    Ok(CreateDbInstanceResult { db_instance: Some(wire::instance(provider, ctx, &instance)) })
}

pub(super) fn restore(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: RestoreDbInstanceFromDbSnapshotMessage,
) -> Result<RestoreDbInstanceFromDbSnapshotResult, RdsError> {
    let id = required(input.db_instance_identifier, "DBInstanceIdentifier")?;
    let id = names::identifier(&id, "DBInstanceIdentifier", LONGEST)?;
    if input.db_cluster_snapshot_identifier.is_some() {
        return Err(not_implemented("a restoration from a snapshot of a cluster"));
    }
    let snapshot = required(input.db_snapshot_identifier, "DBSnapshotIdentifier")?;
    let snapshot = snapshots::find(provider, ctx, &snapshot)?;
    if snapshot.status != SnapshotStatus::Available {
        let message = format!("The snapshot {} is not available.", snapshot.id);
        return Err(InvalidDbSnapshotStateFault::new(message).into());
    }
    let mut setup = snapshot.setup.clone();
    if let Some(engine) = input.engine
        && kind(&engine)? != setup.kind
    {
        return Err(combination(format!(
            "A snapshot of {} cannot be restored as {engine}.",
            setup.kind.name()
        )));
    }
    if let Some(class) = input.db_instance_class {
        check_class(&class)?;
        setup.class = class;
    }
    if let Some(storage) = input.allocated_storage {
        check_storage(storage)?;
        setup.storage = storage.max(setup.storage);
    }
    setup.wanted_port = port(input.port)?;
    set(&mut setup.zone, input.availability_zone);
    set(&mut setup.multi_az, input.multi_az);
    set(&mut setup.is_public, input.publicly_accessible);
    set(&mut setup.minor_upgrades, input.auto_minor_version_upgrade);
    set(&mut setup.storage_type, input.storage_type);
    set(&mut setup.copy_tags, input.copy_tags_to_snapshot);
    set(&mut setup.backup_days, input.backup_retention_period);
    setup.iops = input.iops.or(setup.iops);
    setup.subnet_group = input.db_subnet_group_name.or(setup.subnet_group);
    setup.parameter_group = input.db_parameter_group_name.or(setup.parameter_group);
    setup.security_groups = input.vpc_security_group_ids.unwrap_or(setup.security_groups);
    let tags = tags::read(input.tags)?;
    let protection = input.deletion_protection.unwrap_or(false);
    let content = snapshot.content.clone();
    let instance = begin(provider, ctx, New { id, setup, tags, protection, content })?;
    let instance = wire::instance(provider, ctx, &instance);
    Ok(RestoreDbInstanceFromDbSnapshotResult { db_instance: Some(instance) })
}

/// What an instance is made of.
struct New {
    id: String,
    setup: Setup,
    tags: Tags,
    protection: bool,
    content: Option<asf_runtime::store::Blob>,
}

fn begin(provider: &RdsProvider, ctx: &RequestContext, new: New) -> Result<Instance, RdsError> {
    if let Some(port) = new.setup.wanted_port
        && let Some(owner) = provider.fleet.port_owner(port)
    {
        return Err(value(format!("Port {port} is in use by {owner}.")));
    }
    let instance = Instance {
        id: new.id.clone(),
        resource_id: format!("db-{}", ctx.ids().text(26, RESOURCE)),
        setup: new.setup,
        status: Status::Creating,
        failure: None,
        port: None,
        created: ctx.clock().now(),
        deletion_protection: new.protection,
        tags: new.tags,
    };
    let inserted = provider.store(ctx).instances.insert_new(new.id, instance.clone());
    inserted.map_err(|_| DbInstanceAlreadyExistsFault::new("DB instance already exists"))?;
    provider.fleet.create(provider.place(ctx, &instance), new.content);
    Ok(instance)
}

pub(super) fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

pub(super) fn kind(engine: &str) -> Result<Kind, RdsError> {
    // What RDS has besides.
    const OTHERS: [&str; 5] = ["aurora", "custom-", "db2-", "oracle-", "sqlserver-"];
    match Kind::of(engine) {
        Some(kind) => Ok(kind),
        None if OTHERS.iter().any(|it| engine.starts_with(it)) => {
            Err(not_implemented(&format!("the engine {engine}")))
        }
        None => Err(value(format!("Invalid DB engine: {engine}"))),
    }
}

/// A version as it is kept: a major one alone is the one that is listed.
pub(super) fn version(kind: Kind, asked: &str) -> Result<String, RdsError> {
    match kind.version(asked) {
        Some(version) if version.major == asked => Ok(version.full.to_owned()),
        Some(_) => Ok(asked.to_owned()),
        None => Err(combination(format!("Cannot find version {asked} for {}", kind.name()))),
    }
}

pub(super) fn check_class(class: &str) -> Result<(), RdsError> {
    match class.starts_with("db.") && class.matches('.').count() == 2 {
        true => Ok(()),
        false => Err(value(format!("Invalid DB Instance class: {class}"))),
    }
}

pub(super) fn check_storage(storage: i32) -> Result<(), RdsError> {
    match (5..=65_536).contains(&storage) {
        true => Ok(()),
        false => Err(value(format!("Invalid storage size: {storage}"))),
    }
}

pub(super) fn check_backup(days: i32) -> Result<(), RdsError> {
    match (0..=35).contains(&days) {
        true => Ok(()),
        false => Err(value(format!("Invalid backup retention period: {days}. Must be between 0 and 35."))),
    }
}

/// A port has 1150 to 65535 ("Port" in the API reference).
pub(super) fn port(port: Option<i32>) -> Result<Option<u16>, RdsError> {
    let Some(port) = port else { return Ok(None) };
    let fits = u16::try_from(port).ok().filter(|it| *it >= 1150);
    fits.map(Some).ok_or_else(|| value(format!("Invalid port: {port}. Must be between 1150 and 65535.")))
}

fn storage_type(asked: Option<String>, iops: Option<i32>) -> String {
    asked.unwrap_or_else(|| if iops.is_some() { "io1" } else { "gp2" }.to_owned())
}

fn window(asked: Option<String>) -> String {
    asked.map_or_else(|| "sun:04:00-sun:04:30".to_owned(), |it| it.to_ascii_lowercase())
}
