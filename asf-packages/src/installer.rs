//! How a version of a package gets here: what someone writes who adds a new way.

use std::path::Path;

use crate::{InstallError, Launch, Progress, Sources};

/// How a version of a package gets here. The steps are run in this order, in a folder that nobody else sees
/// until the last has succeeded.
pub trait Installer: Send + Sync {
    /// What is on the machine already, and will do.
    fn found(&self) -> Option<Launch> {
        None
    }

    /// Whether it can be installed: are the programs there that this takes? Writes nothing.
    ///
    /// # Errors
    /// What is missing, and how to get it.
    fn prepare_installation(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let _ = job;
        Ok(())
    }

    /// Writes everything into the folder of the job.
    ///
    /// # Errors
    /// What went wrong, and what to do.
    fn install(&self, job: &Job<'_>) -> Result<(), InstallError>;

    /// Finishes what was written: paths, permissions, settings.
    ///
    /// # Errors
    /// What went wrong.
    fn post_process(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let _ = job;
        Ok(())
    }

    /// How it is run, once it is in a folder.
    fn launch(&self, folder: &Path) -> Launch;

    /// Where it comes from, in words: `pip`, `npm`, a URL.
    fn source(&self) -> String;
}

/// An installation under way.
pub struct Job<'a> {
    /// The package.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The folder to write into. It is renamed in the end.
    pub folder: &'a Path,
    /// What the folder will be called then.
    pub destination: &'a Path,
    /// A file for what the programs print that are run; it is quoted in errors and then deleted.
    pub log: &'a Path,
    /// Where things are got from.
    pub sources: &'a Sources,
    /// Who is told how far it is.
    pub progress: &'a dyn Progress,
}

impl Job<'_> {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.package, self.version)
    }

    /// What was not as it has to be.
    #[must_use]
    pub fn failed(&self, reason: impl std::fmt::Display) -> InstallError {
        InstallError::Failed { package: self.name(), reason: reason.to_string() }
    }

    /// What an operation on a file came to, as an error that names the file.
    ///
    /// # Errors
    /// When it failed.
    pub fn at<T>(&self, path: &Path, result: std::io::Result<T>) -> Result<T, InstallError> {
        result.map_err(|error| InstallError::File {
            package: self.name(),
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }
}
