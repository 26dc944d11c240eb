//! A package that is here, and how it is run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Target;

/// A version of a package that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The package.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Where it was installed; none if it was on the machine already.
    pub place: Option<(Target, PathBuf)>,
    /// How it is run.
    pub launch: Launch,
}

impl Installation {
    /// A command that runs it; arguments come behind.
    #[must_use]
    pub fn command(&self) -> Command {
        self.launch.command()
    }

    /// Its folder, unless it was on the machine already.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.place.as_ref().map(|(_, folder)| folder.as_path())
    }
}

/// How a program is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Arguments that always go first.
    pub arguments: Vec<OsString>,
    /// Variables that it needs.
    pub environment: Vec<(String, OsString)>,
}

impl Launch {
    /// A program without further ado.
    #[must_use]
    pub fn program(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), ..Self::default() }
    }

    /// With arguments that always go first.
    #[must_use]
    pub fn with(mut self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// A command that runs it.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Another program of the same folder, run in the same way: `initdb` beside `postgres`.
    #[must_use]
    pub fn sibling(&self, name: &str) -> Command {
        let mut command = Command::new(self.program.with_file_name(name));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}
