//! Instances and snapshots as RDS describes them.

use asf_api_rds as api;
use asf_api_rds::{
    DbInstanceStatusInfo, DbParameterGroupStatus, DbSubnetGroup, Endpoint, OptionGroupMembership,
    PendingModifiedValues, VpcSecurityGroupMembership,
};
use asf_runtime::RequestContext;

use super::{RdsProvider, arn};
use crate::kinds::Kind;
use crate::models::{Instance, Setup, Snapshot, SnapshotStatus, Status, Tags};

/// The zone of the endpoint's name in Route 53, in `us-east-1`; AWS has one a region.
const HOSTED_ZONE: &str = "Z2R2ITUGPM61AM";

pub(super) fn tags(tags: &Tags) -> Vec<api::Tag> {
    let tag =
        |(key, value): &(String, String)| api::Tag { key: Some(key.clone()), value: Some(value.clone()) };
    tags.iter().map(tag).collect()
}

/// `default:postgres-15`
fn option_group(setup: &Setup) -> String {
    let version = setup.kind.version(&setup.version).map_or("", |it| it.major);
    format!("default:{}-{}", setup.kind.name(), version.replace('.', "-"))
}

fn parameter_group(setup: &Setup) -> String {
    let family = || setup.kind.version(&setup.version).map(|it| setup.kind.family(it)).unwrap_or_default();
    setup.parameter_group.clone().unwrap_or_else(|| format!("default.{}", family()))
}

pub(super) fn instance(provider: &RdsProvider, ctx: &RequestContext, it: &Instance) -> api::DbInstance {
    let (status, failure) = provider.fleet.status(it);
    let setup = &it.setup;
    // AWS says where it answers as soon as it does.
    let endpoint = it.port.map(|port| Endpoint {
        address: Some(provider.public.server_host(&ctx.request)),
        port: Some(port.into()),
        hosted_zone_id: Some(HOSTED_ZONE.to_owned()),
    });
    let failure = failure.map(|message| DbInstanceStatusInfo {
        status_type: Some("engine".to_owned()),
        normal: Some(false),
        status: Some("error".to_owned()),
        message: Some(message),
    });
    let pending = match status {
        Status::Modifying => {
            PendingModifiedValues { master_user_password: Some("****".to_owned()), ..Default::default() }
        }
        _ => PendingModifiedValues::default(),
    };
    let groups = setup.security_groups.iter().map(|id| VpcSecurityGroupMembership {
        vpc_security_group_id: Some(id.clone()),
        status: Some("active".to_owned()),
    });
    api::DbInstance {
        db_instance_identifier: Some(it.id.clone()),
        db_instance_class: Some(setup.class.clone()),
        engine: Some(setup.kind.name().to_owned()),
        engine_version: Some(setup.version.clone()),
        db_instance_status: Some(status.name().to_owned()),
        status_infos: failure.map(|it| vec![it]),
        master_username: Some(setup.master.clone()),
        db_name: setup.database.clone(),
        endpoint,
        allocated_storage: Some(setup.storage),
        max_allocated_storage: setup.max_storage,
        storage_type: Some(setup.storage_type.clone()),
        iops: setup.iops,
        instance_create_time: (it.status != Status::Creating).then_some(it.created),
        preferred_backup_window: Some(setup.backup_window.clone()),
        backup_retention_period: Some(setup.backup_days),
        preferred_maintenance_window: Some(setup.maintenance_window.clone()),
        db_security_groups: Some(Vec::new()),
        vpc_security_groups: Some(groups.collect()),
        db_parameter_groups: Some(vec![DbParameterGroupStatus {
            db_parameter_group_name: Some(parameter_group(setup)),
            parameter_apply_status: Some("in-sync".to_owned()),
        }]),
        option_group_memberships: Some(vec![OptionGroupMembership {
            option_group_name: Some(option_group(setup)),
            status: Some("in-sync".to_owned()),
        }]),
        db_subnet_group: setup.subnet_group.clone().map(|name| DbSubnetGroup {
            db_subnet_group_name: Some(name),
            subnet_group_status: Some("Complete".to_owned()),
            ..Default::default()
        }),
        availability_zone: Some(setup.zone.clone()),
        pending_modified_values: Some(pending),
        multi_az: Some(setup.multi_az),
        auto_minor_version_upgrade: Some(setup.minor_upgrades),
        read_replica_db_instance_identifiers: Some(Vec::new()),
        license_model: Some(setup.kind.license().to_owned()),
        publicly_accessible: Some(setup.is_public),
        storage_encrypted: Some(setup.is_encrypted),
        kms_key_id: setup.kms_key.clone(),
        db_instance_port: Some(0),
        dbi_resource_id: Some(it.resource_id.clone()),
        ca_certificate_identifier: Some("rds-ca-rsa2048-g1".to_owned()),
        domain_memberships: Some(Vec::new()),
        copy_tags_to_snapshot: Some(setup.copy_tags),
        monitoring_interval: Some(0),
        db_instance_arn: Some(arn(ctx, "db", &it.id)),
        iam_database_authentication_enabled: Some(false),
        performance_insights_enabled: Some(false),
        deletion_protection: Some(it.deletion_protection),
        associated_roles: Some(Vec::new()),
        tag_list: Some(tags(&it.tags)),
        customer_owned_ip_enabled: Some(false),
        backup_target: Some("region".to_owned()),
        network_type: Some("IPV4".to_owned()),
        ..Default::default()
    }
}

pub(super) fn snapshot(ctx: &RequestContext, it: &Snapshot) -> api::DbSnapshot {
    let setup = &it.setup;
    let port = |kind: Kind| setup.wanted_port.map_or_else(|| kind.usual_port(), i32::from);
    let is_done = it.status == SnapshotStatus::Available;
    api::DbSnapshot {
        db_snapshot_identifier: Some(it.id.clone()),
        db_instance_identifier: Some(it.instance.clone()),
        snapshot_create_time: is_done.then_some(it.created),
        original_snapshot_create_time: is_done.then_some(it.original),
        snapshot_database_time: is_done.then_some(it.original),
        engine: Some(setup.kind.name().to_owned()),
        engine_version: Some(setup.version.clone()),
        allocated_storage: Some(setup.storage),
        status: Some(it.status.name().to_owned()),
        port: Some(port(setup.kind)),
        availability_zone: Some(setup.zone.clone()),
        instance_create_time: Some(it.instance_created),
        master_username: Some(setup.master.clone()),
        license_model: Some(setup.kind.license().to_owned()),
        snapshot_type: Some("manual".to_owned()),
        iops: setup.iops,
        option_group_name: Some(option_group(setup)),
        percent_progress: Some(if is_done { 100 } else { 0 }),
        source_db_snapshot_identifier: it.source.clone(),
        storage_type: Some(setup.storage_type.clone()),
        encrypted: Some(setup.is_encrypted),
        kms_key_id: setup.kms_key.clone(),
        db_snapshot_arn: Some(arn(ctx, "snapshot", &it.id)),
        iam_database_authentication_enabled: Some(false),
        processor_features: Some(Vec::new()),
        dbi_resource_id: Some(it.resource_id.clone()),
        tag_list: Some(tags(&it.tags)),
        snapshot_target: Some("region".to_owned()),
        ..Default::default()
    }
}
