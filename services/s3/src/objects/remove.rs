//! Versions, removed.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::ids::Ids;
use asf_runtime::store::InPartition;

use super::write::NewVersion;
use super::{Found, find};
use crate::error::Fault;
use crate::models::{Bucket, ObjectVersion, RetentionMode, UploadKey, Versioning};
use crate::store::Store;

/// What is to be removed.
#[derive(Clone, Debug)]
pub struct Removal<'a> {
    /// The key.
    pub key: Arc<str>,
    /// One version of it, for good; without it, the object.
    pub version_id: Option<&'a str>,
    /// Whether locks of the mode `GOVERNANCE` do not count.
    pub bypass_governance: bool,
    /// When.
    pub now: Timestamp,
    /// Who.
    pub by: asf_runtime::identity::AccountId,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Removed {
    /// The version that is gone, if one was there.
    pub version: Option<Found>,
    /// The delete marker that was written.
    pub marker: Option<Found>,
}

impl Store {
    /// Removes a version, or the object: with versions, a delete marker comes in front of them.
    ///
    /// # Errors
    /// `NoSuchBucket`, `InvalidArgument` (no id of a version), `AccessDenied` (locked), what `check` says of the
    /// newest version.
    pub fn remove_version(
        &self,
        bucket: &Bucket,
        removal: &Removal<'_>,
        ids: &Ids,
        check: impl FnOnce(Option<&Found>) -> Result<(), Fault>,
    ) -> Result<Removed, Fault> {
        let key = &removal.key;
        self.state().atomically(|| {
            self.tables.objects.write_in(&bucket.key, |versions| {
                let versioning = self.versioning_now(bucket)?;
                let newest = find::newest(versions.tree(), &bucket.key, key);
                check(newest.as_ref())?;
                let removed = match (removal.version_id, versioning) {
                    (Some(id), _) => {
                        let found = find::by_id(versions.tree(), &bucket.key, key, id)?;
                        if let Some(found) = &found {
                            check_unlocked(&found.version, removal)?;
                        }
                        Removed { version: found, marker: None }
                    }
                    (None, None) => Removed { version: newest, marker: None },
                    (None, Some(versioning)) => {
                        let null = find::null(versions.tree(), &bucket.key, key);
                        let replaced = null.filter(|_| versioning == Versioning::Suspended);
                        let new = NewVersion { now: removal.now, owner: removal.by, data: None };
                        let marker = self.put_in_front(
                            versions,
                            bucket,
                            Some(versioning),
                            newest.as_ref(),
                            key,
                            new,
                            ids,
                        );
                        Removed { version: replaced, marker: Some(marker) }
                    }
                };
                if let Some(found) = &removed.version {
                    versions.remove(&InPartition::new(bucket.key.clone(), found.at.clone()));
                }
                self.note_removal(bucket, key);
                Ok(removed)
            })
        })
    }

    /// Uploads of the key that are under way hear of it, for `If-None-Match`
    /// (test_s3_api::TestS3ObjectWritePrecondition::test_multipart_if_none_match_with_delete).
    fn note_removal(&self, bucket: &Bucket, key: &Arc<str>) {
        let first = UploadKey { key: key.clone(), id: "".into() };
        let last = UploadKey { key: key.clone(), id: "\u{10ffff}".into() };
        for (at, _) in self.tables.uploads.range_in(&bucket.key, first..last, usize::MAX) {
            let at = InPartition::new(bucket.key.clone(), at);
            self.tables.uploads.update(&at, |upload| upload.saw_removal = true);
        }
    }
}

/// test_s3::TestS3ObjectLockRetention::test_s3_object_retention
fn check_unlocked(version: &ObjectVersion, removal: &Removal<'_>) -> Result<(), Fault> {
    let Some(data) = &version.data else { return Ok(()) };
    let retained = data.retention.is_some_and(|retention| {
        let bypassed = removal.bypass_governance && retention.mode == RetentionMode::Governance;
        retention.until > removal.now && !bypassed
    });
    if retained || data.legal_hold == Some(true) { Err(Fault::locked()) } else { Ok(()) }
}
