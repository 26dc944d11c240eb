//! The entries of a table as they were at a moment.

use std::ops::RangeBounds;
use std::sync::Arc;

use crate::index::Indexes;
use crate::layout::{InPartition, Layout, Ordered, Partitioned, partition_tree};
use crate::record::{Key, Record};
use crate::table::InOrder;
use crate::tree::{OrderedTree, Tree};

/// The entries of a table as they were at a moment: what iterates while others write.
pub struct Snapshot<K: Key, V: Record, L: Layout<K, V> = Ordered> {
    trees: Vec<L::Tree>,
    entry: std::marker::PhantomData<fn() -> (K, V)>,
}

impl<K: Key, V: Record, L: Layout<K, V>> Snapshot<K, V, L> {
    /// Over the trees of a scope; none of a scope without entries.
    pub(crate) fn of(trees: Vec<L::Tree>) -> Self {
        Self { trees, entry: std::marker::PhantomData }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Arc<V>> {
        self.trees.get(L::tree_of(key))?.get(key)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.trees.iter().map(Tree::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries: in order, if the layout has one tree; of partitions, each in order and together.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Arc<V>)> {
        self.trees.iter().flat_map(Tree::iter)
    }
}

impl<K: Key, V: Record, I: Indexes<K, V>, L> Snapshot<K, V, L>
where
    L: Layout<K, V, Tree = OrderedTree<K, V, I>> + InOrder,
{
    /// The entries of a range of keys, in order.
    pub fn range<'a, R: RangeBounds<K> + Clone + 'a>(
        &'a self,
        range: R,
    ) -> impl DoubleEndedIterator<Item = (&'a K, &'a Arc<V>)> + 'a {
        self.trees.iter().flat_map(move |tree| tree.range(range.clone()))
    }

    /// The indexes; none of an empty table.
    #[must_use]
    pub fn indexes(&self) -> Option<&I> {
        self.trees.first().map(OrderedTree::indexes)
    }
}

impl<P: Key, S: Key, V: Record> Snapshot<InPartition<P, S>, V, Partitioned> {
    /// The entries of a range of a partition, in order.
    pub fn range_in<'a, R: RangeBounds<S> + Clone + 'a>(
        &'a self,
        partition: &'a P,
        range: R,
    ) -> impl DoubleEndedIterator<Item = (&'a S, &'a Arc<V>)> + 'a {
        let tree = self.trees.get(partition_tree(partition));
        let entries = tree.into_iter().flat_map(move |tree| tree.range_in(partition, range.clone()));
        entries.map(|(key, value)| (&key.sort, value))
    }
}
