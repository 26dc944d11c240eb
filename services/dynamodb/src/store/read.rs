//! Reading in order: the items of a table or of an index, from a range of keys.

use std::collections::VecDeque;
use std::ops::Bound;
use std::sync::Arc;

use asf_runtime::store::{InPartition, Partitioned, Record, Table};
use bytes::Bytes;

use super::places::{KeyRange, Place, entry_key};
use super::records::{EntryRecord, ItemRecord};
use super::{DynamoStore, OpenTable};
use crate::models::table::Index;

/// Entries that are read in one step at first, and at most.
const CHUNKS: (usize, usize) = (16, 512);

/// Entries of a range, in order, read in steps; of each what is wanted of it.
struct Entries<V: Record, T> {
    table: Table<InPartition<Place, Bytes>, V, Partitioned>,
    places: VecDeque<Place>,
    start: Bound<Bytes>,
    end: Bound<Bytes>,
    forward: bool,
    chunk: usize,
    read: VecDeque<T>,
    wanted: fn(&Bytes, &Arc<V>) -> T,
}

impl<V: Record, T> Entries<V, T> {
    fn new(
        table: Table<InPartition<Place, Bytes>, V, Partitioned>,
        range: KeyRange,
        forward: bool,
        limit: Option<usize>,
        wanted: fn(&Bytes, &Arc<V>) -> T,
    ) -> Self {
        let KeyRange { places, start, end } = range;
        let chunk = limit.map_or(CHUNKS.0, |limit| limit.clamp(1, CHUNKS.1));
        Self { table, places: places.into(), start, end, forward, chunk, read: VecDeque::new(), wanted }
    }

    fn fill(&mut self) {
        while self.read.is_empty() {
            let place = if self.forward { self.places.front() } else { self.places.back() };
            let Some(place) = place.copied() else { return };
            // Where reading has come to the end of the range, the two may be the wrong way round.
            let is_empty = match (&self.start, &self.end) {
                (Bound::Included(start) | Bound::Excluded(start), Bound::Excluded(end)) => start >= end,
                (Bound::Excluded(start), Bound::Included(end)) => start >= end,
                (Bound::Included(start), Bound::Included(end)) => start > end,
                _ => false,
            };
            let range = (self.start.clone(), self.end.clone());
            let (chunk, forward, wanted) = (self.chunk, self.forward, self.wanted);
            let mut last = None;
            let mut found = VecDeque::new();
            if !is_empty {
                self.table.read_in(&place, |tree| {
                    let mut end = None;
                    let own = |(key, value): (&InPartition<Place, Bytes>, &Arc<V>)| wanted(&key.sort, value);
                    let entries = tree.range_in(&place, range);
                    if forward {
                        found.extend(entries.take(chunk).inspect(|(key, _)| end = Some(*key)).map(own));
                    } else {
                        found.extend(entries.rev().take(chunk).inspect(|(key, _)| end = Some(*key)).map(own));
                    }
                    last = end.map(|key| key.sort.clone());
                });
            }
            if found.len() < chunk {
                if forward {
                    self.places.pop_front()
                } else {
                    self.places.pop_back()
                };
            }
            if let Some(last) = last {
                let bound = Bound::Excluded(last);
                if forward {
                    self.start = bound;
                } else {
                    self.end = bound;
                }
            }
            self.chunk = (self.chunk * 2).min(CHUNKS.1);
            self.read = found;
        }
    }
}

impl<V: Record, T> Iterator for Entries<V, T> {
    type Item = T;

    fn next(&mut self) -> Option<Self::Item> {
        self.fill();
        self.read.pop_front()
    }
}

/// The items of a range of a table, or of one of its indexes, in order.
pub struct Items<'t>(Source<'t>);

enum Source<'t> {
    Table(Entries<ItemRecord, Arc<ItemRecord>>),
    Index {
        entries: Entries<EntryRecord, (Bytes, Bytes)>,
        tables: &'t DynamoStore,
        table: u64,
        index: &'t Index,
    },
}

impl OpenTable {
    /// The items of a range, which is one of the index if there is one. `limit` is how many will be read at
    /// most, if that is known.
    #[must_use]
    pub fn items<'t>(
        &'t self,
        index: Option<&'t Index>,
        range: KeyRange,
        forward: bool,
        limit: Option<usize>,
    ) -> Items<'t> {
        Items(match index {
            None => {
                let items = self.tables.items.clone();
                Source::Table(Entries::new(items, range, forward, limit, |_, item| item.clone()))
            }
            Some(index) => Source::Index {
                entries: Entries::new(self.tables.entries.clone(), range, forward, limit, |at, entry| {
                    (at.clone(), entry.key.clone())
                }),
                tables: &self.tables,
                table: self.record.id,
                index,
            },
        })
    }
}

impl Iterator for Items<'_> {
    type Item = Arc<ItemRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Table(entries) => entries.next(),
            Source::Index { entries, tables, table, index } => loop {
                let (entry, key) = entries.next()?;
                let place = InPartition::new(Place::of(*table, 0, &key), key);
                // It may have changed since: then it is elsewhere in the index by now, or nowhere.
                let item = tables.items.get(&place);
                let is_there = |item: &Arc<ItemRecord>| {
                    entry_key(index, &item.item, &place.sort).is_some_and(|it| it == entry)
                };
                if let Some(item) = item.filter(is_there) {
                    return Some(item);
                }
            },
        }
    }
}
