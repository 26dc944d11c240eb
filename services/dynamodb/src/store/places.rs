//! Where items and the entries of indexes lie: bytes that sort in the order in which they are read.
//!
//! The items of a table are in [`BUCKETS`] buckets by the hash of their partition key, which is also what the
//! [encoding](PrimaryKey::encode) of a key begins with. So the buckets, one after the other, are a scan; a query
//! is a range within one; and writers in different buckets do not wait for each other.

use std::ops::{Bound, RangeBounds};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::evaluate::KeyCondition;
use crate::models::key::partition_prefix;
use crate::models::table::{Index, KeyAttribute};
use crate::models::{AttributeValue, Item, KeyValue, PrimaryKey};

/// Buckets of a table, and of an index.
pub const BUCKETS: u8 = 32;
/// How much of the first byte of a key is not its bucket.
const SHIFT: u32 = 3;

/// A bucket: of which table, of which of its indexes (0 with items), and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place(pub u64, pub u32, pub u8);

/// The number of the entries that say when items expire. Indexes have numbers from 1.
pub const EXPIRY: u32 = 0;

impl Place {
    /// The bucket of an encoded key.
    #[must_use]
    pub fn of(table: u64, slot: u32, encoded: &[u8]) -> Self {
        Self(table, slot, encoded.first().map_or(0, |byte| byte >> SHIFT))
    }

    /// All buckets of a table or an index, in the order of a scan.
    pub fn all(table: u64, slot: u32) -> impl DoubleEndedIterator<Item = Self> {
        (0..BUCKETS).map(move |bucket| Self(table, slot, bucket))
    }
}

/// The key of an item, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// As values.
    pub primary: PrimaryKey,
    /// As it is stored.
    pub encoded: Bytes,
}

impl From<PrimaryKey> for ItemKey {
    fn from(primary: PrimaryKey) -> Self {
        let encoded = primary.encode().into();
        Self { primary, encoded }
    }
}

/// The entry of an item in an index: its key there, then that of the item. `None` if the item does not have
/// all keys of the index, and so is not in it.
#[must_use]
pub fn entry_key(index: &Index, item: &Item, primary: &[u8]) -> Option<Bytes> {
    let partition = key_value(item, &index.keys.partition)?;
    let sort = match &index.keys.sort {
        Some(key) => Some(key_value(item, key)?),
        None => None,
    };
    let mut bytes = PrimaryKey { partition, sort }.encode();
    bytes.extend_from_slice(primary);
    Some(bytes.into())
}

/// An item that was there before an index was may have other types in its keys.
fn key_value(item: &Item, key: &KeyAttribute) -> Option<KeyValue> {
    match KeyValue::from_value(item.get(&key.name)?)? {
        KeyValue::S(text) if text.is_empty() => None,
        KeyValue::B(bytes) if bytes.is_empty() => None,
        value => Some(value).filter(|it| it.attribute_type() == key.attribute_type),
    }
}

/// Seconds between which and five years later an item is deleted by its time to live: later it never is
/// (AWS's documentation, "Using time to live (TTL) in DynamoDB").
pub const EXPIRY_WINDOW: i64 = 5 * 365 * 24 * 3600;

/// The entry that says when an item expires; `None` if it does not: the attribute has to be a number.
#[must_use]
pub fn expiry_key(attribute: &str, item: &Item, primary: &[u8]) -> Option<Bytes> {
    let AttributeValue::N(number) = item.get(attribute)? else { return None };
    // Fractions of a second do not matter, and what is no time in 64 bits never comes.
    let text = number.to_string();
    let whole = text.split('.').next().unwrap_or_default();
    let seconds: u64 = whole.parse().ok()?;
    let mut bytes = seconds.to_be_bytes().to_vec();
    bytes.extend_from_slice(primary);
    Some(bytes.into())
}

/// The seconds of an [`expiry_key`].
#[must_use]
pub fn expiry_of(entry: &[u8]) -> Option<i64> {
    let seconds = entry.first_chunk::<8>()?;
    i64::try_from(u64::from_be_bytes(*seconds)).ok()
}

/// The range of keys below some seconds in a bucket of expiries, from the oldest that are still deleted.
#[must_use]
pub fn expired(now: i64) -> (Bound<Bytes>, Bound<Bytes>) {
    let at = |seconds: i64| Bytes::copy_from_slice(&seconds.max(0).to_be_bytes());
    (Bound::Included(at(now.saturating_sub(EXPIRY_WINDOW))), Bound::Excluded(at(now.saturating_add(1))))
}

/// Buckets and, in them, a range of keys.
#[derive(Clone, Debug)]
pub struct KeyRange {
    /// In the order of keys.
    pub places: Vec<Place>,
    /// Where it begins.
    pub start: Bound<Bytes>,
    /// Where it ends.
    pub end: Bound<Bytes>,
}

impl KeyRange {
    /// What a key condition asks for.
    #[must_use]
    pub fn of_query(table: u64, slot: u32, condition: &KeyCondition) -> Self {
        let prefix = partition_prefix(&condition.partition);
        let (start, end) = condition.bounds_within(&prefix);
        let (start, end) = (start.map(Bytes::from), end.map(Bytes::from));
        Self { places: vec![Place::of(table, slot, &prefix)], start, end }
    }

    /// Everything.
    #[must_use]
    pub fn of_scan(table: u64, slot: u32) -> Self {
        Self { places: Place::all(table, slot).collect(), start: Bound::Unbounded, end: Bound::Unbounded }
    }

    /// A segment of a parallel scan: the hashes that [`segment`](crate::models::key::segment) puts there.
    #[must_use]
    pub fn of_segment(table: u64, slot: u32, segment: u32, total: u32) -> Self {
        let first = |segment: u32| {
            // The least upper half of a hash that is in it, if there is one.
            let numerator = u128::from(segment) << 64;
            let total = u128::from(total.max(1));
            u64::try_from(numerator.div_ceil(total)).ok()
        };
        let bytes = |hash: u64| Bytes::copy_from_slice(&hash.to_be_bytes());
        let start = first(segment);
        let end = first(segment.saturating_add(1));
        let bucket = |hash: u64| (hash >> (56 + SHIFT)) as u8;
        let buckets = start.map_or(BUCKETS, bucket)..=end.map_or(BUCKETS - 1, bucket);
        Self {
            places: Place::all(table, slot).filter(|place| buckets.contains(&place.2)).collect(),
            start: start.map_or(Bound::Unbounded, |it| Bound::Included(bytes(it))),
            end: end.map_or(Bound::Unbounded, |it| Bound::Excluded(bytes(it))),
        }
    }

    /// The part that comes after a key, when it is read in this direction.
    #[must_use]
    pub fn after(mut self, key: Bytes, forward: bool) -> Self {
        let bucket = Place::of(0, 0, &key).2;
        if forward {
            self.places.retain(|place| place.2 >= bucket);
            self.start = Bound::Excluded(key);
        } else {
            self.places.retain(|place| place.2 <= bucket);
            self.end = Bound::Excluded(key);
        }
        self
    }

    /// Whether a key is in it.
    #[must_use]
    pub fn contains(&self, key: &Bytes) -> bool {
        RangeBounds::<Bytes>::contains(&(self.start.as_ref(), self.end.as_ref()), key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::key::segment;

    #[test]
    fn segments_have_what_the_hash_says() {
        for total in [1_u32, 2, 3, 7, 32, 33, 1000] {
            for number in 0..200 {
                let key = ItemKey::from(PrimaryKey {
                    partition: KeyValue::N(crate::number::Number::from(number)),
                    sort: None,
                });
                let wanted = segment(key.primary.partition_hash(), total);
                for it in (0..total).filter(|it| it.abs_diff(wanted) < 3) {
                    let range = KeyRange::of_segment(1, 0, it, total);
                    let place = Place::of(1, 0, &key.encoded);
                    let found = range.contains(&key.encoded) && range.places.contains(&place);
                    assert_eq!(found, it == wanted, "{number} in {it} of {total}");
                }
            }
        }
    }
}
