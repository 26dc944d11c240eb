//! Analytics, metrics and intelligent-tiering of a bucket: what is asked for. Nothing is measured or moved.

use std::collections::HashSet;

use asf_api_s3::{AnalyticsConfiguration, IntelligentTieringConfiguration, MetricsConfiguration, Tag};

use super::inventory::check_destination;
use super::listed::check_id;
use super::refusal::{document, well_formed};
use crate::error::Fault;

/// Checks an analytics configuration.
///
/// # Errors
/// `MalformedXML`, `IdMismatch`, `InvalidS3DestinationBucket`
pub fn check_analytics(
    id: &str,
    configuration: Option<AnalyticsConfiguration>,
) -> Result<AnalyticsConfiguration, Fault> {
    let configuration = configuration.ok_or_else(Fault::malformed_xml)?;
    check_id(id, configuration.id.as_deref())?;
    let configuration = document(Some(configuration))?;
    if let Some(filter) = &configuration.filter {
        let kinds = [filter.prefix.is_some(), filter.tag.is_some(), filter.and.is_some()];
        well_formed(kinds.iter().filter(|it| **it).count() <= 1)?;
        check_tags(filter.and.as_ref().and_then(|it| it.tags.as_deref()))?;
    }
    let export = configuration.storage_class_analysis.as_ref().and_then(|it| it.data_export.as_ref());
    if let Some(destination) = export.and_then(|it| it.destination.as_ref()) {
        let bucket = destination.s3_bucket_destination.as_ref().and_then(|it| it.bucket.as_deref());
        check_destination(bucket.unwrap_or_default())?;
    }
    Ok(configuration)
}

/// Checks a metrics configuration.
///
/// # Errors
/// `MalformedXML`, `IdMismatch`, `InvalidRequest`
pub fn check_metrics(
    id: &str,
    configuration: Option<MetricsConfiguration>,
) -> Result<MetricsConfiguration, Fault> {
    let configuration = configuration.ok_or_else(Fault::malformed_xml)?;
    check_id(id, configuration.id.as_deref())?;
    let configuration = document(Some(configuration))?;
    if let Some(filter) = &configuration.filter {
        let kinds = [
            filter.prefix.is_some(),
            filter.tag.is_some(),
            filter.access_point_arn.is_some(),
            filter.and.is_some(),
        ];
        well_formed(kinds.iter().filter(|it| **it).count() <= 1)?;
        check_tags(filter.and.as_ref().and_then(|it| it.tags.as_deref()))?;
    }
    Ok(configuration)
}

/// Checks an intelligent-tiering configuration.
///
/// # Errors
/// `MalformedXML`, `IdMismatch`, `InvalidRequest`; days from the API reference (`Tiering`)
pub fn check_tiering(
    id: &str,
    configuration: Option<IntelligentTieringConfiguration>,
) -> Result<IntelligentTieringConfiguration, Fault> {
    let configuration = configuration.ok_or_else(Fault::malformed_xml)?;
    check_id(id, configuration.id.as_deref())?;
    let configuration = document(Some(configuration))?;
    if let Some(filter) = &configuration.filter {
        let kinds = [filter.prefix.is_some(), filter.tag.is_some(), filter.and.is_some()];
        well_formed(kinds.iter().filter(|it| **it).count() <= 1)?;
        check_tags(filter.and.as_ref().and_then(|it| it.tags.as_deref()))?;
    }
    let tierings = configuration.tierings.as_deref().unwrap_or_default();
    well_formed((1..=2).contains(&tierings.len()))?;
    let mut seen = HashSet::new();
    for tiering in tierings {
        let tier = tiering.access_tier.as_ref().ok_or_else(Fault::malformed_xml)?;
        well_formed(seen.insert(tier))?;
        let least = if tier.as_str() == "DEEP_ARCHIVE_ACCESS" { 180 } else { 90 };
        let days = tiering.days.unwrap_or_default();
        if !(least..=730).contains(&days) {
            // From memory.
            return Err(Fault::invalid_request(format!(
                "'Days' for access tier {} must be between {least} and 730",
                tier.as_str()
            )));
        }
    }
    Ok(configuration)
}

/// Words: test_s3::TestS3BucketLifecycle::test_put_bucket_lifecycle_conf_exc
pub(super) fn check_tags(tags: Option<&[Tag]>) -> Result<(), Fault> {
    let mut seen = HashSet::new();
    if tags.unwrap_or_default().iter().all(|it| seen.insert(&it.key)) {
        return Ok(());
    }
    Err(Fault::invalid_request("Duplicate Tag Keys are not allowed."))
}
