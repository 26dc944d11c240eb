//! Tags of objects.

use asf_api_s3::*;
use asf_runtime::RequestContext;
use indexmap::IndexMap;

use super::S3Provider;
use super::lookup::OnMarker;
use super::writes::created;
use crate::configuration::tagging::{self, Tagged};
use crate::error::Fault;
use crate::events::{EventKind, publish};
use crate::models::ObjectVersion as VersionRow;
use crate::objects::Found;

/// `PutObjectTagging`
pub(super) fn put(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutObjectTaggingRequest,
) -> Result<PutObjectTaggingOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let tags = input.tagging.and_then(|it| it.tag_set).unwrap_or_default();
    let tags = checked(tags)?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "PUT", OnMarker::NotAllowed)?;
    provider.change_object(&found, &bucket.key, |version| set(version, tags))?;
    publish(provider, ctx, &bucket, || created(EventKind::ObjectTaggingPut, &bucket, &found));
    Ok(PutObjectTaggingOutput { version_id: bucket.shown_version(&found.version) })
}

/// `GetObjectTagging`
pub(super) fn get(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetObjectTaggingRequest,
) -> Result<GetObjectTaggingOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "GET", OnMarker::NotAllowed)?;
    let tags = found.data()?.tags.iter();
    let tags = tags.map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) });
    Ok(GetObjectTaggingOutput {
        version_id: bucket.shown_version(&found.version),
        tag_set: Some(tags.collect()),
    })
}

/// `DeleteObjectTagging`
pub(super) fn delete(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteObjectTaggingRequest,
) -> Result<DeleteObjectTaggingOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "DELETE", OnMarker::NotAllowed)?;
    provider.change_object(&found, &bucket.key, |version| set(version, IndexMap::new()))?;
    publish(provider, ctx, &bucket, || created(EventKind::ObjectTaggingDelete, &bucket, &found));
    Ok(DeleteObjectTaggingOutput { version_id: bucket.shown_version(&found.version) })
}

fn set(version: &mut VersionRow, tags: IndexMap<String, String>) {
    if let Some(data) = &mut version.data {
        data.tags = tags;
    }
}

/// Tags of an object, if it can have them.
///
/// # Errors
/// test_s3_api::TestS3BucketObjectTagging::test_tagging_validation
pub(super) fn checked(tags: Vec<Tag>) -> Result<IndexMap<String, String>, Fault> {
    tagging::check(&tags, Tagged::Object)?;
    Ok(tags.into_iter().filter_map(|tag| Some((tag.key?, tag.value?))).collect())
}

impl S3Provider {
    /// Changes what an object that was found has.
    ///
    /// # Errors
    /// `NoSuchKey`, if it is gone meanwhile.
    pub(super) fn change_object(
        &self,
        found: &Found,
        bucket: &crate::models::BucketKey,
        change: impl FnOnce(&mut VersionRow),
    ) -> Result<(), Fault> {
        let changed = self.store.change_version(bucket, &found.at, change);
        if changed { Ok(()) } else { Err(Fault::no_such_key(&found.at.key)) }
    }
}
