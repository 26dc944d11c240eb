//! `kill -9` while large content is written, replaced and removed: what was acknowledged is there, byte by byte,
//! and no file stays that nobody needs.
//!
//! This binary starts itself as the process that is killed. What an object has follows from its writer and its
//! round, so that whoever looks knows what should be there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use asf_macros::Store;
use asf_store::{Blob, Hashed, Record, State, Stores, Table};
use asf_types::identity::{AccountId, Region};
use bytes::Bytes;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

use crate::open;

/// Names the folder to the process that is killed.
const FOLDER: &str = "ASF_JOURNAL_CONTENTS";
const WRITERS: u64 = 8;
/// Objects of a writer: each round replaces one, and every fifth removes one.
const OBJECTS: u64 = 10;
const KILLS: u64 = 8;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Object {
    round: u64,
    content: Blob,
}

impl Record for Object {
    fn blobs(&mut self, visit: &mut dyn FnMut(&mut Blob)) {
        visit(&mut self.content);
    }
}

#[derive(Clone, Debug, Store)]
#[store(service = "contents", crate = asf_store)]
struct Contents {
    /// By writer and number.
    #[store(local)]
    objects: Table<(u64, u64), Object, Hashed>,
    /// The last round of each writer.
    #[store(local)]
    rounds: Table<u64, u64>,
}

fn contents(state: &State) -> (Stores<Contents>, Contents) {
    let stores: Stores<Contents> = state.stores();
    let store = stores.at(AccountId::DEFAULT, &Region::default());
    (stores, store)
}

fn is_removal(round: u64) -> bool {
    round % 5 == 4
}

/// What a writer puts in a round: of some bytes, which are kept in the record, up to a quarter of a mebibyte.
fn expected(writer: u64, round: u64) -> Vec<u8> {
    let mut random = rand::rngs::StdRng::seed_from_u64(writer << 32 | round);
    let mut bytes = vec![0; random.random_range(0..18_usize).pow(2) * 900];
    random.fill_bytes(&mut bytes);
    bytes
}

#[test]
#[ignore = "is what the other test starts"]
fn writes_contents_until_it_is_killed() {
    let Some(folder) = std::env::vars_os().find(|(name, _)| name == FOLDER).map(|(_, value)| value) else {
        return;
    };
    let journal = open(Path::new(&folder));
    let state = journal.state().clone();
    let (stores, store) = contents(&state);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    println!("ready");
    runtime.block_on(async {
        let writers = (0..WRITERS).map(|writer| {
            let (state, store, blobs) = (state.clone(), store.clone(), stores.blobs());
            tokio::spawn(async move {
                let begin = store.rounds.get(&writer).map_or(0, |it| *it + 1);
                for round in begin.. {
                    let call = async {
                        let mut content = blobs.writer();
                        for piece in expected(writer, round).chunks(50_000) {
                            content.write(Bytes::copy_from_slice(piece)).await.unwrap();
                        }
                        let object = Object { round, content: content.finish().await.unwrap() };
                        state.atomically(|| {
                            let key = (writer, round % OBJECTS);
                            match is_removal(round) {
                                true => drop(store.objects.remove(&key)),
                                false => drop(store.objects.insert(key, object)),
                            }
                            store.rounds.insert(writer, round);
                        });
                    };
                    state.durably(call).await.1.unwrap();
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

/// Lets it write so many rounds, kills it, and tells the last round of each writer that was acknowledged.
fn run_and_kill(folder: &Path, rounds: usize, acknowledged: &mut BTreeMap<u64, u64>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "contents::writes_contents_until_it_is_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.by_ref().find(|line| line.as_ref().is_ok_and(|line| line == "ready"));
    ready.expect("it gets ready").unwrap();
    let mut take = |line: String| {
        let Some((writer, round)) = line.split_once(' ') else { return };
        acknowledged.insert(writer.parse().unwrap(), round.parse().unwrap());
    };
    lines.by_ref().take(rounds).for_each(|line| take(line.unwrap()));
    child.kill().unwrap();
    child.wait().unwrap();
    lines.map_while(Result::ok).for_each(take);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What a process finds after another was killed.
async fn check(folder: &Path, acknowledged: &BTreeMap<u64, u64>, hint: &str) {
    let journal = open(folder);
    let (stores, store) = contents(journal.state());
    assert_eq!(journal.problems().list(), [], "{hint}");
    let mut large = 0;
    for writer in 0..WRITERS {
        let Some(last) = store.rounds.get(&writer) else {
            assert!(!acknowledged.contains_key(&writer), "{hint}: nothing is there of writer {writer}");
            continue;
        };
        let said = acknowledged.get(&writer).copied();
        assert!(Some(*last) >= said, "{hint}: writer {writer}: {said:?} was acknowledged, {last} is there");
        for number in 0..OBJECTS {
            // The round of this object that was the last to change it.
            let of = (0..=*last).rev().find(|round| round % OBJECTS == number);
            let there = store.objects.get(&(writer, number));
            let Some(of) = of.filter(|of| !is_removal(*of)) else {
                assert!(there.is_none(), "{hint}: writer {writer}, object {number} was removed");
                continue;
            };
            let there = there.unwrap();
            let (content, wanted) = (there.content.bytes().await.unwrap(), expected(writer, of));
            assert_eq!(there.round, of, "{hint}: writer {writer}, object {number}");
            assert!(content == wanted, "{hint}: writer {writer}, round {of}: other bytes");
            large += usize::from(wanted.len() > 8 << 10);
        }
    }
    drop(stores);
    assert_eq!(files(&folder.join("blobs")).len(), large, "{hint}: files without an object");
}

#[tokio::test]
async fn content_is_whole_after_a_kill() {
    let seed = 20_261_130;
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeMap::new();
    for kill in 0..KILLS {
        let rounds = random.random_range(WRITERS as usize * 5..300);
        run_and_kill(folder.path(), rounds, &mut acknowledged);
        check(folder.path(), &acknowledged, &format!("seed {seed}, kill {kill}")).await;
    }
    assert_eq!(acknowledged.len() as u64, WRITERS);
}
