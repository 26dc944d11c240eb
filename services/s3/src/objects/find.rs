//! Versions, found.

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

/// The places of a key's versions.
fn of_key(key: &Arc<str>) -> std::ops::RangeInclusive<VersionKey> {
    VersionKey { key: key.clone(), order: 0 }..=VersionKey { key: key.clone(), order: u64::MAX }
}

/// The newest version of a key.
pub(super) fn newest(versions: &Versions, bucket: &BucketKey, key: &Arc<str>) -> Option<Found> {
    versions.range_in(bucket, of_key(key)).next().map(found)
}

/// The version `null` of a key. There is at most one, most often the newest.
pub(super) fn null(versions: &Versions, bucket: &BucketKey, key: &Arc<str>) -> Option<Found> {
    versions.range_in(bucket, of_key(key)).find(|(_, version)| version.id.is_none()).map(found)
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
    let found = versions.range_in(bucket, at.clone()..=at).next().map(found);
    Ok(found.filter(|found| found.version.id.as_deref() == Some(id)))
}

fn found((key, version): (&InPartition<BucketKey, VersionKey>, &Arc<ObjectVersion>)) -> Found {
    Found { at: key.sort.clone(), version: version.clone() }
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
