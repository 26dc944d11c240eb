//! How many items a table and its indexes have, and their bytes. Kept in memory as items change; counted once
//! when they are asked for and nobody has counted, as after a restart.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use super::places::{Place, entry_key};
use super::records::{DynamoStore, TableRecord};
use super::write::projected_size;
use crate::models::table::Index;

/// Items and their bytes.
#[derive(Debug, Default)]
pub struct Count {
    items: AtomicI64,
    bytes: AtomicI64,
}

impl Count {
    /// Items that came or went.
    pub(crate) fn add(&self, items: i64, bytes: i64) {
        if items != 0 {
            self.items.fetch_add(items, Ordering::Relaxed);
        }
        if bytes != 0 {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Items, and their bytes.
    #[must_use]
    pub fn get(&self) -> (i64, i64) {
        (self.items.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }
}

/// The counts of a table.
#[derive(Debug, Default)]
pub struct Counts {
    /// Of the table itself.
    pub table: Count,
    /// Of its indexes, by number.
    pub indexes: BTreeMap<u32, Count>,
}

impl Counts {
    /// Of a table without items.
    #[must_use]
    pub fn empty(record: &TableRecord) -> Self {
        let indexes = record.slots.values().map(|slot| (*slot, Count::default()));
        Self { table: Count::default(), indexes: indexes.collect() }
    }

    /// Counts. Nobody may write to the table meanwhile.
    #[must_use]
    pub fn of(record: &TableRecord, tables: &DynamoStore) -> Self {
        let counts = Self::empty(record);
        let indexes: Vec<(&Index, &Count)> = record
            .description
            .indexes
            .iter()
            .filter_map(|index| Some((index, counts.indexes.get(&record.slot(&index.name)?)?)))
            .collect();
        for place in Place::all(record.id, 0) {
            for (key, item) in tables.items.range_in(&place, .., usize::MAX) {
                counts.table.add(1, i64::from(item.size));
                for (index, count) in &indexes {
                    if entry_key(index, &item.item, &key).is_some() {
                        let bytes = projected_size(index, &record.description.keys, &item);
                        count.add(1, i64::from(bytes));
                    }
                }
            }
        }
        counts
    }
}
