//! How a table lays out its entries: what it can be asked, and who waits for whom.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::index::{Indexes, NoIndexes};
use crate::record::{Key, Record};
use crate::tree::{HashTree, OrderedTree, Tree};

/// How a table lays out its entries: in trees that cost nothing to copy, one or several to a scope.
///
/// Readers never wait for each other. A writer waits for those who use the same tree, so what shall not
/// wait for each other belongs in different trees.
pub trait Layout<K: Key, V: Record>: 'static {
    /// What the entries of one lock lie in.
    type Tree: Tree<K, V>;
    /// How many of them a scope has.
    const TREES: usize;

    /// Which of them a key is in: below [`TREES`](Self::TREES), always the same for a key.
    fn tree_of(key: &K) -> usize;
}

/// Entries in the order of their keys, in one tree a scope. The layout to begin with.
#[derive(Clone, Copy, Debug)]
pub enum Ordered {}

impl<K: Key, V: Record> Layout<K, V> for Ordered {
    type Tree = OrderedTree<K, V, NoIndexes>;
    const TREES: usize = 1;

    fn tree_of(_: &K) -> usize {
        0
    }
}

/// As [`Ordered`], with secondary indexes.
#[derive(Debug)]
pub struct Indexed<I>(PhantomData<I>);

impl<K: Key, V: Record, I: Indexes<K, V>> Layout<K, V> for Indexed<I> {
    type Tree = OrderedTree<K, V, I>;
    const TREES: usize = 1;

    fn tree_of(_: &K) -> usize {
        0
    }
}

/// How many trees a scope has in the layouts that spread their entries: more than the processors of a
/// laptop, few enough for a thousand tenants with one entry each.
const SPREAD: usize = 16;

fn spread(part: &impl Hash) -> usize {
    // The same in every process: nothing is kept by it, but tests can be repeated. SipHash with fixed keys;
    // a client who makes all keys collide gets one lock, not a slow tree.
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(part);
    (hash % SPREAD as u64) as usize
}

/// Entries in no order, spread over several trees: for point reads and writes by many at once.
#[derive(Clone, Copy, Debug)]
pub enum Hashed {}

impl<K: Key, V: Record> Layout<K, V> for Hashed {
    type Tree = HashTree<K, V>;
    const TREES: usize = SPREAD;

    fn tree_of(key: &K) -> usize {
        spread(key)
    }
}

/// Entries in partitions: those of one are in order and in one tree, different ones are spread, so that
/// their writers seldom wait for each other. The keys of such a table are [`InPartition`].
#[derive(Clone, Copy, Debug)]
pub enum Partitioned {}

impl<P: Key, S: Key, V: Record> Layout<InPartition<P, S>, V> for Partitioned {
    type Tree = OrderedTree<InPartition<P, S>, V, NoIndexes>;
    const TREES: usize = SPREAD;

    fn tree_of(key: &InPartition<P, S>) -> usize {
        partition_tree(&key.partition)
    }
}

/// Which tree a partition is in.
pub(crate) fn partition_tree(partition: &impl Hash) -> usize {
    spread(partition)
}

/// A key in a partition, such as that of an item: what the partition is, and where in its order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InPartition<P, S> {
    /// What entries of one partition have in common.
    pub partition: P,
    /// What they are ordered by.
    pub sort: S,
}

impl<P, S> InPartition<P, S> {
    /// This place in this partition.
    pub const fn new(partition: P, sort: S) -> Self {
        Self { partition, sort }
    }
}
