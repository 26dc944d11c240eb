//! What a state says of itself, and states that are newer.

use std::collections::BTreeMap;

use asf_macros::Store;
use asf_store::{Ordered, State, Table};

use crate::engine::{self, Batch, Store as Engine};
use crate::folder::{Folder, FolderError};
use crate::journal::{Journal, OpenError, Options};
use crate::meta::{self, Meta, TableMeta, TooNew};
use crate::problem::Problems;

/// So that there is a table that is declared.
#[derive(Clone, Store)]
#[store(service = "declared", crate = asf_store)]
struct Declared {
    #[store(cross_account)]
    numbers: Table<u64, u64, Ordered>,
}

#[tokio::test]
async fn a_newer_state_is_refused_before_it_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Journal::open(Options::new(folder.path()));
    let journal = open().unwrap();
    let stores = journal.state().stores::<Declared>();
    let numbers = stores.at("000000000000".parse().unwrap(), &Default::default()).numbers;
    journal.state().durably(async { numbers.insert(1, 1) }).await.1.unwrap();
    drop((stores, numbers, journal));
    let file = folder.path().join("entries.redb");
    let store = || {
        let file = file.clone();
        Engine::new(file.clone(), Box::new(move || engine::open(&file)))
    };
    let before = Meta::read(&store(), &Problems::default()).unwrap();
    let tables =
        |version| BTreeMap::from([("declared.numbers".to_owned(), TableMeta { version, entries: 1 })]);
    assert_eq!(before, Meta { product: "0.1.0".to_owned(), commit: 1, tables: tables(1) });

    let newer = Meta { product: "7.0.0".to_owned(), commit: 1, tables: tables(3) };
    store().commit(&Batch::new(), &mut |_| newer.records()).unwrap();
    let records = || {
        let mut records = Vec::new();
        for space in [meta::SPACE, "declared"] {
            store()
                .visit(space, b"", &mut |key, value| records.push((key.to_vec(), value.to_vec())))
                .unwrap();
        }
        records
    };
    let before = records();
    assert_eq!(before.len(), 4);
    let error = open().unwrap_err();
    let OpenError::TooNew { tables, .. } = &error else { panic!("{error}") };
    assert_eq!(*tables, [TooNew { table: "declared.numbers".to_owned(), found: 3, known: 1 }]);
    let words = "was written by version 7.0.0, which is newer: declared.numbers has records of version 3, and \
                 this build reads up to 1";
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(records(), before);
}

#[test]
fn a_folder_is_for_one_and_of_a_known_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let taken = Folder::take(&path).unwrap();
    let error = Folder::take(&path).unwrap_err();
    assert!(matches!(&error, FolderError::InUse { process: Some(_), .. }), "{error}");
    assert!(error.to_string().contains(&format!("by another process ({})", std::process::id())), "{error}");
    drop(taken);
    std::fs::write(path.join("format"), "2\n").unwrap();
    let error = Folder::take(&path).unwrap_err();
    assert!(matches!(error, FolderError::Format { found: 2, .. }), "{error}");
    std::fs::write(path.join("format"), "?").unwrap();
    assert!(Folder::take(&path).unwrap().remark.is_some());
    assert!(Folder::take(&path).unwrap().remark.is_none());
}

#[test]
fn a_state_that_holds_nothing_has_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(Options::new(folder.path())).unwrap();
    let _ = journal.state().stores::<Declared>();
    journal.close();
    assert!(!folder.path().join("entries.redb").exists());
    assert!(State::declared().iter().any(|info| info.to_string() == "declared.numbers"));
}
