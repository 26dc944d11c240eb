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
    environment: Vec<(String, String)>,
}

impl Npm {
    /// This package in this version; the program is called like it.
    #[must_use]
    pub fn new(package: &str, version: &str) -> Self {
        let program = package.rsplit('/').next().unwrap_or(package).to_owned();
        Self { package: package.to_owned(), version: version.to_owned(), program, environment: Vec::new() }
    }

    /// With a program of another name.
    #[must_use]
    pub fn program(mut self, program: &str) -> Self {
        program.clone_into(&mut self.program);
        self
    }

    /// With a variable in its environment. In the value, `{}` is the package's folder.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
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
        let modules = folder.join("node_modules");
        let package = modules.join(&self.package).display().to_string();
        let environment = self.environment.iter();
        Launch {
            program: modules.join(".bin").join(&self.program),
            environment: environment
                .map(|(name, value)| (name.clone(), value.replace("{}", &package).into()))
                .collect(),
            ..Launch::default()
        }
    }

    fn source(&self) -> String {
        "npm".to_owned()
    }
}
