//! Objects, found by what requests say of them.

use asf_runtime::schema::TimestampFormat;

use super::S3Provider;
use crate::error::Fault;
use crate::models::{Bucket, ObjectData, ObjectVersion};
use crate::objects::Found;

/// What is said of a delete marker that is the newest version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnMarker {
    /// There is no object.
    NoSuchKey,
    /// It is not for this.
    NotAllowed,
}

impl S3Provider {
    /// The object that a request means.
    ///
    /// # Errors
    /// `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` (a delete marker).
    pub(super) fn object(
        &self,
        bucket: &Bucket,
        key: &str,
        version_id: Option<&str>,
        method: &str,
        on_marker: OnMarker,
    ) -> Result<Found, Fault> {
        let Some(id) = version_id else {
            let newest = self.store.newest(&bucket.key, key).ok_or_else(|| Fault::no_such_key(key))?;
            if !newest.version.is_delete_marker() {
                return Ok(newest);
            }
            // test_s3_api::TestS3BucketObjectTagging::test_object_tagging_versioned
            if on_marker == OnMarker::NotAllowed {
                return Err(of_marker(&newest.version, method));
            }
            return Err(Fault::no_such_key(key)
                .with_header("x-amz-delete-marker", "true")
                .with_header("x-amz-version-id", newest.version.shown_id()));
        };
        let found = self.store.version(&bucket.key, key, id)?;
        let found = found.ok_or_else(|| Fault::no_such_version(key, id))?;
        if found.version.is_delete_marker() {
            return Err(of_marker(&found.version, method));
        }
        Ok(found)
    }
}

/// test_s3::TestS3ObjectLockRetention::test_object_lock_delete_markers
fn of_marker(version: &ObjectVersion, method: &str) -> Fault {
    Fault::method_not_allowed(method, "DeleteMarker")
        .with_header("Allow", "DELETE")
        .with_header("Last-Modified", version.modified.format(TimestampFormat::HttpDate))
        .with_header("x-amz-delete-marker", "true")
        .with_header("x-amz-version-id", version.shown_id())
}

impl Found {
    /// What the object is.
    ///
    /// # Errors
    /// `NoSuchKey`, if it is a delete marker.
    pub(crate) fn data(&self) -> Result<&ObjectData, Fault> {
        self.version.data.as_deref().ok_or_else(|| Fault::no_such_key(&self.at.key))
    }
}

impl Bucket {
    /// The id of a version as answers have it: none, as long as the bucket never kept versions.
    #[must_use]
    pub(crate) fn shown_version(&self, version: &ObjectVersion) -> Option<String> {
        (self.versioning.is_some() || version.id.is_some()).then(|| version.shown_id().to_owned())
    }
}
