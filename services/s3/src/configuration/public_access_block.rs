//! The public access block of a bucket, an access point or an account.

use asf_api_s3::PublicAccessBlockConfiguration;
use asf_macros::Record;
use serde::{Deserialize, Serialize};

/// What is blocked; all of it for a bucket that was just made
/// (test_s3_api::TestS3PublicAccessBlock::test_crud_public_access_block).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "they are the members of AWS's structure")]
pub struct PublicAccessBlock {
    /// Public ACLs are refused.
    pub block_public_acls: bool,
    /// Public ACLs do not count.
    pub ignore_public_acls: bool,
    /// Public policies are refused.
    pub block_public_policy: bool,
    /// A public policy counts for the account and AWS's services only.
    pub restrict_public_buckets: bool,
}

/// What an account blocks in all of its buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Record)]
pub struct AccountBlock {
    /// What is blocked.
    pub block: PublicAccessBlock,
}

impl PublicAccessBlock {
    /// What one or the other blocks.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }

    /// Everything.
    pub const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
    /// Nothing.
    pub const NONE: Self = Self {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };
}

impl From<&PublicAccessBlockConfiguration> for PublicAccessBlock {
    /// What is not said is not blocked.
    fn from(it: &PublicAccessBlockConfiguration) -> Self {
        Self {
            block_public_acls: it.block_public_acls.unwrap_or(false),
            ignore_public_acls: it.ignore_public_acls.unwrap_or(false),
            block_public_policy: it.block_public_policy.unwrap_or(false),
            restrict_public_buckets: it.restrict_public_buckets.unwrap_or(false),
        }
    }
}

impl From<PublicAccessBlock> for PublicAccessBlockConfiguration {
    fn from(it: PublicAccessBlock) -> Self {
        Self {
            block_public_acls: Some(it.block_public_acls),
            ignore_public_acls: Some(it.ignore_public_acls),
            block_public_policy: Some(it.block_public_policy),
            restrict_public_buckets: Some(it.restrict_public_buckets),
        }
    }
}
