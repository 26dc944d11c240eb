//! What can be ordered: `DescribeDBEngineVersions`, `DescribeOrderableDBInstanceOptions`

use asf_api_rds::*;
use asf_runtime::RequestContext;

use super::creation::kind;
use crate::kinds::{Kind, Version};
use crate::pages::page;

/// A few classes of each size; others are taken too, as all are the same here.
const CLASSES: [&str; 6] =
    ["db.m5.large", "db.r5.large", "db.t3.medium", "db.t3.micro", "db.t3.small", "db.t4g.micro"];
const STORAGE: [&str; 2] = ["gp2", "gp3"];

fn all(engine: Option<&str>) -> Result<Vec<(Kind, &'static Version)>, RdsError> {
    let kinds = match engine {
        Some(engine) => vec![kind(engine)?],
        None => Kind::ALL.to_vec(),
    };
    Ok(kinds
        .into_iter()
        .flat_map(|kind| kind.versions().iter().map(move |version| (kind, version)))
        .collect())
}

/// Whether a version is asked for: in full, by its major one, or not at all.
fn is_asked(version: &Version, asked: Option<&str>) -> bool {
    asked.is_none_or(|asked| asked == version.full || asked == version.major)
}

pub(super) fn versions(input: &DescribeDbEngineVersionsMessage) -> Result<DbEngineVersionMessage, RdsError> {
    let default_only = input.default_only.unwrap_or(false);
    let is_wanted = |(kind, version): &(Kind, &'static Version)| {
        is_asked(version, input.engine_version.as_deref())
            && input.db_parameter_group_family.as_ref().is_none_or(|it| *it == kind.family(version))
            && (!default_only || kind.versions().first() == Some(*version))
    };
    let all = all(input.engine.as_deref())?.into_iter().filter(is_wanted).map(|(kind, version)| {
        let key = format!("{} {}", kind.name(), version.full);
        (key, described(kind, version))
    });
    let (found, marker) = page(all, |(key, _)| key.as_str(), input.max_records, input.marker.as_deref())?;
    let found = found.into_iter().map(|(_, it)| it).collect();
    Ok(DbEngineVersionMessage { db_engine_versions: Some(found), marker })
}

fn described(kind: Kind, version: &Version) -> DbEngineVersion {
    DbEngineVersion {
        engine: Some(kind.name().to_owned()),
        engine_version: Some(version.full.to_owned()),
        major_engine_version: Some(version.major.to_owned()),
        db_parameter_group_family: Some(kind.family(version)),
        db_engine_description: Some(kind.description().to_owned()),
        db_engine_version_description: Some(format!("{} {}", kind.description(), version.full)),
        valid_upgrade_target: Some(Vec::new()),
        supports_log_exports_to_cloudwatch_logs: Some(false),
        supports_read_replica: Some(false),
        supported_feature_names: Some(Vec::new()),
        status: Some("available".to_owned()),
        supports_parallel_query: Some(false),
        supports_global_databases: Some(false),
        supports_babelfish: Some(false),
        supports_limitless_database: Some(false),
        supports_integrations: Some(false),
        tag_list: Some(Vec::new()),
        ..Default::default()
    }
}

pub(super) fn options(
    ctx: &RequestContext,
    input: &DescribeOrderableDbInstanceOptionsMessage,
) -> Result<OrderableDbInstanceOptionsMessage, RdsError> {
    let engine = crate::error::required(input.engine.clone(), "Engine")?;
    let mut found = Vec::new();
    let mut versions = all(Some(&engine))?;
    versions.retain(|(_, version)| is_asked(version, input.engine_version.as_deref()));
    for (kind, version) in versions {
        for class in
            CLASSES.iter().filter(|it| input.db_instance_class.as_ref().is_none_or(|asked| asked == *it))
        {
            for storage in STORAGE {
                let key = format!("{} {class} {storage}", version.full);
                found.push((key, option(ctx, kind, version, class, storage)));
            }
        }
    }
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let (found, marker) = page(found, |(key, _)| key.as_str(), input.max_records, input.marker.as_deref())?;
    let found = found.into_iter().map(|(_, it)| it).collect();
    Ok(OrderableDbInstanceOptionsMessage { orderable_db_instance_options: Some(found), marker })
}

fn option(
    ctx: &RequestContext,
    kind: Kind,
    version: &Version,
    class: &str,
    storage: &str,
) -> OrderableDbInstanceOption {
    let zone = |letter: char| AvailabilityZone { name: Some(format!("{}{letter}", ctx.region)) };
    OrderableDbInstanceOption {
        engine: Some(kind.name().to_owned()),
        engine_version: Some(version.full.to_owned()),
        db_instance_class: Some(class.to_owned()),
        license_model: Some(kind.license().to_owned()),
        availability_zones: Some(['a', 'b', 'c'].map(zone).to_vec()),
        multi_az_capable: Some(true),
        read_replica_capable: Some(false),
        vpc: Some(true),
        supports_storage_encryption: Some(true),
        storage_type: Some(storage.to_owned()),
        supports_iops: Some(storage == "gp3"),
        supports_enhanced_monitoring: Some(false),
        supports_iam_database_authentication: Some(false),
        supports_performance_insights: Some(false),
        min_storage_size: Some(5),
        max_storage_size: Some(65_536),
        supported_engine_modes: Some(vec!["provisioned".to_owned()]),
        supports_storage_autoscaling: Some(true),
        supports_kerberos_authentication: Some(false),
        outpost_capable: Some(false),
        supports_global_databases: Some(false),
        supports_clusters: Some(false),
        ..Default::default()
    }
}
