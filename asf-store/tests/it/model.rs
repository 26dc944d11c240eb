//! Tables of each layout against std's maps, with random steps.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, RangeBounds as _};
use std::sync::Arc;

use asf_store::{
    Hashed, InPartition, Index, Indexed, Indexes, Layout, Ordered, Partitioned, Reach, State, Table,
};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

const STEPS: usize = 20_000;

/// The steps, on any layout; `key` makes keys of numbers below 200.
fn run<K: asf_store::Key, L: Layout<K, u64>>(
    seed: u64,
    key: impl Fn(u8) -> K,
) -> (Table<K, u64, L>, BTreeMap<K, u64>) {
    let table: Table<K, u64, L> = State::new().opener("of-tests").table("numbers", Reach::CrossAccount);
    let mut model = BTreeMap::new();
    let mut random = StdRng::seed_from_u64(seed);
    let mut snapshots = Vec::new();
    for step in 0..STEPS {
        let at = key(random.random_range(0..200));
        let value = random.random_range(0..50);
        match random.random_range(0..10) {
            0..=3 => assert_eq!(table.insert(at.clone(), value).map(|it| *it), model.insert(at, value)),
            4 => {
                let is_new = !model.contains_key(&at);
                assert_eq!(table.insert_new(at.clone(), value).is_ok(), is_new);
                model.entry(at).or_insert(value);
            }
            5 | 6 => assert_eq!(table.remove(&at).map(|it| *it), model.remove(&at)),
            7 => {
                let expect = model.get_mut(&at).map(|it| {
                    *it += 1;
                    *it
                });
                let updated = table.update(&at, |it| {
                    *it += 1;
                    *it
                });
                assert_eq!(updated, expect);
            }
            8 => {
                let removed = table.remove_if(&at, |it| *it < 25);
                assert_eq!(removed.is_some(), model.get(&at).is_some_and(|it| *it < 25));
                if removed.is_some() {
                    model.remove(&at);
                }
            }
            _ => assert_eq!(table.get(&at).map(|it| *it), model.get(&at).copied()),
        }
        assert_eq!(table.len(), model.len());
        if step % 1000 == 0 {
            snapshots.push((table.snapshot(), model.clone()));
        }
    }
    // What was taken stayed as it was.
    for (snapshot, model) in snapshots {
        let entries: BTreeMap<_, _> = snapshot.iter().map(|(key, value)| (key.clone(), **value)).collect();
        assert_eq!((snapshot.len(), entries), (model.len(), model));
    }
    (table, model)
}

#[test]
fn ordered() {
    let (table, model) = run::<u8, Ordered>(1, |it| it);
    let entries = |found: Vec<(u8, Arc<u64>)>| found.into_iter().map(|(k, v)| (k, *v)).collect::<Vec<_>>();
    for (low, high) in [(0, 255), (10, 20), (50, 51), (7, 7), (199, 199)] {
        let expect: Vec<_> = model.range(low..high).take(7).map(|(k, v)| (*k, *v)).collect();
        assert_eq!(entries(table.range(low..high, 7)), expect);
    }
    assert_eq!(table.first().map(|(k, _)| k), model.first_key_value().map(|(k, _)| *k));
    assert_eq!(table.last().map(|(k, _)| k), model.last_key_value().map(|(k, _)| *k));
    assert_eq!(table.clear(), model.len());
    assert!(table.is_empty());
}

#[test]
fn hashed() {
    run::<String, Hashed>(2, |it| format!("key-{it}"));
}

#[test]
fn partitioned() {
    let (table, model) = run::<InPartition<u8, u8>, Partitioned>(3, |it| InPartition::new(it % 8, it / 8));
    for partition in 0..9 {
        let of = |found: Vec<(u8, Arc<u64>)>| found.into_iter().map(|(k, v)| (k, *v)).collect::<Vec<_>>();
        let model: Vec<_> =
            model.iter().filter(|(k, _)| k.partition == partition).map(|(k, v)| (k.sort, *v)).collect();
        assert_eq!(of(table.range_in(&partition, .., usize::MAX)), model);
        let some: Vec<_> = model.iter().copied().filter(|(k, _)| (3..=9).contains(k)).collect();
        assert_eq!(of(table.range_in(&partition, 3..=9, usize::MAX)), some);
        let snapshot = table.snapshot();
        let last = table.read_in(&partition, |tree| {
            tree.range_in(&partition, 3..=9).next_back().map(|(k, v)| (k.sort, **v))
        });
        assert_eq!(last, some.last().copied());
        let backwards: Vec<_> = snapshot.range_in(&partition, 3..=9).rev().map(|(k, v)| (*k, **v)).collect();
        assert_eq!(backwards, some.into_iter().rev().collect::<Vec<_>>());
        for start in [Bound::Unbounded]
            .into_iter()
            .chain((0..=40).flat_map(|it| [Bound::Included(it), Bound::Excluded(it)]))
        {
            let first = table.read_in(&partition, |tree| {
                tree.first_in(&partition, start.as_ref()).map(|(key, value)| (key, **value))
            });
            let expected = model.iter().find(|(key, _)| (start, Bound::Unbounded).contains(key)).copied();
            assert_eq!(first, expected, "{partition} {start:?}");
        }
    }
}

/// Many nodes: each place is found as a range finds it.
#[test]
fn places_in_large_partitions() {
    let table: Table<InPartition<u8, u32>, u64, Partitioned> =
        State::new().opener("of-tests").table("large", Reach::CrossAccount);
    for number in 0..5_000_u32 {
        // In no order, with gaps.
        let sort = number.wrapping_mul(2_654_435_761) % 20_000;
        table.insert(InPartition::new((number % 3) as u8, sort), u64::from(number));
    }
    for partition in 0..4 {
        for start in (0..20_100).step_by(7) {
            let expected = table.range_in(&partition, start.., 1).pop();
            let found = table.read_in(&partition, |tree| {
                tree.first_in(&partition, Bound::Included(&start)).map(|(key, value)| (key, value.clone()))
            });
            assert_eq!(found, expected);
        }
    }
}

#[derive(Clone, Default)]
struct ByValue(Index<u64, u8>);

impl Indexes<u8, u64> for ByValue {
    fn added(&mut self, key: &u8, value: &u64) {
        self.0.insert(*value, *key);
    }

    fn removed(&mut self, key: &u8, value: &u64) {
        self.0.remove(*value, *key);
    }
}

#[test]
fn indexed() {
    let (table, model) = run::<u8, Indexed<ByValue>>(4, |it| it);
    let expect: BTreeSet<_> = model.iter().map(|(key, value)| (*value, *key)).collect();
    let found: Vec<_> = table.read(|tree| tree.indexes().0.iter().map(|(by, key)| (*by, *key)).collect());
    assert_eq!(found, expect.iter().copied().collect::<Vec<_>>());
    for value in 0..60 {
        let keys: Vec<_> = table.read(|tree| tree.indexes().0.get(&value).copied().collect());
        assert_eq!(keys, expect.iter().filter(|it| it.0 == value).map(|it| it.1).collect::<Vec<_>>());
    }
}
