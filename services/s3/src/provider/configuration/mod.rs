//! Operations on what buckets are configured with.

pub(super) mod access;
pub(super) mod listed;
pub(super) mod metadata;
pub(super) mod notification;
pub(super) mod objects;
pub(super) mod replication;
pub(super) mod settings;
pub(super) mod web;

use std::sync::Arc;

use super::S3Provider;
use crate::configuration::BucketConfigurations;
use crate::configuration::public_access_block::PublicAccessBlock;
use crate::error::Fault;
use crate::models::Bucket;

/// The bucket of an input.
macro_rules! bucket {
    ($provider:expr, $ctx:expr, $input:expr) => {
        $provider.bucket($ctx, $input.bucket.as_deref(), $input.expected_bucket_owner.as_deref())?
    };
}
use bucket;

impl S3Provider {
    /// What a bucket is configured with.
    pub(crate) fn configurations(&self, bucket: &Bucket) -> Arc<BucketConfigurations> {
        self.store.tables.configurations.get(&bucket.key).unwrap_or_default()
    }

    /// What is blocked of public access to a bucket: by itself, or by its account.
    pub(crate) fn public_access_block(&self, bucket: &Bucket) -> PublicAccessBlock {
        let own = self.configurations(bucket).public_access_block.unwrap_or(PublicAccessBlock::NONE);
        let account = self.store.tables.account_blocks.get(&bucket.owner);
        own.or(account.map_or(PublicAccessBlock::NONE, |it| it.block))
    }

    /// Changes what a bucket is configured with.
    ///
    /// # Errors
    /// `NoSuchBucket`, if it is gone meanwhile.
    pub(crate) fn configure<R>(
        &self,
        bucket: &Bucket,
        change: impl FnOnce(&mut BucketConfigurations) -> R,
    ) -> Result<R, Fault> {
        let changed = self.store.tables.configurations.update(&bucket.key, change);
        changed.ok_or_else(|| Fault::no_such_bucket(&bucket.name))
    }
}
