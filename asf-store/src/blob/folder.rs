//! Where files with content are, and which of them somebody has a hold of.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use super::BlobError;
use super::content::Blob;
use super::file::{BlobFile, ContentFile};
use super::writer::BlobWriter;
use crate::PassingFolder;

/// Bytes up to which content is kept in memory and in its record.
pub(super) const INLINE: usize = 8 << 10;

/// Files that stay open after they were read: opening one is a step that waits, and a process may have some thousand
/// only.
const OPEN: usize = 128;

/// What the names of files that are being written end with.
const PART: &str = ".part";

/// The folder of a state: `<folder>/<service>/<two characters>/<id>`.
#[derive(Debug)]
pub(crate) struct Folder {
    place: Place,
    /// Those that somebody has a hold of, by service and id.
    held: Mutex<Held>,
    /// Those that are open, the ones that were opened longest ago first.
    open: Mutex<VecDeque<Weak<BlobFile>>>,
    /// Once it is set nothing is deleted any more: holds end because the process does.
    is_closed: AtomicBool,
}

/// Files by service and id.
type Held = HashMap<(Box<str>, Box<str>), Weak<BlobFile>>;

#[derive(Debug)]
enum Place {
    /// What is kept across restarts: files are synced.
    Kept(PathBuf),
    /// A folder that is made when it is first needed and is gone with the state.
    Passing(OnceLock<PassingFolder>),
}

impl Default for Folder {
    fn default() -> Self {
        Self::at(Place::Passing(OnceLock::new()))
    }
}

impl Folder {
    fn at(place: Place) -> Self {
        Self { place, held: Mutex::default(), open: Mutex::default(), is_closed: AtomicBool::new(false) }
    }

    /// A folder whose files are there after a restart.
    pub(crate) fn kept(path: PathBuf) -> Self {
        Self::at(Place::Kept(path))
    }

    /// From now on nothing is deleted.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    fn is_kept(&self) -> bool {
        matches!(self.place, Place::Kept(_))
    }

    fn path(&self) -> Result<&Path, BlobError> {
        match &self.place {
            Place::Kept(path) => Ok(path),
            Place::Passing(made) => {
                if let Some(folder) = made.get() {
                    return Ok(folder.path());
                }
                let parent = std::env::temp_dir();
                let folder = PassingFolder::new_in(&parent, "asf-blobs-");
                let folder = folder.map_err(|error| BlobError::of("create a folder in", parent, error))?;
                // Another that was made meanwhile stays; this one is removed as it is dropped.
                Ok(made.get_or_init(|| folder).path())
            }
        }
    }

    fn file_path(&self, service: &str, id: &str) -> Result<PathBuf, BlobError> {
        let shelf: String = id.chars().take(2).collect();
        Ok(self.path()?.join(service).join(shelf).join(id))
    }

    /// A file to write, which is deleted unless it is [kept](Self::keep).
    pub(super) fn create(&self, service: &str) -> Result<tempfile::NamedTempFile, BlobError> {
        let folder = self.path()?.join(service);
        fs::create_dir_all(&folder).map_err(|error| BlobError::of("create", &folder, error))?;
        let file = tempfile::Builder::new().prefix("").suffix(PART).rand_bytes(20).tempfile_in(&folder);
        file.map_err(|error| BlobError::of("create a file in", folder, error))
    }

    /// Gives a file that was written its name. If the state is kept, it is on the disk after this.
    pub(super) fn keep(
        self: &Arc<Self>,
        service: &str,
        written: tempfile::NamedTempFile,
    ) -> Result<Arc<BlobFile>, BlobError> {
        let name = written.path().file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let id = name.trim_end_matches(PART).to_owned();
        let path = self.file_path(service, &id)?;
        let shelf = path.parent().unwrap_or(Path::new(".")).to_owned();
        fs::create_dir_all(&shelf).map_err(|error| BlobError::of("create", &shelf, error))?;
        if self.is_kept() {
            let synced = written.as_file().sync_all();
            synced.map_err(|error| BlobError::of("sync", written.path(), error))?;
        }
        let file = Arc::new(BlobFile::new(self.clone(), service, &id, path.clone()));
        // Held before it has its name: whoever sweeps must not find a file that nobody has.
        self.held().insert((service.into(), id.into()), Arc::downgrade(&file));
        written.persist(&path).map_err(|error| BlobError::of("name", &path, error.error))?;
        if self.is_kept() {
            let synced = fs::File::open(&shelf).and_then(|shelf| shelf.sync_all());
            synced.map_err(|error| BlobError::of("sync", &shelf, error))?;
        }
        Ok(file)
    }

    /// The file of an id that a record names, held once however many name it. Whether it is there is seen
    /// when it is read.
    pub(super) fn attach(self: &Arc<Self>, service: &str, id: &str) -> Result<Arc<BlobFile>, BlobError> {
        // An id that comes from a file of somebody else's making must not lead out of the folder.
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(BlobError::Damaged(format!("{id:?}")));
        }
        let path = self.file_path(service, id)?;
        let mut held = self.held();
        let key = (service.into(), id.into());
        if let Some(file) = held.get(&key).and_then(Weak::upgrade) {
            return Ok(file);
        }
        let file = Arc::new(BlobFile::new(self.clone(), service, id, path));
        held.insert(key, Arc::downgrade(&file));
        Ok(file)
    }

    /// A file was opened: one that was opened long ago is closed.
    pub(super) fn note_open(&self, file: &Arc<BlobFile>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push_back(Arc::downgrade(file));
        let oldest = if open.len() > OPEN { open.pop_front() } else { None };
        drop(open);
        // It may have its last hold here, whose end looks at files too: not under the lock.
        if let Some(oldest) = oldest.and_then(|it| it.upgrade()) {
            oldest.close();
        }
    }

    /// The last hold of a file has ended.
    pub(super) fn forget(&self, service: &str, id: &str, path: &Path) {
        if self.is_closed.load(Ordering::Acquire) {
            return;
        }
        let mut held = self.held();
        let key = (service.into(), id.into());
        // It may have been taken up again since.
        if held.get(&key).is_some_and(|file| file.strong_count() > 0) {
            return;
        }
        held.remove(&key);
        // Under the lock: who takes it up again comes before or after.
        if let Err(error) = fs::remove_file(path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %error, "a file of which nothing is needed stays");
        }
    }

    /// Deletes what a crash has left of a service: files that were being written, and files that no record
    /// has. To be called once its records are read. Returns how many there were.
    pub(crate) fn sweep(&self, service: &str) -> usize {
        let Place::Kept(path) = &self.place else { return 0 };
        let files = |folder: &Path| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect::<Vec<_>>()
        };
        let mut removed = 0;
        for shelf in files(&path.join(service)) {
            let found = if shelf.is_dir() { files(&shelf) } else { vec![shelf] };
            for file in found {
                let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let held = self.held();
                if !held.contains_key(&(service.into(), name.into())) && fs::remove_file(&file).is_ok() {
                    removed += 1;
                }
            }
        }
        removed
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a service's content is put.
#[derive(Clone, Debug)]
pub struct Blobs {
    pub(super) folder: Arc<Folder>,
    pub(super) service: &'static str,
}

impl Blobs {
    pub(crate) fn of(folder: Arc<Folder>, service: &'static str) -> Self {
        Self { folder, service }
    }

    /// Takes content that comes in pieces.
    #[must_use]
    pub fn writer(&self) -> BlobWriter {
        BlobWriter::new(self.clone())
    }

    /// Takes content into a file of its own, however small it is: for records that come from elsewhere, of which
    /// several may have parts of it. Waits for the disk.
    ///
    /// # Errors
    /// It cannot be read or written. Nothing is left then.
    pub fn take(&self, content: &mut dyn std::io::Read) -> Result<ContentFile, BlobError> {
        let mut file = self.folder.create(self.service)?;
        let copied = std::io::copy(content, file.as_file_mut());
        copied.map_err(|error| BlobError::of("fill", file.path(), error))?;
        Ok(ContentFile(self.folder.keep(self.service, file)?))
    }

    /// Takes content that is in memory.
    ///
    /// # Errors
    /// It is too large for memory, and cannot be written to a file.
    pub async fn put(&self, content: bytes::Bytes) -> Result<Blob, BlobError> {
        let mut writer = self.writer();
        writer.write(content).await?;
        writer.finish().await
    }
}
