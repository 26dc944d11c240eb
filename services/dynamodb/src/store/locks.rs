//! Who waits for whom.
//!
//! A write reads an item, decides, and changes item, indexes, counts and stream: several tables of the store, so
//! it needs more than their locks. Two sets of locks, each spread over a fixed number of them: tables, which
//! whoever changes items shares and whoever changes the table has alone; and partitions (all items of one
//! partition key), which a write has alone, whoever has to see a transaction whole shares, and other reads
//! do without.
//!
//! Nobody waits in a circle: tables before partitions, each set in the order of its locks, and the state is
//! entered before either.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::places::ItemKey;

const TABLES: usize = 64;
const PARTITIONS: usize = 1024;

/// All locks.
pub(crate) struct Locks {
    tables: Box<[RwLock<()>]>,
    partitions: Box<[RwLock<()>]>,
}

/// What is held until it is dropped.
#[must_use]
pub(crate) struct Held<'a> {
    _shared: Vec<RwLockReadGuard<'a, ()>>,
    _alone: Vec<RwLockWriteGuard<'a, ()>>,
}

impl Default for Locks {
    fn default() -> Self {
        let locks = |count: usize| (0..count).map(|_| RwLock::default()).collect();
        Self { tables: locks(TABLES), partitions: locks(PARTITIONS) }
    }
}

impl Locks {
    /// Tables stay as they are.
    pub(crate) fn share_tables<'a, T: Hash + 'a>(&self, names: impl IntoIterator<Item = &'a T>) -> Held<'_> {
        let places = places(names.into_iter().map(|name| spread(name, TABLES)));
        Held { _shared: shared(&self.tables, &places), _alone: Vec::new() }
    }

    /// A table is not written to by others.
    pub(crate) fn own_table(&self, name: &impl Hash) -> Held<'_> {
        Held { _shared: Vec::new(), _alone: alone(&self.tables, &[spread(name, TABLES)]) }
    }

    /// The items of some partitions stay as they are.
    pub(crate) fn share_partitions<'a>(
        &self,
        keys: impl IntoIterator<Item = (u64, &'a ItemKey)>,
    ) -> Held<'_> {
        let places = places(keys.into_iter().map(|(table, key)| partition(table, &key.encoded)));
        Held { _shared: shared(&self.partitions, &places), _alone: Vec::new() }
    }

    /// As [`share_partitions`](Self::share_partitions), of the one that an encoded key is in.
    pub(crate) fn share_partition(&self, table: u64, encoded: &[u8]) -> Held<'_> {
        Held { _shared: shared(&self.partitions, &[partition(table, encoded)]), _alone: Vec::new() }
    }

    /// The items of some partitions are not written to by others.
    pub(crate) fn own_partitions<'a>(&self, keys: impl IntoIterator<Item = (u64, &'a ItemKey)>) -> Held<'_> {
        let places = places(keys.into_iter().map(|(table, key)| partition(table, &key.encoded)));
        Held { _shared: Vec::new(), _alone: alone(&self.partitions, &places) }
    }
}

fn spread(key: &impl Hash, over: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish() % over as u64) as usize
}

/// Keys begin with the hash of their partition.
fn partition(table: u64, encoded: &[u8]) -> usize {
    let hash = encoded.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    ((hash ^ table) % PARTITIONS as u64) as usize
}

/// Each once, in order.
fn places(all: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut places: Vec<usize> = all.collect();
    places.sort_unstable();
    places.dedup();
    places
}

fn shared<'a>(locks: &'a [RwLock<()>], places: &[usize]) -> Vec<RwLockReadGuard<'a, ()>> {
    let locks = places.iter().filter_map(|place| locks.get(*place));
    locks.map(|lock| lock.read().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn alone<'a>(locks: &'a [RwLock<()>], places: &[usize]) -> Vec<RwLockWriteGuard<'a, ()>> {
    let locks = places.iter().filter_map(|place| locks.get(*place));
    locks.map(|lock| lock.write().unwrap_or_else(PoisonError::into_inner)).collect()
}

impl std::fmt::Debug for Locks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Locks")
    }
}
