//! Folders below `~`, where nobody says what that is.

use std::path::{Path, PathBuf};

use super::Config;

/// A folder is below the home directory, and `HOME` is not set. Without this, a folder would be made that is called
/// `~`, wherever the process happens to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "HOME is not set, so there is no folder {}: set HOME, or {variable} to a folder whose path does not begin with ~",
    .folder.display()
)]
pub struct NoHome {
    /// The variable that says where the folder is.
    pub variable: &'static str,
    /// The folder, as it is configured.
    pub folder: PathBuf,
}

impl NoHome {
    /// The folder of a variable, if it can be found.
    ///
    /// # Errors
    /// It is below a home directory that is not known.
    pub fn check<'a>(variable: &'static str, folder: &'a Path) -> Result<&'a Path, Self> {
        // With `HOME` it would have been replaced.
        if folder.starts_with("~") { Err(Self { variable, folder: folder.to_owned() }) } else { Ok(folder) }
    }
}

impl Config {
    /// `LOCALSTACK_VOLUME_DIR`, for whoever is about to use it.
    ///
    /// # Errors
    /// It is below a home directory that is not known.
    pub fn volume(&self) -> Result<&Path, NoHome> {
        NoHome::check("LOCALSTACK_VOLUME_DIR", &self.volume_dir)
    }
}
