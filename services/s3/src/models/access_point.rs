//! An access point: another name for a bucket, with a policy of its own.

use asf_macros::Record;
use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Partition};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::configuration::public_access_block::PublicAccessBlock;

/// Where an access point is: account, region and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Record)]
pub struct AccessPointKey {
    /// Its account.
    pub account: AccountId,
    /// Its region's name.
    pub region: String,
    /// Its name.
    pub name: String,
}

impl AccessPointKey {
    /// `arn:aws:s3:us-east-1:000000000000:accesspoint/name`
    #[must_use]
    pub fn arn(&self) -> String {
        let partition = Partition::of_region(&self.region).name();
        format!("arn:{partition}:s3:{}:{}:accesspoint/{}", self.region, self.account, self.name)
    }
}

/// An access point.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct AccessPoint {
    /// Its bucket's name.
    pub bucket: String,
    /// Its bucket's account.
    pub bucket_account: AccountId,
    /// A name that can stand where a bucket's does.
    pub alias: String,
    /// The VPC that it is for; without one it is for the internet.
    pub vpc: Option<String>,
    /// What is blocked of public access.
    pub public_access_block: PublicAccessBlock,
    /// When it was made.
    pub created: Timestamp,
    /// Its policy, as it was given.
    #[serde(default)]
    pub policy: Option<String>,
    /// Its tags, in their order.
    #[serde(default)]
    pub tags: IndexMap<String, String>,
}
