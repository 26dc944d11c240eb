//! Retention and legal hold of objects.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::S3Provider;
use super::lookup::OnMarker;
use crate::error::Fault;
use crate::locks::{self, check_bucket, mode_name};
use crate::models::{Retention, RetentionMode};

/// `PutObjectRetention`
pub(super) fn put_retention(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutObjectRetentionRequest,
) -> Result<PutObjectRetentionOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    check_bucket(&bucket)?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "PUT", OnMarker::NotAllowed)?;
    let now = ctx.clock().now();
    let asked = input.retention.ok_or_else(Fault::malformed_xml)?;
    let asked = match (asked.mode, asked.retain_until_date) {
        // Nothing in it takes the retention away (test_s3::TestS3ObjectLockRetention::test_s3_object_retention).
        (None, None) => None,
        (Some(mode), Some(until)) => {
            let mode = locks::mode(mode.as_str()).ok_or_else(Fault::malformed_xml)?;
            Some(Retention { mode, until })
        }
        _ => return Err(Fault::malformed_xml().into()),
    };
    if asked.is_some_and(|it| it.until <= now) {
        let message = "The retain until date must be in the future!";
        return Err(Fault::new("InvalidArgument", 400, message)
            .with("ArgumentName", "RetainUntilDate")
            .into());
    }
    let bypass = input.bypass_governance_retention == Some(true);
    let mut refused = false;
    provider.change_object(&found, &bucket.key, |version| {
        let Some(data) = &mut version.data else { return };
        let present = data.retention.filter(|it| it.until > now);
        refused = present.is_some_and(|present| !may_change(present, asked, bypass));
        if !refused {
            data.retention = asked;
        }
    })?;
    if refused { Err(Fault::locked().into()) } else { Ok(PutObjectRetentionOutput::default()) }
}

/// Whether a retention may become another: a longer one always, `GOVERNANCE` any other by who may bypass it
/// (test_s3::TestS3ObjectLockRetention::test_object_lock_extend_duration,
/// ::test_s3_object_retention_compliance_mode).
fn may_change(present: Retention, asked: Option<Retention>, bypass: bool) -> bool {
    let extends = asked.is_some_and(|asked| {
        let is_as_strict = asked.mode == present.mode || asked.mode == RetentionMode::Compliance;
        is_as_strict && asked.until >= present.until
    });
    extends || (bypass && present.mode == RetentionMode::Governance)
}

/// `GetObjectRetention`
pub(super) fn retention(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetObjectRetentionRequest,
) -> Result<GetObjectRetentionOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    check_bucket(&bucket)?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "GET", OnMarker::NotAllowed)?;
    let retention = found.data()?.retention.ok_or_else(not_locked)?;
    Ok(GetObjectRetentionOutput {
        retention: Some(ObjectLockRetention {
            mode: Some(mode_name(retention.mode).into()),
            retain_until_date: Some(retention.until),
        }),
    })
}

/// `PutObjectLegalHold`
pub(super) fn put_legal_hold(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutObjectLegalHoldRequest,
) -> Result<PutObjectLegalHoldOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "PUT", OnMarker::NotAllowed)?;
    check_bucket(&bucket)?;
    let is_on = match input.legal_hold.and_then(|it| it.status) {
        Some(ObjectLockLegalHoldStatus::On) => true,
        Some(ObjectLockLegalHoldStatus::Off) => false,
        _ => return Err(Fault::malformed_xml().into()),
    };
    provider.change_object(&found, &bucket.key, |version| {
        if let Some(data) = &mut version.data {
            data.legal_hold = Some(is_on);
        }
    })?;
    Ok(PutObjectLegalHoldOutput::default())
}

/// `GetObjectLegalHold`
pub(super) fn legal_hold(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetObjectLegalHoldRequest,
) -> Result<GetObjectLegalHoldOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "GET", OnMarker::NotAllowed)?;
    check_bucket(&bucket)?;
    let is_on = found.data()?.legal_hold.ok_or_else(not_locked)?;
    let status = if is_on { ObjectLockLegalHoldStatus::On } else { ObjectLockLegalHoldStatus::Off };
    Ok(GetObjectLegalHoldOutput { legal_hold: Some(ObjectLockLegalHold { status: Some(status) }) })
}

/// test_s3::TestS3ObjectLockLegalHold::test_put_get_object_legal_hold
fn not_locked() -> Fault {
    let message = "The specified object does not have a ObjectLock configuration";
    Fault::new("NoSuchObjectLockConfiguration", 404, message)
}
