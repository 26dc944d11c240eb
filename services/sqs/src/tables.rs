//! What SQS keeps: its tables, and a queue's part of them.
//!
//! A queue in memory ([`Queue`](crate::models::Queue)) has the orders that make each step cheap; what they are
//! made of lies in these tables, and each change goes there at once. Opening a state makes the queues anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use asf_macros::{Record, Store};
use asf_runtime::Timestamp;
use asf_runtime::store::{InPartition, Key, Partitioned, Record, Table};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::attempts::Attempt;
use crate::attributes::Settings;
use crate::fifo::{DeduplicationKey, Seen};
use crate::models::Stored;
use crate::move_tasks::MoveTaskRecord;

/// botocore's folder name of the service.
pub(crate) const SERVICE: &str = "sqs";

/// What belongs to a queue, by the queue's incarnation: one of the same name, made later, has nothing of it.
pub type OfQueue<K, V> = Table<InPartition<u64, K>, V, Partitioned>;

/// The tables of an account in a region.
#[derive(Clone, Debug, Store)]
#[store(service = "sqs")]
pub struct SqsStore {
    /// The queues by name.
    #[store(local)]
    pub queues: Table<String, QueueRecord>,
    /// Their messages, by number.
    #[store(local)]
    pub messages: OfQueue<u64, Stored>,
    /// FIFO only: what was seen in the last five minutes.
    #[store(local)]
    pub deduplication: OfQueue<DeduplicationKey, Seen>,
    /// FIFO only: the receive attempts of the last five minutes.
    #[store(local)]
    pub attempts: OfQueue<String, Attempt>,
    /// FIFO only: the last sequence number.
    #[store(local)]
    pub sequences: OfQueue<(), String>,
    /// When queues of a name were deleted, in the last minute or so.
    #[store(local)]
    pub deleted: Table<String, Timestamp>,
    /// Message-move tasks, in the order of their start, by id.
    #[store(local)]
    pub move_tasks: Table<(Timestamp, String), MoveTaskRecord>,
}

/// A queue without what lies in it.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct QueueRecord {
    /// Tells it from queues of the same name before and after it.
    pub incarnation: u64,
    /// When it was made.
    pub created: Timestamp,
    /// The attributes that can be set.
    pub settings: Arc<Settings>,
    /// When they were set last.
    pub modified: Timestamp,
    /// Its tags.
    pub tags: IndexMap<String, String>,
    /// When it was purged last.
    pub purged: Option<Timestamp>,
    /// How often it was opened: the high bits of the numbers of its messages, so that none comes again.
    pub generation: u32,
}

impl SqsStore {
    /// The messages of a queue.
    #[must_use]
    pub fn messages_of(&self, queue: u64) -> QueueTable<u64, Stored> {
        QueueTable { table: self.messages.clone(), queue }
    }

    /// The deduplication ids of a queue.
    #[must_use]
    pub fn deduplication_of(&self, queue: u64) -> QueueTable<DeduplicationKey, Seen> {
        QueueTable { table: self.deduplication.clone(), queue }
    }

    /// The receive attempts of a queue.
    #[must_use]
    pub fn attempts_of(&self, queue: u64) -> QueueTable<String, Attempt> {
        QueueTable { table: self.attempts.clone(), queue }
    }

    /// The last sequence number of a queue.
    #[must_use]
    pub fn sequence_of(&self, queue: u64) -> QueueTable<(), String> {
        QueueTable { table: self.sequences.clone(), queue }
    }

    /// Removes what belongs to none of these queues. It is there after a state was merged into this one that has
    /// a queue of the same name: the name is the file's then, and nobody has deleted the queue that was there.
    pub(crate) fn sweep(&self, live: &BTreeSet<u64>) {
        fn of<K: Key, V: Record>(table: &OfQueue<K, V>, live: &BTreeSet<u64>) {
            let entries = table.snapshot();
            for (key, _) in entries.iter().filter(|(key, _)| !live.contains(&key.partition)) {
                table.remove(key);
            }
        }
        of(&self.messages, live);
        of(&self.deduplication, live);
        of(&self.attempts, live);
        of(&self.sequences, live);
    }

    /// The tables of the default account and region in a state of their own: for tests of parts.
    #[must_use]
    pub fn alone() -> Self {
        use asf_runtime::identity::{AccountId, Region};
        use asf_runtime::store::State;
        State::new().stores().at(AccountId::DEFAULT, &Region::default())
    }
}

/// Entries of one queue.
#[derive(Debug)]
pub struct QueueTable<K: Key, V: Record> {
    table: OfQueue<K, V>,
    queue: u64,
}

impl<K: Key, V: Record> QueueTable<K, V> {
    fn key(&self, key: &K) -> InPartition<u64, K> {
        InPartition::new(self.queue, key.clone())
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        self.table.get(&self.key(key))
    }

    /// Sets the value of a key.
    pub fn insert(&self, key: K, value: impl Into<Arc<V>>) {
        self.table.insert(InPartition::new(self.queue, key), value);
    }

    /// Changes the value of a key; `None` if there is none.
    pub fn update<R>(&self, key: &K, change: impl FnOnce(&mut V) -> R) -> Option<R> {
        self.table.update(&self.key(key), change)
    }

    /// Removes an entry.
    pub fn remove(&self, key: &K) -> Option<Arc<V>> {
        self.table.remove(&self.key(key))
    }

    /// All entries, in order.
    #[must_use]
    pub fn all(&self) -> Vec<(K, Arc<V>)> {
        self.table.range_in(&self.queue, .., usize::MAX)
    }

    /// Removes all entries.
    pub fn clear(&self) {
        self.table.write_in(&self.queue, |entries| {
            let keys: Vec<_> = entries.tree().range_in(&self.queue, ..).map(|(key, _)| key.clone()).collect();
            for key in keys {
                entries.remove(&key);
            }
        });
    }
}
