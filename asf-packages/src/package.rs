//! What a package is: a name, versions, and how each is installed.

use std::fmt;

use crate::Installer;

/// A program of others: a name, what it is, its versions, and how each is installed.
///
/// Names and versions are names of folders too: letters, digits, `.`, `-` and `_`.
pub struct Package {
    name: &'static str,
    summary: &'static str,
    versions: &'static [&'static str],
    installer: Box<InstallerOf>,
}

type InstallerOf = dyn Fn(&str) -> Box<dyn Installer> + Send + Sync;

impl Package {
    /// A package. The first version is the default one; `installer` is asked for each version that is
    /// needed.
    ///
    /// ```
    /// use asf_packages::{Npm, Package};
    ///
    /// let package = Package::new("kinesalite", "A stand-in for Kinesis", &["3.3.3"], |version| {
    ///     Box::new(Npm::new("kinesalite", version))
    /// });
    /// assert_eq!(package.default_version(), "3.3.3");
    /// ```
    pub fn new(
        name: &'static str,
        summary: &'static str,
        versions: &'static [&'static str],
        installer: impl Fn(&str) -> Box<dyn Installer> + Send + Sync + 'static,
    ) -> Self {
        Self { name, summary, versions, installer: Box::new(installer) }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, in half a sentence.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// Its versions, the default one first.
    #[must_use]
    pub fn versions(&self) -> &'static [&'static str] {
        self.versions
    }

    /// The version that is installed when none is asked for.
    #[must_use]
    pub fn default_version(&self) -> &'static str {
        self.versions.first().copied().unwrap_or_default()
    }

    /// How one of its versions is installed.
    #[must_use]
    pub fn installer(&self, version: &str) -> Box<dyn Installer> {
        (self.installer)(version)
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Package({}, {:?})", self.name, self.versions)
    }
}
