//! Changes of tables, in the order in which they happened: what a journal writes down.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;

use crate::record::{Key, Record, RecordError, encode};
use crate::scope::Scope;
use crate::state::TableInfo;

/// The place of a change in the order of all changes of a state; the first is 1.
pub type Sequence = u64;

/// Hears of each change.
///
/// [`push`](Self::push) is called under the lock of the entry, so for each key the order of the calls is the
/// order of the changes. Changes that are made within one [`atomically`](crate::State::atomically) belong
/// together: between two of them no [`moment`](crate::State::moment) can be taken, so whoever takes the
/// list of changes in a moment never has half of them.
pub trait ChangeLog: Send + Sync {
    /// Takes a change. Returns its place in the order.
    fn push(&self, change: Change) -> Sequence;
}

/// Something that happened to a table.
pub enum Change {
    /// An entry was set or removed.
    Entry(Box<dyn EntryChange>),
    /// All entries of a scope were removed.
    Cleared {
        /// Of which table.
        table: Arc<TableInfo>,
        /// Whose.
        scope: Scope,
    },
}

/// An entry that was set or removed; it is encoded when it is asked for, not when it happens.
pub trait EntryChange: Send {
    /// Of which table.
    fn table(&self) -> &Arc<TableInfo>;
    /// Whose.
    fn scope(&self) -> &Scope;
    /// Its key, encoded.
    ///
    /// # Errors
    /// It cannot be written.
    fn key(&self) -> Result<Vec<u8>, RecordError>;
    /// Its value, encoded; `None` if it was removed.
    ///
    /// # Errors
    /// It cannot be written.
    fn value(&self) -> Result<Option<Vec<u8>>, RecordError>;
}

pub(crate) struct TypedChange<K, V> {
    pub(crate) table: Arc<TableInfo>,
    pub(crate) scope: Scope,
    pub(crate) key: K,
    pub(crate) value: Option<Arc<V>>,
    /// What it was before. Held until the change is written down: what a former value stands for outside
    /// of the table, such as a file, is then still there.
    pub(crate) _former: Option<Arc<V>>,
}

impl<K: Key, V: Record> EntryChange for TypedChange<K, V> {
    fn table(&self) -> &Arc<TableInfo> {
        &self.table
    }

    fn scope(&self) -> &Scope {
        &self.scope
    }

    fn key(&self) -> Result<Vec<u8>, RecordError> {
        encode(&self.key)
    }

    fn value(&self) -> Result<Option<Vec<u8>>, RecordError> {
        self.value.as_deref().map(encode).transpose()
    }
}

tokio::task_local! {
    static LAST: Cell<Sequence>;
}

/// Notes that the task that is running has made a change.
pub(crate) fn note(sequence: Sequence) {
    // Outside of `track` nobody asks.
    let _ = LAST.try_with(|last| last.set(last.get().max(sequence)));
}

/// Runs a call, and tells the last change that it made itself (not what it spawned), if it made any: what its
/// answer has to wait for.
pub async fn track<F: Future>(call: F) -> (F::Output, Option<Sequence>) {
    LAST.scope(Cell::new(0), async {
        let output = call.await;
        let last = LAST.with(Cell::get);
        (output, (last > 0).then_some(last))
    })
    .await
}
