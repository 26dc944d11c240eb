//! From the disk back into tables.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use asf_store::{Entry, Put, Scope, Source, TableInfo};

use crate::engine::{EngineError, Visit};
use crate::journal::{Load, Shared};
use crate::{frame, keys, salvage};

/// Tables with fewer entries are read by one thread.
const WORTH_THREADS: u64 = 2_000;
/// Threads that decode, at most, besides the one that reads. More wait for each other at the trees.
const MAX_THREADS: usize = 4;
/// Bytes that are handed to a thread at once, about.
const PART: usize = 64 << 10;

/// Gives tables what the disk has of them.
pub(crate) struct Kept {
    pub(crate) shared: Arc<Shared>,
    /// Whether a table that is opened is read.
    pub(crate) load: Load,
}

impl Source for Kept {
    fn load(&self, table: &TableInfo, put: &Put<'_>) {
        let mut unread = self.shared.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if self.load == Load::Manual {
            unread.insert((table.service, table.attribute));
            return;
        }
        unread.remove(&(table.service, table.attribute));
        drop(unread);
        read(&self.shared, table, put);
    }

    fn is_whole(&self, service: &str) -> bool {
        let unread = self.shared.unread.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.problems.total() == 0
            && !salvage::is_beside(&self.shared.folder.entries())
            && !unread.iter().any(|(of, _)| *of == service)
    }
}

fn read(shared: &Shared, table: &TableInfo, put: &Put<'_>) {
    // It cannot change before the table is open, and not during a reload.
    let expected = shared.entries_of(table);
    let visit =
        |visit: &mut Visit<'_>| shared.store.visit(table.service, &keys::of_table(table.attribute), visit);
    let (visited, tally) = if expected < WORTH_THREADS {
        let mut tally = Tally::new(table, put);
        (visit(&mut |key, value| tally.take(key, value)), tally)
    } else {
        with_threads(table, put, visit)
    };
    let note = |what: String| shared.problems.note(table.to_string(), what);
    let Tally { found, damaged, unread, .. } = tally;
    if damaged > 0 {
        note(format!("{damaged} records are damaged (their checksum is wrong) and were left out"));
    }
    for (error, count) in unread {
        note(format!("{count} records were left out: {error}"));
    }
    if let Err(error) = visited {
        note(format!("{found} of {expected} records could be reached: {error}"));
    } else if found != expected {
        note(format!("{found} records are there, and {expected} should be"));
    }
}

/// Reads on this thread, decodes on others.
fn with_threads<'a>(
    table: &'a TableInfo,
    put: &'a Put<'a>,
    visit: impl FnOnce(&mut Visit<'_>) -> Result<(), EngineError>,
) -> (Result<(), EngineError>, Tally<'a>) {
    let count = thread::available_parallelism().map_or(1, |it| it.get() - 1).clamp(1, MAX_THREADS);
    let (sender, receiver) = sync_channel::<Part>(2 * count);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        let decode = || decode(&receiver, Tally::new(table, put));
        let threads: Vec<_> =
            (0..count).filter_map(|_| thread::Builder::new().spawn_scoped(scope, decode).ok()).collect();
        let mut tally = Tally::new(table, put);
        let mut part = Part::default();
        let visited = visit(&mut |key, value| {
            if threads.is_empty() {
                return tally.take(key, value);
            }
            part.push(key, value);
            if part.bytes.len() >= PART {
                hand_over(&sender, &mut part);
            }
        });
        hand_over(&sender, &mut part);
        drop(sender);
        for thread in threads {
            // They do not panic; if one did, its entries are missing, and the count says so.
            if let Ok(more) = thread.join() {
                tally.add(more);
            }
        }
        (visited, tally)
    })
}

fn hand_over(sender: &SyncSender<Part>, part: &mut Part) {
    // Fails only if no thread is left, and then the count says what is missing.
    let _ = sender.send(std::mem::take(part));
}

fn decode<'a>(parts: &Mutex<Receiver<Part>>, mut tally: Tally<'a>) -> Tally<'a> {
    loop {
        let part = parts.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match part {
            Ok(part) => part.each(|key, value| tally.take(key, value)),
            Err(_) => return tally,
        }
    }
}

/// Some entries, one after the other.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    /// Lengths of key and value.
    lengths: Vec<(usize, usize)>,
}

impl Part {
    fn push(&mut self, key: &[u8], value: &[u8]) {
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.lengths.push((key.len(), value.len()));
    }

    fn each(&self, mut take: impl FnMut(&[u8], &[u8])) {
        let mut rest = &*self.bytes;
        for (key_len, value_len) in &self.lengths {
            let (key, behind) = rest.split_at(*key_len);
            let (value, behind) = behind.split_at(*value_len);
            take(key, value);
            rest = behind;
        }
    }
}

/// What became of the entries of a table.
struct Tally<'a> {
    table: &'a TableInfo,
    put: &'a Put<'a>,
    scopes: BTreeMap<String, Option<Scope>>,
    found: u64,
    damaged: u64,
    /// By what is wrong with them.
    unread: BTreeMap<String, u64>,
}

impl<'a> Tally<'a> {
    fn new(table: &'a TableInfo, put: &'a Put<'a>) -> Self {
        let (scopes, unread) = (BTreeMap::new(), BTreeMap::new());
        Self { table, put, scopes, found: 0, damaged: 0, unread }
    }

    fn take(&mut self, key: &[u8], value: &[u8]) {
        self.found += 1;
        if self.put(key, value).is_none() {
            self.damaged += 1;
        }
    }

    /// Puts an entry in. `None` if it is not as it was written.
    fn put(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let (version, value) = frame::read(self.table.service, key, value)?;
        let (scope, key) = keys::split(self.table.attribute, key)?;
        if !self.scopes.contains_key(scope) {
            self.scopes.insert(scope.to_owned(), scope.parse().ok());
        }
        let scope = self.scopes.get(scope)?.as_ref()?;
        if let Err(error) = (self.put)(Entry { scope, key, version, value }) {
            *self.unread.entry(error.to_string()).or_default() += 1;
        }
        Some(())
    }

    fn add(&mut self, other: Self) {
        self.found += other.found;
        self.damaged += other.damaged;
        for (error, count) in other.unread {
            *self.unread.entry(error).or_default() += count;
        }
    }
}
