//! Changes of tables, in the order in which they happened: what a journal writes down.

use std::any::Any;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::record::{Key, Record, RecordError, encode};
use crate::scope::Scope;
use crate::state::TableInfo;

/// The place of a change in the order of all changes of a state; the first is 1.
pub type Sequence = u64;

/// Changes that a call made: all of its own are among them, and those of others that came between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequences {
    /// The first that it made.
    pub first: Sequence,
    /// The last that it made.
    pub last: Sequence,
}

/// Hears of each change.
///
/// [`push`](Self::push) is called under the lock of the entry, so for each key the order of the calls is the
/// order of the changes. Changes that are made within one [`atomically`](crate::State::atomically) belong
/// together: between two of them no [`moment`](crate::State::moment) can be taken, so whoever takes the
/// list of changes in a moment never has half of them.
pub trait ChangeLog: Send + Sync {
    /// Takes a change. Returns its place in the order.
    fn push(&self, change: Change) -> Sequence;

    /// Waits until these changes are as safe as an answer that tells of them promises. A log that promises
    /// nothing is ready at once.
    fn written(&self, changes: Sequences) -> Written<'_> {
        let _ = changes;
        Box::pin(std::future::ready(Ok(())))
    }
}

/// What [`ChangeLog::written`] returns.
pub type Written<'a> = Pin<Box<dyn Future<Output = Result<(), NotWritten>> + Send + 'a>>;

/// Changes that are not safe: they are in memory, and an answer must not tell of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the change was made but is not saved: {reason}")]
pub struct NotWritten {
    /// Why not.
    pub reason: Arc<str>,
}

/// What an entry or a scope was before a change, kept alive: what it stands for outside of the table, such as
/// a file, is then still there.
pub type Former = Arc<dyn Any + Send + Sync>;

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
        /// What they were.
        former: Former,
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
    /// Takes out what it was before, if it was there: to be held until the change is written down, however
    /// often it is changed again until then.
    fn take_former(&mut self) -> Option<Former>;
}

pub(crate) struct TypedChange<K, V> {
    pub(crate) table: Arc<TableInfo>,
    pub(crate) scope: Scope,
    pub(crate) key: K,
    pub(crate) value: Option<Arc<V>>,
    pub(crate) former: Option<Arc<V>>,
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

    fn take_former(&mut self) -> Option<Former> {
        self.former.take().map(|former| former as Former)
    }
}

tokio::task_local! {
    static MADE: Cell<Option<Sequences>>;
}

/// Notes that the task that is running has made a change.
pub(crate) fn note(sequence: Sequence) {
    // Outside of `track` nobody asks.
    let _ = MADE.try_with(|made| {
        let first = made.get().map_or(sequence, |it| it.first);
        made.set(Some(Sequences { first, last: sequence }));
    });
}

/// Runs a call, and tells which changes it made itself (not what it spawned), if it made any: what its answer
/// has to wait for.
pub async fn track<F: Future>(call: F) -> (F::Output, Option<Sequences>) {
    MADE.scope(Cell::new(None), async {
        let output = call.await;
        (output, MADE.with(Cell::get))
    })
    .await
}
