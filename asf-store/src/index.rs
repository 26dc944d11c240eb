//! Secondary indexes: other orders of a table's entries, kept in step with it.

use std::ops::RangeBounds;

use crate::layout::InPartition;
use crate::range as ranges;
use crate::record::Key;
use crate::tree::{NODE, OrderedMap, PartitionRange, Place};

/// The indexes of a table with the layout [`Indexed`](crate::Indexed): usually a struct of [`Index`]es.
/// Called under the lock of the entries, so that an index never shows what is not there.
///
/// ```
/// use asf_store::{Index, Indexes};
///
/// #[derive(Clone, Default)]
/// struct ByState(Index<String, u64>);
///
/// impl Indexes<u64, String> for ByState {
///     fn added(&mut self, number: &u64, state: &String) {
///         self.0.insert(state.clone(), *number);
///     }
///     fn removed(&mut self, number: &u64, state: &String) {
///         self.0.remove(state.clone(), *number);
///     }
/// }
/// ```
pub trait Indexes<K, V>: Clone + Default + Send + Sync + 'static {
    /// Whether there are any.
    const ANY: bool = true;

    /// An entry was put in; if its key was there before, after [`removed`](Self::removed) with the former value.
    fn added(&mut self, key: &K, value: &V);

    /// An entry was taken out.
    fn removed(&mut self, key: &K, value: &V);
}

/// No indexes.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoIndexes;

impl<K, V> Indexes<K, V> for NoIndexes {
    const ANY: bool = false;

    fn added(&mut self, _: &K, _: &V) {}

    fn removed(&mut self, _: &K, _: &V) {}
}

/// Keys of entries by something else, in its order: several keys may have the same. Copies cost nothing.
#[derive(Clone)]
pub struct Index<I: Key, K: Key>(OrderedMap<InPartition<I, K>, ()>);

impl<I: Key, K: Key> Default for Index<I, K> {
    fn default() -> Self {
        Self(OrderedMap::new())
    }
}

impl<I: Key, K: Key> Index<I, K> {
    /// Puts a key in.
    pub fn insert(&mut self, by: I, key: K) {
        self.0.insert_cow(InPartition::new(by, key), ());
    }

    /// Takes a key out.
    pub fn remove(&mut self, by: I, key: K) {
        self.0.remove_cow(&InPartition::new(by, key));
    }

    /// The keys that have this, in order.
    pub fn get<'a>(&'a self, by: &I) -> impl DoubleEndedIterator<Item = &'a K> + 'a {
        let range = PartitionRange::of(by, ..);
        ranges::range::<_, _, dyn Place<I, K> + 'a, _, NODE>(&self.0, range).map(|(it, ())| &it.sort)
    }

    /// Everything in the order of the index, with its keys, within these bounds.
    pub fn range<'a, R: RangeBounds<InPartition<I, K>> + 'a>(
        &'a self,
        range: R,
    ) -> impl DoubleEndedIterator<Item = (&'a I, &'a K)> + 'a {
        let range = ranges::range::<_, _, InPartition<I, K>, _, NODE>(&self.0, range);
        range.map(|(it, ())| (&it.partition, &it.sort))
    }

    /// Everything in the order of the index, with its keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&I, &K)> {
        self.range(..)
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<I: Key, K: Key> std::fmt::Debug for Index<I, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
