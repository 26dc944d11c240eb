//! `kill -9` at any moment: what was acknowledged is there, and nothing is half there.
//!
//! This binary starts itself as the process that is killed. It says which rounds were acknowledged; each
//! round sets two tables, of two services, to the same value as one.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use asf_store::{Reach, State, Table};
use rand::{RngExt as _, SeedableRng as _};

use crate::open;

/// Names the folder to the process that is killed.
const FOLDER: &str = "ASF_JOURNAL_CRASH";
const WRITERS: u64 = 16;
const KILLS: u64 = 50;

fn pair(state: &State) -> (Table<u64, u64>, Table<u64, u64>) {
    let table = |service| state.opener(service).table("numbers", Reach::CrossAccount);
    (table("left"), table("right"))
}

#[test]
#[ignore = "is what the other test starts"]
fn writes_until_it_is_killed() {
    let Some(folder) = std::env::vars_os().find(|(name, _)| name == FOLDER).map(|(_, value)| value) else {
        return;
    };
    let journal = open(Path::new(&folder));
    let state = journal.state().clone();
    let (left, right) = pair(&state);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    println!("ready");
    runtime.block_on(async {
        let writers = (0..WRITERS).map(|writer| {
            let (state, left, right) = (state.clone(), left.clone(), right.clone());
            tokio::spawn(async move {
                let begin = left.get(&writer).map_or(0, |it| *it + 1);
                for round in begin.. {
                    let change = || drop((left.insert(writer, round), right.insert(writer, round)));
                    let ((), written) = state.durably(async { state.atomically(change) }).await;
                    written.unwrap();
                    // One write, so that a line is whole or is not there.
                    let line = format!("{writer} {round}\n");
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
    });
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::writes_until_it_is_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Lets it write so many rounds, kills it, and tells the last round of each writer that was acknowledged.
fn run_and_kill(folder: &Path, rounds: u64) -> BTreeMap<u64, u64> {
    let mut child = start(folder);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeMap::new();
    let mut take = |line: &str| {
        let (writer, round) = line.split_once(' ').expect("writer and round");
        acknowledged.insert(writer.parse().unwrap(), round.parse().unwrap());
    };
    let ready = lines.by_ref().find(|line| line.as_ref().is_ok_and(|line| line == "ready"));
    ready.expect("it gets ready").unwrap();
    lines.by_ref().take(rounds as usize).for_each(|line| take(&line.unwrap()));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it knew.
    lines.map_while(Result::ok).filter(|line| line.contains(' ')).for_each(|line| take(&line));
    acknowledged
}

/// What a process finds after another was killed.
fn check(folder: &Path, acknowledged: &BTreeMap<u64, u64>, hint: &str) {
    let journal = open(folder);
    let (left, right) = pair(journal.state());
    for (writer, round) in acknowledged {
        let there = left.get(writer).map(|it| *it);
        assert!(
            there >= Some(*round),
            "{hint}: writer {writer}: {round} was acknowledged, {there:?} is there"
        );
    }
    let (left, right) = (crate::entries(&left), crate::entries(&right));
    assert_eq!(left, right, "{hint}: half of a pair");
    assert_eq!(journal.problems().list(), [], "{hint}");
}

#[test]
fn nothing_acknowledged_is_lost_by_a_kill() {
    let seed = 20_261_124;
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeMap::new();
    for kill in 0..KILLS {
        // From before the first commit to some hundred commits later.
        let rounds = random.random_range(0..1500);
        acknowledged.extend(run_and_kill(folder.path(), rounds));
        check(folder.path(), &acknowledged, &format!("seed {seed}, kill {kill}"));
    }
    assert_eq!(acknowledged.len() as u64, WRITERS);
}
