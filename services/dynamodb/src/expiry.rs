//! Time to live: items whose time is over are deleted, by the clock.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::clock::Clock;

use crate::store::places::{EXPIRY, ItemKey, Place, expired, expiry_key, expiry_of};
use crate::store::{Address, ChangedBy, OpenTable, Store};

/// Seconds between two looks. AWS deletes within a few days; who waits for it here waits by the clock.
const INTERVAL: i64 = 30;
/// Entries that are looked at in one step.
const AT_ONCE: usize = 256;

/// Deletes what is over, now and every so often, for ever.
pub async fn run(store: Arc<Store>, clock: Arc<dyn Clock>) {
    loop {
        let now = clock.now();
        for address in watched(&store) {
            while delete_some(&store, &address, now) == AT_ONCE {
                tokio::task::yield_now().await;
            }
        }
        clock.until(now.plus_seconds(INTERVAL)).await;
    }
}

/// Deletes all that is over now. Returns how many items that were.
#[must_use]
pub fn delete_expired(store: &Store, now: Timestamp) -> usize {
    let mut deleted = 0;
    for address in watched(store) {
        loop {
            let some = delete_some(store, &address, now);
            deleted += some;
            if some < AT_ONCE {
                break;
            }
        }
    }
    deleted
}

/// Whether any table has items that expire.
#[must_use]
pub fn is_any_watched(store: &Store) -> bool {
    !watched(store).is_empty()
}

/// The tables whose items expire.
fn watched(store: &Store) -> Vec<Address> {
    let mut all = Vec::new();
    for (account, region, tables) in store.everywhere() {
        for (name, record) in tables.tables.range(.., usize::MAX) {
            if record.time_to_live.is_some() {
                all.push(Address { account, region: region.clone(), name });
            }
        }
    }
    all
}

/// Deletes up to so many items of a table. Returns how many.
fn delete_some(store: &Store, address: &Address, now: Timestamp) -> usize {
    let Some(table) = store.table(address) else { return 0 };
    let mut deleted = 0;
    for place in Place::all(table.record.id, EXPIRY) {
        let over = table.tables.entries.range_in(&place, expired(now.seconds()), AT_ONCE - deleted);
        for (entry, _) in over {
            // Behind the eight bytes of the time is the key of the item.
            let Some(key) = entry.get(8..).map(bytes::Bytes::copy_from_slice) else { continue };
            deleted += usize::from(delete(store, &table, &key, now));
        }
        if deleted >= AT_ONCE {
            break;
        }
    }
    deleted
}

/// Deletes an item if it is still over.
fn delete(store: &Store, table: &OpenTable, key: &bytes::Bytes, now: Timestamp) -> bool {
    let _steps = store.steps();
    let _table = store.locks.share_tables([&table.address]);
    let present = store.table(&table.address).filter(|it| it.record.id == table.record.id);
    let Some(table) = present else { return false };
    let Some(item) = table.get(key) else { return false };
    let Ok(primary) = crate::items::check_key(
        &crate::store::key_attributes(&table.record.description.keys, &item.item),
        &table.record.description.keys,
    ) else {
        return false;
    };
    let key = ItemKey::from(primary);
    let _partition = store.locks.own_partitions([(table.record.id, &key)]);
    let Some(item) = table.get(&key.encoded) else { return false };
    let Some(attribute) = &table.record.time_to_live else { return false };
    let entry = expiry_key(attribute, &item.item, &key.encoded);
    let is_over = entry.and_then(|entry| expiry_of(&entry)).is_some_and(|at| at <= now.seconds());
    if is_over {
        table.change(&key, Some(&item), None, now, ChangedBy::Expiry);
    }
    is_over
}
