//! From the disk back into tables.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use asf_store::{Entry, RecordError, Scope, Source, TableInfo};

use crate::journal::{Load, Shared};
use crate::{frame, keys};

/// Gives tables what the disk has of them.
pub(crate) struct Kept {
    pub(crate) shared: Arc<Shared>,
    /// Whether a table that is opened is read.
    pub(crate) load: Load,
}

impl Source for Kept {
    fn load(&self, table: &TableInfo, put: &mut dyn FnMut(Entry<'_>) -> Result<(), RecordError>) {
        let mut unread = self.shared.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if self.load == Load::Manual {
            unread.insert((table.service, table.attribute));
            return;
        }
        unread.remove(&(table.service, table.attribute));
        drop(unread);
        // What the state says of the table cannot change before it is open, or during a reload.
        read(&self.shared, table, put);
    }
}

fn read(shared: &Shared, table: &TableInfo, put: &mut dyn FnMut(Entry<'_>) -> Result<(), RecordError>) {
    let mut scopes: BTreeMap<String, Option<Scope>> = BTreeMap::new();
    let (mut found, mut damaged, mut unread) = (0_u64, 0_u64, BTreeMap::<String, u64>::new());
    let visited = shared.store.visit(table.service, &keys::of_table(table.attribute), &mut |key, value| {
        found += 1;
        let entry = || {
            let (version, value) = frame::read(table.service, key, value)?;
            let (scope, own) = keys::split(table.attribute, key)?;
            Some((scope, own, version, value))
        };
        let Some((scope, key, version, value)) = entry() else {
            damaged += 1;
            return;
        };
        if !scopes.contains_key(scope) {
            scopes.insert(scope.to_owned(), scope.parse().ok());
        }
        let Some(Some(scope)) = scopes.get(scope) else {
            damaged += 1;
            return;
        };
        if let Err(error) = put(Entry { scope, key, version, value }) {
            *unread.entry(error.to_string()).or_default() += 1;
        }
    });
    let note = |what: String| shared.problems.note(table.to_string(), what);
    if damaged > 0 {
        note(format!("{damaged} records are damaged (their checksum is wrong) and were left out"));
    }
    for (error, count) in unread {
        note(format!("{count} records were left out: {error}"));
    }
    let expected = shared.entries_of(table);
    if let Err(error) = visited {
        note(format!("{found} of {expected} records could be reached: {error}"));
    } else if found != expected {
        note(format!("{found} records are there, and {expected} should be"));
    }
}
