//! The entries of a table that one account and region see.

use std::ops::RangeBounds;
use std::sync::Arc;

use crate::core::{Changing, Core, read};
use crate::index::{Indexes, NoIndexes};
use crate::layout::{InPartition, Indexed, Layout, Ordered, Partitioned};
use crate::record::{Key, Record};
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::tree::{OrderedTree, Tree};

/// Entries by key, of one account and region, of one account, or of all (see [`Reach`](crate::Reach)).
///
/// A view: cheap to clone, always of what is there now. Values are shared and never change; a change puts
/// another in their place, so what was read stays as it was. Each method is one step: it happens as a
/// whole, and no other comes between. Several steps on entries of one lock are made with
/// [`write`](Self::write) and its siblings, several tables with [`State::atomically`](crate::State::atomically).
///
/// The closures that are passed run under a lock: they must be short, and must not use the same table.
///
/// ```
/// use asf_store::{Reach, State, Table};
///
/// let names: Table<String, u64> = State::new().opener("of-tests").table("names", Reach::CrossAccount);
/// names.insert("a".to_owned(), 1);
/// assert_eq!(names.update(&"a".to_owned(), |value| { *value += 1; *value }), Some(2));
/// let before = names.snapshot();
/// names.remove(&"a".to_owned());
/// assert_eq!((before.len(), names.len()), (1, 0));
/// ```
pub struct Table<K: Key, V: Record, L: Layout<K, V> = Ordered> {
    pub(crate) core: Arc<Core<K, V, L>>,
    pub(crate) scope: Scope,
}

impl<K: Key, V: Record, L: Layout<K, V>> Clone for Table<K, V, L> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), scope: self.scope.clone() }
    }
}

impl<K: Key, V: Record, L: Layout<K, V>> std::fmt::Debug for Table<K, V, L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({} {}: {} entries)", self.core.info, self.scope, self.len())
    }
}

impl<K: Key, V: Record, L: Layout<K, V>> Table<K, V, L> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        self.core.with_trees(&self.scope, |trees| read(&trees[L::tree_of(key)]).get(key).cloned())?
    }

    /// Whether there is an entry.
    #[must_use]
    pub fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.core.with_trees(&self.scope, |trees| trees.iter().map(|it| read(it).len()).sum()).unwrap_or(0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sets the value of a key. Returns the former.
    pub fn insert(&self, key: K, value: impl Into<Arc<V>>) -> Option<Arc<V>> {
        self.change(L::tree_of(&key), |tree| tree.insert(key, value.into()))
    }

    /// Sets the value of a key that has none.
    ///
    /// # Errors
    /// The value that is there.
    pub fn insert_new(&self, key: K, value: impl Into<Arc<V>>) -> Result<(), Arc<V>> {
        self.change(L::tree_of(&key), |tree| match tree.tree.get(&key) {
            Some(present) => Err(present.clone()),
            None => {
                tree.insert(key, value.into());
                Ok(())
            }
        })
    }

    /// Removes an entry. Returns its value.
    pub fn remove(&self, key: &K) -> Option<Arc<V>> {
        self.change(L::tree_of(key), |tree| tree.remove(key))
    }

    /// Removes an entry if this says so of its value. Returns the value that was removed.
    pub fn remove_if(&self, key: &K, is_wanted: impl FnOnce(&V) -> bool) -> Option<Arc<V>> {
        self.change(L::tree_of(key), |tree| {
            if tree.tree.get(key).is_some_and(|value| is_wanted(value)) { tree.remove(key) } else { None }
        })
    }

    /// Changes the value of a key. `None`, and nothing is run, if there is none.
    pub fn update<R>(&self, key: &K, change: impl FnOnce(&mut V) -> R) -> Option<R> {
        self.change(L::tree_of(key), |tree| {
            let mut result = None;
            tree.modify(key, |value| result = Some(change(value)));
            result
        })
    }

    /// Decides on the value of a key by what is there: for conditional writes.
    ///
    /// # Errors
    /// That of the decision; then nothing has changed.
    pub fn alter<E>(
        &self,
        key: &K,
        decide: impl FnOnce(Option<&Arc<V>>) -> Result<Option<Arc<V>>, E>,
    ) -> Result<Option<Arc<V>>, E> {
        self.change(L::tree_of(key), |tree| {
            let after = decide(tree.tree.get(key))?;
            Ok(match after {
                // What is there is left there.
                Some(value) if tree.tree.get(key).is_some_and(|it| Arc::ptr_eq(it, &value)) => Some(value),
                Some(value) => tree.insert(key.clone(), value),
                None => tree.remove(key),
            })
        })
    }

    /// Removes all entries. Returns how many there were.
    pub fn clear(&self) -> usize {
        self.core.clear(|scope| *scope == self.scope)
    }

    /// The entries as they are now, whatever is changed later. Takes no time, however many there are.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<K, V, L> {
        // All locks before the first copy, so that it is one moment.
        let copy = self.core.with_trees(&self.scope, |trees| {
            let guards: Vec<_> = trees.iter().map(read).collect();
            guards.iter().map(|tree| (**tree).clone()).collect()
        });
        Snapshot::of(copy.unwrap_or_default())
    }

    /// Whose entries these are.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Rises with each change of the table, by whomever it is: for caches of what was made of its entries.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.core.revision()
    }

    fn change<R>(&self, tree: usize, step: impl FnOnce(&mut Changing<'_, K, V, L>) -> R) -> R {
        self.core.change(&self.scope, tree, step)
    }
}

impl<K: Key, V: Record, I: Indexes<K, V>, L: Layout<K, V, Tree = OrderedTree<K, V, I>>> Table<K, V, L>
where
    L: InOrder,
{
    /// Up to `limit` entries of a range of keys, in order.
    #[must_use]
    pub fn range(&self, range: impl RangeBounds<K>, limit: usize) -> Vec<(K, Arc<V>)> {
        self.read(|tree| {
            let entries = tree.range(range).take(limit);
            entries.map(|(key, value)| (key.clone(), value.clone())).collect()
        })
    }

    /// The first entry.
    #[must_use]
    pub fn first(&self) -> Option<(K, Arc<V>)> {
        self.range(.., 1).pop()
    }

    /// The last entry.
    #[must_use]
    pub fn last(&self) -> Option<(K, Arc<V>)> {
        self.read(|tree| tree.range(..).next_back().map(|(key, value)| (key.clone(), value.clone())))
    }

    /// Looks at the entries and their indexes in one step, under the lock.
    pub fn read<R>(&self, look: impl FnOnce(&OrderedTree<K, V, I>) -> R) -> R {
        let mut look = Some(look);
        let seen = self.core.with_trees(&self.scope, |trees| look.take().map(|look| look(&read(&trees[0]))));
        match (seen.flatten(), look) {
            (Some(seen), _) => seen,
            (None, Some(look)) => look(&OrderedTree::default()),
            // `look` is taken only to give `seen`.
            (None, None) => unreachable!("a look that gave nothing"),
        }
    }

    /// Changes several entries in one step, under the lock.
    pub fn write<R>(&self, step: impl FnOnce(&mut Writer<'_, '_, K, V, L>) -> R) -> R {
        self.change(0, |changing| step(&mut Writer { changing }))
    }
}

/// Layouts with one tree a scope, whose entries are in order: [`Ordered`] and [`Indexed`].
pub trait InOrder {}

impl InOrder for Ordered {}

impl<I> InOrder for Indexed<I> {}

impl<P: Key, S: Key, V: Record> Table<InPartition<P, S>, V, Partitioned> {
    /// Up to `limit` entries of a range of a partition, in order.
    #[must_use]
    pub fn range_in(&self, partition: &P, range: impl RangeBounds<S>, limit: usize) -> Vec<(S, Arc<V>)> {
        let look = |tree: &PartitionTree<P, S, V>| {
            let entries = tree.range_in(partition, range).take(limit);
            entries.map(|(key, value)| (key.sort.clone(), value.clone())).collect()
        };
        let tree = super::layout::partition_tree(partition);
        self.core.with_trees(&self.scope, |trees| look(&read(&trees[tree]))).unwrap_or_default()
    }

    /// Looks at the entries of a partition in one step, under its lock: for what
    /// [`range_in`](Self::range_in) does not do, such as going backwards. Of keys of other partitions it may see
    /// some and not others.
    pub fn read_in<R>(&self, partition: &P, look: impl FnOnce(&PartitionTree<P, S, V>) -> R) -> R {
        let tree = super::layout::partition_tree(partition);
        let mut look = Some(look);
        let seen =
            self.core.with_trees(&self.scope, |trees| look.take().map(|look| look(&read(&trees[tree]))));
        match (seen.flatten(), look) {
            (Some(seen), _) => seen,
            (None, Some(look)) => look(&OrderedTree::default()),
            // `look` is taken only to give `seen`.
            (None, None) => unreachable!("a look that gave nothing"),
        }
    }

    /// Changes several entries of a partition in one step, under its lock. Keys of other partitions must
    /// not be touched by it: they may be in another tree.
    pub fn write_in<R>(
        &self,
        partition: &P,
        step: impl FnOnce(&mut Writer<'_, '_, InPartition<P, S>, V, Partitioned>) -> R,
    ) -> R {
        self.change(super::layout::partition_tree(partition), |changing| step(&mut Writer { changing }))
    }
}

type PartitionTree<P, S, V> = OrderedTree<InPartition<P, S>, V, NoIndexes>;

/// Entries that are being changed, alone, under their lock.
pub struct Writer<'a, 'b, K: Key, V: Record, L: Layout<K, V>> {
    changing: &'a mut Changing<'b, K, V, L>,
}

impl<K: Key, V: Record, L: Layout<K, V>> Writer<'_, '_, K, V, L> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Arc<V>> {
        self.changing.tree.get(key)
    }

    /// Sets the value of a key. Returns the former.
    pub fn insert(&mut self, key: K, value: impl Into<Arc<V>>) -> Option<Arc<V>> {
        self.changing.insert(key, value.into())
    }

    /// Removes an entry. Returns its value.
    pub fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        self.changing.remove(key)
    }

    /// Changes the value of a key. `None`, and nothing is run, if there is none.
    pub fn update<R>(&mut self, key: &K, change: impl FnOnce(&mut V) -> R) -> Option<R> {
        let mut result = None;
        self.changing.modify(key, |value| result = Some(change(value)));
        result
    }

    /// The entries and their indexes, to look at.
    #[must_use]
    pub fn tree(&self) -> &L::Tree {
        self.changing.tree
    }
}
