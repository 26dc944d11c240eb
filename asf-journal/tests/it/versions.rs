//! States of older builds.

use asf_macros::Record;
use asf_store::{Reach, Table};
use serde::{Deserialize, Serialize};

use crate::open;

/// What an older build kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
#[record(crate = asf_store)]
struct Before {
    name: String,
}

/// What this one keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Now {
    names: Vec<String>,
}

impl asf_store::Record for Now {
    const VERSION: u32 = 2;

    fn migrate(from: u32, bytes: &[u8]) -> Result<Self, asf_store::RecordError> {
        match from {
            1 => asf_store::decode::<Before>(bytes).map(|it| Self { names: vec![it.name] }),
            _ => Err(asf_store::RecordError::NoMigration { from, to: Self::VERSION }),
        }
    }
}

#[tokio::test]
async fn older_records_are_read_and_written_back_when_they_change() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let state = journal.state().clone();
    let table: Table<u64, Before> = state.opener("of-tests").table("named", Reach::CrossAccount);
    let fill = async { (0..3).for_each(|key| drop(table.insert(key, Before { name: key.to_string() }))) };
    state.durably(fill).await.1.unwrap();
    drop((table, state, journal));

    let now = |names: &[&str]| Now { names: names.iter().map(ToString::to_string).collect() };
    let journal = open(folder.path());
    let state = journal.state().clone();
    let table: Table<u64, Now> = state.opener("of-tests").table("named", Reach::CrossAccount);
    assert_eq!(table.get(&1).as_deref(), Some(&now(&["1"])));
    state.durably(async { table.insert(1, now(&["1", "one"])) }).await.1.unwrap();
    drop((table, state, journal));

    // Records of both versions are there.
    let journal = open(folder.path());
    let state = journal.state().clone();
    let table: Table<u64, Now> = state.opener("of-tests").table("named", Reach::CrossAccount);
    let all: Vec<Now> = table.range(.., 9).iter().map(|(_, it)| Now::clone(it)).collect();
    assert_eq!(all, [now(&["0"]), now(&["1", "one"]), now(&["2"])]);
    assert_eq!(journal.problems().list(), []);
    drop((table, state, journal));

    // A table that nobody declared is not looked at when the state is opened; its records that are newer are
    // left out one by one, and stay.
    let journal = open(folder.path());
    let state = journal.state().clone();
    let table: Table<u64, Before> = state.opener("of-tests").table("named", Reach::CrossAccount);
    assert_eq!(table.len(), 2);
    let problems = journal.problems().list();
    let words = "1 records were left out: is of version 2, and this build reads up to 1";
    assert_eq!(problems.iter().map(|it| it.what.as_str()).collect::<Vec<_>>(), [words]);
}
