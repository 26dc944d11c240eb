//! What a table with point-in-time recovery was: all changes since it was enabled, as far back as it reaches, with both
//! images of each item. They lie where those of streams do, under the number of the table.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use asf_runtime::Timestamp;
use bytes::Bytes;

use super::places::{ItemKey, Place};
use super::records::ItemRecord;
use super::{OpenTable, Store};
use crate::items::check_key;
use crate::models::{Item, KeySchema};

/// All that happened to an item in some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemChange {
    /// The key of the item.
    pub keys: Item,
    /// The item before the first change, if there was one.
    pub old: Option<Arc<ItemRecord>>,
    /// The item after the last change, if there is one.
    pub new: Option<Arc<ItemRecord>>,
    /// When it was changed last.
    pub at: Timestamp,
}

fn encoded(keys: &Item, schema: &KeySchema) -> Option<Bytes> {
    check_key(keys, schema).ok().map(|key| ItemKey::from(key).encoded)
}

impl Store {
    /// The items of a table as they were at a time that its history reaches, in no order. Not within steps.
    #[must_use]
    pub fn items_at(&self, table: &OpenTable, at: Timestamp) -> Vec<(Bytes, Arc<ItemRecord>)> {
        let (tables, id) = (&table.tables, table.record.id);
        let both = || (tables.items.snapshot(), tables.changes.snapshot());
        let (items, changes) = self.state().moment(both).unwrap_or_else(both);
        // What was there before the first change after that time.
        let mut former: HashMap<Bytes, Option<Arc<ItemRecord>>> = HashMap::new();
        for (_, change) in changes.range_in(&id, ..).filter(|(_, change)| change.at > at) {
            if let Some(key) = encoded(&change.keys, &table.record.description.keys) {
                former.entry(key).or_insert_with(|| change.old.clone());
            }
        }
        let mut found = Vec::new();
        for place in Place::all(id, 0) {
            for (key, item) in items.range_in(&place, ..) {
                match former.remove(key) {
                    None => found.push((key.clone(), item.clone())),
                    Some(old) => found.extend(old.map(|old| (key.clone(), old))),
                }
            }
        }
        // Those that have been deleted since.
        found.extend(former.into_iter().filter_map(|(key, old)| Some((key, old?))));
        found
    }

    /// What happened to each item of a table in some time that its history reaches, in the order of keys. What came and
    /// went in it is left out. Not within steps.
    #[must_use]
    pub fn changes_in(&self, table: &OpenTable, time: Range<Timestamp>) -> Vec<ItemChange> {
        let tables = &table.tables;
        let snapshot = || tables.changes.snapshot();
        let changes = self.state().moment(snapshot).unwrap_or_else(snapshot);
        let mut found: BTreeMap<Bytes, ItemChange> = BTreeMap::new();
        for (_, change) in changes.range_in(&table.record.id, ..).filter(|(_, it)| time.contains(&it.at)) {
            let Some(key) = encoded(&change.keys, &table.record.description.keys) else { continue };
            match found.entry(key) {
                Entry::Occupied(mut entry) => {
                    let item = entry.get_mut();
                    item.new.clone_from(&change.new);
                    item.at = change.at;
                }
                Entry::Vacant(entry) => {
                    let (keys, at) = (change.keys.clone(), change.at);
                    entry.insert(ItemChange { keys, old: change.old.clone(), new: change.new.clone(), at });
                }
            }
        }
        found.into_values().filter(|it| it.old.is_some() || it.new.is_some()).collect()
    }
}
