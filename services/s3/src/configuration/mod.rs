//! What buckets are configured with, but for what each write of an object looks at, which is in
//! [`Bucket`](crate::models::Bucket).

use asf_api_s3::CreateBucketRequest;
use asf_macros::Record;
use asf_runtime::RequestContext;
use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::events::ObjectEvent;
use crate::models::{Bucket, ObjectVersion};

/// The configurations of a bucket.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Record)]
pub struct BucketConfigurations {}

/// What a new bucket is configured with: its ACL and its tags.
///
/// # Errors
/// The ACL or a tag is none.
pub(crate) fn of_new_bucket(_input: &CreateBucketRequest) -> Result<BucketConfigurations, Fault> {
    Ok(BucketConfigurations::default())
}

/// Hears of what happens to objects. The event is made only if somebody wants it.
pub(crate) fn on_event(
    _provider: &crate::S3Provider,
    _ctx: &RequestContext,
    _event: impl FnOnce() -> ObjectEvent,
) {
}

/// The header `x-amz-expiration` of an object: when a lifecycle rule removes it, and which.
pub(crate) fn expiration(
    _provider: &crate::S3Provider,
    _bucket: &Bucket,
    _key: &str,
    _version: &ObjectVersion,
) -> Option<String> {
    None
}

/// Whether somebody said how objects of a bucket are encrypted.
pub(crate) fn is_encrypted(_provider: &crate::S3Provider, _bucket: &Bucket) -> bool {
    false
}
