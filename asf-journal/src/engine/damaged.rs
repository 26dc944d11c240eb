//! A file of redb that redb refuses: what of it can be reached is read all the same.
//!
//! redb checks all of a file that was not closed in order, and refuses it as a whole if a page is wrong. A reader
//! that follows the commits of another process's writer checks nothing and never allocates; so that is what the
//! file is opened as, through a backend that takes the mark of the missing close off as it is read. Nothing is
//! written.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use redb::{
    BackendError, Builder, ConcurrencyMode, ReadOnlyDatabase, ReadableDatabase, StorageBackend,
    TableHandle as _,
};

use super::redb::{CACHE, failed, guarded, visit};
use super::{EngineError, Visit};

/// Where the flags of a file stand (redb's `header.rs`, its "god byte").
const FLAGS: u64 = 9;
/// It was not closed in order; its last commit may not be on the disk.
const UNCLEAN: u8 = 2 | 8;

/// A file that is read only, and seems to have been closed in order.
#[derive(Debug)]
struct Backend(Mutex<File>);

fn read_only<R>() -> io::Result<R> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).metadata()?.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        use std::io::{Read as _, Seek as _};
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(io::SeekFrom::Start(offset))?;
        file.read_exact(out)?;
        let flags = FLAGS.checked_sub(offset).and_then(|at| usize::try_from(at).ok());
        if let Some(flags) = flags.and_then(|at| out.get_mut(at)) {
            *flags &= !UNCLEAN;
        }
        Ok(())
    }

    fn set_len(&self, _: u64) -> io::Result<()> {
        read_only()
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, _: u64, _: &[u8]) -> io::Result<()> {
        read_only()
    }

    // The folder is ours: nobody else has the file.

    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(false)
    }
}

/// A damaged file, as far as it can be read.
pub(crate) struct Damaged<'a> {
    path: &'a Path,
    database: ReadOnlyDatabase,
}

impl<'a> Damaged<'a> {
    /// Opens it.
    ///
    /// # Errors
    /// Not even its head can be read.
    pub(crate) fn open(path: &'a Path) -> Result<Self, EngineError> {
        let file = File::open(path).map_err(|error| EngineError::Failed { reason: error.to_string() })?;
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE).set_concurrency_mode(ConcurrencyMode::SingleWriter);
        let open = || {
            let database = builder.open_read_only_with_backend(Backend(Mutex::new(file)));
            database.map_err(|error| failed(path, error))
        };
        Ok(Self { path, database: guarded(path, open)? })
    }

    /// The spaces, if the list of them can be read.
    pub(crate) fn spaces(&self) -> Result<Vec<String>, EngineError> {
        let path = self.path;
        guarded(path, || {
            let transaction = self.database.begin_read().map_err(|error| failed(path, error))?;
            let tables = transaction.list_tables().map_err(|error| failed(path, error))?;
            Ok(tables.map(|table| table.name().to_owned()).collect())
        })
    }

    /// See [`Engine::visit`](super::Engine::visit).
    pub(crate) fn visit(&self, space: &str, take: &mut Visit<'_>) -> Result<(), EngineError> {
        visit(self.path, &self.database, space, b"", take)
    }
}
