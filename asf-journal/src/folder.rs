//! The folder of a state: for one process at a time, of a format that this build can read.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The format that is written. It rises when an older build must not touch what a newer one has left.
const FORMAT: u32 = 1;
const FORMAT_FILE: &str = "format";
const LOCK_FILE: &str = "lock";
/// The engine's file.
const ENTRIES_FILE: &str = "entries.redb";
/// The folder of content that is too large for records.
const BLOBS_FOLDER: &str = "blobs";
/// The number of the last commit.
const COMMITS_FILE: &str = "commits";

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has it.
    #[error("the state in {folder} is used by another process{}", .process.as_ref().map(|it| format!(" ({it})")).unwrap_or_default())]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// Its process id, if it could be read.
        process: Option<String>,
    },
    /// A newer build has written it.
    #[error(
        "the state in {folder} has format {found}, and this build reads up to {FORMAT}: use a newer build, or \
         another LOCALSTACK_VOLUME_DIR"
    )]
    Format {
        /// The folder.
        folder: PathBuf,
        /// What was found.
        found: u32,
    },
    /// It cannot be read or written.
    #[error("cannot use {path} for the state: {error}")]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// A folder that is ours until this is dropped, or released.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// The system gives it free when the process ends, however that happens.
    lock: Mutex<Option<File>>,
    /// What stands in it that is wrong.
    pub(crate) remark: Option<String>,
}

impl Folder {
    /// Takes a folder, made if it is not there.
    pub(crate) fn take(path: &Path) -> Result<Self, FolderError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            |error| FolderError::Io { path, error }
        };
        fs::create_dir_all(path).map_err(io(path))?;
        let lock_path = path.join(LOCK_FILE);
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&lock_path);
        let mut lock = open.map_err(io(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                let process = lock.read_to_string(&mut process).ok().map(|_| process.trim().to_owned());
                let process = process.filter(|it| !it.is_empty());
                return Err(FolderError::InUse { folder: path.to_owned(), process });
            }
            Err(TryLockError::Error(error)) => return Err(io(&lock_path)(error)),
        }
        // Only said to whoever finds it taken; a disk without room for it is not a reason to fail.
        let said = lock.set_len(0).and_then(|()| lock.rewind());
        let _ = said.and_then(|()| write!(lock, "{}", std::process::id()));
        let mut folder = Self { path: path.to_owned(), lock: Mutex::new(Some(lock)), remark: None };
        folder.check_format()?;
        Ok(folder)
    }

    fn check_format(&mut self) -> Result<(), FolderError> {
        let path = self.path.join(FORMAT_FILE);
        match fs::read_to_string(&path) {
            Ok(text) => match text.trim().parse() {
                Ok(found) if found <= FORMAT => {}
                Ok(found) => return Err(FolderError::Format { folder: self.path.clone(), found }),
                Err(_) => {
                    self.remark = Some(format!("is no number; format {FORMAT} is assumed"));
                    self.write_format(&path)?;
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.entries().exists() {
                    self.remark = Some(format!("is missing; format {FORMAT} is assumed"));
                }
                self.write_format(&path)?;
            }
            Err(error) => return Err(FolderError::Io { path, error }),
        }
        Ok(())
    }

    fn write_format(&self, path: &Path) -> Result<(), FolderError> {
        fs::write(path, format!("{FORMAT}\n"))
            .map_err(|error| FolderError::Io { path: path.to_owned(), error })
    }

    /// Gives it free.
    pub(crate) fn release(&self) {
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn format_file(&self) -> PathBuf {
        self.path.join(FORMAT_FILE)
    }

    /// Where large content is.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.path.join(BLOBS_FOLDER)
    }

    pub(crate) fn entries(&self) -> PathBuf {
        self.path.join(ENTRIES_FILE)
    }

    /// The number of the last commit that is known to be on disk: what stands beside the engine's file, not
    /// in it. Written after each commit and not synced, so it may be behind, but is never ahead.
    pub(crate) fn last_commit(&self) -> Option<u64> {
        let bytes = fs::read(self.path.join(COMMITS_FILE)).ok()?;
        let (number, check) = (bytes.get(..8)?, bytes.get(8..16)?);
        let is_whole = number.iter().zip(check).all(|(a, b)| *a == !b);
        let number = number.try_into().ok().map(u64::from_le_bytes)?;
        is_whole.then_some(number)
    }

    /// The file for [`last_commit`](Self::last_commit).
    pub(crate) fn commits_file(&self) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(false).open(self.path.join(COMMITS_FILE))
    }
}

/// Writes the number of a commit beside the engine's file.
pub(crate) fn note_commit(file: &mut File, number: u64) -> io::Result<()> {
    let bytes = number.to_le_bytes();
    let check = (!number).to_le_bytes();
    file.rewind()?;
    // One call, so a process that is killed leaves all of it or nothing.
    file.write_all(&[bytes, check].concat())
}
