//! Tar files.

use std::io::Read;

use tar::{Archive, EntryType};

use super::ArchiveError;
use super::entry::Unpacking;

pub(super) fn unpack(tar: impl Read, mut unpacking: Unpacking<'_>) -> Result<(), ArchiveError> {
    let mut archive = Archive::new(tar);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        // What is said of other entries, which the library has applied.
        if matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
            continue;
        }
        let name = entry.path()?.into_owned();
        let Some(path) = unpacking.place(&name)? else { continue };
        let refused =
            |kind: &str| ArchiveError::Entry { name: name.display().to_string(), kind: kind.to_owned() };
        match kind {
            EntryType::Directory => unpacking.folder(&path)?,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let is_executable = entry.header().mode()? & 0o111 != 0;
                unpacking.file(&path, &mut entry, is_executable)?;
            }
            EntryType::Symlink => {
                let to = entry.link_name()?.ok_or_else(|| refused("a link to nowhere"))?.into_owned();
                unpacking.symlink(&path, &to)?;
            }
            EntryType::Link => {
                let to = entry.link_name()?.ok_or_else(|| refused("a link to nowhere"))?.into_owned();
                unpacking.hard_link(&path, &name, &to)?;
            }
            other => return Err(refused(&format!("{other:?}"))),
        }
    }
    Ok(())
}
