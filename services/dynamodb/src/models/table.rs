//! What a table is: its keys, indexes and modes. Made by [`tables`](crate::tables) only, which checks them.

use serde::{Deserialize, Serialize};

use super::provision::Provision;
use super::value::AttributeType;

/// A table, as its creation and its changes have described it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDescription {
    /// 3 to 255 of `a-z A-Z 0-9 _ . -`.
    pub name: String,
    /// Every attribute that is a key of the table or of an index, once each, in the order of the request.
    pub attributes: Vec<KeyAttribute>,
    /// The primary key.
    pub keys: KeySchema,
    /// Local and global secondary indexes, by distinct names.
    pub indexes: Vec<Index>,
    /// How it is paid for.
    pub billing_mode: BillingMode,
    /// Zeros if it is paid for by request.
    pub throughput: Throughput,
    /// What it has of capacity besides.
    #[serde(default)]
    pub provision: Provision,
    /// What its stream shows, if it has one.
    pub stream: Option<StreamViewType>,
}

impl TableDescription {
    /// An index by its name.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == name)
    }
}

/// The keys of a table or of an index: a partition key, and perhaps a sort key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySchema {
    /// `HASH`.
    pub partition: KeyAttribute,
    /// `RANGE`.
    pub sort: Option<KeyAttribute>,
}

impl KeySchema {
    /// The keys in their order.
    pub fn iter(&self) -> impl Iterator<Item = &KeyAttribute> {
        std::iter::once(&self.partition).chain(&self.sort)
    }

    /// The key with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&KeyAttribute> {
        self.iter().find(|key| key.name == name)
    }
}

/// An attribute that is a key, and its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAttribute {
    /// 1 to 255 bytes.
    pub name: String,
    /// S, N or B.
    pub attribute_type: AttributeType,
}

/// The role of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyType {
    /// `HASH`: the partition key.
    Hash,
    /// `RANGE`: the sort key.
    Range,
}

/// A secondary index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// 3 to 255 of `a-z A-Z 0-9 _ . -`.
    pub name: String,
    /// Whether it shares the partition key of the table.
    pub kind: IndexKind,
    /// Its own keys.
    pub keys: KeySchema,
    /// Which attributes it has besides keys.
    pub projection: Projection,
    /// Global ones only; zeros if the table is paid for by request.
    pub throughput: Option<Throughput>,
    /// What a global one has of capacity besides.
    #[serde(default)]
    pub provision: Provision,
}

/// The two kinds of secondary indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexKind {
    /// The partition key of the table, another sort key.
    Local,
    /// Any keys.
    Global,
}

/// Which attributes an index has besides its keys and those of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Projection {
    /// `ALL` of the item.
    All,
    /// `KEYS_ONLY`: none.
    KeysOnly,
    /// `INCLUDE`: these.
    Include(Vec<String>),
}

/// How a table is paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BillingMode {
    /// `PROVISIONED`, by capacity units per second.
    #[default]
    Provisioned,
    /// `PAY_PER_REQUEST`.
    PayPerRequest,
}

/// Capacity units per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throughput {
    /// `ReadCapacityUnits`.
    pub read: i64,
    /// `WriteCapacityUnits`.
    pub write: i64,
}

/// What a stream shows of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the service's values")]
pub enum StreamViewType {
    KeysOnly,
    NewImage,
    OldImage,
    NewAndOldImages,
}
