//! What a state says of itself: which build wrote it, in which versions, and in how many commits.

use std::collections::BTreeMap;

use asf_store::{TableInfo, State};

use crate::engine::{EngineError, Store};
use crate::frame;
use crate::problem::Problems;

/// The space that no service has: their names have no dots.
pub(crate) const SPACE: &str = "asf.meta";
/// The version of the build that wrote last.
const PRODUCT: &[u8] = b"product";
/// The number of the last commit.
const COMMIT: &[u8] = b"commit";
/// What the keys of tables begin with; `sqs.queues` follows.
const VERSION: &[u8] = b"version/";
/// Of the values here.
const OWN_VERSION: u32 = 1;

/// A table whose records a newer build has written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table} has records of version {found}, and this build reads up to {known}")]
pub struct TooNew {
    /// `sqs.queues`
    pub table: String,
    /// The version that was found.
    pub found: u32,
    /// The highest that is known.
    pub known: u32,
}

/// What a state says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) product: String,
    pub(crate) commit: u64,
    /// The highest version of records of each table.
    pub(crate) versions: BTreeMap<String, u32>,
}

impl Meta {
    /// Reads it.
    pub(crate) fn read(store: &Store, problems: &Problems) -> Result<Self, EngineError> {
        let mut meta = Self::default();
        let mut damaged = 0;
        store.visit(SPACE, b"", &mut |key, value| {
            if meta.take(key, value).is_none() {
                damaged += 1;
            }
        })?;
        if damaged > 0 {
            problems.note(SPACE, format!("{damaged} records are damaged and were left out"));
        }
        Ok(meta)
    }

    fn take(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let (_, value) = frame::read(SPACE, key, value)?;
        match key {
            PRODUCT => self.product = String::from_utf8(value.to_vec()).ok()?,
            COMMIT => self.commit = u64::from_le_bytes(value.try_into().ok()?),
            _ => {
                let table = std::str::from_utf8(key.strip_prefix(VERSION)?).ok()?;
                self.versions.insert(table.to_owned(), u32::from_le_bytes(value.try_into().ok()?));
            }
        }
        Some(())
    }

    /// What is newer here than this build knows.
    pub(crate) fn too_new(&self) -> Vec<TooNew> {
        if self.versions.is_empty() {
            return Vec::new();
        }
        let known: BTreeMap<String, u32> =
            State::declared().iter().map(|info| (info.to_string(), info.version)).collect();
        let newer = |(table, found): (&String, &u32)| {
            let known = *known.get(table)?;
            (*found > known).then(|| TooNew { table: table.clone(), found: *found, known })
        };
        self.versions.iter().filter_map(newer).collect()
    }

    /// What a commit writes besides its changes. Taken over once it is written.
    pub(crate) fn next(&self, product: &str, tables: &BTreeMap<String, u32>) -> Self {
        let mut next = Self { product: product.to_owned(), commit: self.commit + 1, ..self.clone() };
        for (table, version) in tables {
            let highest = next.versions.entry(table.clone()).or_insert(0);
            *highest = (*highest).max(*version);
        }
        next
    }

    /// The records that differ from before.
    pub(crate) fn records(&self, before: &Self) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
        let record = |key: &[u8], value: &[u8]| {
            (key.to_vec(), Some(frame::write(SPACE, key, OWN_VERSION, value)))
        };
        let mut records = vec![record(COMMIT, &self.commit.to_le_bytes())];
        if self.product != before.product {
            records.push(record(PRODUCT, self.product.as_bytes()));
        }
        for (table, version) in self.versions.iter().filter(|(table, it)| before.versions.get(*table) != Some(it)) {
            let key = [VERSION, table.as_bytes()].concat();
            records.push(record(&key, &version.to_le_bytes()));
        }
        records
    }
}

/// The name of a table here.
pub(crate) fn name(table: &TableInfo) -> String {
    table.to_string()
}
