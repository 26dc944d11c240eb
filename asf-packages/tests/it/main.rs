//! Installations with the real clients, and with archives from a server of ours.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod clients;
mod downloads;
mod files;
mod interrupted;
mod moto;
mod registration;

use std::fs;
use std::path::{Path, PathBuf};

use asf_packages::{InstallError, Installer, Job, Launch, Libraries, Package, Packages, Sources};

/// Where packages go in a test.
fn libraries(folder: &Path) -> Libraries {
    Libraries::new(folder.join("static"), folder.join("var"))
}

fn packages(folder: &Path, packages: impl IntoIterator<Item = Package>) -> Packages {
    Packages::new(packages, libraries(folder), Sources::default())
}

/// A package `it` with two versions.
fn package(installer: impl Fn(&str) -> Box<dyn Installer> + Send + Sync + 'static) -> Package {
    Package::new("it", "A package for tests", &["1", "2"], installer)
}

/// An installer that is a function.
struct Writes(Box<Install>);

type Install = dyn Fn(&Job<'_>) -> Result<(), InstallError> + Send + Sync;

fn writes(function: impl Fn(&Job<'_>) -> Result<(), InstallError> + Send + Sync + 'static) -> Writes {
    Writes(Box::new(function))
}

impl Installer for Writes {
    fn install(&self, job: &Job<'_>) -> Result<(), InstallError> {
        (self.0)(job)
    }

    fn launch(&self, folder: &Path) -> Launch {
        Launch::program(folder.join("program"))
    }

    fn source(&self) -> String {
        "the test".to_owned()
    }
}

/// Everything in a folder and below, folders without what is in them, by name.
fn files(folder: &Path) -> Vec<String> {
    fn add(folder: &Path, root: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().unwrap().is_dir() {
                add(&entry.path(), root, found);
            } else {
                found.push(entry.path().strip_prefix(root).unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    add(folder, folder, &mut found);
    let mut found: Vec<_> = found.into_iter().map(|it| it.display().to_string()).collect();
    found.sort();
    found
}
