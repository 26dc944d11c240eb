//! redb: a copy-on-write B-tree in one file.

use super::{Change, Engine, name};
use anyhow::Result;
use redb::{Builder, Database, Durability, ReadableDatabase, TableDefinition};
use std::path::Path;

type Bytes = TableDefinition<'static, &'static [u8], &'static [u8]>;

pub struct Redb {
    database: Database,
    tables: Vec<Bytes>,
    quick: bool,
    /// Each value ends with a checksum of key and value, which reading compares.
    sum: bool,
}

impl Redb {
    pub fn open(engine: &str, dir: &Path, services: usize) -> Result<Self> {
        let database = Builder::new()
            // 1 GiB unless said otherwise.
            .set_cache_size(if engine == "redb-cache" { 256 << 20 } else { 16 << 20 })
            .set_check_integrity_on_open(engine == "redb-check")
            .create(dir.join("store.redb"))?;
        // A definition borrows its name for good; there are as many as there are services.
        let tables: Vec<Bytes> =
            (0..services).map(|service| Bytes::new(String::leak(name(service)))).collect();
        let reading = database.begin_read()?;
        if tables.iter().any(|table| reading.open_table(*table).is_err()) {
            let transaction = database.begin_write()?;
            for table in &tables {
                transaction.open_table(*table)?;
            }
            transaction.commit()?;
        }
        drop(reading);
        Ok(Self { database, tables, quick: engine == "redb-quick", sum: engine == "redb-sum" })
    }
}

impl Engine for Redb {
    fn commit(&self, changes: &[Change]) -> Result<()> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        transaction.set_quick_repair(self.quick);
        for (service, definition) in self.tables.iter().enumerate() {
            let mut changes = changes.iter().filter(|change| change.service == service).peekable();
            if changes.peek().is_none() {
                continue;
            }
            let mut table = transaction.open_table(*definition)?;
            for change in changes {
                match &change.value {
                    Some(value) if self.sum => {
                        let mut stored = value.clone();
                        stored.extend(sum(&change.key, value));
                        drop(table.insert(change.key.as_slice(), stored.as_slice())?);
                    }
                    Some(value) => drop(table.insert(change.key.as_slice(), value.as_slice())?),
                    None => drop(table.remove(change.key.as_slice())?),
                }
            }
        }
        Ok(transaction.commit()?)
    }

    fn read(&self, service: usize, prefix: &[u8], each: &mut dyn FnMut(&[u8], &[u8])) -> Result<()> {
        let table = self.database.begin_read()?.open_table(self.tables[service])?;
        if self.sum {
            // All of the table: an entry whose key is damaged may be outside of the prefix.
            for entry in redb::ReadableTable::range::<&[u8]>(&table, ..)? {
                let (key, stored) = entry?;
                match stored.value().split_last_chunk() {
                    Some((value, expected)) if *expected == sum(key.value(), value) => {
                        if key.value().starts_with(prefix) {
                            each(key.value(), value);
                        }
                    }
                    _ => anyhow::bail!("an entry does not match its checksum"),
                }
            }
            return Ok(());
        }
        for entry in redb::ReadableTable::range::<&[u8]>(&table, prefix..)? {
            let (key, value) = entry?;
            if !key.value().starts_with(prefix) {
                break;
            }
            each(key.value(), value.value());
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        while self.database.compact()? {}
        Ok(())
    }
}

fn sum(key: &[u8], value: &[u8]) -> [u8; 4] {
    let mut sum = crc32fast::Hasher::new();
    sum.update(key);
    sum.update(value);
    sum.finalize().to_le_bytes()
}
