//! Object lock of a bucket: whether it is on, and how long new objects are kept.

use asf_api_s3::{ObjectLockConfiguration, ObjectLockEnabled};

use super::refusal::{invalid_bucket_state, of_schema, well_formed};
use crate::error::Fault;

/// Greatest numbers of days and years (S3 user guide, "Object Lock considerations").
const MAX_DAYS: i32 = 36_500;
const MAX_YEARS: i32 = 100;

/// The configuration of a bucket that was made with object lock.
#[must_use]
pub fn enabled() -> ObjectLockConfiguration {
    ObjectLockConfiguration { object_lock_enabled: Some(ObjectLockEnabled::Enabled), rule: None }
}

/// Checks a configuration for a bucket whose versioning is enabled or not.
///
/// # Errors
/// `MalformedXML` (test_s3_api::TestS3ObjectLock::test_put_object_lock_configuration_exc),
/// `InvalidBucketState` (::test_put_object_lock_configuration_on_existing_bucket), `InvalidArgument`
pub fn check(
    configuration: Option<ObjectLockConfiguration>,
    is_versioned: bool,
) -> Result<ObjectLockConfiguration, Fault> {
    let configuration = configuration.ok_or_else(Fault::malformed_xml)?;
    of_schema(&configuration)?;
    well_formed(matches!(configuration.object_lock_enabled, Some(ObjectLockEnabled::Enabled)))?;
    if let Some(rule) = &configuration.rule {
        let retention = rule.default_retention.as_ref().ok_or_else(Fault::malformed_xml)?;
        well_formed(retention.mode.is_some() && retention.days.is_some() != retention.years.is_some())?;
        // The words of these two: from memory.
        if retention.days.is_some_and(|days| days <= 0) || retention.years.is_some_and(|years| years <= 0) {
            let value = retention.days.or(retention.years).unwrap_or_default();
            return Err(Fault::invalid_argument(
                "Default retention period must be a positive integer value.",
                "DefaultRetention",
                value.to_string(),
            ));
        }
        if retention.days.is_some_and(|days| days > MAX_DAYS)
            || retention.years.is_some_and(|years| years > MAX_YEARS)
        {
            let value = retention.days.or(retention.years).unwrap_or_default();
            return Err(Fault::invalid_argument(
                "Default retention period too large.",
                "DefaultRetention",
                value.to_string(),
            ));
        }
    }
    if !is_versioned {
        return Err(invalid_bucket_state(
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        ));
    }
    Ok(configuration)
}

#[cfg(test)]
mod tests {
    use asf_api_s3::{DefaultRetention, ObjectLockRule};

    use super::*;

    fn with(mode: Option<&str>, days: Option<i32>, years: Option<i32>) -> ObjectLockConfiguration {
        let default_retention = Some(DefaultRetention { mode: mode.map(Into::into), days, years });
        ObjectLockConfiguration { rule: Some(ObjectLockRule { default_retention }), ..enabled() }
    }

    #[test]
    fn what_is_refused() {
        let empty_rule = ObjectLockConfiguration { rule: Some(ObjectLockRule::default()), ..enabled() };
        for (configuration, is_versioned, code) in [
            (None, true, "MalformedXML"),
            (Some(ObjectLockConfiguration::default()), true, "MalformedXML"),
            (Some(empty_rule), true, "MalformedXML"),
            (Some(with(None, None, None)), true, "MalformedXML"),
            (Some(with(Some("x"), Some(1), None)), true, "MalformedXML"),
            (Some(with(Some("GOVERNANCE"), None, None)), true, "MalformedXML"),
            (Some(with(Some("GOVERNANCE"), Some(1), Some(1))), true, "MalformedXML"),
            (Some(with(Some("GOVERNANCE"), Some(0), None)), true, "InvalidArgument"),
            (Some(with(Some("GOVERNANCE"), None, Some(101))), true, "InvalidArgument"),
            (Some(with(Some("GOVERNANCE"), Some(1), None)), false, "InvalidBucketState"),
            (Some(enabled()), false, "InvalidBucketState"),
            (Some(enabled()), true, ""),
            (Some(with(Some("COMPLIANCE"), None, Some(100))), true, ""),
        ] {
            let shown = format!("{configuration:?}");
            let found = check(configuration, is_versioned).err().map(|it| it.to_string()).unwrap_or_default();
            assert_eq!(found.split(':').next(), Some(code), "{shown}");
        }
    }
}
