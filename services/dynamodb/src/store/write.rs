//! The change of an item, and what goes with it.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::store::InPartition;
use bytes::Bytes;

use super::places::{EXPIRY, ItemKey, Place, entry_key, expiry_key};
use super::records::{ChangeKind, ChangeRecord, EntryRecord, ItemRecord};
use super::{OpenTable, TableRecord};
use crate::capacity::{Consumed, write_units};
use crate::destinations::Parcel;
use crate::models::table::{Index, Projection, StreamViewType};
use crate::models::{Item, KeySchema};
use crate::{size, streams};

/// Who changes an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangedBy {
    /// A request.
    Request,
    /// DynamoDB itself: its time to live is over.
    Expiry,
}

impl OpenTable {
    /// Makes an item another one, or none: it, its entries in indexes, the counts, and a change record if
    /// there is a stream. `old` is what is there. Returns what that costs.
    ///
    /// Within steps of the store, the table's lock shared and the partition's held.
    pub fn change(
        &self,
        key: &ItemKey,
        old: Option<&Arc<ItemRecord>>,
        new: Option<&Arc<ItemRecord>>,
        at: Timestamp,
        by: ChangedBy,
    ) -> Consumed {
        let bytes = |item: Option<&Arc<ItemRecord>>| item.map_or(0, |it| it.size);
        let mut consumed = Consumed::write(write_units(bytes(old).max(bytes(new))));
        if old.is_none() && new.is_none() {
            return consumed;
        }
        let place = InPartition::new(Place::of(self.record.id, 0, &key.encoded), key.encoded.clone());
        let is_same = old.zip(new).is_some_and(|(old, new)| old.size == new.size && old == new);
        match new {
            // What is the same is not written again.
            Some(_) if is_same => {}
            Some(new) => {
                self.tables.items.insert(place, new.clone());
            }
            None => {
                self.tables.items.remove(&place);
            }
        }
        if let Some(counts) = &self.counts {
            let items = i64::from(new.is_some()) - i64::from(old.is_some());
            counts.table.add(items, i64::from(bytes(new)) - i64::from(bytes(old)));
        }
        for index in &self.record.description.indexes {
            let Some(slot) = self.record.slot(&index.name) else { continue };
            let units = self.change_entry(index, slot, key, old, new);
            consumed.add_index(index, units);
        }
        if is_same {
            return consumed;
        }
        if let Some(attribute) = &self.record.time_to_live {
            let entry = |it: Option<&Arc<ItemRecord>>| expiry_key(attribute, &it?.item, &key.encoded);
            self.move_expiry(&key.encoded, entry(old), entry(new));
        }
        if let (Some(stream), Some(view)) = (&self.record.stream, self.record.description.stream) {
            let change = change_record(&self.record.description.keys, view, old, new, at, by);
            streams::append(&self.tables, stream.id, change);
        }
        if let Some(line) = &self.line {
            let keys = &self.record.description.keys;
            line.put(Parcel {
                address: self.address.clone(),
                destinations: self.record.kinesis.iter().filter(|it| it.active).cloned().collect(),
                change: change_record(keys, StreamViewType::NewAndOldImages, old, new, at, by),
                key: key.encoded.clone(),
            });
        }
        if let Some(recovery) = &self.record.recovery {
            let keys = &self.record.description.keys;
            let change = change_record(keys, StreamViewType::NewAndOldImages, old, new, at, by);
            streams::append_for(&self.tables, self.record.id, recovery.seconds(), change);
        }
        consumed
    }

    /// What changes in an index. Returns the capacity units.
    fn change_entry(
        &self,
        index: &Index,
        slot: u32,
        key: &ItemKey,
        old: Option<&Arc<ItemRecord>>,
        new: Option<&Arc<ItemRecord>>,
    ) -> u64 {
        let table = self.record.id;
        let keys = &self.record.description.keys;
        let entry = |it: Option<&Arc<ItemRecord>>| entry_key(index, &it?.item, &key.encoded);
        let (before, after) = (entry(old), entry(new));
        let bytes = |present: bool, it: Option<&Arc<ItemRecord>>| {
            it.filter(|_| present).map_or(0, |it| projected_size(index, keys, it))
        };
        let (old_bytes, new_bytes) = (bytes(before.is_some(), old), bytes(after.is_some(), new));
        if let Some(count) = self.counts.as_ref().and_then(|counts| counts.indexes.get(&slot)) {
            let items = i64::from(after.is_some()) - i64::from(before.is_some());
            count.add(items, i64::from(new_bytes) - i64::from(old_bytes));
        }
        if before == after {
            let (Some(old), Some(new)) = (old.filter(|_| before.is_some()), new) else { return 0 };
            let is_same = projected(index, keys, &old.item) == projected(index, keys, &new.item);
            return if is_same { 0 } else { write_units(old_bytes.max(new_bytes)) };
        }
        let mut units = 0;
        // The new entry first: whoever reads meanwhile finds the item under one of them.
        if let Some(after) = after {
            let place = Place::of(table, slot, &after);
            self.tables
                .entries
                .insert(InPartition::new(place, after), EntryRecord { key: key.encoded.clone() });
            units += write_units(new_bytes);
        }
        if let Some(before) = before {
            let place = Place::of(table, slot, &before);
            self.tables.entries.remove(&InPartition::new(place, before));
            units += write_units(old_bytes);
        }
        units
    }

    /// Changes when an item expires.
    pub(super) fn move_expiry(&self, key: &Bytes, before: Option<Bytes>, after: Option<Bytes>) {
        if before == after {
            return;
        }
        let place = Place::of(self.record.id, EXPIRY, key);
        if let Some(after) = after {
            self.tables.entries.insert(InPartition::new(place, after), EntryRecord { key: key.clone() });
        }
        if let Some(before) = before {
            self.tables.entries.remove(&InPartition::new(place, before));
        }
    }
}

/// What a stream shows of a change.
fn change_record(
    keys: &KeySchema,
    view: StreamViewType,
    old: Option<&Arc<ItemRecord>>,
    new: Option<&Arc<ItemRecord>>,
    at: Timestamp,
    by: ChangedBy,
) -> ChangeRecord {
    let kind = match (old, new) {
        (None, _) => ChangeKind::Insert,
        (Some(_), Some(_)) => ChangeKind::Modify,
        (Some(_), None) => ChangeKind::Remove,
    };
    let shows_old = matches!(view, StreamViewType::OldImage | StreamViewType::NewAndOldImages);
    let shows_new = matches!(view, StreamViewType::NewImage | StreamViewType::NewAndOldImages);
    ChangeRecord {
        at,
        kind,
        keys: new.or(old).map(|it| key_attributes(keys, &it.item)).unwrap_or_default(),
        old: old.filter(|_| shows_old).cloned(),
        new: new.filter(|_| shows_new).cloned(),
        expired: by == ChangedBy::Expiry,
    }
}

/// The attributes of an item that are keys.
#[must_use]
pub(crate) fn key_attributes(keys: &KeySchema, item: &Item) -> Item {
    let pairs = keys.iter().filter_map(|key| item.get_key_value(&key.name));
    pairs.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Whether an index has an attribute of its items.
#[must_use]
pub(crate) fn projects(index: &Index, keys: &KeySchema, name: &str) -> bool {
    match &index.projection {
        Projection::All => true,
        _ if keys.get(name).is_some() || index.keys.get(name).is_some() => true,
        Projection::KeysOnly => false,
        Projection::Include(names) => names.iter().any(|it| it == name),
    }
}

/// What an index has of an item.
#[must_use]
pub fn projected<'i>(
    index: &Index,
    keys: &KeySchema,
    item: &'i Item,
) -> Vec<(&'i String, &'i crate::models::AttributeValue)> {
    item.iter().filter(|(name, _)| projects(index, keys, name)).collect()
}

/// The bytes of what an index has of an item.
#[must_use]
pub(crate) fn projected_size(index: &Index, keys: &KeySchema, item: &ItemRecord) -> u32 {
    if index.projection == Projection::All {
        return item.size;
    }
    let pairs = projected(index, keys, &item.item);
    let bytes: usize = pairs.into_iter().map(|(name, value)| name.len() + size::value(value)).sum();
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

impl TableRecord {
    /// The attributes of a key.
    #[must_use]
    pub fn key_item(&self, key: &ItemKey) -> Item {
        use crate::models::{AttributeValue, KeyValue};
        let values = std::iter::once(&key.primary.partition).chain(&key.primary.sort);
        let value = |value: &KeyValue| match value {
            KeyValue::S(text) => AttributeValue::S(text.clone()),
            KeyValue::N(number) => AttributeValue::N(*number),
            KeyValue::B(bytes) => AttributeValue::B(bytes.clone()),
        };
        let keys = self.description.keys.iter();
        keys.zip(values).map(|(key, it)| (key.name.clone(), value(it))).collect()
    }
}
