//! A multipart upload that is under way, and its parts.

use std::sync::Arc;

use asf_macros::Record;
use asf_runtime::Timestamp;
use asf_runtime::identity::AccountId;
use asf_runtime::store::{Blob, Record};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Acl, Checksum, Encryption, Headers, Retention};

/// Where an upload is among those of its bucket: by key, then by its beginning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UploadKey {
    /// The object's key.
    pub key: Arc<str>,
    /// Its id, which begins with the time in a notation that is in order.
    pub id: Arc<str>,
}

/// An upload that is under way: what the object will have.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Upload {
    /// When it began.
    pub initiated: Timestamp,
    /// Who began it.
    pub owner: AccountId,
    /// Headers that come back as they were given.
    pub headers: Headers,
    /// `x-amz-meta-*`
    pub metadata: IndexMap<String, String>,
    /// `STANDARD`
    pub storage_class: String,
    /// The algorithm, as the model has it; none if the client names none.
    pub checksum_algorithm: Option<String>,
    /// Whether the object's checksum will be of the parts' checksums.
    pub is_composite: bool,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// Tags, in their order.
    pub tags: IndexMap<String, String>,
    /// Who may do what, if that was said.
    pub acl: Option<Acl>,
    /// Until when it is locked.
    pub retention: Option<Retention>,
    /// Whether it is locked until somebody unlocks it.
    pub legal_hold: Option<bool>,
    /// What writes that came later are above of.
    #[serde(default)]
    pub sequence: u64,
    /// Whether the object was removed meanwhile.
    #[serde(default)]
    pub saw_removal: bool,
}

/// A part of an upload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    /// When it came.
    pub modified: Timestamp,
    /// MD5 in hexadecimal digits.
    pub e_tag: String,
    /// The bytes.
    pub content: Blob,
    /// base64, by the algorithm's name in the model.
    pub checksum: Option<(String, String)>,
}

/// Seconds for which a completed upload is remembered; AWS does not say for how long it does.
const REMEMBERED: i64 = 3600;

/// An upload that was completed: what the same request is answered once more.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Completion {
    /// When it was.
    pub completed: Timestamp,
    /// The object's key.
    pub key: Arc<str>,
    /// A digest of the numbers and entity tags of the parts that were listed.
    pub parts: String,
    /// The object's entity tag, without quotes.
    pub e_tag: String,
    /// The object's version, if the bucket has versions.
    pub version_id: Option<Arc<str>>,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// Its checksum.
    pub checksum: Option<Checksum>,
    /// `x-amz-expiration`
    pub expiration: Option<String>,
}

impl Completion {
    /// Whether it need not be remembered any longer.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.completed.plus_seconds(REMEMBERED) <= now
    }
}

impl Record for Part {
    fn blobs(&mut self, visit: &mut dyn FnMut(&mut Blob)) {
        visit(&mut self.content);
    }
}
