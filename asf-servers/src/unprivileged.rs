//! The user that servers run as which refuse to be root's, such as PostgreSQL.

use std::io;
use std::path::Path;
use std::process::Command;

/// `nobody`, on every Unix that has users.
const NOBODY: u32 = 65534;

/// Whom servers run as: us, or, when we are root, `nobody`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unprivileged(Option<u32>);

impl Unprivileged {
    /// As this process is run.
    #[must_use]
    pub fn of_process() -> Self {
        Self(is_root().then_some(NOBODY))
    }

    /// Whether it is another user than ours.
    #[must_use]
    pub fn is_another(self) -> bool {
        self.0.is_some()
    }

    /// Has a command run as this user.
    pub fn apply(self, command: &mut Command) {
        if let Some(id) = self.0 {
            run_as(command, id);
        }
    }

    /// Makes a file or folder this user's.
    ///
    /// # Errors
    /// The owner cannot be changed.
    pub fn give(self, path: &Path) -> io::Result<()> {
        self.0.map_or(Ok(()), |id| change_owner(path, id))
    }

    /// Whether this user can get at what is below a folder, or at a program: folders may be closed to others, as
    /// `/root` is. Links are followed; what is not there is not reached.
    #[must_use]
    pub fn can_reach(self, path: &Path) -> bool {
        self.0.is_none() || path.canonicalize().is_ok_and(|path| path.ancestors().all(is_open))
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(unix)]
fn run_as(command: &mut Command, id: u32) {
    use std::os::unix::process::CommandExt as _;
    command.uid(id).gid(id);
}

#[cfg(unix)]
fn change_owner(path: &Path, id: u32) -> io::Result<()> {
    std::os::unix::fs::chown(path, Some(id), Some(id))
}

/// Whether everybody may pass, or run it.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|it| it.permissions().mode() & 0o001 != 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(not(unix))]
fn run_as(_: &mut Command, _: u32) {}

#[cfg(not(unix))]
fn change_owner(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    true
}
