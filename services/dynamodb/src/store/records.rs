//! What is kept, record by record.

use std::collections::BTreeMap;
use std::sync::Arc;

use asf_macros::{Record, Store};
use asf_runtime::Timestamp;
use asf_runtime::store::{InPartition, Partitioned, Table};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use super::members::{Reads, ReplicaRecord, Scaling, Scalings, StrongGroup};
use super::places::Place;
pub use super::transfers::{ExportRecord, ImportRecord};
use crate::models::table::{BillingMode, StreamViewType};
use crate::models::{Item, KeySchema, TableDescription};

/// The tables of an account in a region.
#[derive(Clone, Debug, Store)]
#[store(service = "dynamodb")]
pub struct DynamoStore {
    /// DynamoDB's tables, by name.
    #[store(local)]
    pub tables: Table<String, TableRecord>,
    /// Their items, by encoded key.
    #[store(local)]
    pub items: Table<InPartition<Place, Bytes>, ItemRecord, Partitioned>,
    /// The entries of secondary indexes, by [`entry_key`](super::places::entry_key), and of expiries.
    #[store(local)]
    pub entries: Table<InPartition<Place, Bytes>, EntryRecord, Partitioned>,
    /// Streams, by the table's name and the stream's label; also those that have ended.
    #[store(local)]
    pub streams: Table<(String, String), StreamRecord>,
    /// Changes of items, by stream and sequence number. Those for point-in-time recovery are in a stream with the
    /// number of the table.
    #[store(local)]
    pub changes: Table<InPartition<u64, u64>, ChangeRecord, Partitioned>,
    /// What requests with a `ClientRequestToken` were, by the token.
    #[store(local)]
    pub tokens: Table<String, TokenRecord>,
    /// The tokens by their time.
    #[store(local)]
    pub token_times: Table<(Timestamp, String), ()>,
    /// What is left of deleted tables and indexes, and is being removed.
    #[store(local)]
    pub leftovers: Table<Leftover, ()>,
    /// The regions in which tables of other regions were made, that can be called here, by their names.
    #[store(local)]
    pub replicas: Table<String, String>,
    /// Backups, by their ARN.
    #[store(local)]
    pub backups: Table<String, BackupRecord>,
    /// Exports to S3, by their ARN.
    #[store(local)]
    pub exports: Table<String, ExportRecord>,
    /// Imports from S3, by their ARN.
    #[store(local)]
    pub imports: Table<String, ImportRecord>,
}

/// A table, without its items.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct TableRecord {
    /// Tells it from tables of the same name before and after it.
    pub id: u64,
    /// `TableId`
    pub uuid: String,
    /// When it was made.
    pub created: Timestamp,
    /// Keys, indexes and modes.
    pub description: TableDescription,
    /// The numbers of its indexes, by name.
    pub slots: BTreeMap<String, u32>,
    /// What the next index gets.
    pub next_slot: u32,
    /// When it was last changed to be paid for by request.
    pub on_demand_since: Option<Timestamp>,
    /// Its latest stream; it goes on while the description has one.
    pub stream: Option<LatestStream>,
    /// The attribute of items that says when they expire.
    pub time_to_live: Option<String>,
    /// `DeletionProtectionEnabled`
    pub deletion_protection: bool,
    /// `TableClass`, and when it was set; if it was ever given.
    pub class: Option<(String, Timestamp)>,
    /// The KMS key that it is encrypted with, if it is not AWS's own.
    pub kms_key: Option<String>,
    /// Point-in-time recovery.
    pub recovery: Option<Recovery>,
    /// Its resource policy.
    pub policy: Option<Policy>,
    /// Where its changes are to go in Kinesis.
    pub kinesis: Vec<KinesisDestination>,
    /// Contributor insights, by the name of an index; those of the table by an empty one.
    pub insights: BTreeMap<String, Insights>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Where it was restored from.
    #[serde(default)]
    pub restored: Option<Restored>,
    /// Other regions that it can be called in.
    #[serde(default, deserialize_with = "super::members::replicas")]
    pub replicas: BTreeMap<String, ReplicaRecord>,
    /// If it is the same in all of them at once.
    #[serde(default)]
    pub strong: Option<StrongGroup>,
    /// `GlobalTableSettingsReplicationMode`, if it was given.
    #[serde(default)]
    pub replication_mode: Option<String>,
    /// How reads scale, by region.
    #[serde(default)]
    pub read_scaling: BTreeMap<String, Scalings>,
    /// How writes scale, in all regions.
    #[serde(default)]
    pub write_scaling: Scalings,
    /// Since when it is a global table of version 2017.11.29, whose replicas these are.
    #[serde(default)]
    pub global: Option<Timestamp>,
}

impl TableRecord {
    /// A new table, with this number and this id, and nothing that is set besides its description.
    #[must_use]
    pub fn new(description: TableDescription, id: u64, uuid: String, created: Timestamp) -> Self {
        let names = description.indexes.iter().map(|index| index.name.clone());
        let slots: BTreeMap<String, u32> = names.zip(1..).collect();
        Self {
            id,
            uuid,
            created,
            next_slot: u32::try_from(slots.len()).unwrap_or(u32::MAX).saturating_add(1),
            slots,
            on_demand_since: (description.billing_mode == BillingMode::PayPerRequest).then_some(created),
            description,
            stream: None,
            time_to_live: None,
            deletion_protection: false,
            class: None,
            kms_key: None,
            recovery: None,
            policy: None,
            kinesis: Vec::new(),
            insights: BTreeMap::new(),
            tags: BTreeMap::new(),
            restored: None,
            replicas: BTreeMap::new(),
            strong: None,
            replication_mode: None,
            read_scaling: BTreeMap::new(),
            write_scaling: Scalings::new(),
            global: None,
        }
    }

    /// The number of an index.
    #[must_use]
    pub fn slot(&self, index: &str) -> Option<u32> {
        self.slots.get(index).copied()
    }
}

/// The stream that a table had last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LatestStream {
    /// Its number in the store.
    pub id: u64,
    /// `LatestStreamLabel`
    pub label: String,
}

/// Point-in-time recovery of a table.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Recovery {
    /// Since when.
    pub since: Timestamp,
    /// `RecoveryPeriodInDays`
    pub days: i32,
}

impl Recovery {
    /// The time for which changes are kept.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        86_400 * i64::from(self.days)
    }

    /// The first moment that the table can be restored to.
    #[must_use]
    pub fn earliest(&self, now: Timestamp) -> Timestamp {
        self.since.max(now.plus_seconds(-self.seconds()))
    }
}

/// A resource policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Policy {
    /// The JSON as it was given.
    pub text: String,
    /// `RevisionId`
    pub revision: String,
}

/// A Kinesis stream that a table is connected to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KinesisDestination {
    /// Its ARN.
    pub arn: String,
    /// Whether it is connected.
    pub active: bool,
    /// `ApproximateCreationDateTimePrecision`, if it was given.
    pub precision: Option<String>,
}

/// Contributor insights of a table or an index.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Insights {
    /// Whether they are on.
    pub enabled: bool,
    /// `ContributorInsightsMode`
    pub mode: Option<String>,
    /// When that was said.
    pub changed: Timestamp,
}

/// Where a table was restored from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Restored {
    /// The ARN of the backup, if it was one.
    pub backup: Option<String>,
    /// The ARN of the table that it was.
    pub table: String,
    /// The moment that it was restored to.
    pub at: Timestamp,
}

/// An item, and what it counts for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Record)]
pub struct ItemRecord {
    /// Its attributes.
    pub item: Item,
    /// Its bytes, by [`size::item`](crate::size::item).
    pub size: u32,
}

impl From<Item> for ItemRecord {
    fn from(item: Item) -> Self {
        // No item of more than 400 KB comes here.
        let size = u32::try_from(crate::size::item(&item)).unwrap_or(u32::MAX);
        Self { item, size }
    }
}

/// An entry of an index: which item it is about.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct EntryRecord {
    /// The encoded key of the item.
    pub key: Bytes,
}

/// A stream of changes.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct StreamRecord {
    /// Its number in the store.
    pub id: u64,
    /// The keys of the table.
    pub keys: KeySchema,
    /// What it shows.
    pub view: StreamViewType,
    /// When it was enabled.
    pub created: Timestamp,
    /// When it was disabled.
    pub ended: Option<Timestamp>,
}

/// A change of an item, with what its stream shows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Record)]
pub struct ChangeRecord {
    /// When it was made.
    pub at: Timestamp,
    /// What happened.
    pub kind: ChangeKind,
    /// The key of the item.
    pub keys: Item,
    /// The item before, if the stream shows it and there was one.
    pub old: Option<Arc<ItemRecord>>,
    /// The item after, if the stream shows it and there is one.
    pub new: Option<Arc<ItemRecord>>,
    /// Whether it was deleted because its time to live was over.
    pub expired: bool,
}

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of `eventName`")]
pub enum ChangeKind {
    Insert,
    Modify,
    Remove,
}

/// A request that was made with a token.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct TokenRecord {
    /// Tells requests apart.
    pub digest: [u8; 16],
    /// When it was made.
    pub at: Timestamp,
}

/// What is left of a deleted table, or of deleted indexes of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Leftover {
    /// The table's number.
    pub table: u64,
    /// Whether its items go too.
    pub items: bool,
    /// The first of the indexes.
    pub first_slot: u32,
    /// The one after the last of them.
    pub end_slot: u32,
}

/// A backup of a table. Its items are kept as those of a table with the number of the backup.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct BackupRecord {
    /// Its number in the store.
    pub id: u64,
    /// `BackupName`
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// The table as it was.
    pub table: TableRecord,
    /// The ARN of the table.
    pub table_arn: String,
    /// How many items it has.
    pub items: i64,
    /// Their bytes.
    pub bytes: i64,
}
