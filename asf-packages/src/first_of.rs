//! What is on the machine, else an installation.

use std::path::Path;

use crate::{InstallError, Installer, Job, Launch, OnPath};

/// A program that may be on the machine already, and otherwise is installed in another way.
pub struct FirstOf<I> {
    machine: OnPath,
    installer: I,
}

impl<I: Installer> FirstOf<I> {
    /// This program, or else this installer.
    #[must_use]
    pub fn new(machine: OnPath, installer: I) -> Self {
        Self { machine, installer }
    }
}

impl<I: Installer> Installer for FirstOf<I> {
    fn found(&self) -> Option<Launch> {
        self.machine.found()
    }

    fn prepare_installation(&self, job: &Job<'_>) -> Result<(), InstallError> {
        self.installer.prepare_installation(job)
    }

    fn install(&self, job: &Job<'_>) -> Result<(), InstallError> {
        self.installer.install(job)
    }

    fn post_process(&self, job: &Job<'_>) -> Result<(), InstallError> {
        self.installer.post_process(job)
    }

    fn launch(&self, folder: &Path) -> Launch {
        self.installer.launch(folder)
    }

    fn source(&self) -> String {
        self.installer.source()
    }
}
