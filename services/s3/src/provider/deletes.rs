//! `DeleteObject`, `DeleteObjects`.

use std::sync::Arc;

use asf_api_s3::*;
use asf_runtime::{RequestContext, Timestamp};

use super::S3Provider;
use crate::conditions;
use crate::error::Fault;
use crate::events::{EventKind, ObjectEvent, publish};
use crate::locks::check_bypass;
use crate::models::Bucket as BucketRecord;
use crate::objects::{Found, Removal, Removed};

/// Keys of one `DeleteObjects` ("DeleteObjects" in the API reference).
const MAX_KEYS: usize = 1000;

/// `DeleteObject`
pub(super) fn one(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteObjectRequest,
) -> Result<DeleteObjectOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    check_bypass(&bucket, input.bypass_governance_retention)?;
    // For directory buckets only (test_s3_api::TestS3DeletePrecondition::test_delete_object_if_match_all_non_express).
    if bucket.zone.is_none() && input.if_match_last_modified_time.is_some() {
        return Err(Fault::not_implemented("x-amz-if-match-last-modified-time").into());
    }
    if bucket.zone.is_none() && input.if_match_size.is_some() {
        return Err(Fault::not_implemented("x-amz-if-match-size").into());
    }
    let conditions = Conditions {
        e_tag: input.if_match.as_deref(),
        modified: input.if_match_last_modified_time,
        size: input.if_match_size,
    };
    let removal = Removal {
        key: input.key.as_deref().unwrap_or_default().into(),
        version_id: input.version_id.as_deref().filter(|it| !it.is_empty()),
        bypass_governance: input.bypass_governance_retention == Some(true),
        now: ctx.clock().now(),
        by: ctx.account_id,
    };
    let removed = remove(provider, ctx, &bucket, &removal, conditions)?;
    let is_marker = removed.marker.is_some() || (removal.version_id.is_some() && was_marker(&removed));
    let version_id = match removal.version_id {
        Some(id) => Some(id.to_owned()),
        None => removed.marker.map(|found| found.version.shown_id().to_owned()),
    };
    Ok(DeleteObjectOutput { delete_marker: is_marker.then_some(true), version_id, ..Default::default() })
}

/// `DeleteObjects`
pub(super) fn several(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: DeleteObjectsRequest,
) -> Result<DeleteObjectsOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    check_bypass(&bucket, input.bypass_governance_retention)?;
    let wanted = input.delete.unwrap_or_default();
    let objects = wanted.objects.unwrap_or_default();
    if objects.is_empty() || objects.len() > MAX_KEYS {
        return Err(Fault::malformed_xml().into());
    }
    let is_quiet = wanted.quiet == Some(true);
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in objects {
        let key = object.key.unwrap_or_default();
        let removal = Removal {
            key: key.as_str().into(),
            version_id: object.version_id.as_deref().filter(|it| !it.is_empty()),
            bypass_governance: input.bypass_governance_retention == Some(true),
            now: ctx.clock().now(),
            by: ctx.account_id,
        };
        // Time and size count in directory buckets only ("ObjectIdentifier" in the API reference).
        let is_directory = bucket.zone.is_some();
        let conditions = Conditions {
            e_tag: object.e_tag.as_deref(),
            modified: object.last_modified_time.filter(|_| is_directory),
            size: object.size.filter(|_| is_directory),
        };
        match remove(provider, ctx, &bucket, &removal, conditions) {
            Ok(_) if is_quiet => {}
            Ok(removed) => deleted.push(shown(key, &removal, &removed)),
            Err(fault) => errors.push(failed(key, &removal, fault)),
        }
    }
    Ok(DeleteObjectsOutput {
        deleted: Some(deleted).filter(|it| !it.is_empty()),
        errors: Some(errors).filter(|it| !it.is_empty()),
        ..Default::default()
    })
}

/// What has to be true of the object.
#[derive(Clone, Copy, Debug)]
struct Conditions<'a> {
    e_tag: Option<&'a str>,
    modified: Option<Timestamp>,
    size: Option<i64>,
}

impl Conditions<'_> {
    fn check(&self, key: &str, newest: Option<&Found>) -> Result<(), Fault> {
        let Some((version, data)) = newest.and_then(|it| Some((&it.version, it.version.data.as_deref()?)))
        else {
            // Of what is not there, time and size are no conditions ("DeleteObject" in the API reference).
            return if self.e_tag.is_some() { Err(Fault::no_such_key(key)) } else { Ok(()) };
        };
        if self.e_tag.is_some_and(|tag| !conditions::matches(tag, &data.e_tag)) {
            return Err(Fault::precondition_failed("If-Match"));
        }
        if self.modified.is_some_and(|modified| modified.truncated_to_seconds() != version.modified) {
            return Err(Fault::precondition_failed("x-amz-if-match-last-modified-time"));
        }
        if self.size.is_some_and(|size| u64::try_from(size) != Ok(data.size)) {
            return Err(Fault::precondition_failed("x-amz-if-match-size"));
        }
        Ok(())
    }
}

fn remove(
    provider: &S3Provider,
    ctx: &RequestContext,
    bucket: &Arc<BucketRecord>,
    removal: &Removal<'_>,
    conditions: Conditions<'_>,
) -> Result<Removed, Fault> {
    let check = |newest: Option<&Found>| conditions.check(&removal.key, newest);
    let removed = provider.store.remove_version(bucket, removal, ctx.ids(), check)?;
    let (kind, of) = match (&removed.marker, &removed.version) {
        (Some(marker), _) => (EventKind::ObjectRemovedDeleteMarkerCreated, marker),
        (None, Some(version)) => (EventKind::ObjectRemovedDelete, version),
        (None, None) => return Ok(removed),
    };
    publish(provider, ctx, bucket, || ObjectEvent {
        kind,
        bucket: bucket.clone(),
        key: removal.key.clone(),
        version_id: of.version.id.as_deref().map(str::to_owned),
        size: None,
        e_tag: None,
        sequence: provider.store.next_sequence(removal.now),
        restored: None,
    });
    Ok(removed)
}

/// Whether what was removed was a delete marker.
fn was_marker(removed: &Removed) -> bool {
    removed.version.as_ref().is_some_and(|found| found.version.is_delete_marker())
}

/// test_s3::test_delete_keys_in_versioned_bucket
fn shown(key: String, removal: &Removal<'_>, removed: &Removed) -> DeletedObject {
    let marker = match removal.version_id {
        Some(id) if was_marker(removed) => Some(id.to_owned()),
        Some(_) => None,
        None => removed.marker.as_ref().map(|found| found.version.shown_id().to_owned()),
    };
    DeletedObject {
        key: Some(key),
        version_id: removal.version_id.map(str::to_owned),
        delete_marker: marker.is_some().then_some(true),
        delete_marker_version_id: marker,
    }
}

fn failed(key: String, removal: &Removal<'_>, fault: Fault) -> ErrorShape {
    ErrorShape {
        key: Some(key),
        version_id: removal.version_id.map(str::to_owned),
        code: Some(fault.code.to_owned()),
        message: Some(fault.message.into_owned()),
    }
}
