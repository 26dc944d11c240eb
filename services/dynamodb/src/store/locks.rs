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

/// What is held until it is dropped. Most requests are about one item, and need no list.
#[must_use]
pub(crate) enum Held<'a> {
    Shared(#[expect(dead_code, reason = "held, not read")] RwLockReadGuard<'a, ()>),
    Alone(#[expect(dead_code, reason = "held, not read")] RwLockWriteGuard<'a, ()>),
    AllShared(#[expect(dead_code, reason = "held, not read")] Vec<RwLockReadGuard<'a, ()>>),
    AllAlone(#[expect(dead_code, reason = "held, not read")] Vec<RwLockWriteGuard<'a, ()>>),
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
        shared(&self.tables, names.into_iter().map(|name| spread(name, TABLES)))
    }

    /// A table is not written to by others.
    pub(crate) fn own_table(&self, name: &impl Hash) -> Held<'_> {
        alone(&self.tables, std::iter::once(spread(name, TABLES)))
    }

    /// The items of some partitions stay as they are.
    pub(crate) fn share_partitions<'a>(
        &self,
        keys: impl IntoIterator<Item = (u64, &'a ItemKey)>,
    ) -> Held<'_> {
        shared(&self.partitions, keys.into_iter().map(|(table, key)| partition(table, &key.encoded)))
    }

    /// As [`share_partitions`](Self::share_partitions), of the one that an encoded key is in.
    pub(crate) fn share_partition(&self, table: u64, encoded: &[u8]) -> Held<'_> {
        shared(&self.partitions, std::iter::once(partition(table, encoded)))
    }

    /// The items of some partitions are not written to by others.
    pub(crate) fn own_partitions<'a>(&self, keys: impl IntoIterator<Item = (u64, &'a ItemKey)>) -> Held<'_> {
        alone(&self.partitions, keys.into_iter().map(|(table, key)| partition(table, &key.encoded)))
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

/// The place of a request that is about one, or all of them: each once, in order.
fn places(mut all: impl Iterator<Item = usize>) -> Result<usize, Vec<usize>> {
    let (first, second) = (all.next(), all.next());
    if let (Some(only), None) = (first, second) {
        return Ok(only);
    }
    let mut places: Vec<usize> = first.into_iter().chain(second).chain(all).collect();
    places.sort_unstable();
    places.dedup();
    Err(places)
}

fn shared(locks: &[RwLock<()>], all: impl Iterator<Item = usize>) -> Held<'_> {
    // All places are below the number of locks.
    match places(all) {
        Ok(place) => Held::Shared(locks[place].read().unwrap_or_else(PoisonError::into_inner)),
        Err(places) => {
            let locks = places.into_iter().map(|place| &locks[place]);
            Held::AllShared(locks.map(|it| it.read().unwrap_or_else(PoisonError::into_inner)).collect())
        }
    }
}

fn alone(locks: &[RwLock<()>], all: impl Iterator<Item = usize>) -> Held<'_> {
    match places(all) {
        Ok(place) => Held::Alone(locks[place].write().unwrap_or_else(PoisonError::into_inner)),
        Err(places) => {
            let locks = places.into_iter().map(|place| &locks[place]);
            Held::AllAlone(locks.map(|it| it.write().unwrap_or_else(PoisonError::into_inner)).collect())
        }
    }
}

impl std::fmt::Debug for Locks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Locks")
    }
}
