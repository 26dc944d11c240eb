//! What entries lie in: maps whose copies cost nothing until one of them changes.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use immutable_chunkmap::map::Map;
use rpds::HashTrieMapSync;

use crate::index::Indexes;
use crate::layout::InPartition;
use crate::range as ranges;
use crate::record::{Key, Record};

/// Entries of one lock. Cloning takes no time and no memory; a change of either copy then copies the few
/// nodes on the way to it.
pub trait Tree<K, V>: Clone + Default + Send + Sync + 'static {
    /// The value of a key.
    fn get(&self, key: &K) -> Option<&Arc<V>>;
    /// Sets the value of a key. Returns the former.
    fn insert(&mut self, key: K, value: Arc<V>) -> Option<Arc<V>>;
    /// Removes an entry. Returns its value.
    fn remove(&mut self, key: &K) -> Option<Arc<V>>;
    /// Changes a value in its place. False if there is none.
    fn modify(&mut self, key: &K, change: impl FnOnce(&mut V)) -> bool;
    /// How many entries there are; takes no time.
    fn len(&self) -> usize;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// All entries: in order, if the layout has one.
    fn iter<'a>(&'a self) -> Box<dyn Iterator<Item = (&'a K, &'a Arc<V>)> + 'a>
    where
        K: 'a,
        V: 'a;
}

/// Entries of a node: of 16, 32, 128 and 512 the fastest in the mean of reads, inserts and inserts beside
/// a copy, at a hundred and at a million entries.
pub(crate) const NODE: usize = 32;

pub(crate) type OrderedMap<K, V> = Map<K, V, NODE>;

/// Entries in the order of their keys, with indexes kept in step.
#[derive(Clone)]
pub struct OrderedTree<K: Key, V: Record, I> {
    entries: OrderedMap<K, Arc<V>>,
    indexes: I,
}

impl<K: Key, V: Record, I: Default> Default for OrderedTree<K, V, I> {
    fn default() -> Self {
        Self { entries: Map::new(), indexes: I::default() }
    }
}

impl<K: Key, V: Record, I: Indexes<K, V>> OrderedTree<K, V, I> {
    /// The entries of a range of keys, in order.
    pub fn range<'a, R: RangeBounds<K> + 'a>(
        &'a self,
        range: R,
    ) -> impl DoubleEndedIterator<Item = (&'a K, &'a Arc<V>)> + 'a {
        ranges::range::<K, _, K, _, NODE>(&self.entries, range)
    }

    /// The indexes.
    pub fn indexes(&self) -> &I {
        &self.indexes
    }
}

impl<P: Key, S: Key, V: Record, I: Indexes<InPartition<P, S>, V>> OrderedTree<InPartition<P, S>, V, I> {
    /// The entries of a range of a partition, in order.
    pub fn range_in<'a>(
        &'a self,
        partition: &P,
        range: impl RangeBounds<S>,
    ) -> impl DoubleEndedIterator<Item = (&'a InPartition<P, S>, &'a Arc<V>)> + 'a {
        let range = PartitionRange::of(partition, range);
        ranges::range::<_, _, dyn Place<P, S> + 'a, _, NODE>(&self.entries, range)
    }
}

impl<P: Key, S: Key, V: Record, I: Indexes<InPartition<P, S>, V>> OrderedTree<InPartition<P, S>, V, I> {
    /// The first entry of a partition from a place on. It costs the depth of the tree.
    #[must_use]
    pub fn first_in(&self, partition: &P, start: Bound<&S>) -> Option<(S, &Arc<V>)> {
        let found = self.range_in(partition, (start.cloned(), Bound::Unbounded)).next();
        found.map(|(key, value)| (key.sort.clone(), value))
    }
}

impl<K: Key, V: Record, I: Indexes<K, V>> Tree<K, V> for OrderedTree<K, V, I> {
    fn get(&self, key: &K) -> Option<&Arc<V>> {
        self.entries.get(key)
    }

    fn insert(&mut self, key: K, value: Arc<V>) -> Option<Arc<V>> {
        if !I::ANY {
            return self.entries.insert_cow(key, value);
        }
        let former = self.entries.insert_cow(key.clone(), value.clone());
        if let Some(former) = &former {
            self.indexes.removed(&key, former);
        }
        self.indexes.added(&key, &value);
        former
    }

    fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        let former = self.entries.remove_cow(key)?;
        self.indexes.removed(key, &former);
        Some(former)
    }

    fn modify(&mut self, key: &K, change: impl FnOnce(&mut V)) -> bool {
        let Some(value) = self.entries.get_mut_cow(key) else { return false };
        if !I::ANY {
            change(Arc::make_mut(value));
            return true;
        }
        let former = value.clone();
        change(Arc::make_mut(value));
        let value = value.clone();
        self.indexes.removed(key, &former);
        self.indexes.added(key, &value);
        true
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn iter<'a>(&'a self) -> Box<dyn Iterator<Item = (&'a K, &'a Arc<V>)> + 'a>
    where
        K: 'a,
        V: 'a,
    {
        Box::new(self.entries.into_iter())
    }
}

/// Entries in no order.
#[derive(Clone)]
pub struct HashTree<K: Key, V: Record>(HashTrieMapSync<K, Arc<V>>);

impl<K: Key, V: Record> Default for HashTree<K, V> {
    fn default() -> Self {
        Self(HashTrieMapSync::new_sync())
    }
}

impl<K: Key, V: Record> Tree<K, V> for HashTree<K, V> {
    fn get(&self, key: &K) -> Option<&Arc<V>> {
        self.0.get(key)
    }

    fn insert(&mut self, key: K, value: Arc<V>) -> Option<Arc<V>> {
        if let Some(place) = self.0.get_mut(&key) {
            return Some(std::mem::replace(place, value));
        }
        self.0.insert_mut(key, value);
        None
    }

    fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        let former = self.0.get(key)?.clone();
        self.0.remove_mut(key);
        Some(former)
    }

    fn modify(&mut self, key: &K, change: impl FnOnce(&mut V)) -> bool {
        self.0.get_mut(key).map(|value| change(Arc::make_mut(value))).is_some()
    }

    fn len(&self) -> usize {
        self.0.size()
    }

    fn iter<'a>(&'a self) -> Box<dyn Iterator<Item = (&'a K, &'a Arc<V>)> + 'a>
    where
        K: 'a,
        V: 'a,
    {
        Box::new(self.0.iter())
    }
}

/// A place in the order of the keys of partitions: a key, or an end of a partition, which is no key.
pub(crate) trait Place<P, S> {
    fn partition(&self) -> &P;
    fn edge(&self) -> Edge<&S>;
}

/// Where in a partition: before all, at a key, after all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edge<S> {
    Start,
    At(S),
    End,
}

impl<P, S> Place<P, S> for InPartition<P, S> {
    fn partition(&self) -> &P {
        &self.partition
    }

    fn edge(&self) -> Edge<&S> {
        Edge::At(&self.sort)
    }
}

impl<P, S> Place<P, S> for (P, Edge<S>) {
    fn partition(&self) -> &P {
        &self.0
    }

    fn edge(&self) -> Edge<&S> {
        match &self.1 {
            Edge::Start => Edge::Start,
            Edge::At(sort) => Edge::At(sort),
            Edge::End => Edge::End,
        }
    }
}

/// A range within a partition.
pub(crate) struct PartitionRange<P, S> {
    start: Bound<(P, Edge<S>)>,
    end: Bound<(P, Edge<S>)>,
}

impl<P: Clone, S: Clone> PartitionRange<P, S> {
    pub(crate) fn of(partition: &P, range: impl RangeBounds<S>) -> Self {
        let at = |sort: &S| (partition.clone(), Edge::At(sort.clone()));
        let bound = |bound: Bound<&S>, open: Edge<S>| match bound {
            Bound::Included(sort) => Bound::Included(at(sort)),
            Bound::Excluded(sort) => Bound::Excluded(at(sort)),
            Bound::Unbounded => Bound::Excluded((partition.clone(), open)),
        };
        Self { start: bound(range.start_bound(), Edge::Start), end: bound(range.end_bound(), Edge::End) }
    }
}

impl<'a, P: 'a, S: 'a> RangeBounds<dyn Place<P, S> + 'a> for PartitionRange<P, S> {
    fn start_bound(&self) -> Bound<&(dyn Place<P, S> + 'a)> {
        self.start.as_ref().map(|place| place as &(dyn Place<P, S> + 'a))
    }

    fn end_bound(&self) -> Bound<&(dyn Place<P, S> + 'a)> {
        self.end.as_ref().map(|place| place as &(dyn Place<P, S> + 'a))
    }
}

impl<P: Ord, S: Ord> Ord for dyn Place<P, S> + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.partition().cmp(other.partition()).then_with(|| self.edge().cmp(&other.edge()))
    }
}

impl<P: Ord, S: Ord> PartialOrd for dyn Place<P, S> + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P: Ord, S: Ord> PartialEq for dyn Place<P, S> + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<P: Ord, S: Ord> Eq for dyn Place<P, S> + '_ {}

impl<'a, P: Ord + 'a, S: Ord + 'a> Borrow<dyn Place<P, S> + 'a> for InPartition<P, S> {
    fn borrow(&self) -> &(dyn Place<P, S> + 'a) {
        self
    }
}
