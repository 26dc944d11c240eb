//! Archives that are downloaded and unpacked.

use std::fs;
use std::path::{Path, PathBuf};

use crate::archive::{Limits, unpack};
use crate::{InstallError, Installer, Job, Launch, program};

/// How one tells that what came is what was to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// Its SHA-256 digest, in hex, is this.
    Sha256(&'static str),
    /// Its SHA-256 digest is in a file beside it, whose URL has this behind: `.sha256`. That protects from
    /// broken downloads, not from someone who has the server.
    Sha256At(&'static str),
    /// The same with SHA-512.
    Sha512At(&'static str),
    /// There is none. Its digest is logged.
    Unknown,
}

/// An archive (`.tar.gz`, `.tar`, `.zip`), got by URL or from a file (`file:///..`).
#[derive(Clone, Debug)]
pub struct Archive {
    url: String,
    checksum: Checksum,
    strip: usize,
    program: PathBuf,
    java: Option<Vec<String>>,
}

impl Archive {
    /// The archive at a URL, in which a program is.
    #[must_use]
    pub fn new(url: &str, checksum: Checksum, program: &str) -> Self {
        Self { url: url.to_owned(), checksum, strip: 0, program: program.into(), java: None }
    }

    /// Without the folder, or folders, that everything in it is in.
    #[must_use]
    pub fn strip(mut self, folders: usize) -> Self {
        self.strip = folders;
        self
    }

    /// The program is a jar, run by Java with these options. In them, `{}` is the folder.
    #[must_use]
    pub fn java(mut self, options: &[&str]) -> Self {
        self.java = Some(options.iter().map(|it| (*it).to_owned()).collect());
        self
    }
}

impl Installer for Archive {
    fn prepare_installation(&self, job: &Job<'_>) -> Result<(), InstallError> {
        if self.java.is_some() { needs_java(job) } else { Ok(()) }
    }

    fn install(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let file = job.folder.join(".archive");
        job.download(&self.url, &self.checksum, &file)?;
        job.progress.step("unpacking");
        unpack(&file, &self.url, job.folder, self.strip, Limits::default())
            .map_err(|error| InstallError::Archive { package: job.name(), error })?;
        job.at(&file, fs::remove_file(&file))
    }

    fn post_process(&self, job: &Job<'_>) -> Result<(), InstallError> {
        if job.folder.join(&self.program).is_file() {
            return Ok(());
        }
        Err(job.failed(format!("{} has no {}", self.url, self.program.display())))
    }

    fn launch(&self, folder: &Path) -> Launch {
        let program = folder.join(&self.program);
        match &self.java {
            None => Launch::program(program),
            Some(options) => {
                let folder = folder.display().to_string();
                let options = options.iter().map(|it| it.replace("{}", &folder));
                java(&program, options)
            }
        }
    }

    fn source(&self) -> String {
        self.url.clone()
    }
}

pub(super) fn needs_java(job: &Job<'_>) -> Result<(), InstallError> {
    if program::find("java").is_some() {
        return Ok(());
    }
    Err(job.missing(
        "java",
        "install a Java runtime, 17 or newer (on Debian: apt-get install default-jre-headless)",
    ))
}

pub(super) fn java(jar: &Path, options: impl IntoIterator<Item = String>) -> Launch {
    Launch::program("java").with(options).with(["-jar".into(), jar.as_os_str().to_owned()])
}

/// The URL of a file of a release on GitHub.
#[must_use]
pub fn github_asset(repository: &str, tag: &str, file: &str) -> String {
    format!("https://github.com/{repository}/releases/download/{tag}/{file}")
}
