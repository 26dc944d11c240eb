//! What is made by hand in asf-store, under thousands of orders in which its threads can run: the gate, and
//! the scopes that come and go with their entries.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use asf_store::{Change, ChangeLog, Hashed, Layout, Ordered, Reach, Sequence, State, Table};
use shuttle::sync::Mutex;
use shuttle::{check_pct, check_random, thread};

const ORDERS: usize = 500;

fn check(test: fn()) {
    check_random(test, ORDERS);
    check_pct(test, ORDERS, 3);
}

fn table<L: Layout<u64, u64>>(state: &State, attribute: &'static str) -> Table<u64, u64, L> {
    state.opener("of-tests").table(attribute, Reach::CrossAccount)
}

/// A scope goes when its last entry does. Whoever puts something in meanwhile must find it.
fn scopes_come_and_go<L: Layout<u64, u64>>() {
    let state = State::new();
    let writers: Vec<_> = (0..3)
        .map(|key| {
            let table: Table<u64, u64, L> = table(&state, "a");
            thread::spawn(move || {
                for round in 0..2 {
                    table.insert(key, round);
                    assert_eq!(table.get(&key).as_deref(), Some(&round));
                    assert_eq!(table.remove(&key).as_deref(), Some(&round));
                }
                table.insert(key, 9);
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    let table: Table<u64, u64, L> = table(&state, "a");
    assert_eq!(table.len(), 3);
}

#[test]
fn no_entry_is_lost_to_a_scope_that_goes() {
    check(scopes_come_and_go::<Ordered>);
    check(scopes_come_and_go::<Hashed>);
}

#[test]
fn a_moment_has_all_of_what_belongs_together_or_nothing() {
    check(|| {
        let state = State::new();
        let writer = {
            let state = state.clone();
            thread::spawn(move || {
                let (left, right): (Table<_, _>, Table<_, _, Hashed>) =
                    (table(&state, "left"), table(&state, "right"));
                for round in 0..3 {
                    state.atomically(|| {
                        left.insert(1, round);
                        // Who is inside may enter again.
                        state.atomically(|| right.insert(1, round));
                    });
                }
            })
        };
        let (left, right): (Table<u64, u64>, Table<u64, u64, Hashed>) =
            (table(&state, "left"), table(&state, "right"));
        for _ in 0..2 {
            let seen = state.moment(|| (left.get(&1), right.get(&1)));
            assert!(seen.is_some_and(|(left, right)| left == right));
        }
        writer.join().unwrap();
    });
}

/// Counts what it is told.
#[derive(Default)]
struct Log {
    entries: Mutex<Vec<Option<Vec<u8>>>>,
    told: AtomicUsize,
}

impl ChangeLog for Log {
    fn push(&self, change: Change) -> Sequence {
        if let Change::Entry(entry) = change {
            self.entries.lock().unwrap().push(entry.value().unwrap());
        }
        self.told.fetch_add(1, Ordering::SeqCst) as Sequence + 1
    }
}

struct Nothing;

impl asf_store::Source for Nothing {
    fn load(&self, _: &asf_store::TableInfo, _: &asf_store::Put<'_>) {}
}

#[test]
fn the_last_that_a_log_hears_of_a_key_is_what_it_is() {
    check(|| {
        let log = Arc::new(Log::default());
        let state = State::durable(Arc::new(Nothing), log.clone());
        let writers: Vec<_> = (0..3)
            .map(|number| {
                let table: Table<u64, u64> = table(&state, "a");
                thread::spawn(move || match number {
                    0 => drop(table.insert(1, 7)),
                    1 => drop(table.update(&1, |value| *value += 1)),
                    _ => drop(table.remove(&1)),
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        let table: Table<u64, u64> = table(&state, "a");
        let is = table.get(&1).map(|value| asf_store::encode(&*value).unwrap());
        assert_eq!(log.entries.lock().unwrap().last().cloned().flatten(), is);
    });
}

#[test]
fn who_clears_leaves_what_came_after() {
    check(|| {
        let state = State::new();
        let first: Table<u64, u64, Hashed> = table(&state, "a");
        first.insert(1, 1);
        let clearer = {
            let table = first.clone();
            thread::spawn(move || table.clear())
        };
        first.insert(2, 2);
        let removed = clearer.join().unwrap();
        assert_eq!(removed + first.len(), 2);
        assert!(first.get(&1).is_none());
    });
}
