//! Versions, found.

use std::ops::Bound;
use std::sync::Arc;

use asf_runtime::store::{InPartition, NoIndexes};

use super::Found;
use crate::error::Fault;
use crate::models::{BucketKey, NULL_VERSION, ObjectVersion, VersionKey};
use crate::store::Store;
use crate::version_id;

/// The versions of all objects of a bucket, under its lock.
pub(crate) type Versions =
    asf_runtime::store::OrderedTree<InPartition<BucketKey, VersionKey>, ObjectVersion, NoIndexes>;

/// The first version of a key from a place on.
fn first_of(
    versions: &Versions,
    bucket: &BucketKey,
    key: &Arc<str>,
    start: Bound<&VersionKey>,
) -> Option<Found> {
    let (at, version) = versions.first_in(bucket, start).filter(|(at, _)| at.key == *key)?;
    Some(Found { at, version: version.clone() })
}

/// The newest version of a key.
pub(super) fn newest(versions: &Versions, bucket: &BucketKey, key: &Arc<str>) -> Option<Found> {
    first_of(versions, bucket, key, Bound::Included(&VersionKey { key: key.clone(), order: 0 }))
}

/// The version `null` of a key. There is at most one, most often the newest.
pub(super) fn null(versions: &Versions, bucket: &BucketKey, key: &Arc<str>) -> Option<Found> {
    let mut found = newest(versions, bucket, key)?;
    while found.version.id.is_some() {
        found = first_of(versions, bucket, key, Bound::Excluded(&found.at))?;
    }
    Some(found)
}

/// A version by its id.
///
/// # Errors
/// `InvalidArgument`, if it is no id (test_s3_api::TestS3ObjectCRUD::test_delete_object).
pub(super) fn by_id(
    versions: &Versions,
    bucket: &BucketKey,
    key: &Arc<str>,
    id: &str,
) -> Result<Option<Found>, Fault> {
    if id == NULL_VERSION {
        return Ok(null(versions, bucket, key));
    }
    let order = version_id::order(id)
        .ok_or_else(|| Fault::invalid_argument("Invalid version id specified", "versionId", id))?;
    let at = VersionKey { key: key.clone(), order };
    let found = first_of(versions, bucket, key, Bound::Included(&at));
    Ok(found.filter(|found| found.version.id.as_deref() == Some(id)))
}

impl Store {
    /// The newest version of a key, whatever it is.
    #[must_use]
    pub fn newest(&self, bucket: &BucketKey, key: &str) -> Option<Found> {
        let key: Arc<str> = key.into();
        self.tables.objects.read_in(bucket, |versions| newest(versions, bucket, &key))
    }

    /// A version by its id, whatever it is.
    ///
    /// # Errors
    /// `InvalidArgument`, if it is no id.
    pub fn version(&self, bucket: &BucketKey, key: &str, id: &str) -> Result<Option<Found>, Fault> {
        let key: Arc<str> = key.into();
        self.tables.objects.read_in(bucket, |versions| by_id(versions, bucket, &key, id))
    }

    /// Changes what a version has, in its place. False if it is gone.
    pub fn change_version(
        &self,
        bucket: &BucketKey,
        at: &VersionKey,
        change: impl FnOnce(&mut ObjectVersion),
    ) -> bool {
        self.tables.objects.update(&InPartition::new(bucket.clone(), at.clone()), change).is_some()
    }
}
