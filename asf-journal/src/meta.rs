//! What a state says of itself: which build wrote it, in which versions, and in how many commits.

use std::collections::BTreeMap;

use asf_store::{State, TableInfo};

use crate::engine::{Changes, EngineError, Growth, Store, Visit};
use crate::frame;
use crate::problem::Problems;

/// The space that no service has: their names have no dots.
pub(crate) const SPACE: &str = "asf.meta";
/// The version of the build that wrote last.
const PRODUCT: &[u8] = b"product";
/// The number of the last commit.
const COMMIT: &[u8] = b"commit";
/// What the keys of tables begin with; `sqs.queues` follows. The value is version and number of entries.
const TABLE: &[u8] = b"table/";
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
    /// The tables by name: `sqs.queues`.
    pub(crate) tables: BTreeMap<String, TableMeta>,
}

/// What a state says of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableMeta {
    /// The highest version of its records.
    pub(crate) version: u32,
    /// How many there are. Damage to the nodes of a tree can make entries vanish that are whole.
    pub(crate) entries: u64,
}

impl Meta {
    /// Reads it.
    pub(crate) fn read(store: &Store, problems: &Problems) -> Result<Self, EngineError> {
        let mut meta = Self::default();
        let damaged = meta.collect(|visit| store.visit(SPACE, b"", visit))?;
        if damaged > 0 {
            problems.note(SPACE, format!("{damaged} records are damaged and were left out"));
        }
        Ok(meta)
    }

    /// Takes what a visit of the space comes to. Returns how many records are damaged.
    pub(crate) fn collect(
        &mut self,
        visit: impl FnOnce(&mut Visit<'_>) -> Result<(), EngineError>,
    ) -> Result<u64, EngineError> {
        let mut damaged = 0;
        visit(&mut |key, value| damaged += u64::from(self.take(key, value).is_none()))?;
        Ok(damaged)
    }

    fn take(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let (_, value) = frame::read(SPACE, key, value)?;
        match key {
            PRODUCT => self.product = String::from_utf8(value.to_vec()).ok()?,
            COMMIT => self.commit = u64::from_le_bytes(value.try_into().ok()?),
            _ => {
                let table = std::str::from_utf8(key.strip_prefix(TABLE)?).ok()?;
                let (version, entries) = value.split_first_chunk::<4>()?;
                let version = u32::from_le_bytes(*version);
                let entries = u64::from_le_bytes(entries.try_into().ok()?);
                self.tables.insert(table.to_owned(), TableMeta { version, entries });
            }
        }
        Some(())
    }

    /// What is newer here than this build knows.
    pub(crate) fn too_new(&self) -> Vec<TooNew> {
        if self.tables.is_empty() {
            return Vec::new();
        }
        let known: BTreeMap<String, u32> =
            State::declared().iter().map(|info| (info.to_string(), info.version)).collect();
        let newer = |(table, meta): (&String, &TableMeta)| {
            let (known, found) = (*known.get(table)?, meta.version);
            (found > known).then(|| TooNew { table: table.clone(), found, known })
        };
        self.tables.iter().filter_map(newer).collect()
    }

    /// What a commit changes here: the number of the commit, the product, and the tables whose version or
    /// number of entries is another.
    pub(crate) fn next(&self, product: &str, versions: &BTreeMap<String, u32>, growth: &Growth<'_>) -> Self {
        let mut tables = BTreeMap::new();
        let known = |name: &String| self.tables.get(name).copied().unwrap_or_default();
        for ((service, attribute), more) in growth.iter().filter(|(_, more)| **more != 0) {
            let name = format!("{service}.{attribute}");
            let table = known(&name);
            let entries = table.entries.saturating_add_signed(*more);
            tables.insert(name, TableMeta { entries, ..table });
        }
        for (name, version) in versions {
            let table = tables.get(name).copied().unwrap_or_else(|| known(name));
            if table.version < *version {
                tables.insert(name.clone(), TableMeta { version: *version, ..table });
            }
        }
        Self { product: product.to_owned(), commit: self.commit + 1, tables }
    }

    /// The records of what a commit changes.
    pub(crate) fn records(&self) -> Changes {
        let record =
            |key: &[u8], value: &[u8]| (key.to_vec(), Some(frame::write(SPACE, key, OWN_VERSION, value)));
        let mut records =
            vec![record(COMMIT, &self.commit.to_le_bytes()), record(PRODUCT, self.product.as_bytes())];
        records.extend(self.tables.iter().map(|(name, table)| {
            let value = [&table.version.to_le_bytes()[..], &table.entries.to_le_bytes()].concat();
            record(&[TABLE, name.as_bytes()].concat(), &value)
        }));
        records
    }

    /// Takes over what a commit has changed.
    pub(crate) fn apply(&mut self, next: Self) {
        self.product = next.product;
        self.commit = next.commit;
        self.tables.extend(next.tables);
    }
}

/// The name of a table here.
pub(crate) fn name(table: &TableInfo) -> String {
    table.to_string()
}
