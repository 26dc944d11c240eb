//! Tables that come, change and go.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::store::InPartition;

use super::counts::Counts;
use super::places::{BUCKETS, EXPIRY, Place, entry_key, expiry_key};
use super::records::{
    BackupRecord, DynamoStore, EntryRecord, ItemRecord, LatestStream, Leftover, StreamRecord, TableRecord,
};
use super::{Address, OpenTable, Store};
use crate::models::table::{Index, StreamViewType};
use crate::streams;

/// Entries of a deleted table that are removed in one step.
const REMOVED_AT_ONCE: usize = 1000;

/// What a change of a table needs done to what is in it.
#[derive(Debug, Default)]
pub struct Rebuild {
    /// Indexes that have to be filled.
    pub created: Vec<String>,
    /// The numbers of indexes that are gone.
    pub deleted: Vec<u32>,
    /// Whether another attribute says when items expire.
    pub expiry: bool,
}

impl Store {
    /// Puts a new table in, and items, if it is made of others'. If it has a stream, that gets this number. `None`
    /// if there is a table of its name.
    pub fn create(
        &self,
        address: &Address,
        mut record: TableRecord,
        stream: u64,
        items: impl IntoIterator<Item = (bytes::Bytes, Arc<ItemRecord>)>,
    ) -> Option<OpenTable> {
        let _steps = self.steps();
        let _held = self.locks.own_table(address);
        let tables = self.at(address.account, &address.region);
        if tables.tables.contains(&address.name) || tables.replicas.contains(&address.name) {
            return None;
        }
        if let Some(view) = record.description.stream {
            let created = record.created;
            begin_stream(&tables, &address.name, &mut record, view, stream, created);
        }
        for (key, item) in items {
            tables.items.insert(InPartition::new(Place::of(record.id, 0, &key), key), item);
        }
        for index in &record.description.indexes {
            fill_index(&tables, &record, index);
        }
        let counts = Counts::of(&record, &tables);
        self.set_counts(record.id, Some(Arc::new(counts)));
        tables.tables.insert(address.name.clone(), record);
        self.table(address)
    }

    /// Changes a table, as a function of what it is; `None` if there is none.
    ///
    /// # Errors
    ///
    /// That of the function; then nothing has changed.
    pub fn alter<E>(
        &self,
        address: &Address,
        change: impl FnOnce(&OpenTable) -> Result<(TableRecord, Rebuild), E>,
    ) -> Result<Option<OpenTable>, E> {
        let steps = self.steps();
        let held = self.locks.own_table(address);
        let Some(table) = self.table(address) else { return Ok(None) };
        let (record, rebuild) = change(&table)?;
        let tables = &table.tables;
        let is_rebuilt = !rebuild.created.is_empty() || !rebuild.deleted.is_empty();
        for name in &rebuild.created {
            if let Some(index) = record.description.index(name) {
                fill_index(tables, &record, index);
            }
        }
        if rebuild.expiry {
            clear(tables, record.id, EXPIRY, usize::MAX);
            if let Some(attribute) = &record.time_to_live {
                fill_expiry(tables, &record, attribute);
            }
        }
        if table.record.recovery.is_some() && record.recovery.is_none() {
            streams::forget(tables, record.id);
        }
        for slot in &rebuild.deleted {
            let left = Leftover {
                table: record.id,
                items: false,
                first_slot: *slot,
                end_slot: slot.saturating_add(1),
            };
            tables.leftovers.insert(left, ());
        }
        if is_rebuilt {
            self.set_counts(record.id, Some(Arc::new(Counts::of(&record, tables))));
        }
        tables.tables.insert(address.name.clone(), record);
        let changed = self.table(address);
        drop(held);
        drop(steps);
        if !rebuild.deleted.is_empty() {
            remove_leftovers(&table.tables);
        }
        Ok(changed)
    }

    /// Deletes a table, as a function of what it is allows it; `None` if there is none. What was in it is
    /// still to be [removed](Self::finish_removals).
    ///
    /// # Errors
    ///
    /// That of the function; then nothing has changed.
    pub fn delete<E>(
        &self,
        address: &Address,
        now: Timestamp,
        check: impl FnOnce(&OpenTable) -> Result<(), E>,
    ) -> Result<Option<OpenTable>, E> {
        let _steps = self.steps();
        let _held = self.locks.own_table(address);
        let Some(table) = self.table(address) else { return Ok(None) };
        check(&table)?;
        let tables = &table.tables;
        if table.record.description.stream.is_some() {
            end_stream(&table, now);
        }
        tables.tables.remove(&address.name);
        let end_slot = table.record.next_slot;
        tables
            .leftovers
            .insert(Leftover { table: table.record.id, items: true, first_slot: 0, end_slot }, ());
        self.set_counts(table.record.id, None);
        Ok(Some(table))
    }

    /// Removes what is left of deleted tables and indexes.
    pub fn finish_removals(&self) {
        for (_, _, tables) in self.everywhere() {
            remove_leftovers(&tables);
        }
    }
}

/// Removes what is left of deleted tables and indexes, in steps.
pub(crate) fn remove_leftovers(tables: &DynamoStore) {
    for (left, _) in tables.leftovers.range(.., usize::MAX) {
        for slot in left.first_slot..left.end_slot {
            while clear(tables, left.table, slot, REMOVED_AT_ONCE) {}
        }
        if left.items {
            while clear_items(tables, left.table, REMOVED_AT_ONCE) {}
            streams::forget(tables, left.table);
        }
        tables.leftovers.remove(&left);
    }
}

/// Removes up to so many entries of each bucket of an index. Whether there may be more.
fn clear(tables: &DynamoStore, table: u64, slot: u32, at_once: usize) -> bool {
    let mut more = false;
    for place in Place::all(table, slot) {
        let keys = tables.entries.range_in(&place, .., at_once);
        if keys.is_empty() {
            continue;
        }
        more |= keys.len() == at_once;
        tables.entries.write_in(&place, |entries| {
            for (key, _) in keys {
                entries.remove(&InPartition::new(place, key));
            }
        });
    }
    more
}

/// As [`clear`], of items.
fn clear_items(tables: &DynamoStore, table: u64, at_once: usize) -> bool {
    let mut more = false;
    for place in Place::all(table, 0) {
        let keys = tables.items.range_in(&place, .., at_once);
        if keys.is_empty() {
            continue;
        }
        more |= keys.len() == at_once;
        tables.items.write_in(&place, |items| {
            for (key, _) in keys {
                items.remove(&InPartition::new(place, key));
            }
        });
    }
    more
}

fn fill_index(tables: &DynamoStore, record: &TableRecord, index: &Index) {
    let Some(slot) = record.slot(&index.name) else { return };
    for (key, item) in all_items(tables, record.id) {
        if let Some(entry) = entry_key(index, &item.item, &key) {
            let place = Place::of(record.id, slot, &entry);
            tables.entries.insert(InPartition::new(place, entry), EntryRecord { key });
        }
    }
}

fn fill_expiry(tables: &DynamoStore, record: &TableRecord, attribute: &str) {
    for (key, item) in all_items(tables, record.id) {
        if let Some(entry) = expiry_key(attribute, &item.item, &key) {
            let place = Place::of(record.id, EXPIRY, &key);
            tables.entries.insert(InPartition::new(place, entry), EntryRecord { key });
        }
    }
}

/// All items of a table, bucket by bucket.
fn all_items(tables: &DynamoStore, table: u64) -> impl Iterator<Item = (bytes::Bytes, Arc<ItemRecord>)> {
    (0..BUCKETS).flat_map(move |bucket| tables.items.range_in(&Place(table, 0, bucket), .., usize::MAX))
}

/// Begins a stream of a table that is being changed. Its label is the time; of two at one time the latter
/// gets a later one.
pub(crate) fn begin_stream(
    tables: &DynamoStore,
    table: &str,
    record: &mut TableRecord,
    view: StreamViewType,
    id: u64,
    now: Timestamp,
) {
    let mut at = now;
    let key = loop {
        let key = (table.to_owned(), streams::label(at));
        if !tables.streams.contains(&key) {
            break key;
        }
        at = at.plus_millis(1);
    };
    record.stream = Some(LatestStream { id, label: key.1.clone() });
    let keys = record.description.keys.clone();
    tables.streams.insert(key, StreamRecord { id, keys, view, created: now, ended: None });
}

/// Ends the stream of a table.
pub(crate) fn end_stream(table: &OpenTable, now: Timestamp) {
    if let Some(stream) = &table.record.stream {
        let key = (table.address.name.clone(), stream.label.clone());
        table.tables.streams.update(&key, |it| it.ended = Some(now));
    }
}

/// Backups.
impl Store {
    /// All items of a table, or of a backup, with no transaction half done. Not within steps.
    #[must_use]
    pub fn items_at_a_moment(
        &self,
        tables: &DynamoStore,
        table: u64,
    ) -> Vec<(bytes::Bytes, Arc<ItemRecord>)> {
        let snapshot = self.state().moment(|| tables.items.snapshot());
        let snapshot = snapshot.unwrap_or_else(|| tables.items.snapshot());
        let own = |(key, item): (&bytes::Bytes, &Arc<ItemRecord>)| (key.clone(), item.clone());
        Place::all(table, 0)
            .flat_map(|place| snapshot.range_in(&place, ..).map(own).collect::<Vec<_>>())
            .collect()
    }

    /// Keeps a table as it is, under a number; `None` if it is gone. Items are shared with the table in memory.
    pub fn back_up(
        &self,
        table: &OpenTable,
        id: u64,
        name: String,
        arn: &str,
        now: Timestamp,
    ) -> Option<BackupRecord> {
        let found = self.items_at_a_moment(&table.tables, table.record.id);
        let _steps = self.steps();
        let _held = self.locks.own_table(&table.address);
        let table = self.table(&table.address).filter(|it| it.record.id == table.record.id)?;
        let items = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let bytes = found.iter().map(|(_, item)| i64::from(item.size)).sum();
        for (key, item) in found {
            table.tables.items.insert(InPartition::new(Place::of(id, 0, &key), key), item);
        }
        let record = (*table.record).clone();
        let table_arn = table.address.arn();
        let backup = BackupRecord { id, name, created: now, table: record, table_arn, items, bytes };
        table.tables.backups.insert(arn.to_owned(), backup.clone());
        Some(backup)
    }

    /// Removes a backup. Its items are still to be [removed](Self::finish_removals).
    pub fn remove_backup(&self, tables: &DynamoStore, arn: &str, id: u64) {
        let _steps = self.steps();
        tables.backups.remove(&arn.to_owned());
        tables.leftovers.insert(Leftover { table: id, items: true, first_slot: 0, end_slot: 0 }, ());
    }
}
