//! Files of other builds: `tests/states/pods` has one with older records than this test's and one with newer ones.

use std::path::PathBuf;

use asf_macros::Record;
use asf_pods::{Pod, Strategy};
use asf_store::{Reach, Record, State, Table};
use serde::{Deserialize, Serialize};

use crate::store::{load, saved};

/// What an older build kept.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
#[record(crate = asf_store)]
struct Older {
    name: String,
}

/// What this one keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
#[record(crate = asf_store, version = 2, from(1 = Older))]
struct Now {
    names: Vec<String>,
}

impl From<Older> for Now {
    fn from(older: Older) -> Self {
        Self { names: vec![older.name] }
    }
}

/// What a newer build will keep.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
#[record(crate = asf_store, version = 3, from(2 = Now))]
struct Newer {
    names: Vec<String>,
    count: usize,
}

impl From<Now> for Newer {
    fn from(now: Now) -> Self {
        Self { count: now.names.len(), names: now.names }
    }
}

fn table<V: Record>(state: &State) -> Table<String, V> {
    state.opener("fixture").table("named", Reach::CrossAccount)
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/states/pods").join(name)
}

fn fixture(name: &str) -> Pod {
    Pod::open(std::fs::File::open(path(name)).unwrap()).unwrap()
}

/// How they were made: `cargo test -p asf-pods make_fixtures -- --ignored`. A new format needs new ones beside
/// these, which stay.
#[test]
#[ignore = "writes tests/states/pods"]
fn make_fixtures() {
    fn make<V: Record>(name: &str, values: impl IntoIterator<Item = (&'static str, V)>) {
        let state = State::new();
        for (key, value) in values {
            table(&state).insert(key.to_owned(), value);
        }
        let mut file = std::fs::File::create(path(name)).unwrap();
        saved(&state).copy_to(&mut file).unwrap();
    }
    std::fs::create_dir_all(path("")).unwrap();
    make("older.asf", ["a", "b"].map(|name| (name, Older { name: name.to_uppercase() })));
    make("newer.asf", [("a", Newer { names: vec!["A".to_owned()], count: 1 })]);
}

#[test]
fn older_records_are_migrated() {
    let state = State::new();
    let live: Table<String, Now> = table(&state);
    let loaded = load(&state, &mut fixture("older.asf"), Strategy::Overwrite).unwrap();
    assert_eq!(loaded.entries, 2);
    let entries: Vec<_> =
        live.range(.., 9).into_iter().map(|(key, value)| (key, value.names.clone())).collect();
    assert_eq!(entries, [("a".to_owned(), vec!["A".to_owned()]), ("b".to_owned(), vec!["B".to_owned()])]);
    // What is saved from now on is of this version.
    let pod = saved(&state);
    let named = pod.manifest().tables.iter().find(|it| it.attribute == "named").unwrap();
    assert_eq!((named.version, named.entries), (2, 2));
}

#[test]
fn newer_records_are_refused() {
    let state = State::new();
    let live: Table<String, Now> = table(&state);
    live.insert("mine".to_owned(), Now { names: Vec::new() });
    let refused = load(&state, &mut fixture("newer.asf"), Strategy::Overwrite).unwrap_err();
    assert!(refused.is_of_the_file());
    let expected =
        "fixture.named has records of version 3, and this build reads up to 2: load it with a newer build";
    assert_eq!(refused.to_string(), expected);
    assert_eq!((live.len(), live.contains(&"mine".to_owned())), (1, true));
}
