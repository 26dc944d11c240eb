//! Packages of npm.

use std::path::Path;
use std::process::Command;

use crate::{InstallError, Installer, Job, Launch, program};

/// A package of npm, with all that it needs, in a folder of its own.
#[derive(Clone, Debug)]
pub struct Npm {
    package: String,
    version: String,
    program: String,
}

impl Npm {
    /// This package in this version; the program is called like it.
    #[must_use]
    pub fn new(package: &str, version: &str) -> Self {
        let (package, version) = (package.to_owned(), version.to_owned());
        Self { program: package.rsplit('/').next().unwrap_or(&package).to_owned(), package, version }
    }

    /// With a program of another name.
    #[must_use]
    pub fn program(mut self, program: &str) -> Self {
        program.clone_into(&mut self.program);
        self
    }
}

impl Installer for Npm {
    fn prepare_installation(&self, job: &Job<'_>) -> Result<(), InstallError> {
        for needed in ["node", "npm"] {
            if program::find(needed).is_none() {
                let advice = "install Node.js (on Debian: apt-get install nodejs npm)";
                return Err(job.missing(needed, advice));
            }
        }
        Ok(())
    }

    fn install(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let mut npm = Command::new("npm");
        npm.arg("install").arg("--prefix").arg(job.folder);
        npm.args([
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            "--loglevel=error",
            "--fetch-retries=1",
        ]);
        npm.arg(format!("{}@{}", self.package, self.version));
        job.run("npm", npm)
    }

    fn post_process(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let program = self.launch(job.folder).program;
        if program.exists() {
            return Ok(());
        }
        Err(job.failed(format!("the package {} has no program {}", self.package, self.program)))
    }

    fn launch(&self, folder: &Path) -> Launch {
        Launch::program(folder.join("node_modules/.bin").join(&self.program))
    }

    fn source(&self) -> String {
        "npm".to_owned()
    }
}
