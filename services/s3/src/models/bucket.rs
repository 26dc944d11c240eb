//! A bucket: what each write of an object looks at.

use std::sync::Arc;

use asf_macros::Record;
use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Partition, Region};
use serde::{Deserialize, Serialize};

use super::Encryption;

/// What a bucket is found by: its name, which is unique in its partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BucketKey(Arc<str>);

impl BucketKey {
    /// The key of a name. In `aws` it is the name; elsewhere it begins with the partition and a slash, which no
    /// name has.
    #[must_use]
    pub fn new(partition: Partition, name: &str) -> Self {
        Self(match partition.name() {
            "aws" => name.into(),
            other => format!("{other}/{name}").into(),
        })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A bucket, without what lies in it and without its [configurations](crate::store::S3Store::configurations).
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Bucket {
    /// Its name.
    pub name: Arc<str>,
    /// Where it lies in the tables.
    pub key: BucketKey,
    /// Tells it from buckets of the same name before and after it.
    pub incarnation: String,
    /// Who owns it.
    pub owner: AccountId,
    /// Where it is.
    pub region: Region,
    /// What `CreateBucket` said of the place: `EU` is another word for `eu-west-1`.
    pub location: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Whether it keeps versions; none if that was never said.
    pub versioning: Option<Versioning>,
    /// If objects can be locked.
    pub object_lock: Option<ObjectLock>,
    /// `BucketOwnerEnforced` and its like; none if it was deleted.
    pub ownership: Option<String>,
    /// How objects are encrypted that say nothing of it.
    pub encryption: Encryption,
    /// Where a directory bucket is; none of general-purpose buckets.
    #[serde(default)]
    pub zone: Option<Zone>,
}

/// The zone of a directory bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// `usw2-az1`
    pub id: String,
    /// Whether it is a local zone rather than an availability zone.
    pub is_local: bool,
}

/// Whether a bucket keeps versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    /// Each write makes a version.
    Enabled,
    /// Writes replace the version `null`.
    Suspended,
}

/// Object lock, which a bucket never loses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLock {
    /// What objects get that say nothing of it.
    pub default_retention: Option<DefaultRetention>,
}

/// How long objects are locked that say nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultRetention {
    /// How strictly.
    pub mode: RetentionMode,
    /// How long.
    pub period: RetentionPeriod,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetentionPeriod {
    /// Days of 24 hours.
    Days(u32),
    /// Years of 365 days.
    Years(u32),
}

impl RetentionPeriod {
    /// When something ends that begins now.
    #[must_use]
    pub fn end(self, now: Timestamp) -> Timestamp {
        let days = match self {
            Self::Days(days) => i64::from(days),
            Self::Years(years) => i64::from(years) * 365,
        };
        now.plus_seconds(days * 86_400)
    }
}

/// How strictly an object is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetentionMode {
    /// Who may bypass it may delete it.
    Governance,
    /// Nobody may.
    Compliance,
}

impl Bucket {
    /// Whether each write makes a version.
    #[must_use]
    pub fn keeps_versions(&self) -> bool {
        self.versioning == Some(Versioning::Enabled)
    }

    /// `arn:aws:s3:::name`; of a directory bucket `arn:aws:s3express:region:account:bucket/name`.
    #[must_use]
    pub fn arn(&self) -> String {
        if self.zone.is_some() {
            let (partition, region) = (self.region.partition().name(), self.region.as_str());
            return format!("arn:{partition}:s3express:{region}:{}:bucket/{}", self.owner, self.name);
        }
        format!("arn:{}:s3:::{}", self.region.partition().name(), self.name)
    }
}
