//! Programs that are on the machine already.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{InstallError, Installer, Job, Launch, program, version};

/// A program that is looked for in the folders of `PATH`, and whose version is asked for.
///
/// Alone, it is a package that cannot be installed, only found.
#[derive(Clone, Debug)]
pub struct OnPath {
    program: String,
    folders: Vec<PathBuf>,
    version: Option<String>,
}

impl OnPath {
    /// A program of this name, in any version.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self { program: program.to_owned(), folders: Vec::new(), version: None }
    }

    /// Only in this version, or a more precise one: `7.0` takes `7.0.15`. It is asked with `--version`.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// In this folder too.
    #[must_use]
    pub fn or_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    fn has_version(&self, path: &Path) -> bool {
        let Some(wanted) = &self.version else { return true };
        let output = Command::new(path).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output();
        let Ok(output) = output else { return false };
        let text = String::from_utf8_lossy(&output.stdout);
        version::first_in(&text).is_some_and(|found| version::is(found, wanted))
    }
}

impl Installer for OnPath {
    fn found(&self) -> Option<Launch> {
        let on_path = program::find(&self.program);
        let in_folders = self.folders.iter().map(|folder| folder.join(&self.program));
        let mut candidates = on_path.into_iter().chain(in_folders.filter(|it| it.is_file()));
        let found = candidates.find(|path| self.has_version(path))?;
        // Where it really is, its siblings are too.
        Some(Launch::program(found.canonicalize().unwrap_or(found)))
    }

    fn install(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let advice = match &self.version {
            Some(version) => format!("install version {version} of it, and have it on PATH"),
            None => "install it, and have it on PATH".to_owned(),
        };
        Err(job.missing(&self.program, &advice))
    }

    fn launch(&self, _folder: &Path) -> Launch {
        Launch::program(&self.program)
    }

    fn source(&self) -> String {
        "the machine".to_owned()
    }
}
