//! A temporary folder that goes with the process, also if that is killed.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// In a folder of one life: held as long as that lasts.
const LOCK: &str = ".lock";

/// A temporary folder, which is removed as this is dropped. What a process that was killed left of its own is removed
/// when the next one with the same prefix is made.
#[derive(Debug)]
pub struct PassingFolder {
    folder: TempDir,
    /// Goes after the folder: until then it is somebody's.
    _lock: File,
}

impl PassingFolder {
    /// Makes one in a folder that is there, with a name that begins with a prefix. This blocks.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new_in(parent: &Path, prefix: &str) -> io::Result<Self> {
        sweep(parent, prefix);
        let folder = tempfile::Builder::new().prefix(prefix).tempdir_in(parent)?;
        let unlocked = folder.path().join(".unlocked");
        let lock = File::create(&unlocked)?;
        lock.lock()?;
        // It has its name only when it is locked, or another one's sweep might come between.
        fs::rename(unlocked, folder.path().join(LOCK))?;
        Ok(Self { folder, _lock: lock })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders of those that did not come to remove them. One without a lock may be just being made.
fn sweep(parent: &Path, prefix: &str) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(prefix);
        if is_ours
            && let Ok(lock) = File::open(entry.path().join(LOCK))
            && lock.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_swept() {
        let parent = tempfile::tempdir().unwrap();
        let one = PassingFolder::new_in(parent.path(), "a-").unwrap();
        // As if its process had been killed: it is there, and nobody holds the lock.
        let left = parent.path().join("a-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("content"), "of any size").unwrap();
        let (new, others) = (parent.path().join("a-new"), parent.path().join("b-left"));
        fs::create_dir(&new).unwrap();
        fs::create_dir(&others).unwrap();
        fs::write(others.join(LOCK), "").unwrap();
        let two = PassingFolder::new_in(parent.path(), "a-").unwrap();
        assert!(!left.exists());
        assert!([one.path(), two.path(), &new, &others].iter().all(|it| it.exists()));
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists());
    }
}
