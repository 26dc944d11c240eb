//! Streams: the changes of a table's items, in order, for 24 hours.
//!
//! A change is [appended](append) in the step that makes it. Numbers of changes go up by one; the record with
//! the highest stays until there is a higher one, whatever its age, so that none comes twice.

pub mod iterator;
mod provider;
pub mod reading;

pub use provider::StreamsProvider;

use asf_runtime::Timestamp;
use asf_runtime::schema::TimestampFormat;
use asf_runtime::store::InPartition;

use crate::store::records::ChangeRecord;
use crate::store::{DynamoStore, Store};

/// Seconds for which a change can be read (AWS's documentation, "Change data capture for DynamoDB Streams").
pub const RETENTION: i64 = 24 * 3600;
/// Old changes that go with each new one.
const TRIMMED_AT_ONCE: usize = 8;
/// Changes of a stream that is gone that are removed in one step.
const FORGOTTEN_AT_ONCE: usize = 1000;

/// Appends a change to a stream, and removes some that are too old.
pub fn append(tables: &DynamoStore, stream: u64, change: ChangeRecord) {
    append_for(tables, stream, RETENTION, change);
}

/// [`append`], where changes are kept for so many seconds.
pub(crate) fn append_for(tables: &DynamoStore, stream: u64, retention: i64, change: ChangeRecord) {
    let horizon = change.at.plus_seconds(-retention);
    tables.changes.write_in(&stream, |changes| {
        let last = changes.tree().range_in(&stream, ..).next_back().map_or(0, |(key, _)| key.sort);
        let old = changes.tree().range_in(&stream, ..).take(TRIMMED_AT_ONCE);
        let old = old.take_while(|(_, it)| it.at < horizon).map(|(key, _)| key.clone());
        for key in old.collect::<Vec<_>>() {
            changes.remove(&key);
        }
        changes.insert(InPartition::new(stream, last + 1), change);
    });
}

/// Removes streams that have ended, and whose changes are all too old.
pub fn forget_gone(store: &Store, now: Timestamp) {
    for (_, _, tables) in store.everywhere() {
        for (key, stream) in tables.streams.range(.., usize::MAX) {
            if !reading::is_gone(&stream, now) {
                continue;
            }
            forget(&tables, stream.id);
            tables.streams.remove(&key);
        }
    }
}

/// Removes all changes of a stream.
pub(crate) fn forget(tables: &DynamoStore, stream: u64) {
    loop {
        let some = tables.changes.range_in(&stream, .., FORGOTTEN_AT_ONCE);
        if some.is_empty() {
            break;
        }
        tables.changes.write_in(&stream, |changes| {
            for (number, _) in some {
                changes.remove(&InPartition::new(stream, number));
            }
        });
    }
}

/// `StreamLabel`: when it was enabled, `2015-05-20T20:51:10.252`.
#[must_use]
pub fn label(at: Timestamp) -> String {
    let text = at.format(TimestampFormat::DateTime);
    let text = text.trim_end_matches('Z');
    let (seconds, millis) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{millis:0<3.3}")
}

/// A sequence number as clients see it: 21 digits, which sort like the numbers (the model wants 21 to 40).
#[must_use]
pub fn sequence_number(number: u64) -> String {
    (SEQUENCE_BASE + u128::from(number)).to_string()
}

/// The number of a [`sequence_number`].
#[must_use]
pub fn parse_sequence_number(text: &str) -> Option<u64> {
    let number: u128 = text.parse().ok()?;
    u64::try_from(number.checked_sub(SEQUENCE_BASE)?).ok()
}

const SEQUENCE_BASE: u128 = 100_000_000_000_000_000_000;
