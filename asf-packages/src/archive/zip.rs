//! Zip files, jars among them.

use std::io::{Read, Seek};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::ArchiveError;
use super::entry::Unpacking;

/// Bytes of a link's target, at most.
const LINK: u64 = 4096;

pub(super) fn unpack(zip: impl Read + Seek, mut unpacking: Unpacking<'_>) -> Result<(), ArchiveError> {
    let mut archive = ZipArchive::new(zip)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        // As it stands there: the rules are ours, not those of the library.
        let name = entry.name()?.into_owned();
        if name.contains('\\') || name.contains('\0') {
            return Err(ArchiveError::Outside { name });
        }
        let Some(path) = unpacking.place(Path::new(&name))? else { continue };
        if entry.is_dir() {
            unpacking.folder(&path)?;
        } else if entry.is_symlink() {
            let mut to = String::new();
            (&mut entry).take(LINK).read_to_string(&mut to)?;
            unpacking.symlink(&path, Path::new(&to))?;
        } else {
            let is_executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
            unpacking.file(&path, &mut entry, is_executable)?;
        }
    }
    Ok(())
}

impl From<ZipError> for ArchiveError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Io(error),
            error => Self::Zip(error.to_string()),
        }
    }
}
