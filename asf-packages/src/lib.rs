//! Programs of others that providers need: moto, databases, search engines. Found on the machine, or
//! installed when they are first needed, each version in a folder of its own.
//!
//! A [`Package`] has versions, and for each an [`Installer`] that says how it gets here. The
//! [`PackageInstaller`] around that does what all have in common: one installation at a time, in this process
//! and in others; nothing half-installed is ever seen, whatever happens in between.
//!
//! ```no_run
//! use asf_packages::{Libraries, Packages, Silent, Sources, Target};
//!
//! # fn main() -> Result<(), asf_packages::InstallError> {
//! let libraries = Libraries::new("/usr/lib/asf", "/home/me/.asf/volume/lib");
//! let packages = Packages::registered(libraries, Sources::default());
//! let moto = packages.installer("moto", None)?.install(Target::VarLibs, &Silent)?;
//! let mut command = moto.command();
//! command.args(["--port", "5000"]);
//! # let _ = command;
//! # Ok(())
//! # }
//! ```

mod archive;
pub mod catalogue;
mod download;
mod error;
mod first_of;
mod installation;
mod installer;
mod kinds;
mod libraries;
mod package;
mod package_installer;
mod package_server;
mod packages;
mod program;
mod progress;
mod sources;
mod version;

pub use archive::ArchiveError;
pub use error::InstallError;
pub use first_of::FirstOf;
pub use installation::{Installation, Launch};
pub use installer::{Installer, Job};
pub use kinds::{Archive, Checksum, Debian, Jar, Npm, OnPath, Pip, github_asset, maven_artifact};
pub use libraries::{Libraries, Target};
/// For what macros write.
#[doc(hidden)]
pub use linkme;
pub use package::Package;
pub use package_installer::PackageInstaller;
pub use package_server::PackageServer;
pub use packages::{PACKAGES, PackagePlugin, Packages};
pub use progress::{Progress, Silent};
pub use sources::Sources;
