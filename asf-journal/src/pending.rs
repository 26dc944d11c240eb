//! Changes that are not written yet: what differs from the disk, once a key.

use std::collections::{BTreeMap, BTreeSet};

use asf_store::{Change, EntryChange, Former, Sequence};

use crate::engine::{Batch, EngineError, Store};
use crate::problem::Problems;
use crate::{frame, keys, meta};

/// What differs from the disk.
#[derive(Default)]
pub(crate) struct Pending {
    services: BTreeMap<&'static str, Service>,
}

/// What differs in a service's space. Prefixes that were cleared go first, then entries that were set or
/// removed since.
#[derive(Default)]
struct Service {
    cleared: BTreeMap<Vec<u8>, Formers>,
    entries: BTreeMap<Vec<u8>, Entry>,
    /// The highest version of the records of each table.
    tables: BTreeMap<String, u32>,
}

struct Entry {
    /// The last change.
    change: Box<dyn EntryChange>,
    sequence: Sequence,
    formers: Formers,
}

/// What the disk may have of an entry or a scope; dropped when what came after it is on disk.
#[derive(Default)]
struct Formers {
    held: Vec<Former>,
    /// Whether what is pending was in a commit that failed: then the disk may have it.
    is_tried: bool,
}

impl Formers {
    /// Takes what was there before another change. What never was in a commit is on no disk.
    fn next(mut self, former: Option<Former>) -> Self {
        if self.is_tried {
            self.held.extend(former);
        }
        Self { held: self.held, is_tried: false }
    }
}

/// An entry that cannot be written down: a provider's mistake.
pub(crate) struct Refused {
    pub(crate) sequence: Sequence,
    pub(crate) reason: String,
}

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        self.services.is_empty()
    }

    /// Takes changes in their order, the first of which has this place.
    pub(crate) fn absorb(
        &mut self,
        changes: Vec<Change>,
        first: Sequence,
        problems: &Problems,
    ) -> Vec<Refused> {
        let mut refused = Vec::new();
        for (sequence, change) in (first..).zip(changes) {
            match change {
                Change::Entry(change) => match change.key() {
                    Ok(key) => self.set(change, &key, sequence),
                    Err(error) => {
                        let reason = format!("the key of an entry {error}");
                        problems.note(change.table().to_string(), &*reason);
                        refused.push(Refused { sequence, reason });
                    }
                },
                Change::Cleared { table, scope, former } => {
                    let service = self.services.entry(table.service).or_default();
                    service.clear(keys::of_scope(table.attribute, &scope), Some(former));
                }
            }
        }
        refused
    }

    fn set(&mut self, mut change: Box<dyn EntryChange>, key: &[u8], sequence: Sequence) {
        let table = change.table().clone();
        let key = keys::of_entry(table.attribute, change.scope(), key);
        let service = self.services.entry(table.service).or_default();
        let version = service.tables.entry(meta::name(&table)).or_insert(0);
        *version = (*version).max(table.version);
        let former = change.take_former();
        let formers = match service.entries.remove(&key) {
            Some(earlier) => earlier.formers.next(former),
            None => Formers { held: former.into_iter().collect(), is_tried: false },
        };
        service.entries.insert(key, Entry { change, sequence, formers });
    }

    /// Whatever the disk has of a table goes with the next commit that has a change of it.
    pub(crate) fn clear_tables(&mut self, unread: &mut BTreeSet<(&'static str, &'static str)>) {
        unread.retain(|(service, attribute)| {
            let table = format!("{service}.{attribute}");
            let changed = self.services.get_mut(service).filter(|it| it.tables.contains_key(&table));
            let Some(service) = changed else { return true };
            service.cleared.entry(keys::of_table(attribute)).or_default();
            false
        });
    }

    /// Forgets the changes of a service, or all.
    pub(crate) fn discard(&mut self, service: Option<&str>) {
        self.services.retain(|it, _| service.is_some_and(|wanted| wanted != *it));
    }

    /// What is to be written of a service, or of all. What cannot be encoded is left out, and forgotten.
    pub(crate) fn batch(
        &mut self,
        service: Option<&str>,
        store: &Store,
        problems: &Problems,
    ) -> Result<(Batch<'static>, Vec<Refused>), EngineError> {
        let mut batch = Batch::new();
        let mut refused = Vec::new();
        for (space, pending) in
            self.services.iter_mut().filter(|(it, _)| service.is_none_or(|wanted| wanted == **it))
        {
            let mut changes = Vec::new();
            for prefix in pending.cleared.keys() {
                store.visit(space, prefix, &mut |key, _| {
                    if !pending.entries.contains_key(key) {
                        changes.push((key.to_vec(), None));
                    }
                })?;
            }
            let tried = pending.cleared.values_mut();
            tried.for_each(|formers| formers.is_tried = true);
            pending.entries.retain(|key, entry| {
                entry.formers.is_tried = true;
                match entry.change.value() {
                    Ok(value) => {
                        let version = entry.change.table().version;
                        let value = value.map(|value| frame::write(space, key, version, &value));
                        changes.push((key.clone(), value));
                        true
                    }
                    Err(error) => {
                        let reason = format!("the value of an entry {error}");
                        problems.note(entry.change.table().to_string(), &*reason);
                        refused.push(Refused { sequence: entry.sequence, reason });
                        false
                    }
                }
            });
            batch.insert(*space, changes);
        }
        Ok((batch, refused))
    }

    /// The versions of what is to be written.
    pub(crate) fn versions(&self, service: Option<&str>) -> BTreeMap<String, u32> {
        let wanted = self.services.iter().filter(|(it, _)| service.is_none_or(|wanted| wanted == **it));
        wanted.flat_map(|(_, pending)| pending.tables.clone()).collect()
    }

    /// Takes out what was written: to be dropped once everyone knows.
    pub(crate) fn written(&mut self, service: Option<&str>) -> Self {
        match service {
            None => std::mem::take(self),
            Some(service) => Self { services: self.services.remove_entry(service).into_iter().collect() },
        }
    }
}

impl Service {
    fn clear(&mut self, prefix: Vec<u8>, former: Option<Former>) {
        // What was pending of it will not be written; what the disk may have of it is still held.
        let mut held = Vec::new();
        let gone: Vec<_> =
            self.entries.extract_if(prefix.clone().., |key, _| key.starts_with(&prefix)).collect();
        let mut is_tried = false;
        for (_, entry) in gone {
            is_tried |= entry.formers.is_tried;
            held.extend(entry.formers.held);
        }
        let mut formers = match self.cleared.remove(&prefix) {
            Some(earlier) => Formers { is_tried: earlier.is_tried || is_tried, ..earlier }.next(former),
            None => Formers { held: former.into_iter().collect(), is_tried: false },
        };
        formers.held.extend(held);
        self.cleared.insert(prefix, formers);
    }
}
