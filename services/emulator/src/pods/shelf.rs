//! Files with a name, in a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use asf_pods::{Pod, PodError};

/// What the names of files end with.
const SUFFIX: &str = ".asf";

/// The longest name, in bytes: what LocalStack's clients allow.
const MAX_NAME: usize = 128;

/// The name of a file: letters, digits, `.`, `_`, `-`, so that it leads nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(String);

/// A text that is no name.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "{0:?} is no name of a pod: up to 128 letters, digits, '.', '_' and '-', the first of them a letter or a digit, \
     and not \"state\""
)]
pub(crate) struct NameError(String);

/// Whether a text can be a name: up to 128 letters, digits, `.`, `_` and `-`, the first a letter or a digit.
pub(crate) fn is_plain(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        // LocalStack has a path of that name.
        let is_fit = is_plain(text) && text != "state";
        if is_fit { Ok(Self(text.to_owned())) } else { Err(NameError(text.to_owned())) }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The folder with the files. It is made with the first of them.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub(crate) fn new(volume: &Path) -> Self {
        Self { folder: volume.join("pods") }
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.folder.join(format!("{name}{SUFFIX}"))
    }

    /// The folder, which is there after this.
    pub(crate) fn folder(&self) -> io::Result<&Path> {
        fs::create_dir_all(&self.folder)?;
        Ok(&self.folder)
    }

    /// Puts a file there, in the place of one that was: whole or not at all.
    pub(crate) fn put(&self, name: &Name, pod: &mut Pod) -> Result<(), PodError> {
        let mut file = tempfile::NamedTempFile::new_in(self.folder()?)?;
        pod.copy_to(file.as_file_mut())?;
        file.as_file().sync_all()?;
        file.persist(self.path(name)).map_err(|error| error.error)?;
        Ok(())
    }

    /// Opens a file. `None` if there is none of that name.
    pub(crate) fn get(&self, name: &Name) -> Result<Option<Pod>, PodError> {
        match fs::File::open(self.path(name)) {
            Ok(file) => Pod::open(file).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a file. False if there was none.
    pub(crate) fn remove(&self, name: &Name) -> io::Result<bool> {
        match fs::remove_file(self.path(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The names there are, sorted.
    pub(crate) fn list(&self) -> io::Result<Vec<Name>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names: Vec<Name> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(SUFFIX)?.parse().ok())
            .collect();
        names.sort();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        for name in ["a", "my-pod_1.2", "0", &"x".repeat(128)] {
            assert!(name.parse::<Name>().is_ok(), "{name}");
        }
        for name in ["", ".", "..", ".a", "a/b", "../a", "a\\b", "a b", "ä", "state", "-x", &"x".repeat(129)]
        {
            assert!(name.parse::<Name>().is_err(), "{name}");
        }
    }
}
