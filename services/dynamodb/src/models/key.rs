//! Values of keys, and bytes that sort like them.

use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};

use super::value::{AttributeType, AttributeValue};
use crate::number::Number;

/// A value of a key attribute. Within a table a key has one type; the order of types here has no meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the service's types")]
pub enum KeyValue {
    S(String),
    N(Number),
    B(Bytes),
}

/// What identifies an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PrimaryKey {
    /// The value of the partition key.
    pub partition: KeyValue,
    /// That of the sort key, if the table has one.
    pub sort: Option<KeyValue>,
}

impl KeyValue {
    /// The value as a key, if its type is one of a key's.
    #[must_use]
    pub fn from_value(value: &AttributeValue) -> Option<Self> {
        match value {
            AttributeValue::S(text) => Some(Self::S(text.clone())),
            AttributeValue::N(number) => Some(Self::N(*number)),
            AttributeValue::B(bytes) => Some(Self::B(bytes.clone())),
            _ => None,
        }
    }

    /// Its type.
    #[must_use]
    pub fn attribute_type(&self) -> AttributeType {
        match self {
            Self::S(_) => AttributeType::S,
            Self::N(_) => AttributeType::N,
            Self::B(_) => AttributeType::B,
        }
    }

    /// Bytes that it counts for.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(number) => number.size(),
            Self::B(bytes) => bytes.len(),
        }
    }

    /// Appends bytes that sort as AWS sorts values of this type: strings by their UTF-8, binary by unsigned
    /// bytes, numbers by value. They end by themselves, so that what follows does not disturb the order.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::S(text) => encode_bytes(text.as_bytes(), out),
            Self::N(number) => number.encode(out),
            Self::B(bytes) => encode_bytes(bytes, out),
        }
    }

    /// The bytes that the encodings of all strings or binary values beginning with this one begin with.
    pub(crate) fn encode_prefix(&self, out: &mut Vec<u8>) {
        self.encode(out);
        if !matches!(self, Self::N(_)) {
            out.truncate(out.len() - TERMINATOR.len());
        }
    }
}

/// Behind strings and binary values. Less than anything else that can stand there, so that "a" comes before
/// "a\0" and "ab".
const TERMINATOR: [u8; 2] = [0x00, 0x01];

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() + 2);
    let mut rest = bytes;
    // Nearly no key has a zero in it.
    while let Some(zero) = memchr::memchr(0x00, rest) {
        let (before, after) = rest.split_at(zero);
        out.extend_from_slice(before);
        out.extend_from_slice(&[0x00, 0xFF]);
        rest = &after[1..];
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(&TERMINATOR);
}

impl PrimaryKey {
    /// Where the item stands in a scan, and which segment of a parallel scan has it: AWS spreads items by a
    /// hash of the partition key, and items of one partition are together, in the order of the sort key.
    /// AWS's hash is not documented; this one is MD5 over type and value.
    #[must_use]
    pub fn partition_hash(&self) -> u128 {
        partition_hash(&self.partition)
    }

    /// Bytes that sort in the order of a scan of the table: hash, partition key, sort key.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = partition_prefix(&self.partition);
        if let Some(sort) = &self.sort {
            sort.encode(&mut out);
        }
        out
    }
}

/// What the [encoding](PrimaryKey::encode) of every item of a partition begins with.
#[must_use]
pub fn partition_prefix(partition: &KeyValue) -> Vec<u8> {
    // With room for a sort key of a usual length.
    let mut out = Vec::with_capacity(HASH_BYTES + partition.size() + 48);
    out.extend_from_slice(&[0; HASH_BYTES]);
    partition.encode(&mut out);
    let (hash, encoded) = out.split_at_mut(HASH_BYTES);
    hash.copy_from_slice(&hash_of(partition.attribute_type(), encoded));
    out
}

const HASH_BYTES: usize = 16;

fn hash_of(kind: AttributeType, encoded: &[u8]) -> [u8; HASH_BYTES] {
    Md5::new().chain_update(kind.name()).chain_update(encoded).finalize().into()
}

/// The hash of a partition key.
#[must_use]
pub fn partition_hash(partition: &KeyValue) -> u128 {
    let mut encoded = Vec::new();
    partition.encode(&mut encoded);
    u128::from_be_bytes(hash_of(partition.attribute_type(), &encoded))
}

/// Which of `total` segments of a parallel scan a hash is in, from 0.
#[must_use]
pub fn segment(hash: u128, total: u32) -> u32 {
    // The upper 64 bits, scaled: hash / 2^64 * total.
    (((hash >> 64) * u128::from(total)) >> 64) as u32
}
