//! Files that are cut, have wrong bytes, or are gone: it is told, and what is whole is there.

use std::path::Path;

use asf_journal::{Journal, OpenError, Options};
use rand::{RngExt as _, SeedableRng as _};

use crate::{entries, numbers, open};

const ENTRIES: u64 = 3000;

/// A state with two tables.
async fn fill(folder: &Path) {
    let journal = open(folder);
    let (a, b) = (numbers(journal.state(), "a"), numbers(journal.state(), "b"));
    for part in 0..10 {
        let keys = part * ENTRIES / 10..(part + 1) * ENTRIES / 10;
        let fill =
            async { keys.for_each(|key| drop((a.insert(key, value(key)), b.insert(key, value(key))))) };
        journal.state().durably(fill).await.1.unwrap();
    }
}

fn value(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[derive(Debug, PartialEq)]
enum Found {
    /// As if nothing had happened.
    Everything,
    /// So many entries are there and right; what is missing was told.
    Told(usize),
    /// The start is refused.
    Refused,
}

/// What a process finds in a damaged folder. Wrong values and silent losses fail the test.
fn look(folder: &Path, hint: &str) -> Found {
    let journal = match Journal::open(Options::new(folder)) {
        Ok(journal) => journal,
        Err(OpenError::Unreadable(_)) => return Found::Refused,
        Err(error) => panic!("{hint}: {error}"),
    };
    let tables = ["a", "b"].map(|name| entries(&numbers(journal.state(), name)));
    let there: usize = tables.iter().map(Vec::len).sum();
    assert!(tables.iter().flatten().all(|(key, it)| *it == value(*key)), "{hint}: a wrong value");
    match journal.problems().total() {
        0 => assert_eq!(there as u64, 2 * ENTRIES, "{hint}: entries are missing, and nobody says so"),
        _ => return Found::Told(there),
    }
    Found::Everything
}

#[tokio::test]
async fn flipped_bits_are_told_and_the_rest_is_there() {
    let whole = tempfile::tempdir().unwrap();
    fill(whole.path()).await;
    let bytes = std::fs::read(whole.path().join("entries.redb")).unwrap();
    let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    let (mut told, mut most) = (0, 0);
    for trial in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        copy(whole.path(), folder.path());
        let (at, bit) = (written[random.random_range(0..written.len())], random.random_range(0..8));
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << bit;
        std::fs::write(folder.path().join("entries.redb"), damaged).unwrap();
        match look(folder.path(), &format!("trial {trial}: bit {bit} of byte {at}")) {
            Found::Told(there) => {
                told += 1;
                most = most.max(there);
            }
            Found::Everything | Found::Refused => {}
        }
    }
    // The others hit pages that are free, or a file that is refused. Most cost one entry.
    assert!(told > 15, "{told} of 60 were told");
    assert!(most as u64 >= 2 * ENTRIES - 1, "{most} entries are there at best");
}

/// A process was killed, and then something was damaged: the engine refuses the file, and what is whole comes back
/// in a new one. The damaged one stays.
#[tokio::test]
async fn a_file_that_is_refused_is_made_anew() {
    let whole = tempfile::tempdir().unwrap();
    fill(whole.path()).await;
    // Open, so the file says that it was not closed in order.
    let journal = open(whole.path());
    let a = numbers(journal.state(), "a");
    journal.state().durably(async { a.insert(0, value(0)) }).await.1.unwrap();
    let killed = tempfile::tempdir().unwrap();
    for name in ["entries.redb", "format", "commits"] {
        std::fs::copy(whole.path().join(name), killed.path().join(name)).unwrap();
    }
    assert_eq!(look(killed.path(), "undamaged"), Found::Everything);
    let bytes = std::fs::read(whole.path().join("entries.redb")).unwrap();
    let written: Vec<usize> = (320..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    let mut random = rand::rngs::StdRng::seed_from_u64(11);
    let (mut mended, mut refused, mut there) = (0, 0, 0);
    for trial in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        for name in ["format", "commits"] {
            std::fs::copy(whole.path().join(name), folder.path().join(name)).unwrap();
        }
        let (at, bit) = (written[random.random_range(0..written.len())], random.random_range(0..8));
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << bit;
        std::fs::write(folder.path().join("entries.redb"), &damaged).unwrap();
        let aside = folder.path().join("entries.redb.damaged");
        match look(folder.path(), &format!("trial {trial}: bit {bit} of byte {at}")) {
            Found::Everything => assert!(!aside.exists()),
            Found::Refused => refused += 1,
            // The engine took the commit before.
            Found::Told(_) if !aside.exists() => {}
            Found::Told(found) => {
                assert!(std::fs::read(&aside).unwrap() == damaged, "trial {trial}");
                mended += 1;
                there += found as u64;
                // The new one is as any: written, closed, opened, with nothing more to tell.
                let journal = open(folder.path());
                assert_eq!(journal.problems().list(), [], "trial {trial}");
                let a = numbers(journal.state(), "a");
                journal.state().durably(async { a.insert(7, value(7)) }).await.1.unwrap();
                drop((a, journal));
                let again = open(folder.path());
                assert_eq!(numbers(again.state(), "a").get(&7).as_deref(), Some(&value(7)), "trial {trial}");
                assert_eq!(again.problems().list(), [], "trial {trial}");
            }
        }
    }
    println!("{mended} mended with {there} of {} entries, {refused} refused", 2 * ENTRIES * mended);
    assert!(mended > 8, "{mended} of 40 were mended, {refused} refused");
    // A wrong bit costs an entry, or a page of them.
    assert!(there * 10 >= 2 * ENTRIES * mended * 9, "{there} of {}", 2 * ENTRIES * mended);
}

#[tokio::test]
async fn files_that_are_cut_or_gone() {
    let whole = tempfile::tempdir().unwrap();
    fill(whole.path()).await;
    let length = std::fs::metadata(whole.path().join("entries.redb")).unwrap().len();
    for (cut, expect) in [(1, None), (5000, None), (length / 2, None), (length, Some(Found::Told(0)))] {
        let folder = tempfile::tempdir().unwrap();
        copy(whole.path(), folder.path());
        let file = std::fs::OpenOptions::new().write(true).open(folder.path().join("entries.redb")).unwrap();
        file.set_len(length - cut).unwrap();
        let found = look(folder.path(), &format!("{cut} bytes less"));
        assert_ne!(found, Found::Everything);
        if let Some(expect) = expect {
            assert_eq!(found, expect);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(whole.path(), folder.path());
    std::fs::remove_file(folder.path().join("entries.redb")).unwrap();
    assert_eq!(look(folder.path(), "no file"), Found::Told(0));
    copy(whole.path(), folder.path());
    std::fs::remove_file(folder.path().join("format")).unwrap();
    assert_eq!(look(folder.path(), "no format"), Found::Told(2 * ENTRIES as usize));
    std::fs::remove_file(folder.path().join("commits")).unwrap();
    assert_eq!(look(folder.path(), "no commits"), Found::Everything);
}

#[tokio::test]
async fn an_older_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path()).await;
    let older = std::fs::read(folder.path().join("entries.redb")).unwrap();
    let journal = open(folder.path());
    let a = numbers(journal.state(), "a");
    journal.state().durably(async { a.insert(0, 0) }).await.1.unwrap();
    drop((a, journal));
    std::fs::write(folder.path().join("entries.redb"), older).unwrap();
    let problems = open(folder.path()).problems().list();
    let [problem] = &*problems else { panic!("{problems:?}") };
    assert!(problem.what.starts_with("commits ") && problem.what.contains(" are lost"), "{problem}");
}

/// Half of the blocks that a commit wrote reach the disk: what a loss of power may leave while the sync is
/// under way. The commit before it was acknowledged, this one was not.
#[tokio::test]
async fn a_torn_commit_costs_nothing_that_was_acknowledged() {
    const BLOCK: usize = 4096;
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path()).await;
    let journal = open(folder.path());
    let (a, b) = (numbers(journal.state(), "a"), numbers(journal.state(), "b"));
    let set = async |number: u64| {
        let change = || drop((a.insert(number, value(number)), b.insert(number, value(number))));
        journal.state().durably(async { journal.state().atomically(change) }).await.1.unwrap();
    };
    let file = folder.path().join("entries.redb");
    for number in ENTRIES..ENTRIES + 3 {
        set(number).await;
    }
    // The journal is open: this is what a process that ends here leaves.
    let commits = std::fs::read(folder.path().join("commits")).unwrap();
    let before = std::fs::read(&file).unwrap();
    set(ENTRIES + 3).await;
    let after = std::fs::read(&file).unwrap();
    assert_ne!(before, after);
    let mut random = rand::rngs::StdRng::seed_from_u64(9);
    let mut found = [0, 0];
    for trial in 0..40 {
        let torn_folder = tempfile::tempdir().unwrap();
        let mut torn = before.clone();
        torn.resize(after.len(), 0);
        for at in (0..after.len()).step_by(BLOCK) {
            let block = at..after.len().min(at + BLOCK);
            if random.random_bool(0.5) {
                torn[block.clone()].copy_from_slice(&after[block]);
            }
        }
        std::fs::write(torn_folder.path().join("format"), "1").unwrap();
        std::fs::write(torn_folder.path().join("commits"), &commits).unwrap();
        std::fs::write(torn_folder.path().join("entries.redb"), torn).unwrap();
        let journal = open(torn_folder.path());
        let tables = ["a", "b"].map(|name| entries(&numbers(journal.state(), name)));
        assert_eq!(tables[0], tables[1], "trial {trial}: half of a pair");
        let more = tables[0].len() - ENTRIES as usize;
        assert!((3..=4).contains(&more), "trial {trial}: {more} of 3 that were acknowledged");
        assert!(tables[0].iter().all(|(key, it)| *it == value(*key)), "trial {trial}");
        assert_eq!(journal.problems().list(), [], "trial {trial}");
        found[more - 3] += 1;
    }
    // With and without it: the blocks were indeed mixed.
    assert!(found[0] > 0, "{found:?}");
}
