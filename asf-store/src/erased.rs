//! Tables without their types: for whoever walks over all of them, such as saves, loads and counts.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::blob::ContentFile;
use crate::core::Core;
use crate::layout::Layout;
use crate::record::{self, Key, Record, RecordError, decode, encode};
use crate::scope::Scope;
use crate::state::TableInfo;
use crate::table::Table;
use crate::tree::Tree;

/// An entry as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Whose.
    pub scope: &'a Scope,
    /// Its key, as [`encode`] writes it.
    pub key: &'a [u8],
    /// The [`Record::VERSION`] of its value.
    pub version: u32,
    /// Its value, as [`encode`] writes it.
    pub value: &'a [u8],
}

/// A table of a state, of whatever type.
pub trait AnyTable: Send + Sync {
    /// What it is called and what it holds.
    fn info(&self) -> &Arc<TableInfo>;

    /// The scopes that have entries.
    fn scopes(&self) -> Vec<Scope>;

    /// How many entries a scope has.
    fn len(&self, scope: &Scope) -> usize;

    /// Its entries as they are now. Several tables are of one moment only within
    /// [`State::moment`](crate::State::moment).
    fn snapshot(&self) -> Arc<dyn AnySnapshot>;

    /// Takes the entries of another state, of a table of the same type, whatever was there; the change log
    /// does not hear of it. False if the types differ.
    fn adopt(&self, snapshot: &dyn AnySnapshot) -> bool;

    /// Sets an entry, as any change.
    ///
    /// # Errors
    /// Key or value cannot be read, or a newer build wrote it.
    fn put(&self, entry: Entry<'_>) -> Result<(), RecordError>;

    /// Removes an entry, as any change. False if there was none.
    ///
    /// # Errors
    /// The key cannot be read.
    fn remove(&self, scope: &Scope, key: &[u8]) -> Result<bool, RecordError>;

    /// Puts an entry in that was read from where it is kept: the change log does not hear of it.
    ///
    /// # Errors
    /// Key or value cannot be read, or a newer build wrote it.
    fn restore(&self, entry: Entry<'_>) -> Result<(), RecordError>;

    /// As [`restore`](Self::restore), of an entry that comes from another state: the files that it names are
    /// those that `find` has for their names.
    ///
    /// # Errors
    /// As there, and if a file is not found, or is too short.
    fn restore_from(&self, entry: Entry<'_>, find: &mut Find<'_>) -> Result<(), RecordError>;

    /// Sets all entries that a table of the same type had, as any change. `None` if the types differ, else
    /// how many there were.
    fn merge(&self, snapshot: &dyn AnySnapshot) -> Option<usize>;

    /// An empty table of the same type that is of no state: what entries can be read into, to be
    /// [adopted](Self::adopt) as a whole.
    fn empty(&self) -> Arc<dyn AnyTable>;

    /// Removes all entries of these scopes. Returns how many there were.
    fn clear(&self, wanted: &dyn Fn(&Scope) -> bool) -> usize;

    /// The table itself.
    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// The entries of a table, of whatever type, as they were at a moment.
pub trait AnySnapshot: Send + Sync {
    /// Of which table.
    fn info(&self) -> &Arc<TableInfo>;

    /// The scopes that had entries.
    fn scopes(&self) -> BTreeSet<Scope>;

    /// How many entries a scope had.
    fn len(&self, scope: &Scope) -> usize;

    /// Calls this with each entry, scope by scope, until it fails.
    ///
    /// # Errors
    /// That of the visitor; an entry that cannot be written.
    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<(), VisitError>;

    /// As [`visit`](Self::visit), for another state: each file with content that a record has is given a name
    /// first, every time it occurs, under which the record is written then.
    ///
    /// # Errors
    /// As there, and those of `name`.
    fn carry(&self, name: &mut Name<'_>, visitor: &mut Visitor<'_>) -> Result<(), VisitError>;

    /// The snapshot itself.
    fn as_any(&self) -> &dyn Any;
}

/// What is called with each entry; an error ends the walk.
pub type Visitor<'a> = dyn FnMut(Entry<'_>) -> Result<(), VisitError> + 'a;

/// What ends a walk over entries.
pub type VisitError = Box<dyn std::error::Error + Send + Sync>;

/// Gives a file the name by which another state knows it.
pub type Name<'a> = dyn FnMut(&ContentFile) -> Result<String, VisitError> + 'a;

/// The file that a name of [`Name`] stands for.
pub type Find<'a> = dyn FnMut(&str) -> Option<ContentFile> + 'a;

impl<K: Key, V: Record, L: Layout<K, V>> Core<K, V, L> {
    fn view(self: &Arc<Self>, scope: &Scope) -> Table<K, V, L> {
        Table { core: self.clone(), scope: scope.clone() }
    }
}

/// A table as it is kept in a state.
pub(crate) struct Erased<K: Key, V: Record, L: Layout<K, V>>(pub(crate) Arc<Core<K, V, L>>);

impl<K: Key, V: Record, L: Layout<K, V>> AnyTable for Erased<K, V, L> {
    fn info(&self) -> &Arc<TableInfo> {
        &self.0.info
    }

    fn scopes(&self) -> Vec<Scope> {
        self.0.scopes()
    }

    fn len(&self, scope: &Scope) -> usize {
        self.0.view(scope).len()
    }

    fn snapshot(&self) -> Arc<dyn AnySnapshot> {
        Arc::new(TreesOf::<K, V, L> {
            info: self.0.info.clone(),
            scopes: self.0.copy(),
            entry: std::marker::PhantomData,
        })
    }

    fn adopt(&self, snapshot: &dyn AnySnapshot) -> bool {
        let Some(same) = snapshot.as_any().downcast_ref::<TreesOf<K, V, L>>() else { return false };
        self.0.replace(same.scopes.clone());
        true
    }

    fn put(&self, entry: Entry<'_>) -> Result<(), RecordError> {
        let mut value: V = record::read(entry.version, entry.value)?;
        self.0.attach(&mut value);
        self.0.view(entry.scope).insert(decode(entry.key)?, value);
        Ok(())
    }

    fn remove(&self, scope: &Scope, key: &[u8]) -> Result<bool, RecordError> {
        Ok(self.0.view(scope).remove(&decode(key)?).is_some())
    }

    fn restore(&self, entry: Entry<'_>) -> Result<(), RecordError> {
        let value = record::read(entry.version, entry.value)?;
        self.0.restore(entry.scope, decode(entry.key)?, value);
        Ok(())
    }

    fn restore_from(&self, entry: Entry<'_>, find: &mut Find<'_>) -> Result<(), RecordError> {
        let mut value: V = record::read(entry.version, entry.value)?;
        let mut result = Ok(());
        value.blobs(&mut |blob| {
            if result.is_ok() {
                result = blob.resolve(find).map_err(|error| RecordError::Read(error.to_string()));
            }
        });
        result?;
        self.0.restore(entry.scope, decode(entry.key)?, value);
        Ok(())
    }

    fn merge(&self, snapshot: &dyn AnySnapshot) -> Option<usize> {
        let same = snapshot.as_any().downcast_ref::<TreesOf<K, V, L>>()?;
        let mut entries = 0;
        for (scope, trees) in &same.scopes {
            for (key, value) in trees.iter().flat_map(Tree::iter) {
                self.0.change(scope, L::tree_of(key), |it| it.insert(key.clone(), value.clone()));
                entries += 1;
            }
        }
        Some(entries)
    }

    fn empty(&self) -> Arc<dyn AnyTable> {
        Arc::new(Self(Arc::new(Core::new(self.0.info.clone(), Arc::default()))))
    }

    fn clear(&self, wanted: &dyn Fn(&Scope) -> bool) -> usize {
        self.0.clear(wanted)
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self.0.clone()
    }
}

struct TreesOf<K: Key, V: Record, L: Layout<K, V>> {
    info: Arc<TableInfo>,
    scopes: BTreeMap<Scope, Vec<L::Tree>>,
    entry: std::marker::PhantomData<fn() -> (K, V)>,
}

impl<K: Key, V: Record, L: Layout<K, V>> AnySnapshot for TreesOf<K, V, L> {
    fn info(&self) -> &Arc<TableInfo> {
        &self.info
    }

    fn scopes(&self) -> BTreeSet<Scope> {
        self.scopes.keys().cloned().collect()
    }

    fn len(&self, scope: &Scope) -> usize {
        self.scopes.get(scope).map_or(0, |trees| trees.iter().map(Tree::len).sum())
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<(), VisitError> {
        for (scope, trees) in &self.scopes {
            for (key, value) in trees.iter().flat_map(Tree::iter) {
                let (key, value) = (encode(key)?, encode(&**value)?);
                visitor(Entry { scope, key: &key, version: V::VERSION, value: &value })?;
            }
        }
        Ok(())
    }

    fn carry(&self, name: &mut Name<'_>, visitor: &mut Visitor<'_>) -> Result<(), VisitError> {
        for (scope, trees) in &self.scopes {
            for (key, value) in trees.iter().flat_map(Tree::iter) {
                let mut value = V::clone(value);
                let mut result = Ok(());
                value.blobs(&mut |blob| {
                    if result.is_ok() {
                        result = blob.rename(name);
                    }
                });
                result?;
                let (key, value) = (encode(key)?, encode(&value)?);
                visitor(Entry { scope, key: &key, version: V::VERSION, value: &value })?;
            }
        }
        Ok(())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
