//! The folder where a process in the background keeps its pid, its state and its log.
//!
//! `asf.pid` has the process id, and is locked by the process as long as it lives: a file that nobody has
//! locked is left over from a process that was killed, whatever now has its id. `asf.json` says where it
//! listens and how it was started; it is there when the process is ready.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use asf_runtime::config::Listener;
use serde::{Deserialize, Serialize};

use super::Failure;
use super::wait::Deadline;

/// How long a process tries to get the lock: another command may be looking at it.
const LOCK_TIME: Duration = Duration::from_secs(1);

/// The folder.
#[derive(Debug, Clone)]
pub(super) struct RunDir(PathBuf);

/// What a process says of itself when it is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) pid: u32,
    pub(super) version: String,
    /// As `GATEWAY_LISTEN` has them, with the ports that were found for port 0.
    pub(super) listen: Vec<String>,
    /// The command line after `asf`, without what makes it a background process.
    pub(super) arguments: Vec<String>,
    /// The working directory.
    pub(super) directory: PathBuf,
}

impl State {
    /// Where it listens.
    pub(super) fn listeners(&self) -> Vec<Listener> {
        self.listen.iter().filter_map(|text| Listener::parse(text)).collect()
    }
}

/// A process that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) pid: u32,
    /// None as long as it is not ready.
    pub(super) state: Option<State>,
}

/// The place of the one process of a folder. Given up when dropped, or when the process ends in any way.
#[derive(Debug)]
pub(super) struct Place {
    folder: RunDir,
    _lock: File,
}

impl RunDir {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn pid_file(&self) -> PathBuf {
        self.0.join("asf.pid")
    }

    fn state_file(&self) -> PathBuf {
        self.0.join("asf.json")
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.0.join("asf.log")
    }

    /// Makes the folder, for its owner only: logs tell what is called with which keys.
    pub(super) fn create(&self) -> anyhow::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0).with_context(|| {
            format!("cannot make the folder {}; set ASF_RUN_DIR to another", self.0.display())
        })
    }

    /// The process that runs, if there is one.
    pub(super) fn running(&self) -> Result<Option<Running>, Failure> {
        let path = self.pid_file();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(reading(&path, error)),
        };
        match file.try_lock_shared() {
            // Left over.
            Ok(()) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(reading(&path, error)),
        }
        let text = fs::read_to_string(&path).map_err(|error| reading(&path, error))?;
        let Ok(pid) = text.trim().parse() else {
            // It has the lock, and has not written yet.
            return Ok(None);
        };
        let state = self.state().filter(|state| state.pid == pid);
        Ok(Some(Running { pid, state }))
    }

    /// What the last process has said of itself.
    pub(super) fn state(&self) -> Option<State> {
        serde_json::from_slice(&fs::read(self.state_file()).ok()?).ok()
    }

    /// Takes the place, as this process.
    pub(super) fn take(&self) -> Result<Place, Failure> {
        self.create()?;
        let path = self.pid_file();
        let open = || OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open().map_err(|error| reading(&path, error))?;
        let deadline = Deadline::after(LOCK_TIME);
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if !deadline.is_over() => deadline.pause(),
                Err(TryLockError::WouldBlock) => {
                    let pid = fs::read_to_string(&path).unwrap_or_default().trim().to_owned();
                    return Err(Failure::AlreadyRunning { pid });
                }
                Err(TryLockError::Error(error)) => return Err(reading(&path, error)),
            }
        }
        let _ = fs::remove_file(self.state_file());
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())?;
        file.flush()?;
        Ok(Place { folder: self.clone(), _lock: file })
    }
}

impl Place {
    /// Says that the process is ready. The file is whole whenever it is there.
    pub(super) fn ready(&self, state: &State) -> anyhow::Result<()> {
        let path = self.folder.state_file();
        let text = serde_json::to_vec_pretty(state)?;
        let draft = path.with_extension("json.new");
        fs::write(&draft, text).and_then(|()| fs::rename(&draft, &path)).context("cannot write asf.json")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The pid file stays: whoever has opened it must find it unlocked, not another in its place.
        let _ = fs::remove_file(self.folder.state_file());
    }
}

fn reading(path: &Path, error: io::Error) -> Failure {
    Failure::Other(anyhow::Error::new(error).context(format!("cannot use {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_a_folder_and_what_is_left_over_does_not_count() {
        let root = tempfile::tempdir().unwrap();
        let folder = RunDir::new(root.path().join("a/b"));
        assert!(folder.running().unwrap().is_none());
        let place = folder.take().unwrap();
        assert!(matches!(folder.take().unwrap_err(), Failure::AlreadyRunning { .. }));
        let running = folder.running().unwrap().unwrap();
        assert_eq!((running.pid, running.state), (std::process::id(), None));
        let state = State {
            pid: std::process::id(),
            version: "1".to_owned(),
            listen: vec!["127.0.0.1:1".to_owned(), "unix:/a".to_owned()],
            arguments: vec!["start".to_owned()],
            directory: root.path().to_owned(),
        };
        place.ready(&state).unwrap();
        assert_eq!(folder.running().unwrap().unwrap().state.as_ref(), Some(&state));
        assert_eq!(state.listeners().len(), 2);
        drop(place);
        assert!(folder.running().unwrap().is_none());
        // A pid file of a process that was killed, whose id another process has now.
        assert!(folder.pid_file().exists());
        drop(folder.take().unwrap());
    }
}
