//! Replication of a bucket: what is asked for. Objects are not copied.

use std::collections::HashSet;

use asf_api_s3::{DeleteMarkerReplication, ReplicationConfiguration, ReplicationRule, StorageClass};
use asf_runtime::ids::Ids;

use super::analytics::check_tags;
use super::refusal::{document, well_formed};
use crate::error::Fault;

/// Checks a configuration, for a bucket whose versioning is enabled or not.
///
/// `is_versioned` says of a destination, by the name of its bucket, whether its versioning is enabled; of one that
/// does not exist, it is not.
///
/// # Errors
/// `MalformedXML`, `InvalidRequest` (test_s3::TestS3BucketReplication::test_replication_config,
/// ::test_replication_config_without_filter)
pub fn check(
    configuration: Option<ReplicationConfiguration>,
    source_is_versioned: bool,
    is_versioned: impl Fn(&str) -> bool,
    ids: &Ids,
) -> Result<ReplicationConfiguration, Fault> {
    if !source_is_versioned {
        return Err(Fault::invalid_request(
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
        ));
    }
    let mut configuration = document(configuration)?;
    let rules = configuration.rules.as_deref_mut().unwrap_or_default();
    well_formed((1..=1000).contains(&rules.len()))?;
    let (mut names, mut priorities) = (HashSet::new(), HashSet::new());
    for rule in rules {
        check_rule(rule)?;
        let destination = rule.destination.as_ref().and_then(|it| it.bucket.as_deref()).unwrap_or_default();
        // From memory.
        let bucket = destination.strip_prefix("arn:").and_then(|it| it.split_once(":s3:::"));
        let Some((_, bucket)) = bucket else {
            return Err(Fault::new("InvalidArgument", 400, "Invalid bucket ARN.")
                .with("ArgumentName", "Bucket")
                .with("ArgumentValue", destination));
        };
        if !is_versioned(bucket) {
            return Err(Fault::invalid_request("Destination bucket must have versioning enabled."));
        }
        let id = rule.id.get_or_insert_with(|| ids.uuid()).clone();
        // From memory.
        if !names.insert(id) {
            return Err(Fault::invalid_request("Rule ID must be unique."));
        }
        if rule.filter.is_some() && !priorities.insert(rule.priority.unwrap_or_default()) {
            return Err(Fault::invalid_request("Found duplicate priority."));
        }
        complete(rule);
    }
    Ok(configuration)
}

fn check_rule(rule: &ReplicationRule) -> Result<(), Fault> {
    well_formed(rule.filter.is_none() || rule.prefix.is_none())?;
    if let Some(filter) = &rule.filter {
        let kinds = [filter.prefix.is_some(), filter.tag.is_some(), filter.and.is_some()];
        well_formed(kinds.iter().filter(|it| **it).count() <= 1)?;
        check_tags(filter.and.as_ref().and_then(|it| it.tags.as_deref()))?;
        // From memory.
        if rule.delete_marker_replication.is_none() {
            return Err(Fault::invalid_request(
                "DeleteMarkerReplication must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.",
            ));
        }
    }
    let time = rule.destination.as_ref().and_then(|it| it.replication_time.as_ref());
    if let Some(minutes) = time.and_then(|it| it.time.as_ref()?.minutes)
        && minutes != 15
    {
        // From memory; 15 is the one value that the API reference has.
        return Err(Fault::invalid_request("Replication Time must be 15 minutes."));
    }
    Ok(())
}

/// What AWS fills in (test_replication_config_without_filter).
fn complete(rule: &mut ReplicationRule) {
    if rule.filter.is_some() {
        rule.priority.get_or_insert(0);
        rule.delete_marker_replication
            .get_or_insert_with(|| DeleteMarkerReplication { status: Some("Disabled".into()) });
    }
    if let Some(destination) = &mut rule.destination
        && destination.replication_time.is_some()
    {
        destination.storage_class.get_or_insert(StorageClass::Standard);
    }
}
