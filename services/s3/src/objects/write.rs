//! Versions, written.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::identity::AccountId;
use asf_runtime::ids::Ids;
use asf_runtime::store::{InPartition, Partitioned, Writer};

use super::{Found, find};
use crate::error::Fault;
use crate::models::{Bucket, BucketKey, ObjectData, ObjectVersion, VersionKey, Versioning};
use crate::store::Store;
use crate::version_id;

/// The versions of a bucket's objects, that are being changed.
pub(super) type Changing<'a, 'b> =
    Writer<'a, 'b, InPartition<BucketKey, VersionKey>, ObjectVersion, Partitioned>;

/// A version that is to be: content, or a delete marker.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// When.
    pub now: Timestamp,
    /// Whose.
    pub owner: AccountId,
    /// What.
    pub data: Option<Box<ObjectData>>,
}

impl Store {
    /// Writes a version, in front of those that are there; without versioning, in the place of the version `null`.
    /// `check` sees the newest one that is there, in the same step as the write: of two writes that both want
    /// nothing to be there, one finds the other.
    ///
    /// # Errors
    /// `NoSuchBucket`, if it is gone meanwhile; what `check` says.
    pub fn write_version(
        &self,
        bucket: &Bucket,
        key: &Arc<str>,
        new: NewVersion,
        ids: &Ids,
        check: impl FnOnce(Option<&Found>) -> Result<(), Fault>,
    ) -> Result<Found, Fault> {
        self.write_version_then(bucket, key, new, ids, check, |_| ())
    }

    /// [`write_version`](Self::write_version), with something `further` in the same step, after it.
    ///
    /// # Errors
    /// The same.
    pub(crate) fn write_version_then(
        &self,
        bucket: &Bucket,
        key: &Arc<str>,
        new: NewVersion,
        ids: &Ids,
        check: impl FnOnce(Option<&Found>) -> Result<(), Fault>,
        further: impl FnOnce(&Found),
    ) -> Result<Found, Fault> {
        self.state().atomically(|| {
            self.tables.objects.write_in(&bucket.key, |versions| {
                let versioning = self.versioning_now(bucket)?;
                let newest = find::newest(versions.tree(), &bucket.key, key);
                check(newest.as_ref())?;
                let written = self.put_in_front(versions, bucket, versioning, newest.as_ref(), key, new, ids);
                further(&written);
                Ok(written)
            })
        })
    }

    /// Whether the bucket keeps versions: it may have been changed since it was looked up.
    pub(super) fn versioning_now(&self, bucket: &Bucket) -> Result<Option<Versioning>, Fault> {
        let present = self.tables.buckets.get(&bucket.key);
        let present = present.filter(|it| it.incarnation == bucket.incarnation);
        Ok(present.ok_or_else(|| Fault::no_such_bucket(&bucket.name))?.versioning)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of two callers")]
    pub(super) fn put_in_front(
        &self,
        versions: &mut Changing<'_, '_>,
        bucket: &Bucket,
        versioning: Option<Versioning>,
        newest: Option<&Found>,
        key: &Arc<str>,
        new: NewVersion,
        ids: &Ids,
    ) -> Found {
        let next = !self.next_sequence(new.now);
        // A clock that was moved back must not bring it behind another.
        let order = newest.map_or(next, |newest| next.min(newest.at.order.saturating_sub(1)));
        let keeps = versioning == Some(Versioning::Enabled);
        if !keeps && let Some(null) = find::null(versions.tree(), &bucket.key, key) {
            versions.remove(&InPartition::new(bucket.key.clone(), null.at));
        }
        let version = Arc::new(ObjectVersion {
            id: keeps.then(|| version_id::new(order, ids).into()),
            modified: new.now.truncated_to_seconds(),
            owner: new.owner,
            data: new.data,
        });
        let at = VersionKey { key: key.clone(), order };
        versions.insert(InPartition::new(bucket.key.clone(), at.clone()), version.clone());
        Found { at, version }
    }
}
