//! Archives, unpacked as if a stranger had made them.
//!
//! Nothing is written outside of the folder, through no name and no link; no devices, no other owners, no
//! set-user-id bits; and a small archive cannot fill the disk.

mod entry;
mod tar;
mod zip;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use entry::Unpacking;

/// Bytes that an archive may have unpacked, at most.
const LARGEST: u64 = 8 << 30;
/// Files, folders and links that an archive may have, at most.
const MOST: usize = 500_000;

/// What is wrong with an archive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// A kind that is not known here.
    #[error("{name} is no archive that can be unpacked here; .tar.gz, .tgz, .tar, .zip and .jar can")]
    Kind {
        /// Its name.
        name: String,
    },
    /// A name that leads out of the folder.
    #[error("its entry {name:?} is to be written outside of its folder")]
    Outside {
        /// The name.
        name: String,
    },
    /// A link that leads out of the folder.
    #[error("its entry {name:?} is a link to {to:?}, outside of its folder")]
    Link {
        /// The entry.
        name: String,
        /// Where it leads.
        to: String,
    },
    /// An entry that is written through another one, which is a link or a file.
    #[error("its entry {name:?} is to be written through {through:?}, which is no folder")]
    Through {
        /// The entry.
        name: String,
        /// The other one.
        through: PathBuf,
    },
    /// A device, a pipe, and the like.
    #[error("its entry {name:?} is of a kind ({kind}) that no package needs")]
    Entry {
        /// The entry.
        name: String,
        /// Its kind.
        kind: String,
    },
    /// More than fits.
    #[error("unpacked, it has more than {limit} {of}")]
    TooLarge {
        /// The most that it may have.
        limit: u64,
        /// Of what.
        of: &'static str,
    },
    /// It cannot be read, or its files not written.
    #[error("it cannot be unpacked: {0}")]
    Io(#[from] std::io::Error),
    /// It is no zip file, or a broken one.
    #[error("it cannot be unpacked: {0}")]
    Zip(String),
}

/// What an archive may come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) bytes: u64,
    pub(crate) entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: LARGEST, entries: MOST }
    }
}

/// Unpacks an archive whose kind its `name` tells, without the first `strip` parts of names. What has fewer
/// parts is left out.
pub(crate) fn unpack(
    archive: &Path,
    name: &str,
    into: &Path,
    strip: usize,
    limits: Limits,
) -> Result<(), ArchiveError> {
    let file = BufReader::with_capacity(64 << 10, File::open(archive)?);
    let unpacking = Unpacking::new(into, strip, limits);
    if name.ends_with(".tar.gz") || name.ends_with(".tgz") {
        tar::unpack(flate2::bufread::MultiGzDecoder::new(file), unpacking)
    } else if name.ends_with(".tar") {
        tar::unpack(file, unpacking)
    } else if name.ends_with(".zip") || name.ends_with(".jar") {
        zip::unpack(file, unpacking)
    } else {
        Err(ArchiveError::Kind { name: name.to_owned() })
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
