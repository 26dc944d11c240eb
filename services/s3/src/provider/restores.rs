//! `RestoreObject`: what lies in an archive is there at once.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::S3Provider;
use super::lookup::OnMarker;
use super::writes::created;
use crate::error::Fault;
use crate::events::{EventKind, ObjectEvent, Restored, publish};

/// `RestoreObject`
pub(super) fn restore(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &RestoreObjectRequest,
) -> Result<RestoreObjectOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "POST", OnMarker::NoSuchKey)?;
    let request = input.restore_request.as_ref().ok_or_else(Fault::malformed_xml)?;
    if request.r#type.is_some() || request.select_parameters.is_some() {
        return Err(Fault::not_implemented("Select").into());
    }
    let data = found.data()?;
    if !matches!(data.storage_class.as_str(), "GLACIER" | "DEEP_ARCHIVE") {
        let message = "Restore is not allowed for the object's current storage class";
        let fault = Fault::new("InvalidObjectState", 403, message);
        return Err(fault.with("StorageClass", data.storage_class.as_str()).into());
    }
    let days = request.days.filter(|it| *it > 0).ok_or_else(Fault::malformed_xml)?;
    let now = ctx.clock().now();
    let was_restored = data.restored_until.is_some_and(|until| until > now);
    // To midnight of the day after ("RestoreObject" in the API reference).
    let end = now.plus_seconds((i64::from(days) + 1) * 86_400).seconds();
    let until = asf_runtime::Timestamp::from_seconds(end - end.rem_euclid(86_400));
    provider.change_object(&found, &bucket.key, |version| {
        if let Some(data) = &mut version.data {
            data.restored_until = Some(until);
        }
    })?;
    // What is there at once is completed at once.
    for kind in [EventKind::ObjectRestorePost, EventKind::ObjectRestoreCompleted] {
        publish(provider, ctx, &bucket, || ObjectEvent {
            restored: Some(Restored { storage_class: data.storage_class.clone(), until }),
            ..created(kind, &bucket, &found)
        });
    }
    let status_code = Some(if was_restored { 200 } else { 202 });
    Ok(RestoreObjectOutput { status_code, ..Default::default() })
}
