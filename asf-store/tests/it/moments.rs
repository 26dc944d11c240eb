//! What others see of steps that belong together, and what a log hears.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use asf_store::{
    AnySnapshot, Change, ChangeLog, Entry, Ordered, Put, Reach, Sequence, Sequences, Source, State, Table,
    TableInfo, decode, track,
};

fn table(state: &State, attribute: &'static str) -> Table<u64, u64> {
    state.opener("of-tests").table(attribute, Reach::CrossAccount)
}

#[test]
fn a_snapshot_never_shows_half_of_what_belongs_together() {
    const WRITERS: u64 = 4;
    let state = State::new();
    let (left, right) = (table(&state, "left"), table(&state, "right"));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Also if an assertion fails: the writers are waited for.
        let _over = Over(&is_over);
        for writer in 0..WRITERS {
            let (state, left, right, is_over) = (&state, &left, &right, &is_over);
            scope.spawn(move || {
                for round in 1.. {
                    state.atomically(|| {
                        left.insert(writer, round);
                        right.insert(writer, round);
                    });
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        let mut last = 0;
        for _ in 0..1000 {
            let snapshot = state.snapshot().unwrap();
            let sums: Vec<u64> = snapshot
                .tables()
                .filter(|table| table.info().service == "of-tests")
                .map(|table| {
                    let mut sum = 0;
                    table
                        .visit(&mut |entry| {
                            sum += decode::<u64>(entry.value)?;
                            Ok(())
                        })
                        .unwrap();
                    sum
                })
                .collect();
            assert_eq!(sums[0], sums[1]);
            assert!(sums[0] >= last);
            last = sums[0];
        }
    });
}

/// Says that it is over when it is dropped.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn no_moment_within_steps() {
    let state = State::new();
    let table = table(&state, "a");
    assert_eq!(state.atomically(|| state.moment(|| ())), None);
    assert!(table.write(|_| state.snapshot()).is_none());
    assert!(state.snapshot().is_some());
}

#[test]
fn a_branch_goes_its_own_way() {
    let state = State::new();
    let before = table(&state, "a");
    before.insert(1, 1);
    let branch = State::branch(&state.snapshot().unwrap());
    // Not opened there yet, and seen all the same.
    let of_branch = branch.snapshot().unwrap();
    let count = |it: &Arc<dyn AnySnapshot>| it.scopes().iter().map(|scope| it.len(scope)).sum::<usize>();
    assert_eq!(of_branch.tables().map(count).sum::<usize>(), 1);
    let after = table(&branch, "a");
    after.insert(2, 2);
    before.remove(&1);
    assert_eq!((before.len(), after.len(), after.get(&1).as_deref()), (0, 2, Some(&1)));
}

/// What was heard: (table, key, value).
#[derive(Default)]
struct Heard(Mutex<Vec<Told>>);

type Told = (String, Option<u64>, Option<u64>);

impl ChangeLog for Heard {
    fn push(&self, change: Change) -> Sequence {
        let mut heard = self.0.lock().unwrap();
        heard.push(match change {
            Change::Cleared { table, .. } => (table.to_string(), None, None),
            Change::Entry(entry) => (
                entry.table().to_string(),
                Some(decode(&entry.key().unwrap()).unwrap()),
                entry.value().unwrap().map(|it| decode(&it).unwrap()),
            ),
        });
        heard.len() as Sequence
    }
}

struct Kept(Vec<(u64, u32, Vec<u8>)>);

impl Source for Kept {
    fn load(&self, table: &TableInfo, put: &Put<'_>) {
        for (key, version, value) in self.0.iter().filter(|_| table.attribute == "a") {
            let key = asf_store::encode(key).unwrap();
            let read = put(Entry { scope: &"*/*".parse().unwrap(), key: &key, version: *version, value });
            assert_eq!(read.is_ok(), *version == 1, "{read:?}");
        }
    }
}

#[tokio::test]
async fn a_log_hears_of_changes_in_order_and_a_call_knows_its_own() {
    let (kept, heard) =
        (Kept(vec![(7, 1, vec![9]), (8, 2, vec![9]), (9, 1, vec![0xff])]), Arc::new(Heard::default()));
    // The last two cannot be read; what is whole is there.
    let kept = Kept(kept.0.into_iter().filter(|it| it.0 != 9).collect());
    let state = State::durable(Arc::new(kept), heard.clone());
    let table = table(&state, "a");
    assert_eq!((table.get(&7).as_deref(), table.len()), (Some(&9), 1));
    table.insert(1, 10);
    let ((), made) = track(async {
        table.update(&1, |it| *it += 1);
        let _ = table.get(&1);
        let _ = table.insert_new(1, 5);
        table.remove(&2);
        table.remove(&7);
    })
    .await;
    assert_eq!(made, Some(Sequences { first: 2, last: 3 }));
    assert_eq!(track(async { table.get(&1).map(|it| *it) }).await, (Some(11), None));
    table.clear();
    let a = || "of-tests.a".to_owned();
    let expect =
        [(a(), Some(1), Some(10)), (a(), Some(1), Some(11)), (a(), Some(7), None), (a(), None, None)];
    assert_eq!(*heard.0.lock().unwrap(), expect);
}

/// A source that reads one service only when it is told to.
struct Slow(std::sync::Barrier);

impl Source for Slow {
    fn load(&self, table: &TableInfo, _: &Put<'_>) {
        if table.service == "slow" {
            self.0.wait();
        }
    }
}

#[test]
fn a_table_that_is_read_keeps_nobody_else_waiting() {
    let source = Arc::new(Slow(std::sync::Barrier::new(2)));
    let state = State::durable(source.clone(), Arc::new(Heard::default()));
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| state.opener("slow").table::<u64, u64, Ordered>("a", Reach::CrossAccount));
        let other = table(&state, "b");
        other.insert(1, 1);
        assert!(state.table("slow", "a").is_none());
        source.0.wait();
        slow.join().unwrap().insert(1, 1);
    });
    assert_eq!(state.tables().len(), 2);
}

#[test]
fn a_reload_shows_what_the_source_has() {
    let state = State::new();
    let (a, b) = (table(&state, "a"), table(&state, "b"));
    a.insert(1, 1);
    b.insert(1, 1);
    let source = Kept(vec![(7, 1, vec![9]), (8, 1, vec![10])]);
    assert_eq!(state.reload(Some("another"), &source, || ()), Some(0));
    assert_eq!((a.len(), b.len()), (1, 1));
    assert_eq!(state.reload(Some("of-tests"), &source, || ()), Some(2));
    assert_eq!((a.get(&7).as_deref(), a.get(&1), b.len()), (Some(&9), None, 0));
    assert_eq!(state.atomically(|| state.reload(None, &source, || panic!("not now"))), None);
}
