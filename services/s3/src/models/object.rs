//! An object: its versions, and what each of them has.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::identity::AccountId;
use asf_runtime::store::{Blob, Record};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::RetentionMode;

/// Where a version is among those of its bucket: by key, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VersionKey {
    /// The object's key.
    pub key: Arc<str>,
    /// Falls with each write.
    pub order: u64,
}

/// A version of an object: content, or a marker that it was deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ObjectVersion {
    /// 32 characters; none of the version `null`.
    pub id: Option<Arc<str>>,
    /// When it was written. To the second, as `Last-Modified` shows it.
    pub modified: Timestamp,
    /// Who wrote it.
    pub owner: AccountId,
    /// What it is; none of a delete marker.
    pub data: Option<Box<ObjectData>>,
}

/// Content and what is known of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ObjectData {
    /// Bytes.
    pub size: u64,
    /// Without quotes: MD5 in hexadecimal digits, of multipart uploads that of the parts' and their number.
    pub e_tag: String,
    /// The bytes.
    pub content: Blob,
    /// Headers that come back as they were given.
    pub headers: Headers,
    /// `x-amz-meta-*`, by names in small letters.
    pub metadata: IndexMap<String, String>,
    /// `STANDARD`
    pub storage_class: String,
    /// The checksum, if it has one.
    pub checksum: Option<Checksum>,
    /// The parts that it was made of, of multipart uploads.
    pub parts: Vec<PartRecord>,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// Tags, in their order.
    pub tags: IndexMap<String, String>,
    /// Who may do what, if that was said.
    pub acl: Option<Acl>,
    /// Until when it is locked.
    pub retention: Option<Retention>,
    /// Whether it is locked until somebody unlocks it; none if that was never said.
    pub legal_hold: Option<bool>,
    /// If it was restored from an archive: until when.
    pub restored_until: Option<Timestamp>,
}

/// Headers of an object that come back as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the headers")]
pub struct Headers {
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub content_type: Option<String>,
    pub expires: Option<String>,
    pub website_redirect_location: Option<String>,
}

/// A checksum of an object or part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// As `ChecksumAlgorithm` of the model has it: `CRC64NVME`.
    pub algorithm: String,
    /// base64; of composite ones with the number of parts.
    pub value: String,
    /// Whether it is of the parts' checksums rather than of the bytes.
    pub is_composite: bool,
}

/// A part that an object was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRecord {
    /// The number it was uploaded under.
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// base64, of the object's algorithm.
    pub checksum: Option<String>,
}

/// How something is encrypted. Nothing is; this is what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encryption {
    /// With S3's keys: `AES256`.
    S3,
    /// With a key of KMS.
    Kms {
        /// `aws:kms` or `aws:kms:dsse`.
        algorithm: String,
        /// ARN of the key; none for S3's own.
        key: Option<String>,
        /// The context, as it was given.
        context: Option<String>,
        /// Whether the bucket's key is used.
        bucket_key: bool,
    },
    /// With the client's key.
    Customer {
        /// base64 of the key's MD5.
        key_md5: String,
    },
}

/// Who may do what with an object or bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acl {
    /// The grants, in their order.
    pub grants: Vec<Grant>,
}

/// What somebody may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Who.
    pub grantee: Grantee,
    /// `FULL_CONTROL`, `READ`, ...
    pub permission: String,
}

/// Whom something is granted to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grantee {
    /// An account, by its canonical id.
    User(String),
    /// A group, by its URI.
    Group(String),
    /// An account, by the address of its owner.
    Email(String),
}

/// Until when an object is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// How strictly.
    pub mode: RetentionMode,
    /// Until when.
    pub until: Timestamp,
}

/// The version that unversioned buckets have.
pub const NULL_VERSION: &str = "null";

impl ObjectVersion {
    /// Its id as clients see it.
    #[must_use]
    pub fn shown_id(&self) -> &str {
        self.id.as_deref().unwrap_or(NULL_VERSION)
    }

    /// Whether it says that the object was deleted.
    #[must_use]
    pub fn is_delete_marker(&self) -> bool {
        self.data.is_none()
    }
}

impl Record for ObjectVersion {
    fn blobs(&mut self, visit: &mut dyn FnMut(&mut Blob)) {
        if let Some(data) = &mut self.data {
            visit(&mut data.content);
        }
    }
}
