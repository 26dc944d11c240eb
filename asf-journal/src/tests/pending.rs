//! What is held until it is written, and what is let go.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use asf_store::{Reach, Record, State, Table};
use serde::{Deserialize, Serialize};

use crate::engine::{EngineError, Store};
use crate::journal::{Journal, Options, Save};
use crate::problem::Problems;

use super::numbers;

/// How many values are alive.
static ALIVE: AtomicUsize = AtomicUsize::new(0);

/// A value that is counted.
#[derive(Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
struct Counted(u64);

impl From<u64> for Counted {
    fn from(number: u64) -> Self {
        ALIVE.fetch_add(1, Ordering::SeqCst);
        Self(number)
    }
}

impl From<Counted> for u64 {
    fn from(counted: Counted) -> Self {
        counted.0
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self::from(self.0)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Record for Counted {}

fn alive() -> usize {
    ALIVE.load(Ordering::SeqCst)
}

#[tokio::test]
async fn the_former_value_is_held_until_the_next_is_written_and_those_between_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { save: Save::AtEnd, ..Options::new(folder.path()) };
    let journal = Journal::open(options()).unwrap();
    let table =
        |state: &State| -> Table<u64, Counted> { state.opener("of-tests").table("c", Reach::CrossAccount) };
    let counted = table(journal.state());
    for value in 0..10_000 {
        counted.insert(1, Counted::from(value));
    }
    journal.save(None).await.unwrap();
    assert_eq!(alive(), 1, "only what is there");
    for value in 0..10_000 {
        counted.insert(1, Counted::from(value));
        if value % 1000 == 0 {
            // Absorbs, and writes nothing of it.
            journal.save(Some("another")).await.unwrap();
            assert_eq!(alive(), 2, "what is on disk, and what is there");
        }
    }
    counted.clear();
    journal.save(Some("another")).await.unwrap();
    assert!((1..=2).contains(&alive()), "what is on disk");
    journal.save(None).await.unwrap();
    assert_eq!(alive(), 0);
    drop((counted, journal));
    assert!(table(Journal::open(options()).unwrap().state()).is_empty());
}

#[derive(Clone, Deserialize)]
struct Unwritable(bool);

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            true => Err(serde::ser::Error::custom("it will not")),
            false => serializer.serialize_bool(false),
        }
    }
}

impl Record for Unwritable {}

#[tokio::test]
async fn what_cannot_be_written_fails_its_own_call_only() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(Options::new(folder.path())).unwrap();
    let odd: Table<u64, Unwritable> = journal.state().opener("of-tests").table("odd", Reach::CrossAccount);
    let set = async |value| journal.state().durably(async { odd.insert(1, Unwritable(value)) }).await.1;
    set(false).await.unwrap();
    let error = set(true).await.unwrap_err().to_string();
    assert!(error.contains("it will not"), "{error}");
    set(false).await.unwrap();
    assert_eq!(journal.problems().total(), 1);
    assert!(journal.problems().list()[0].to_string().starts_with("of-tests.odd: the value of an entry"));
}

#[test]
fn changes_of_a_closed_journal_are_not_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(Options::new(folder.path())).unwrap();
    let table = numbers(journal.state(), "a");
    journal.close();
    // The folder is free while the state is still there.
    let next = Journal::open(Options::new(folder.path())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let written = runtime.block_on(journal.state().durably(async { table.insert(1, 1) })).1;
    assert!(written.unwrap_err().to_string().contains("the journal is closed"));
    assert!(runtime.block_on(journal.save(None)).is_err());
    assert!(numbers(next.state(), "a").is_empty());
}

#[test]
fn a_store_that_cannot_be_opened_says_so() {
    let failure = EngineError::Failed { reason: "no".to_owned() };
    let told = failure.clone();
    let store = Store::new(PathBuf::from("/"), Box::new(move || Err(told.clone())));
    assert_eq!(store.visit("a", b"", &mut |_, _| ()), Err(failure));
    let problems = Problems::default();
    problems.note("a", "b");
    assert_eq!((problems.total(), Arc::new(problems).list().len()), (1, 1));
}
