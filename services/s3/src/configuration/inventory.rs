//! Inventory reports of a bucket: what is asked for. No report is written.

use asf_api_s3::InventoryConfiguration;

use super::listed::check_id;
use super::refusal::document;
use crate::error::Fault;

/// Checks a configuration.
///
/// # Errors
/// `MalformedXML`, `IdMismatch`, `InvalidS3DestinationBucket`
/// (test_s3::TestS3::test_s3_put_inventory_report_exceptions)
pub fn check(
    id: &str,
    configuration: Option<InventoryConfiguration>,
) -> Result<InventoryConfiguration, Fault> {
    let configuration = configuration.ok_or_else(Fault::malformed_xml)?;
    check_id(id, configuration.id.as_deref())?;
    let configuration = document(Some(configuration))?;
    let destination = configuration.destination.as_ref().and_then(|it| it.s3_bucket_destination.as_ref());
    let bucket = destination.and_then(|it| it.bucket.as_deref()).unwrap_or_default();
    check_destination(bucket)?;
    Ok(configuration)
}

/// A bucket that reports go to, by its ARN.
pub(super) fn check_destination(arn: &str) -> Result<(), Fault> {
    let mut parts = arn.splitn(6, ':');
    let is_arn = parts.next() == Some("arn")
        && parts.next().is_some_and(|it| it.starts_with("aws"))
        && parts.next() == Some("s3")
        && parts.next() == Some("")
        && parts.next() == Some("")
        && parts.next().is_some_and(|it| !it.is_empty() && !it.contains('/'));
    if is_arn {
        return Ok(());
    }
    Err(Fault::new("InvalidS3DestinationBucket", 400, "Invalid bucket ARN."))
}

#[cfg(test)]
mod tests {
    use asf_api_s3::{InventoryDestination, InventoryS3BucketDestination, InventorySchedule};

    use super::*;

    #[test]
    fn what_is_refused() {
        let good = || InventoryConfiguration {
            id: Some("report".to_owned()),
            is_enabled: Some(true),
            destination: Some(InventoryDestination {
                s3_bucket_destination: Some(InventoryS3BucketDestination {
                    bucket: Some("arn:aws:s3:::reports".to_owned()),
                    format: Some("CSV".into()),
                    ..Default::default()
                }),
            }),
            included_object_versions: Some("All".into()),
            schedule: Some(InventorySchedule { frequency: Some("Daily".into()) }),
            optional_fields: Some(vec!["Size".into(), "ETag".into()]),
            filter: None,
        };
        fn target(it: &mut InventoryConfiguration) -> &mut InventoryS3BucketDestination {
            it.destination.as_mut().unwrap().s3_bucket_destination.as_mut().unwrap()
        }
        let put = |change: fn(&mut InventoryConfiguration)| {
            let mut configuration = good();
            change(&mut configuration);
            let found = check("report", Some(configuration)).err().map(|it| it.to_string());
            found.unwrap_or_default().split(':').next().unwrap().to_owned()
        };
        assert_eq!(put(|_| ()), "");
        assert_eq!(put(|it| it.id = Some("other".to_owned())), "IdMismatch");
        assert_eq!(
            put(|it| it.schedule = Some(InventorySchedule { frequency: Some("x".into()) })),
            "MalformedXML"
        );
        assert_eq!(put(|it| it.included_object_versions = Some("x".into())), "MalformedXML");
        assert_eq!(put(|it| it.optional_fields = Some(vec!["x".into()])), "MalformedXML");
        assert_eq!(put(|it| target(it).format = Some("x".into())), "MalformedXML");
        assert_eq!(put(|it| target(it).bucket = Some("reports".to_owned())), "InvalidS3DestinationBucket");
    }
}
