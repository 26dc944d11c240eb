//! A damaged file that cannot be used becomes a new one, with what of it is whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use asf_store::State;

use crate::engine::{self, Batch, Damaged, Engine, EngineError};
use crate::meta::{self, Meta, TableMeta};
use crate::problem::Problems;
use crate::{frame, keys};

/// What the new file is called until it is whole.
const FRESH: &str = "salvaged";
/// What the damaged file is called when the new one is in its place.
const ASIDE: &str = "damaged";
/// Bytes that are written at once, about.
const PART: usize = 8 << 20;

/// What was read of a damaged file, in a file beside it.
pub(crate) struct Salvaged {
    file: PathBuf,
    fresh: PathBuf,
    /// Of what was read.
    pub(crate) meta: Meta,
    /// By table: how many entries there are, and should be if that is known.
    losses: BTreeMap<String, (u64, Option<u64>)>,
    /// Entries that are not as they were written.
    damaged: u64,
}

/// Reads what can be read of a file, whatever is damaged of it, and writes it to another.
///
/// # Errors
/// Nothing of it can be read, or the other cannot be written.
pub(crate) fn salvage(file: &Path) -> Result<Salvaged, EngineError> {
    let from = Damaged::open(file)?;
    let mut spaces: BTreeSet<String> = from.spaces().unwrap_or_default().into_iter().collect();
    spaces.extend(State::declared().iter().map(|table| table.service.to_owned()));
    spaces.remove(meta::SPACE);
    let mut told = Meta::default();
    let is_told = told.collect(|visit| from.visit(meta::SPACE, visit)) == Ok(0);
    let fresh = file.with_extension(FRESH);
    let io = |error: io::Error| EngineError::Failed { reason: engine::told(&error) };
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
        _ => {}
    }
    let to = engine::open(&fresh)?;
    let (mut found, mut damaged) = (BTreeMap::new(), 0);
    for space in &spaces {
        damaged += copy(&from, &*to, space, &mut found)?;
    }
    let mut losses = BTreeMap::new();
    for (name, table) in &told.tables {
        let entries = found.get(name).map_or(0, |it: &TableMeta| it.entries);
        if entries != table.entries {
            losses.insert(name.clone(), (entries, Some(table.entries)));
        }
    }
    if !is_told {
        let untold = found.iter().filter(|(name, _)| !told.tables.contains_key(*name));
        losses.extend(untold.map(|(name, table)| (name.clone(), (table.entries, None))));
    }
    // What is empty now has had a version, too.
    for (name, table) in &told.tables {
        let of = found.entry(name.clone()).or_default();
        of.version = of.version.max(table.version);
    }
    let meta = Meta { tables: found, ..told };
    to.commit(&Batch::new(), &mut |_| meta.records())?;
    Ok(Salvaged { file: file.to_owned(), fresh, meta, losses, damaged })
}

/// Copies the entries of a space. Returns how many are damaged.
fn copy(
    from: &Damaged<'_>,
    to: &dyn Engine,
    space: &str,
    found: &mut BTreeMap<String, TableMeta>,
) -> Result<u64, EngineError> {
    let (mut changes, mut bytes, mut damaged) = (Vec::new(), 0, 0);
    let mut written = Ok(());
    let write = |changes: &mut Vec<_>| {
        let batch = Batch::from_iter([(space, std::mem::take(changes))]);
        to.commit(&batch, &mut |_| Vec::new())
    };
    // Its error says that something is missing; what, the counts say.
    let _ = from.visit(space, &mut |key, value| {
        let Some((version, _)) = frame::read(space, key, value) else {
            damaged += 1;
            return;
        };
        let table = found.entry(format!("{space}.{}", keys::attribute(key))).or_default();
        table.version = table.version.max(version);
        table.entries += 1;
        bytes += key.len() + value.len();
        changes.push((key.to_vec(), Some(value.to_vec())));
        if bytes >= PART && written.is_ok() {
            bytes = 0;
            written = write(&mut changes);
        }
    });
    written?;
    if !changes.is_empty() {
        write(&mut changes)?;
    }
    Ok(damaged)
}

impl Salvaged {
    /// Puts the new file in the place of the damaged one, which stays beside it, and notes what is missing.
    pub(crate) fn put(self, reason: &EngineError, problems: &Problems) -> Result<(), EngineError> {
        let aside = self.put_aside().map_err(|error| EngineError::Failed { reason: engine::told(&error) })?;
        let place = self.file.display().to_string();
        let aside = aside.display();
        problems.note(place, format!("{reason}; it was made anew of what can be read, and stays as {aside}"));
        for (table, (found, expected)) in self.losses {
            let of = expected.map_or("an unknown number".to_owned(), |it| it.to_string());
            problems.note(table, format!("{found} of {of} records could be read"));
        }
        if self.damaged > 0 {
            let what =
                format!("{} records are damaged (their checksum is wrong) and were left out", self.damaged);
            problems.note(self.file.display().to_string(), what);
        }
        Ok(())
    }

    fn put_aside(&self) -> io::Result<PathBuf> {
        let names = (1_u32..).map(|number| match number {
            1 => self.file.with_extension(format!("redb.{ASIDE}")),
            _ => self.file.with_extension(format!("redb.{ASIDE}-{number}")),
        });
        let aside = names.into_iter().find(|path| !path.exists()).unwrap_or_default();
        // With a second name, the first is never without a file. Not every file system can do that.
        if fs::hard_link(&self.file, &aside).is_err() {
            fs::rename(&self.file, &aside)?;
        }
        fs::rename(&self.fresh, &self.file)?;
        #[cfg(unix)]
        if let Some(folder) = self.file.parent() {
            fs::File::open(folder)?.sync_all()?;
        }
        Ok(aside)
    }

    /// Leaves everything as it was.
    pub(crate) fn discard(self) {
        let _ = fs::remove_file(self.fresh);
    }
}

/// Whether a damaged file lies beside one: somebody may want to get more out of it.
pub(crate) fn is_beside(file: &Path) -> bool {
    file.with_extension(format!("redb.{ASIDE}")).exists()
}
