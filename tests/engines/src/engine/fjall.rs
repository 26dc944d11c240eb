//! fjall: a log-structured merge tree; one journal for all keyspaces.

use super::{Change, Engine, name};
use anyhow::Result;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use std::path::Path;

pub struct Fjall {
    database: Database,
    keyspaces: Vec<Keyspace>,
    mode: PersistMode,
}

impl Fjall {
    pub fn open(engine: &str, dir: &Path, services: usize) -> Result<Self> {
        let mut builder = Database::builder(dir);
        // The emulator has its state in memory and reads at start only: small caches, one worker.
        let tuned = engine != "fjall-default";
        if tuned {
            builder = builder.cache_size(8 << 20).worker_threads(1).max_journaling_size(128 << 20);
        }
        let database = builder.open()?;
        let keyspaces = (0..services)
            .map(|service| {
                database.keyspace(&name(service), || {
                    let options = KeyspaceCreateOptions::default();
                    if tuned { options.max_memtable_size(16 << 20) } else { options }
                })
            })
            .collect::<Result<_, _>>()?;
        let mode = if engine == "fjall-data" { PersistMode::SyncData } else { PersistMode::SyncAll };
        Ok(Self { database, keyspaces, mode })
    }
}

impl Engine for Fjall {
    fn commit(&self, changes: &[Change]) -> Result<()> {
        let mut batch = self.database.batch().durability(Some(self.mode));
        for change in changes {
            let keyspace = &self.keyspaces[change.service];
            match &change.value {
                Some(value) => batch.insert(keyspace, change.key.as_slice(), value.as_slice()),
                None => batch.remove(keyspace, change.key.as_slice()),
            }
        }
        Ok(batch.commit()?)
    }

    fn read(&self, service: usize, prefix: &[u8], each: &mut dyn FnMut(&[u8], &[u8])) -> Result<()> {
        for entry in self.keyspaces[service].prefix(prefix) {
            let (key, value) = entry.into_inner()?;
            each(&key, &value);
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        for keyspace in &self.keyspaces {
            keyspace.rotate_memtable_and_wait()?;
            keyspace.major_compact()?;
        }
        Ok(())
    }
}
