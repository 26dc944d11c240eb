//! When changes are written, and when they are read.

use asf_journal::{Journal, Load, Options, Save};
use asf_store::{Hashed, InPartition, Partitioned, Reach, Table};
use asf_types::identity::{AccountId, Region};

use crate::{entries, numbers, open};

#[tokio::test]
async fn every_layout_and_scope_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let check = |journal: &Journal, is_filled: bool| {
        let opener = journal.state().opener("of-tests");
        let local: Table<String, String> = opener.table("local", Reach::Local);
        let hashed: Table<u64, String, Hashed> = opener.table("hashed", Reach::CrossAccount);
        let parts: Table<InPartition<String, u64>, u64, Partitioned> =
            opener.table("parts", Reach::CrossRegion);
        let of = |number| AccountId::from_number(number).unwrap();
        for (account, region) in [(of(1), "us-east-1"), (of(1), "eu-west-1"), (of(2), "us-east-1")] {
            let (account, region) = (account, Region::new(region));
            let name = format!("{account}{region}");
            let local = asf_store::StoreField::at(&local, account, &region);
            let parts = asf_store::StoreField::at(&parts, account, &region);
            if is_filled {
                assert_eq!(local.get(&name).as_deref(), Some(&name));
                assert_eq!(local.len(), 1);
                assert_eq!(parts.range_in(&region.to_string(), .., 9).len(), 3);
            } else {
                local.insert(name.clone(), name);
                for sort in 0..3 {
                    parts.insert(InPartition::new(region.to_string(), sort), sort);
                }
            }
        }
        for number in 0..100 {
            if is_filled {
                assert_eq!(hashed.get(&number).as_deref(), Some(&"x".repeat(number as usize)));
            } else {
                hashed.insert(number, "x".repeat(number as usize));
            }
        }
    };
    let journal = open(folder.path());
    journal.state().durably(async { check(&journal, false) }).await.1.unwrap();
    drop(journal);
    let journal = open(folder.path());
    check(&journal, true);
    assert_eq!(journal.problems().list(), []);
}

#[tokio::test]
async fn what_is_removed_and_cleared_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let (a, b) = (numbers(journal.state(), "a"), numbers(journal.state(), "b"));
    let steps: [&dyn Fn(); 4] = [
        &|| (0..10).for_each(|key| drop((a.insert(key, key), b.insert(key, key)))),
        &|| drop((a.clear(), a.insert(3, 4))),
        &|| drop((b.remove(&3), b.remove(&4), b.insert(4, 5))),
        &|| drop((a.insert(5, 5), a.clear(), a.insert(6, 6))),
    ];
    for step in steps {
        journal.state().durably(async { step() }).await.1.unwrap();
    }
    drop((a, b, journal));
    let journal = open(folder.path());
    assert_eq!(entries(&numbers(journal.state(), "a")), [(6, 6)]);
    let b = entries(&numbers(journal.state(), "b"));
    assert_eq!(b.len(), 9);
    assert_eq!((b[3], b[4]), ((4, 5), (5, 5)));
}

#[tokio::test]
async fn at_the_end_and_by_hand() {
    for (save, expect) in [
        (Save::OnRequest, vec![(1, 1), (2, 2)]),
        (Save::AtEnd, vec![(1, 1), (2, 2)]),
        (Save::Manual, vec![(1, 1)]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(Options { save, ..Options::new(folder.path()) }).unwrap();
        let table = numbers(journal.state(), "a");
        table.insert(1, 1);
        journal.save(None).await.unwrap();
        table.insert(2, 2);
        drop(journal);
        // A table that is still there keeps the journal.
        assert!(Journal::open(Options::new(folder.path())).is_err(), "{save:?}");
        drop(table);
        assert_eq!(entries(&numbers(open(folder.path()).state(), "a")), expect, "{save:?}");
    }
}

#[tokio::test]
async fn read_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let (a, b) = (numbers(journal.state(), "a"), numbers(journal.state(), "b"));
    journal.state().durably(async { drop((a.insert(1, 1), b.insert(1, 1))) }).await.1.unwrap();
    drop((a, b, journal));

    let by_hand = Options { load: Load::Manual, save: Save::Manual, ..Options::new(folder.path()) };
    let journal = Journal::open(by_hand.clone()).unwrap();
    let (a, b) = (numbers(journal.state(), "a"), numbers(journal.state(), "b"));
    assert!(a.is_empty());
    a.insert(2, 2);
    let load = async |service| {
        let journal = journal.clone();
        tokio::task::spawn_blocking(move || journal.load(service)).await.unwrap().unwrap()
    };
    assert_eq!(load(Some("another")).await, 0);
    assert_eq!(load(Some("of-tests")).await, 2);
    assert_eq!((entries(&a), entries(&b)), (vec![(1, 1)], vec![(1, 1)]));
    a.insert(3, 3);
    journal.save(Some("of-tests")).await.unwrap();
    // What was changed since is forgotten.
    a.insert(4, 4);
    assert_eq!(load(None).await, 3);
    assert_eq!(entries(&a), [(1, 1), (3, 3)]);
    drop((a, b, journal));

    // A table that was not read is replaced by what is saved; one that was not changed stays.
    let journal = Journal::open(by_hand).unwrap();
    numbers(journal.state(), "a").insert(9, 9);
    let _ = numbers(journal.state(), "b");
    journal.save(None).await.unwrap();
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(entries(&numbers(journal.state(), "a")), [(9, 9)]);
    assert_eq!(entries(&numbers(journal.state(), "b")), [(1, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_share_commits() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let table = numbers(journal.state(), "a");
    let calls = (0..64).map(|writer| {
        let (state, table) = (journal.state().clone(), table.clone());
        tokio::spawn(async move {
            for round in 0..20 {
                state.durably(async { table.insert(writer, round) }).await.1.unwrap();
            }
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    drop((table, journal));
    let commits = std::fs::read(folder.path().join("commits")).unwrap();
    let commits = u64::from_le_bytes(commits[..8].try_into().unwrap());
    assert!(commits < 64 * 20 / 2, "{commits} commits");
    assert_eq!(entries(&numbers(open(folder.path()).state(), "a")).len(), 64);
}
