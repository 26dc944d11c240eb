//! A file with content, deleted with its last hold.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::BlobError;
use super::folder::Folder;

/// A file that does not change any more.
#[derive(Debug)]
pub(super) struct BlobFile {
    /// Its name, by which records know it.
    pub(super) id: Box<str>,
    /// The service whose folder it is in.
    pub(super) service: Box<str>,
    folder: Arc<Folder>,
    path: PathBuf,
    /// Open since it was read, until [others](Folder::note_open) are.
    opened: Mutex<Option<Arc<File>>>,
}

impl BlobFile {
    pub(super) fn new(folder: Arc<Folder>, service: &str, id: &str, path: PathBuf) -> Self {
        Self { id: id.into(), service: service.into(), folder, path, opened: Mutex::default() }
    }

    /// Reads up to `length` bytes from an offset, at least one.
    ///
    /// # Errors
    /// It is not there, or ends before.
    pub(super) fn read_at(self: &Arc<Self>, offset: u64, length: usize) -> Result<Vec<u8>, BlobError> {
        let mut bytes = vec![0; length];
        let read = self.read_into(offset, &mut bytes)?;
        bytes.truncate(read);
        Ok(bytes)
    }

    /// Reads as many bytes from an offset as come at once, at least one, and tells how many. Waits for the disk.
    ///
    /// # Errors
    /// It is not there, or ends before.
    pub(super) fn read_into(self: &Arc<Self>, offset: u64, buffer: &mut [u8]) -> Result<usize, BlobError> {
        use std::os::unix::fs::FileExt as _;
        let file = self.open()?;
        loop {
            match file.read_at(buffer, offset) {
                Ok(0) => return Err(BlobError::Damaged(self.path.display().to_string())),
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.error("read", error)),
            }
        }
    }

    /// Reads what the system has in memory, at least one byte, and tells how many. `None` if that is nothing, or
    /// cannot be told: then it is to be read where waiting is allowed, which says what is wrong, too.
    #[cfg(target_os = "linux")]
    pub(super) fn read_in_memory(&self, offset: u64, buffer: &mut [u8]) -> Option<usize> {
        use rustix::io::ReadWriteFlags;
        let file = self.opened().clone()?;
        let into = &mut [std::io::IoSliceMut::new(buffer)];
        let read = rustix::io::preadv2(&file, into, offset, ReadWriteFlags::NOWAIT);
        read.ok().filter(|it| *it > 0)
    }

    /// Whether something is in memory cannot be told here.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn read_in_memory(&self, _: u64, _: &mut [u8]) -> Option<usize> {
        None
    }

    fn open(self: &Arc<Self>) -> Result<Arc<File>, BlobError> {
        if let Some(file) = &*self.opened() {
            return Ok(file.clone());
        }
        let file = Arc::new(File::open(&self.path).map_err(|error| self.error("open", error))?);
        *self.opened() = Some(file.clone());
        self.folder.note_open(self);
        Ok(file)
    }

    /// It is opened again when it is read again; whoever is reading goes on.
    pub(super) fn close(&self) {
        *self.opened() = None;
    }

    fn opened(&self) -> MutexGuard<'_, Option<Arc<File>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many bytes it has.
    ///
    /// # Errors
    /// It is not there.
    fn len(&self) -> Result<u64, BlobError> {
        let known = std::fs::metadata(&self.path).map_err(|error| self.error("look at", error))?;
        Ok(known.len())
    }

    fn error(&self, doing: &'static str, error: std::io::Error) -> BlobError {
        match error.kind() {
            std::io::ErrorKind::NotFound => BlobError::Damaged(self.path.display().to_string()),
            _ => BlobError::of(doing, &self.path, error),
        }
    }
}

impl Drop for BlobFile {
    fn drop(&mut self) {
        self.folder.forget(&self.service, &self.id, &self.path);
    }
}

/// A file with content that records have: for whoever carries records from one state to another. The file
/// stays while this lives.
#[derive(Clone, Debug)]
pub struct ContentFile(pub(super) Arc<BlobFile>);

impl ContentFile {
    /// Its name in its state. Another state's file with this name is not this one.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// How many bytes it has.
    ///
    /// # Errors
    /// It is not there.
    pub fn len(&self) -> Result<u64, BlobError> {
        self.0.len()
    }

    /// Whether it has none.
    ///
    /// # Errors
    /// It is not there.
    pub fn is_empty(&self) -> Result<bool, BlobError> {
        Ok(self.len()? == 0)
    }

    /// Up to `length` bytes from an offset, at least one. Waits for the disk.
    ///
    /// # Errors
    /// It is not there, or ends before.
    pub fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, BlobError> {
        self.0.read_at(offset, length)
    }
}
