//! Why a package is not here.

use std::path::PathBuf;

use asf_runtime::config::NoHome;

use crate::ArchiveError;

/// Why a package is not here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// There is no such package.
    #[error("there is no package {package:?}; there are {}", known.join(", "))]
    UnknownPackage {
        /// The name.
        package: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// There is no such version.
    #[error("{package} has no version {version:?}; it has {}", known.join(", "))]
    UnknownVersion {
        /// The package.
        package: &'static str,
        /// The version that was asked for.
        version: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// A program that the installation takes is not there.
    #[error("{package} cannot be installed without {program}: {advice}")]
    Missing {
        /// The package.
        package: String,
        /// What is missing.
        program: String,
        /// How to get it.
        advice: String,
    },
    /// It would be in the home directory, which is not known.
    #[error("{package} cannot be installed: {error}")]
    NoHome {
        /// The package.
        package: String,
        /// What to set.
        error: NoHome,
    },
    /// The source cannot be reached.
    #[error(
        "{package} cannot be got: {from} cannot be reached ({reason}). Check the network and its proxy; or, where \
         there is none, run `asf lpm install {}` on a machine that has one and copy {} from there, to the same \
         path", .package.split(' ').next().unwrap_or_default(), .folder.display()
    )]
    Offline {
        /// The package.
        package: String,
        /// What cannot be reached.
        from: String,
        /// In whose words.
        reason: String,
        /// Where it would have been installed.
        folder: PathBuf,
    },
    /// The server answers, but not with what it was asked for.
    #[error("{package} cannot be got from {url}: {reason}")]
    Download {
        /// The package.
        package: String,
        /// The URL.
        url: String,
        /// What the server says.
        reason: String,
    },
    /// What came is not what was to come.
    #[error(
        "{package} is not installed: what {url} has is not what is expected (its digest is {found}, not \
         {expected}). Somebody changed it on the way, or there"
    )]
    Checksum {
        /// The package.
        package: String,
        /// The URL.
        url: String,
        /// The digest it should have, in hex.
        expected: String,
        /// The digest it has.
        found: String,
    },
    /// An archive that must not be unpacked, or cannot be.
    #[error("{package} is not installed: {error}")]
    Archive {
        /// The package.
        package: String,
        /// What is wrong with it.
        error: ArchiveError,
    },
    /// A program that was run for the installation failed.
    #[error("{package} cannot be installed: {program} failed ({how}):\n  {}", words.join("\n  "))]
    Program {
        /// The package.
        package: String,
        /// The program.
        program: String,
        /// How it ended.
        how: String,
        /// What it printed last.
        words: Vec<String>,
    },
    /// A file or folder could not be written or read.
    #[error("{package} cannot be installed: {}: {reason}", .path.display())]
    File {
        /// The package.
        package: String,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// It was on the machine before us, so it is not ours to remove.
    #[error("{package} was not installed by asf: it is {}, and is to be removed by what brought it there", .program.display())]
    NotOurs {
        /// The package.
        package: String,
        /// Where it was found.
        program: PathBuf,
    },
    /// Something else.
    #[error("{package} cannot be installed: {reason}")]
    Failed {
        /// The package.
        package: String,
        /// What went wrong, and what to do.
        reason: String,
    },
}
