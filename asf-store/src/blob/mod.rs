//! Content of any size: small ones in memory and in the record, large ones in files, streamed both ways.
//!
//! - [`Blobs`]: where a service's content is put, one folder a service;
//! - [`BlobWriter`]: content on its way in;
//! - [`Blob`]: content, as a record has it: pieces, each in memory or a range of a file;
//! - [`BlobReader`]: content, or a range of it, on its way out;
//! - [`Gathered`]: pieces on their way in, until something can be done to many at a time.
//!
//! **A file lives as long as something has a hold of it**: the record of an object, a snapshot, a branch, a
//! reader, a change that is not written down yet. With the last hold it is deleted. So content is never
//! counted by hand, and copies, parts of copies and what is joined of parts share the files they came from.
//!
//! **After a crash** a file is there before the record that has it (it is synced and renamed first), and a
//! record is gone before its file. What no record has is deleted when the service's store is opened.

mod content;
mod file;
mod folder;
mod gathered;
mod reader;
mod writer;

pub use content::Blob;
pub use file::ContentFile;
pub use folder::Blobs;
pub(crate) use folder::Folder;
pub use gathered::Gathered;
pub use reader::BlobReader;
pub use writer::BlobWriter;

use std::path::PathBuf;
use std::sync::Arc;

/// Content that cannot be written or read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BlobError {
    /// What the file system says.
    #[error("{doing} {path}: {error}", path = path.display())]
    File {
        /// What was tried: `write`, `read`, ...
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        error: Arc<std::io::Error>,
    },
    /// A file that a record names is not there, or is shorter than the record says.
    #[error("the content is damaged: {0} is missing or too short")]
    Damaged(String),
    /// The task that reads or writes files is gone: the process is ending.
    #[error("the process is ending")]
    Ending,
}

impl BlobError {
    pub(crate) fn of(doing: &'static str, path: impl Into<PathBuf>, error: std::io::Error) -> Self {
        Self::File { doing, path: path.into(), error: Arc::new(error) }
    }

    /// Whether there was no room: on the disk, in a quota, below a limit of file sizes.
    #[must_use]
    pub fn is_full(&self) -> bool {
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        matches!(self, Self::File { error, .. } if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge))
    }
}

/// Runs what waits for a disk where waiting is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| BlobError::Ending)?
}
