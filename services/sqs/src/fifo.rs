//! What only FIFO queues do: order within message groups, and deduplication.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use asf_macros::Record;
use asf_runtime::Timestamp;
use serde::{Deserialize, Serialize};

use crate::attributes::Scope;
use crate::tables::QueueTable;

/// The message groups of a FIFO queue.
///
/// A group is ready when the first of all its messages can be received. That alone gives both the order
/// and the lock that AWS describes: while a received message is the first, it is in flight and nothing
/// behind it is handed out; once it is deleted or visible again, the group goes on from there. What of a
/// group is visible in front of a message in flight can be received again
/// (test_sqs::test_fifo_group_visibility_extends_with_change_message_visibility).
#[derive(Debug, Default)]
pub struct Groups {
    by_name: HashMap<String, Group>,
    /// Ready groups by the number of their first message.
    ready: BTreeMap<u64, String>,
}

#[derive(Debug, Default)]
struct Group {
    members: BTreeSet<u64>,
    /// Its key in `ready`, if it is there.
    ready: Option<u64>,
}

impl Groups {
    /// Adds a message to its group. [`refresh`](Self::refresh) has to follow.
    pub fn insert(&mut self, name: &str, number: u64) {
        match self.by_name.get_mut(name) {
            Some(group) => group.members.insert(number),
            None => self.by_name.entry(name.to_owned()).or_default().members.insert(number),
        };
    }

    /// Takes a message out of its group. [`refresh`](Self::refresh) has to follow.
    pub fn remove(&mut self, name: &str, number: u64) {
        if let Some(group) = self.by_name.get_mut(name) {
            group.members.remove(&number);
        }
    }

    /// Sees whether a group is ready, after something has happened to one of its messages.
    pub fn refresh(&mut self, name: &str, visible: impl Fn(u64) -> bool) {
        let Some(group) = self.by_name.get_mut(name) else { return };
        let first = group.members.first().copied();
        let ready = first.filter(|first| visible(*first));
        if ready != group.ready {
            if let Some(before) = std::mem::replace(&mut group.ready, ready) {
                self.ready.remove(&before);
            }
            if let Some(first) = ready {
                self.ready.insert(first, name.to_owned());
            }
        }
        if first.is_none() {
            self.by_name.remove(name);
        }
    }

    /// Up to `max` messages of the ready group that has waited longest: its first, and what follows
    /// without a gap.
    #[must_use]
    pub fn first_ready(&self, max: usize, visible: impl Fn(u64) -> bool) -> Vec<u64> {
        let group = self.ready.first_key_value().and_then(|(_, name)| self.by_name.get(name));
        let members = group.into_iter().flat_map(|group| &group.members).copied();
        members.take_while(|number| visible(*number)).take(max).collect()
    }
}

/// Seconds for which a deduplication id is remembered.
const WINDOW: i64 = 300;

/// The deduplication ids of the last five minutes.
#[derive(Debug)]
pub struct Deduplication {
    seen: QueueTable<DeduplicationKey, Seen>,
    /// In the order of time, for forgetting.
    order: VecDeque<(Timestamp, DeduplicationKey)>,
}

/// A deduplication id in its scope: in a group, or in the queue.
pub type DeduplicationKey = (Option<String>, String);

/// A deduplication id that was seen.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Seen {
    /// When.
    at: Timestamp,
    /// In which message.
    original: Original,
}

/// The message that came first; a duplicate is answered as if it were that one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Its id.
    pub message_id: String,
    /// Its sequence number.
    pub sequence_number: String,
}

impl Deduplication {
    /// With what was seen before.
    #[must_use]
    pub fn of(seen: QueueTable<DeduplicationKey, Seen>) -> Self {
        let mut order: Vec<_> = seen.all().into_iter().map(|(key, seen)| (seen.at, key)).collect();
        order.sort_unstable();
        Self { seen, order: order.into() }
    }

    /// The message that this one repeats, if any.
    ///
    /// An id that was seen in the scope of the queue counts in every group, also after the scope was
    /// changed (test_sqs::test_fifo_change_to_high_throughput_after_creation); one that was seen in a
    /// group counts in that group while the scope is the group
    /// (::test_fifo_change_to_regular_throughput_after_creation).
    pub fn original(&mut self, scope: Scope, group: &str, id: &str, now: Timestamp) -> Option<Original> {
        let oldest = now.plus_seconds(-WINDOW);
        while self.order.front().is_some_and(|(at, _)| *at <= oldest) {
            if let Some((_, key)) = self.order.pop_front() {
                self.seen.remove(&key);
            }
        }
        let found = self.seen.get(&(None, id.to_owned())).or_else(|| match scope {
            Scope::Queue => None,
            Scope::MessageGroup => self.seen.get(&(Some(group.to_owned()), id.to_owned())),
        });
        found.map(|seen| seen.original.clone())
    }

    /// Remembers a message.
    pub fn remember(&mut self, scope: Scope, group: &str, id: &str, original: Original, now: Timestamp) {
        let key = match scope {
            Scope::Queue => (None, id.to_owned()),
            Scope::MessageGroup => (Some(group.to_owned()), id.to_owned()),
        };
        self.order.push_back((now, key.clone()));
        self.seen.insert(key, Seen { at: now, original });
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.order.clear();
        self.seen.clear();
    }
}

/// Sequence numbers: 20 digits, rising, with gaps ("the large, non-consecutive number that Amazon SQS
/// assigns to each message").
#[derive(Debug)]
pub struct Sequence {
    last: QueueTable<(), String>,
}

impl Sequence {
    /// After the last that was given.
    #[must_use]
    pub fn of(last: QueueTable<(), String>) -> Self {
        Self { last }
    }

    /// The next one.
    pub fn next(&mut self, now: Timestamp) -> String {
        let by_time = 18_800_000_000_000_000_000 + u128::from(now.millis().unsigned_abs()) * 40_000;
        let last: u128 = self.last.get(&()).and_then(|digits| digits.parse().ok()).unwrap_or_default();
        let next = format!("{:020}", by_time.max(last + 256));
        self.last.insert((), next.clone());
        next
    }

    /// Forgets what was given.
    pub fn clear(&mut self) {
        self.last.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::SqsStore;

    fn original(id: &str) -> Original {
        Original { message_id: id.to_owned(), sequence_number: "1".to_owned() }
    }

    #[test]
    fn duplicates_are_forgotten_after_five_minutes() {
        let start = Timestamp::from_seconds(1000);
        let mut deduplication = Deduplication::of(SqsStore::alone().deduplication_of(1));
        deduplication.remember(Scope::Queue, "g", "d", original("m"), start);
        for (after, group, id, repeats) in
            [(0, "g", "d", true), (299, "h", "d", true), (299, "g", "e", false), (300, "g", "d", false)]
        {
            let found = deduplication.original(Scope::Queue, group, id, start.plus_seconds(after));
            assert_eq!(found.is_some(), repeats, "{after} {group} {id}");
        }
        assert!(deduplication.order.is_empty() && deduplication.seen.all().is_empty());
    }

    #[test]
    fn changes_of_scope() {
        let now = Timestamp::from_seconds(1000);
        let mut deduplication = Deduplication::of(SqsStore::alone().deduplication_of(1));
        deduplication.remember(Scope::Queue, "g", "d", original("m"), now);
        deduplication.remember(Scope::MessageGroup, "g", "e", original("m"), now);
        for (scope, group, id, repeats) in [
            (Scope::MessageGroup, "h", "d", true),
            (Scope::MessageGroup, "g", "e", true),
            (Scope::MessageGroup, "h", "e", false),
            (Scope::Queue, "h", "e", false),
        ] {
            assert_eq!(deduplication.original(scope, group, id, now).is_some(), repeats);
        }
    }

    #[test]
    fn sequence_numbers_rise() {
        let mut sequence = Sequence::of(SqsStore::alone().sequence_of(1));
        let now = Timestamp::from_seconds(1_780_000_000);
        let numbers: Vec<_> =
            [0, 0, 1, -100].map(|millis| sequence.next(now.plus_millis(millis))).into_iter().collect();
        assert!(numbers.iter().all(|number| number.len() == 20), "{numbers:?}");
        assert!(numbers.is_sorted() && numbers[0] != numbers[1] && numbers[2] != numbers[3]);
    }
}
