//! Object lock, as requests ask for it.

use asf_runtime::Timestamp;

use crate::error::Fault;
use crate::models::{Bucket, Retention, RetentionMode};

/// What a request that writes an object says of its lock.
#[derive(Clone, Copy, Debug, Default)]
pub struct LockRequest<'a> {
    /// `x-amz-object-lock-mode`
    pub mode: Option<&'a str>,
    /// `x-amz-object-lock-retain-until-date`
    pub until: Option<Timestamp>,
    /// `x-amz-object-lock-legal-hold`
    pub legal_hold: Option<&'a str>,
}

/// A mode by its name.
#[must_use]
pub fn mode(name: &str) -> Option<RetentionMode> {
    match name {
        "GOVERNANCE" => Some(RetentionMode::Governance),
        "COMPLIANCE" => Some(RetentionMode::Compliance),
        _ => None,
    }
}

/// The name of a mode.
#[must_use]
pub fn mode_name(mode: RetentionMode) -> &'static str {
    match mode {
        RetentionMode::Governance => "GOVERNANCE",
        RetentionMode::Compliance => "COMPLIANCE",
    }
}

/// Refuses where objects cannot be locked.
///
/// # Errors
/// `InvalidRequest` (test_s3::TestS3ObjectLockLegalHold::test_put_object_legal_hold_exc)
pub fn check_bucket(bucket: &Bucket) -> Result<(), Fault> {
    match bucket.object_lock {
        Some(_) => Ok(()),
        None => Err(Fault::invalid_request("Bucket is missing Object Lock Configuration")),
    }
}

/// Refuses a bypass where nothing can be locked.
///
/// # Errors
/// `InvalidArgument` (test_s3_api::TestS3ObjectLock::test_delete_object_with_no_locking)
pub fn check_bypass(bucket: &Bucket, bypass: Option<bool>) -> Result<(), Fault> {
    if bypass.is_none() || bucket.object_lock.is_some() {
        return Ok(());
    }
    let message = "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.";
    Err(Fault::new("InvalidArgument", 400, message).with("ArgumentName", "x-amz-bypass-governance-retention"))
}

impl LockRequest<'_> {
    /// Retention and legal hold of a new object.
    ///
    /// # Errors
    /// `InvalidArgument`, `InvalidRequest`
    /// (test_s3::TestS3ObjectLockRetention::test_s3_object_lock_mode_validation)
    pub fn resolve(
        &self,
        bucket: &Bucket,
        now: Timestamp,
    ) -> Result<(Option<Retention>, Option<bool>), Fault> {
        let both = |missing: &str| {
            let message =
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
            Fault::new("InvalidArgument", 400, message).with("ArgumentName", missing)
        };
        let given = match (self.mode, self.until) {
            (None, None) => None,
            (None, Some(_)) => return Err(both("x-amz-object-lock-mode")),
            (Some(_), None) => return Err(both("x-amz-object-lock-retain-until-date")),
            (Some(name), Some(until)) => {
                let mode = mode(name).ok_or_else(|| {
                    Fault::invalid_argument("Unknown wormMode directive.", "x-amz-object-lock-mode", name)
                })?;
                Some(Retention { mode, until })
            }
        };
        if given.is_some_and(|it| it.until <= now) {
            let message = "The retain until date must be in the future!";
            let fault = Fault::new("InvalidArgument", 400, message);
            return Err(fault.with("ArgumentName", "x-amz-object-lock-retain-until-date"));
        }
        let legal_hold = match self.legal_hold {
            None => None,
            Some("ON") => Some(true),
            Some("OFF") => Some(false),
            Some(other) => {
                let message = "Legal Hold must be either of 'ON' or 'OFF'";
                return Err(Fault::invalid_argument(message, "x-amz-object-lock-legal-hold", other));
            }
        };
        if given.is_some() || legal_hold.is_some() {
            check_bucket(bucket)?;
        }
        let default = || {
            let retention = bucket.object_lock?.default_retention?;
            Some(Retention { mode: retention.mode, until: retention.period.end(now) })
        };
        Ok((given.or_else(default), legal_hold))
    }
}
