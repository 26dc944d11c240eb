//! Whose entries are whose.

use asf_macros::{Record, Store};
use asf_store::{Attribute, Hashed, Selection, State, Stores, Table};
use asf_types::identity::{AccountId, Region};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
#[record(crate = asf_store)]
struct Thing {
    size: u32,
}

#[derive(Clone, Debug, Store)]
#[store(service = "things", crate = asf_store)]
struct ThingStore {
    #[store(local)]
    things: Table<String, Thing>,
    #[store(cross_region)]
    names: Table<String, u32, Hashed>,
    #[store(cross_account)]
    owners: Table<String, String>,
    #[store(local, default = 60)]
    interval: Attribute<u32>,
}

fn account(number: u64) -> AccountId {
    AccountId::from_number(number).unwrap()
}

fn east() -> Region {
    Region::new("us-east-1")
}

fn west() -> Region {
    Region::new("us-west-2")
}

fn stores() -> (State, Stores<ThingStore>) {
    let state = State::new();
    let stores = state.stores();
    (state, stores)
}

fn fill(store: &ThingStore) {
    store.things.insert("a".to_owned(), Thing { size: 1 });
    store.names.insert("a".to_owned(), 1);
    store.owners.insert("a".to_owned(), "me".to_owned());
    store.interval.set(5);
}

/// (things, names, owners, interval)
fn seen(store: &ThingStore) -> (usize, usize, usize, u32) {
    (store.things.len(), store.names.len(), store.owners.len(), *store.interval.get())
}

#[test]
fn each_reach_has_its_scope() {
    let (_, stores) = stores();
    fill(&stores.at(account(1), &east()));
    for (who, place, sees) in [
        (account(1), east(), (1, 1, 1, 5)),
        (account(1), west(), (0, 1, 1, 60)),
        (account(2), east(), (0, 0, 1, 60)),
    ] {
        assert_eq!(seen(&stores.at(who, &place)), sees, "{who} {place}");
    }
    let places: Vec<_> = stores.iter().map(|(account, region, _)| (account, region)).collect();
    assert_eq!(places, [(account(1), east())]);
}

#[test]
fn two_who_open_a_store_share_it() {
    let (state, stores) = stores();
    fill(&stores.at(account(1), &east()));
    let again: Stores<ThingStore> = state.stores();
    assert_eq!(seen(&again.at(account(1), &east())), (1, 1, 1, 5));
    // Another state has nothing of it.
    let other: Stores<ThingStore> = State::new().stores();
    assert_eq!(seen(&other.at(account(1), &east())), (0, 0, 0, 60));
}

#[test]
fn looking_leaves_nothing_behind() {
    let (state, stores) = stores();
    for number in 0..1000 {
        let store = stores.at(account(number), &east());
        assert_eq!(seen(&store), (0, 0, 0, 60));
        assert_eq!(store.things.remove(&"a".to_owned()), None);
        assert_eq!(store.things.update(&"a".to_owned(), |_| ()), None);
    }
    assert!(state.tables().iter().all(|table| table.scopes().is_empty()));
    // Nor do entries that are gone.
    let store = stores.at(account(1), &east());
    fill(&store);
    store.things.remove(&"a".to_owned());
    assert!(state.table("things", "things").unwrap().scopes().is_empty());
}

#[test]
fn resets() {
    let selection = |service: Option<&str>, account: Option<u64>, region: Option<Region>| Selection {
        service: service.map(str::to_owned),
        account: account.and_then(AccountId::from_number),
        region,
    };
    for (what, removed, left) in [
        (selection(None, None, None), 4, (0, 0, 0, 60)),
        (selection(Some("things"), None, None), 4, (0, 0, 0, 60)),
        (selection(Some("others"), None, None), 0, (1, 1, 1, 5)),
        (selection(None, Some(1), None), 3, (0, 0, 1, 60)),
        (selection(None, Some(2), None), 0, (1, 1, 1, 5)),
        (selection(None, None, Some(east())), 2, (0, 1, 1, 60)),
        (selection(None, Some(1), Some(west())), 0, (1, 1, 1, 5)),
    ] {
        let (state, stores) = stores();
        fill(&stores.at(account(1), &east()));
        assert_eq!(state.reset(&what), removed, "{what:?}");
        assert_eq!(seen(&stores.at(account(1), &east())), left, "{what:?}");
    }
}
