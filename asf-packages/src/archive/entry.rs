//! Where the entries of an archive go, whatever its kind: the rules that keep them in their folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::{ArchiveError, Limits};

/// An archive that is being unpacked into a folder.
pub(super) struct Unpacking<'a> {
    folder: &'a Path,
    strip: usize,
    limits: Limits,
    bytes: u64,
    entries: usize,
}

impl<'a> Unpacking<'a> {
    pub(super) fn new(folder: &'a Path, strip: usize, limits: Limits) -> Self {
        Self { folder, strip, limits, bytes: 0, entries: 0 }
    }

    /// Where an entry goes; none if it is left out, or the folder itself. Its parents are there then, and
    /// are real folders.
    pub(super) fn place(&mut self, name: &Path) -> Result<Option<PathBuf>, ArchiveError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(ArchiveError::TooLarge { limit: self.limits.entries as u64, of: "entries" });
        }
        let outside = || ArchiveError::Outside { name: name.display().to_string() };
        let mut parts = Vec::new();
        for component in name.components() {
            match component {
                Component::Normal(part) => parts.push(part),
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(outside()),
            }
        }
        let Some((last, parents)) = parts.get(self.strip..).and_then(<[_]>::split_last) else {
            return Ok(None);
        };
        let mut path = self.folder.to_owned();
        for parent in parents {
            path.push(parent);
            match fs::symlink_metadata(&path) {
                Ok(it) if it.is_dir() => {}
                Ok(_) => {
                    let name = name.display().to_string();
                    return Err(ArchiveError::Through { name, through: path });
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir(&path)?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(path.join(last)))
    }

    pub(super) fn folder(&self, path: &Path) -> Result<(), ArchiveError> {
        match fs::symlink_metadata(path) {
            Ok(it) if it.is_dir() => Ok(()),
            _ => Ok(fs::create_dir(path)?),
        }
    }

    /// Writes a file, in place of one that is there. What is there is never written through: it is removed.
    pub(super) fn file(
        &mut self,
        path: &Path,
        content: &mut dyn Read,
        is_executable: bool,
    ) -> Result<(), ArchiveError> {
        make_way(path)?;
        let mut file = File::options().write(true).create_new(true).open(path)?;
        let left = self.limits.bytes - self.bytes;
        let written = io::copy(&mut content.take(left + 1), &mut file)?;
        if written > left {
            return Err(ArchiveError::TooLarge { limit: self.limits.bytes, of: "bytes" });
        }
        self.bytes += written;
        if is_executable {
            make_executable(&file)?;
        }
        Ok(())
    }

    /// Makes a symbolic link.
    ///
    /// It may climb only at its beginning, and only as far as its own folders go, which are real ones. All
    /// that comes behind goes down, through links of which the same is true. So it ends inside, whatever
    /// other links there are.
    pub(super) fn symlink(&self, path: &Path, to: &Path) -> Result<(), ArchiveError> {
        let inside = path.strip_prefix(self.folder).unwrap_or(path);
        let mut depth = inside.components().count().saturating_sub(1);
        let mut has_gone_down = false;
        for component in to.components() {
            let is_fine = match component {
                Component::Normal(_) => {
                    has_gone_down = true;
                    true
                }
                Component::CurDir => true,
                Component::ParentDir if !has_gone_down && depth > 0 => {
                    depth -= 1;
                    true
                }
                _ => false,
            };
            if !is_fine {
                let (name, to) = (inside.display().to_string(), to.display().to_string());
                return Err(ArchiveError::Link { name, to });
            }
        }
        make_way(path)?;
        Ok(symlink(to, path)?)
    }

    /// Makes a hard link to an entry that came before. It has to be a plain file: a link to a symbolic link
    /// would lie in another folder than the one it was checked for.
    pub(super) fn hard_link(&mut self, path: &Path, name: &Path, to: &Path) -> Result<(), ArchiveError> {
        let refused =
            || ArchiveError::Link { name: name.display().to_string(), to: to.display().to_string() };
        let to = self.place(to)?.ok_or_else(refused)?;
        if !fs::symlink_metadata(&to).is_ok_and(|it| it.is_file()) {
            return Err(refused());
        }
        if to == path {
            return Ok(());
        }
        make_way(path)?;
        Ok(fs::hard_link(to, path)?)
    }
}

/// Removes a file or link that is in the way; a folder stays, and what follows fails.
fn make_way(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(it) if !it.is_dir() => fs::remove_file(path),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn symlink(to: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, path)
}

#[cfg(not(unix))]
fn symlink(_to: &Path, _path: &Path) -> io::Result<()> {
    Err(io::Error::other("it has symbolic links, which are not made on this system"))
}
