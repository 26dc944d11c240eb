//! The figures of docs/persistence.md: `cargo test --release -p asf-journal figures -- --ignored --nocapture`.

#![allow(clippy::disallowed_methods, reason = "this measures")]

use std::path::Path;
use std::time::{Duration, Instant};

use asf_journal::{Journal, Options, Save};
use asf_macros::Record;
use asf_store::{Hashed, Reach, State, Table};
use serde::{Deserialize, Serialize};

const MILLION: u64 = 1_000_000;

/// About what a small message is.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
#[record(crate = asf_store)]
struct Message {
    id: String,
    body: String,
    sent: u64,
    receives: u32,
    attributes: Vec<(String, String)>,
}

fn message(number: u64) -> Message {
    Message {
        id: format!("{number:032x}"),
        body: format!("body of message {number} ").repeat(5),
        sent: number,
        receives: 0,
        attributes: vec![("SenderId".to_owned(), "000000000000".to_owned())],
    }
}

fn messages(state: &State) -> Table<String, Message> {
    state.opener("of-tests").table("messages", Reach::CrossAccount)
}

fn key(number: u64) -> String {
    // In no order: as receipt handles and ids are.
    format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn megabytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |it| it.len() >> 20)
}

/// Of this process, in MiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("0 0");
    line.split_whitespace().nth(1).and_then(|it| it.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Runs writers for a while. Returns writes a second, and the median and 99th percentile of one in ms.
async fn writes(state: &State, writers: u64, for_: Duration) -> (f64, f64, f64) {
    let table = messages(state);
    let begin = Instant::now();
    let tasks = (0..writers).map(|writer| {
        let (state, table) = (state.clone(), table.clone());
        tokio::spawn(async move {
            let mut times = Vec::new();
            for number in 0.. {
                let begun = Instant::now();
                let number = (writer * 7919 + number * 104_729) % MILLION;
                let change = async { drop(table.insert(key(number), message(number))) };
                state.durably(change).await.1.unwrap();
                times.push(begun.elapsed().as_secs_f64() * 1e3);
                if begin.elapsed() > for_ {
                    break;
                }
            }
            times
        })
    });
    let mut times = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        times.extend(task.await.unwrap());
    }
    let rate = times.len() as f64 / begin.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    (rate, times[times.len() / 2], times[times.len() * 99 / 100])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, for minutes"]
async fn figures() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("entries.redb");
    let begin = Instant::now();
    let journal = Journal::open(Options::new(folder.path())).unwrap();
    println!("open, empty: {:?}", begin.elapsed());
    let begin = Instant::now();
    let table = messages(journal.state());
    journal.state().durably(async { table.insert(key(0), message(0)) }).await.1.unwrap();
    println!("first write, which makes the file: {:?}, {} MiB", begin.elapsed(), megabytes(&file));
    let fill = |from: u64, to: u64| (from..to).for_each(|it| drop(table.insert(key(it), message(it))));
    journal.state().durably(async { fill(0, 100) }).await.1.unwrap();
    for writers in [1, 16, 64] {
        let (rate, median, high) = writes(journal.state(), writers, Duration::from_secs(4)).await;
        println!("writes, few entries, {writers} writers: {rate:.0}/s, p50 {median:.2} ms, p99 {high:.2} ms");
    }
    let begin = Instant::now();
    for part in 0..100 {
        journal
            .state()
            .durably(async { fill(part * MILLION / 100, (part + 1) * MILLION / 100) })
            .await
            .1
            .unwrap();
    }
    println!(
        "a million entries: {:?}, {} MiB on disk, {} MiB resident",
        begin.elapsed(),
        megabytes(&file),
        resident()
    );
    for writers in [1, 16, 64] {
        let (rate, median, high) = writes(journal.state(), writers, Duration::from_secs(4)).await;
        println!(
            "writes, a million entries, {writers} writers: {rate:.0}/s, p50 {median:.2} ms, p99 {high:.2} ms"
        );
    }
    let killed = tempfile::tempdir().unwrap();
    for name in ["format", "commits", "entries.redb"] {
        std::fs::copy(folder.path().join(name), killed.path().join(name)).unwrap();
    }
    drop(table);
    let begin = Instant::now();
    drop(journal);
    println!("close: {:?}, {} MiB on disk", begin.elapsed(), megabytes(&file));
    for (hint, folder) in
        [("closed", folder.path()), ("killed", killed.path()), ("closed again", killed.path())]
    {
        let before = resident();
        let begin = Instant::now();
        let journal = Journal::open(Options::new(folder)).unwrap();
        let opened = begin.elapsed();
        let table = messages(journal.state());
        println!(
            "start with {} entries, {hint}: open {opened:?}, read {:?}, {} MiB more",
            table.len(),
            begin.elapsed() - opened,
            resident().saturating_sub(before)
        );
        let other: Table<u64, u64, Hashed> = journal.state().opener("other").table("a", Reach::CrossAccount);
        assert!(other.is_empty());
        assert_eq!(journal.problems().list(), []);
    }
    let by_hand = tempfile::tempdir().unwrap();
    let lazy = Journal::open(Options { save: Save::Manual, ..Options::new(by_hand.path()) });
    let lazy = lazy.unwrap();
    let table = messages(lazy.state());
    let begin = Instant::now();
    (0..MILLION).for_each(|it| drop(table.insert(key(it % 100), message(it % 100))));
    println!("a million changes of 100 entries that nobody saves: {:?}", begin.elapsed());
    let begin = Instant::now();
    lazy.save(None).await.unwrap();
    println!("and a save: {:?}", begin.elapsed());
}
