//! One table with the entries of all scopes, behind the views that are [`Table`](crate::Table)s.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};

use crate::blob::Folder;
use crate::change::{Change, ChangeLog, TypedChange, note};
use crate::gate::Gate;
use crate::layout::Layout;
use crate::record::{Key, Record};
use crate::scope::Scope;
use crate::state::TableInfo;
use crate::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use crate::tree::Tree;

/// What all tables of a state share. Tables that outlive their state still have it.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) gate: Gate,
    pub(crate) log: OnceLock<Arc<dyn ChangeLog>>,
    pub(crate) blobs: Arc<Folder>,
}

/// The trees of a scope.
pub(crate) type Trees<T> = Box<[RwLock<T>]>;

/// The entries of all scopes. A scope is there as long as it has entries, and then takes the memory of its
/// trees; tenants without any take none.
pub(crate) struct Core<K: Key, V: Record, L: Layout<K, V>> {
    pub(crate) info: Arc<TableInfo>,
    pub(crate) shared: Arc<Shared>,
    scopes: RwLock<BTreeMap<Scope, Arc<Trees<L::Tree>>>>,
    revision: AtomicU64,
    key: std::marker::PhantomData<fn(K, V)>,
}

pub(crate) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    // Each step leaves a tree whole, so one that a panic left is as good as any.
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Key, V: Record, L: Layout<K, V>> Core<K, V, L> {
    pub(crate) fn new(info: Arc<TableInfo>, shared: Arc<Shared>) -> Self {
        Self {
            info,
            shared,
            scopes: RwLock::default(),
            revision: AtomicU64::new(0),
            key: std::marker::PhantomData,
        }
    }

    /// Rises with each change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Runs this on the trees of a scope. `None` if it has no entries.
    pub(crate) fn with_trees<R>(
        &self,
        scope: &Scope,
        look: impl FnOnce(&[RwLock<L::Tree>]) -> R,
    ) -> Option<R> {
        read(&self.scopes).get(scope).map(|trees| look(trees))
    }

    /// The scopes that have entries.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        read(&self.scopes).keys().cloned().collect()
    }

    /// Copies the trees of all scopes.
    pub(crate) fn copy(&self) -> BTreeMap<Scope, Vec<L::Tree>> {
        let copy = |trees: &Arc<Trees<L::Tree>>| trees.iter().map(|tree| read(tree).clone()).collect();
        read(&self.scopes).iter().map(|(scope, trees)| (scope.clone(), copy(trees))).collect()
    }

    /// Takes these trees, whatever was there. Nobody hears of it.
    pub(crate) fn replace(&self, scopes: BTreeMap<Scope, Vec<L::Tree>>) {
        let trees = scopes
            .into_iter()
            .map(|(scope, trees)| (scope, Arc::new(trees.into_iter().map(RwLock::new).collect())))
            .collect();
        *write(&self.scopes) = trees;
        self.revision.fetch_add(1, Ordering::Release);
    }

    /// Runs this on one tree of a scope, alone.
    pub(crate) fn change<R>(
        &self,
        scope: &Scope,
        tree: usize,
        step: impl FnOnce(&mut Changing<'_, K, V, L>) -> R,
    ) -> R {
        let _inside = self.shared.gate.enter();
        let trees = self.trees_to_fill(scope);
        // `tree_of` is below TREES, and every scope has so many.
        let mut guard = write(&trees[tree]);
        let mut changing = Changing { core: self, scope, tree: &mut guard };
        let result = step(&mut changing);
        let is_empty = guard.is_empty();
        drop(guard);
        drop(trees);
        if is_empty {
            self.drop_if_empty(scope);
        }
        result
    }

    fn trees_to_fill(&self, scope: &Scope) -> Arc<Trees<L::Tree>> {
        if let Some(trees) = read(&self.scopes).get(scope) {
            return trees.clone();
        }
        let mut scopes = write(&self.scopes);
        let empty = || Arc::new((0..L::TREES).map(|_| RwLock::default()).collect());
        scopes.entry(scope.clone()).or_insert_with(empty).clone()
    }

    fn drop_if_empty(&self, scope: &Scope) {
        let mut scopes = write(&self.scopes);
        // Somebody who has a hold of the trees may be about to put something in.
        let is_idle = |trees: &Arc<Trees<L::Tree>>| {
            Arc::strong_count(trees) == 1 && trees.iter().all(|tree| read(tree).is_empty())
        };
        if scopes.get(scope).is_some_and(is_idle) {
            scopes.remove(scope);
        }
    }

    /// Removes all entries of the scopes that are wanted. Returns how many there were.
    pub(crate) fn clear(&self, wanted: impl Fn(&Scope) -> bool) -> usize {
        let _inside = self.shared.gate.enter();
        let mut removed = 0;
        for scope in self.scopes().into_iter().filter(wanted) {
            let trees = self.trees_to_fill(&scope);
            // All at once: a change must not come between the entries that go and the note that they went.
            let mut guards: Vec<_> = trees.iter().map(write).collect();
            let former: Vec<L::Tree> = guards.iter_mut().map(|tree| std::mem::take(&mut **tree)).collect();
            removed += former.iter().map(Tree::len).sum::<usize>();
            self.revision.fetch_add(1, Ordering::Release);
            let (table, scope_of) = (self.info.clone(), scope.clone());
            self.tell(|| Change::Cleared { table, scope: scope_of, former: Arc::new(former) });
            drop(guards);
            drop(trees);
            self.drop_if_empty(&scope);
        }
        removed
    }

    /// Puts an entry in that was read from where it was kept: nobody hears of it.
    pub(crate) fn restore(&self, scope: &Scope, key: K, mut value: V) {
        self.attach(&mut value);
        let trees = self.trees_to_fill(scope);
        write(&trees[L::tree_of(&key)]).insert(key, Arc::new(value));
    }

    /// Finds the files of a value that was read.
    pub(crate) fn attach(&self, value: &mut V) {
        value.blobs(&mut |blob| {
            if let Err(error) = blob.attach(&self.shared.blobs, self.info.service) {
                tracing::error!(table = %self.info, %error, "content of a record cannot be found");
            }
        });
    }

    fn tell(&self, change: impl FnOnce() -> Change) {
        if let Some(log) = self.shared.log.get() {
            note(log.push(change()));
        }
    }
}

/// A tree that is being changed; every change is counted and told.
pub(crate) struct Changing<'a, K: Key, V: Record, L: Layout<K, V>> {
    core: &'a Core<K, V, L>,
    scope: &'a Scope,
    pub(crate) tree: &'a mut L::Tree,
}

impl<K: Key, V: Record, L: Layout<K, V>> Changing<'_, K, V, L> {
    pub(crate) fn insert(&mut self, key: K, value: Arc<V>) -> Option<Arc<V>> {
        if self.core.shared.log.get().is_none() {
            self.core.revision.fetch_add(1, Ordering::Release);
            return self.tree.insert(key, value);
        }
        let former = self.tree.insert(key.clone(), value.clone());
        self.changed(key, Some(value), former.clone());
        former
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        let former = self.tree.remove(key)?;
        self.changed(key.clone(), None, Some(former.clone()));
        Some(former)
    }

    pub(crate) fn modify(&mut self, key: &K, change: impl FnOnce(&mut V)) -> bool {
        let is_logged = self.core.shared.log.get().is_some();
        let former = if is_logged { self.tree.get(key).cloned() } else { None };
        if !self.tree.modify(key, change) {
            return false;
        }
        let value = if is_logged { self.tree.get(key).cloned() } else { None };
        self.changed(key.clone(), value, former);
        true
    }

    fn changed(&self, key: K, value: Option<Arc<V>>, former: Option<Arc<V>>) {
        self.core.revision.fetch_add(1, Ordering::Release);
        self.core.tell(|| {
            let (table, scope) = (self.core.info.clone(), self.scope.clone());
            Change::Entry(Box::new(TypedChange { table, scope, key, value, former }))
        });
    }
}
