//! redb: a copy-on-write B-tree in one file, one table a space.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::{Builder, Database, DatabaseError, ReadOnlyTable, ReadableDatabase, TableDefinition, TableError};

use super::{Batch, Closing, Engine, EngineError, Growth, Visit, told};
use crate::{keys, meta};

/// Bytes of pages that are kept in memory. The state is in memory already: this is for the pages that a
/// commit reads on its way, and more did not make it faster.
pub(super) const CACHE: usize = 8 << 20;
/// A file is made smaller when it is closed if it is larger than this, and most of it is free.
const WORTH_COMPACTING: u64 = 16 << 20;

fn definition(space: &str) -> TableDefinition<'_, &'static [u8], &'static [u8]> {
    TableDefinition::new(space)
}

type Space<'a> = redb::Table<'a, &'static [u8], &'static [u8]>;

type Walk<'a> = dyn FnMut(&ReadOnlyTable<&'static [u8], &'static [u8]>) -> Result<(), EngineError> + 'a;

/// An open file of redb.
struct Redb {
    path: PathBuf,
    /// There until it is dropped.
    database: Option<Database>,
}

/// Opens the file, or makes it.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Engine>, EngineError> {
    open_with(path, |builder| builder.create(path))
}

/// The same in another way: tests have storage that fails.
pub(crate) fn open_with(
    path: &Path,
    create: impl FnOnce(&Builder) -> Result<Database, DatabaseError>,
) -> Result<Box<dyn Engine>, EngineError> {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE);
    let database = guarded(path, || create(&builder).map_err(|error| failed(path, error)))?;
    Ok(Box::new(Redb { path: path.to_owned(), database: Some(database) }))
}

/// Runs this; a panic, which damaged files can bring about, is an error.
pub(super) fn guarded<R>(
    path: &Path,
    run: impl FnOnce() -> Result<R, EngineError>,
) -> Result<R, EngineError> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|panic| Err(EngineError::Damaged { file: path.to_owned(), reason: words(&*panic) }))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it cannot be understood").to_owned()
}

pub(super) fn failed(path: &Path, error: impl Into<redb::Error>) -> EngineError {
    match error.into() {
        // A file that is shorter than it says it is.
        redb::Error::Io(error)
            if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
        {
            EngineError::Damaged { file: path.to_owned(), reason: error.to_string() }
        }
        redb::Error::Io(error) => EngineError::Failed { reason: told(&error) },
        redb::Error::Corrupted(reason) => EngineError::Damaged { file: path.to_owned(), reason },
        error => EngineError::Failed { reason: format!("the state cannot be used: {error}") },
    }
}

impl Redb {
    fn database(&self) -> Result<&Database, EngineError> {
        let closed = || EngineError::Failed { reason: "the state is closed".to_owned() };
        self.database.as_ref().ok_or_else(closed)
    }
}

/// Runs this on the table of a space, if there is one.
fn walk(
    path: &Path,
    database: &impl ReadableDatabase,
    space: &str,
    walk: &mut Walk<'_>,
) -> Result<(), EngineError> {
    let transaction = database.begin_read().map_err(|error| failed(path, error))?;
    match transaction.open_table(definition(space)) {
        Ok(table) => walk(&table),
        Err(TableError::TableDoesNotExist(_)) => Ok(()),
        Err(error) => Err(failed(path, error)),
    }
}

/// See [`Engine::visit`].
pub(super) fn visit(
    path: &Path,
    database: &impl ReadableDatabase,
    space: &str,
    prefix: &[u8],
    visit: &mut Visit<'_>,
) -> Result<(), EngineError> {
    let mut last = None;
    let forwards = guarded(path, || {
        walk(path, database, space, &mut |table| {
            for entry in table.range(prefix..).map_err(|error| failed(path, error))? {
                let (key, value) = entry.map_err(|error| failed(path, error))?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                visit(key.value(), value.value());
                last = Some(key.value().to_vec());
            }
            Ok(())
        })
    });
    let Err(EngineError::Damaged { .. }) = &forwards else { return forwards };
    // What is behind the damage can be reached from the other end. That this ends with an error, too, is
    // expected.
    let from = last.unwrap_or_else(|| prefix.to_vec());
    let _ = guarded(path, || {
        walk(path, database, space, &mut |table| {
            let range = table.range(&*from..).map_err(|error| failed(path, error))?;
            for entry in range.rev() {
                let (key, value) = entry.map_err(|error| failed(path, error))?;
                if key.value() <= &*from {
                    break;
                }
                if key.value().starts_with(prefix) {
                    visit(key.value(), value.value());
                }
            }
            Ok(())
        })
    });
    forwards
}

impl Engine for Redb {
    fn commit(&self, batch: &Batch<'_>, closing: &mut Closing<'_>) -> Result<(), EngineError> {
        let path = &*self.path;
        guarded(path, || {
            let transaction = self.database()?.begin_write().map_err(|error| failed(path, error))?;
            let apply = |table: &mut Space<'_>, key: &[u8], value: Option<&[u8]>| {
                let former = match value {
                    Some(value) => table.insert(key, value).map(|former| former.is_some()),
                    None => table.remove(key).map(|former| former.is_some()),
                };
                let was_there = former.map_err(|error| failed(path, error))?;
                Ok(i64::from(value.is_some()) - i64::from(was_there))
            };
            let mut growth = Growth::new();
            for (space, changes) in batch {
                let mut table =
                    transaction.open_table(definition(space)).map_err(|error| failed(path, error))?;
                for (key, value) in changes {
                    let more = apply(&mut table, key, value.as_deref())?;
                    *growth.entry((space, keys::attribute(key))).or_default() += more;
                }
            }
            {
                let mut table =
                    transaction.open_table(definition(meta::SPACE)).map_err(|error| failed(path, error))?;
                for (key, value) in closing(&growth) {
                    apply(&mut table, &key, value.as_deref())?;
                }
            }
            // With the durability that a transaction has by default: it is on disk then.
            transaction.commit().map_err(|error| failed(path, error))
        })
    }

    fn visit(&self, space: &str, prefix: &[u8], take: &mut Visit<'_>) -> Result<(), EngineError> {
        visit(&self.path, self.database()?, space, prefix, take)
    }

    fn compact(&mut self) -> Result<(), EngineError> {
        let path = self.path.clone();
        let Some(database) = &mut self.database else { return Ok(()) };
        guarded(&path, || {
            let length = std::fs::metadata(&path).map_or(0, |file| file.len());
            let transaction = database.begin_write().map_err(|error| failed(&path, error))?;
            let stats = transaction.stats().map_err(|error| failed(&path, error))?;
            let used = stats.stored_bytes() + stats.metadata_bytes() + stats.fragmented_bytes();
            transaction.abort().map_err(|error| failed(&path, error))?;
            if length > WORTH_COMPACTING && used < length / 2 {
                database.compact().map_err(|error| failed(&path, error))?;
            }
            Ok(())
        })
    }
}

impl Drop for Redb {
    fn drop(&mut self) {
        let path = self.path.clone();
        let database = self.database.take();
        // Written by now, or not: closing spares the next start a walk over the file.
        let closed = guarded(&path, || match database {
            Some(database) => database.close().map_err(|error| failed(&path, error)),
            None => Ok(()),
        });
        if let Err(error) = closed {
            tracing::warn!(%error, "the file of the state was not closed in order");
        }
    }
}
