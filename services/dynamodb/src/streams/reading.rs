//! What can be read of a stream.

use std::ops::Bound;
use std::sync::Arc;

use asf_runtime::Timestamp;
use md5::{Digest as _, Md5};

use super::RETENTION;
use crate::size;
use crate::store::DynamoStore;
use crate::store::records::{ChangeRecord, StreamRecord};

/// Bytes of changes that are answered at once ("GetRecords" in the API reference).
const PAGE_BYTES: usize = 1024 * 1024;
/// Changes that are answered at once.
pub const PAGE: usize = 1000;

/// The one shard of a stream.
#[must_use]
pub fn shard_id(stream: &StreamRecord) -> String {
    format!("shardId-{:020}-{:08x}", stream.created.millis().max(0), stream.id >> 32)
}

/// Whether a stream has ended, and all of its changes are too old.
#[must_use]
pub fn is_gone(stream: &StreamRecord, now: Timestamp) -> bool {
    stream.ended.is_some_and(|ended| ended.plus_seconds(RETENTION) < now)
}

/// The number of the next change; 1 if there was none.
#[must_use]
pub fn next_number(tables: &DynamoStore, stream: u64) -> u64 {
    last(tables, stream).map_or(1, |number| number + 1)
}

/// The number of the latest change.
#[must_use]
pub fn last(tables: &DynamoStore, stream: u64) -> Option<u64> {
    tables.changes.read_in(&stream, |tree| tree.range_in(&stream, ..).next_back().map(|(key, _)| key.sort))
}

/// The number of the oldest change that can be read, or, if there is none, of the next.
#[must_use]
pub fn horizon(tables: &DynamoStore, stream: u64, now: Timestamp) -> u64 {
    let oldest = now.plus_seconds(-RETENTION);
    tables.changes.read_in(&stream, |tree| {
        let mut all = tree.range_in(&stream, ..);
        let Some((first, _)) = all.next() else { return 1 };
        let last = all.next_back().map_or(first.sort, |(key, _)| key.sort);
        // Those that are too old go with each append; a stream that rests has some left, perhaps many. Numbers have
        // no gaps, and times do not go back.
        let (mut low, mut high) = (first.sort, last + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let at = tree.range_in(&stream, middle..).next().map(|(_, change)| change.at);
            if at.is_some_and(|at| at < oldest) { low = middle + 1 } else { high = middle }
        }
        low
    })
}

/// Changes from a number on, and the number after the last of them.
#[must_use]
pub fn changes(
    tables: &DynamoStore,
    stream: u64,
    from: u64,
    limit: usize,
) -> (Vec<(u64, Arc<ChangeRecord>)>, u64) {
    let range = (Bound::Included(from), Bound::Unbounded);
    let mut bytes = 0;
    let mut next = from;
    let mut found = Vec::new();
    for (number, change) in tables.changes.range_in(&stream, range, limit.min(PAGE)) {
        bytes += size_of(&change);
        if bytes > PAGE_BYTES && !found.is_empty() {
            break;
        }
        next = number + 1;
        found.push((number, change));
    }
    (found, next)
}

/// `SizeBytes`: of the key and the images that are shown
/// (test_dynamodb::TestDynamoDB::test_dynamodb_stream_records_with_update_item).
#[must_use]
pub fn size_of(change: &ChangeRecord) -> usize {
    let image =
        |image: &Option<Arc<crate::store::ItemRecord>>| image.as_ref().map_or(0, |it| it.size as usize);
    size::item(&change.keys) + image(&change.old) + image(&change.new)
}

/// `eventID`: the same whenever a change is read.
#[must_use]
pub fn event_id(stream: u64, number: u64) -> String {
    let mut hash = Md5::new();
    hash.update(stream.to_be_bytes());
    hash.update(number.to_be_bytes());
    format!("{:032x}", u128::from_be_bytes(hash.finalize().into()))
}
