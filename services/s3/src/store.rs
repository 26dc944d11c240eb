//! What S3 keeps.
//!
//! Names of buckets are of all accounts and regions, so everything lies in tables that all accounts share.
//!
//! **Locks are taken in one order**: objects, parts, uploads, completions, buckets, configurations. A write of an object looks
//! whether its bucket is there under the lock of the bucket's objects, and a bucket is removed under it, so no
//! object comes into a bucket that is gone.

use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use asf_macros::Store;
use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::store::{Blobs, InPartition, Partitioned, State, Stores, Table};

use crate::configuration::BucketConfigurations;
use crate::configuration::public_access_block::AccountBlock;
use crate::error::Fault;
use crate::models::{
    AccessPoint, AccessPointKey, Bucket, BucketKey, Completion, ObjectVersion, Part, Upload, UploadKey,
    VersionKey,
};

/// What belongs to a bucket.
type OfBucket<K, V> = Table<InPartition<BucketKey, K>, V, Partitioned>;

/// The tables.
#[derive(Clone, Debug, Store)]
#[store(service = "s3")]
pub struct S3Store {
    /// The buckets.
    #[store(cross_account)]
    pub buckets: Table<BucketKey, Bucket>,
    /// What they are configured with.
    #[store(cross_account)]
    pub configurations: Table<BucketKey, BucketConfigurations>,
    /// The access points.
    #[store(cross_account)]
    pub access_points: Table<AccessPointKey, AccessPoint>,
    /// The access points by their aliases.
    #[store(cross_account)]
    pub aliases: Table<String, AccessPointKey>,
    /// What accounts block of public access.
    #[store(cross_account)]
    pub account_blocks: Table<AccountId, AccountBlock>,
    /// The versions of all objects: by key, the newest first.
    #[store(cross_account)]
    pub objects: OfBucket<VersionKey, ObjectVersion>,
    /// Multipart uploads that are under way.
    #[store(cross_account)]
    pub uploads: OfBucket<UploadKey, Upload>,
    /// Their parts: by the upload's id, then by number.
    #[store(cross_account)]
    pub parts: Table<InPartition<Arc<str>, u32>, Part, Partitioned>,
    /// Multipart uploads that were completed a short time ago, by their ids.
    #[store(cross_account)]
    pub completions: OfBucket<Arc<str>, Completion>,
}

/// The tables, and the steps that change several of them.
#[derive(Debug)]
pub struct Store {
    stores: Stores<S3Store>,
    /// The last sequence number.
    sequence: AtomicU64,
    /// The tables; all accounts and regions see the same.
    pub tables: S3Store,
}

impl Store {
    /// Those of a state.
    #[must_use]
    pub fn open(state: &State) -> Self {
        let stores: Stores<S3Store> = state.stores();
        let tables = stores.at(AccountId::DEFAULT, &Region::default());
        Self { stores, sequence: AtomicU64::new(0), tables }
    }

    /// Where content is put.
    #[must_use]
    pub fn blobs(&self) -> Blobs {
        self.stores.blobs()
    }

    /// The state that the tables are of.
    #[must_use]
    pub fn state(&self) -> &State {
        self.stores.state()
    }

    /// A number that rises with each call, and from process to process as the clock does.
    pub(crate) fn next_sequence(&self, now: Timestamp) -> u64 {
        let nanos = i128::from(now.seconds()) * 1_000_000_000 + i128::from(now.subsec_nanos());
        let nanos = u64::try_from(nanos.max(0)).unwrap_or(u64::MAX / 2);
        let next = |last: u64| Some(nanos.max(last.saturating_add(1)));
        let last = self.sequence.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        next(last.unwrap_or_default()).unwrap_or(nanos)
    }

    /// Removes a bucket in which nothing is, with its configurations and its uploads that are under way.
    ///
    /// # Errors
    /// `BucketNotEmpty`, `NoSuchBucket`.
    pub fn remove_bucket(&self, bucket: &Bucket) -> Result<(), Fault> {
        let tables = &self.tables;
        self.state().atomically(|| {
            tables.objects.write_in(&bucket.key, |objects| {
                if objects.tree().first_in(&bucket.key, Bound::Unbounded).is_some() {
                    return Err(not_empty(bucket));
                }
                let is_same = |it: &Bucket| it.incarnation == bucket.incarnation;
                let removed = tables.buckets.remove_if(&bucket.key, is_same);
                removed.ok_or_else(|| Fault::no_such_bucket(&bucket.name))?;
                tables.configurations.remove(&bucket.key);
                Ok(())
            })?;
            // Uploads may be under way in a bucket that is deleted; they are gone with it.
            for (key, _) in tables.uploads.range_in(&bucket.key, .., usize::MAX) {
                self.remove_upload(&bucket.key, &key);
            }
            for (id, _) in tables.completions.range_in(&bucket.key, .., usize::MAX) {
                tables.completions.remove(&InPartition::new(bucket.key.clone(), id));
            }
            Ok(())
        })
    }

    /// Keeps what an upload was completed with, and forgets some that are over. Ids begin with the time of the
    /// upload's beginning, so those in front are the oldest; each call forgets more than it adds.
    pub(crate) fn keep_completion(&self, bucket: &BucketKey, id: Arc<str>, completion: Completion) {
        let now = completion.completed;
        self.tables.completions.write_in(bucket, |completions| {
            let oldest = completions.tree().range_in(bucket, ..).take(4);
            let over: Vec<_> = oldest.filter(|(_, it)| it.is_over(now)).map(|(key, _)| key.clone()).collect();
            for key in over {
                completions.remove(&key);
            }
            completions.insert(InPartition::new(bucket.clone(), id), completion);
        });
    }

    /// What an upload was completed with, if that was a short time ago.
    pub(crate) fn completion(&self, bucket: &BucketKey, id: &str, now: Timestamp) -> Option<Arc<Completion>> {
        let at = InPartition::new(bucket.clone(), id.into());
        // Who completes an upload has this lock until the completion is kept.
        let found = self.tables.objects.read_in(bucket, |_| self.tables.completions.get(&at));
        found.filter(|it| !it.is_over(now))
    }

    /// Removes an upload with its parts. Returns it, if it was there.
    pub fn remove_upload(&self, bucket: &BucketKey, key: &UploadKey) -> Option<Arc<Upload>> {
        let tables = &self.tables;
        tables.parts.write_in(&key.id, |parts| {
            let upload = tables.uploads.remove(&InPartition::new(bucket.clone(), key.clone()))?;
            let numbers: Vec<_> = parts.tree().range_in(&key.id, ..).map(|(key, _)| key.clone()).collect();
            for number in numbers {
                parts.remove(&number);
            }
            Some(upload)
        })
    }
}

/// test_s3_api::TestS3BucketCRUD::test_delete_versioned_bucket_with_objects
fn not_empty(bucket: &Bucket) -> Fault {
    let message = match bucket.versioning {
        Some(_) => "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
        None => "The bucket you tried to delete is not empty",
    };
    Fault::new("BucketNotEmpty", 409, message).with("BucketName", &*bucket.name)
}
