//! Server access logging of a bucket: where logs are to go. None are written.

use asf_api_s3::{LoggingEnabled, ObjectOwnership};

use super::refusal::of_schema;
use crate::error::Fault;

/// What has to be known of the bucket that logs go to.
#[derive(Clone, Debug)]
pub struct Target {
    /// Whether it is the same account's.
    pub is_own: bool,
    /// Whether it is in the same region.
    pub is_near: bool,
    /// Its ownership controls.
    pub ownership: Option<ObjectOwnership>,
}

/// Checks where logs go; `target` is what is known of the bucket of that name, if there is one.
///
/// # Errors
/// `MalformedXML`, `InvalidTargetBucketForLogging`, `CrossLocationLoggingProhibitted` (S3's error responses, with
/// its spelling)
pub fn check(enabled: &LoggingEnabled, target: impl Fn(&str) -> Option<Target>) -> Result<(), Fault> {
    of_schema(enabled)?;
    let name = enabled.target_bucket.as_deref().unwrap_or_default();
    let invalid = |message: &'static str| {
        Fault::new("InvalidTargetBucketForLogging", 400, message).with("TargetBucket", name)
    };
    let Some(target) = target(name).filter(|it| it.is_own) else {
        return Err(invalid("The target bucket for logging does not exist"));
    };
    if !target.is_near {
        return Err(Fault::new(
            "CrossLocationLoggingProhibitted",
            403,
            "Cross S3 location logging not allowed. ",
        )
        .with("TargetBucketLocation", ""));
    }
    // S3 user guide, "Enabling Amazon S3 server access logging".
    if enabled.target_grants.as_ref().is_some_and(|it| !it.is_empty())
        && target.ownership == Some(ObjectOwnership::BucketOwnerEnforced)
    {
        return Err(Fault::invalid_request(
            "Target grants cannot be used when the target bucket has the bucket owner enforced setting.",
        ));
    }
    Ok(())
}
