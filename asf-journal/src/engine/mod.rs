//! The engine: spaces of entries in the order of their keys, changed in transactions.
//!
//! docs/persistence-engine.md says why it is redb, and what a handle may be expected to do.

mod damaged;
pub(crate) mod redb;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

pub(crate) use damaged::Damaged;
pub(crate) use redb::open;

/// Keys with their values, `None` where an entry goes. Later ones of the same key win.
pub(crate) type Changes = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// What changes in one transaction, by space.
pub(crate) type Batch<'a> = BTreeMap<&'a str, Changes>;

/// How many entries of each table came (or went), by space and attribute.
pub(crate) type Growth<'a> = BTreeMap<(&'a str, &'a str), i64>;

/// Changes of [`meta::SPACE`](crate::meta::SPACE) that depend on what the others did.
pub(crate) type Closing<'a> = dyn FnMut(&Growth<'_>) -> Changes + 'a;

/// What goes wrong with the engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EngineError {
    /// The file is not as it was written.
    #[error("{file} is damaged: {reason}", file = .file.display())]
    Damaged { file: PathBuf, reason: String },
    /// It cannot be read or written.
    #[error("{reason}")]
    Failed { reason: String },
}

/// Called with each entry.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], &[u8]) + 'a;

/// An open file.
pub(crate) trait Engine: Send + Sync {
    /// Changes all of it or nothing; it is on disk when this returns. After an error, the handle is of no
    /// more use, and whether the batch is there is not known.
    fn commit(&self, batch: &Batch<'_>, closing: &mut Closing<'_>) -> Result<(), EngineError>;

    /// Calls this with the entries of a space whose keys begin so, in order. What it was called with before
    /// an error is as good as any.
    fn visit(&self, space: &str, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError>;

    /// Gives space back to the file system where there is much of it.
    fn compact(&mut self) -> Result<(), EngineError>;
}

/// Opens the file, or makes it.
pub(crate) type Open = Box<dyn Fn() -> Result<Box<dyn Engine>, EngineError> + Send + Sync>;

/// The engine behind what may happen to it: not made before there is something to write, opened again after
/// a failure.
pub(crate) struct Store {
    file: PathBuf,
    open: Open,
    engine: RwLock<Option<Box<dyn Engine>>>,
    is_closed: AtomicBool,
}

impl Store {
    pub(crate) fn new(file: PathBuf, open: Open) -> Self {
        Self { file, open, engine: RwLock::new(None), is_closed: AtomicBool::new(false) }
    }

    /// Whether anything was ever written.
    pub(crate) fn is_there(&self) -> bool {
        self.file.exists()
    }

    fn with<R>(&self, run: impl FnOnce(&dyn Engine) -> Result<R, EngineError>) -> Result<R, EngineError> {
        loop {
            if let Some(engine) = &*self.engine.read().unwrap_or_else(PoisonError::into_inner) {
                return run(&**engine);
            }
            let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
            if self.is_closed.load(Ordering::Acquire) {
                return Err(EngineError::Failed { reason: "the state is closed".to_owned() });
            }
            if engine.is_none() {
                *engine = Some((self.open)()?);
            }
        }
    }

    /// See [`Engine::commit`].
    pub(crate) fn commit(&self, batch: &Batch<'_>, closing: &mut Closing<'_>) -> Result<(), EngineError> {
        self.with(|engine| engine.commit(batch, closing))
    }

    /// Lets go of a handle that failed: the next use opens the file again.
    pub(crate) fn reopen(&self) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// See [`Engine::visit`]. Nothing, if there is no file.
    pub(crate) fn visit(&self, space: &str, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError> {
        if !self.is_there() {
            return Ok(());
        }
        self.with(|engine| engine.visit(space, prefix, visit))
    }

    /// See [`Engine::compact`].
    pub(crate) fn compact(&self) -> Result<(), EngineError> {
        match &mut *self.engine.write().unwrap_or_else(PoisonError::into_inner) {
            Some(engine) => engine.compact(),
            None => Ok(()),
        }
    }

    /// Closes the file for good, as it should be before the process ends.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What the system says of a disk, in words that say what to do.
pub(crate) fn told(error: &io::Error) -> String {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full; it goes on when there is room",
        io::ErrorKind::QuotaExceeded => "the quota is used up; it goes on when there is room",
        io::ErrorKind::FileTooLarge => "the file may not grow further; it goes on when it may",
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => "it may not be written",
        _ => return format!("the state cannot be written: {error}"),
    };
    format!("the state cannot be written: {hint} ({error})")
}
