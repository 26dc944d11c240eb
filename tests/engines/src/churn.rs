//! A store that stays small while much goes through it: what it takes on disk, and what the next start costs.

use crate::{
    engine::{self, Change, Engine},
    process::{self, mib},
    workload::{QUEUES, Random, SERVICES, TABLES, item, message},
};
use anyhow::Result;
use std::{path::Path, time::Instant};

/// Messages that are in the queue at any time, and items that are written over.
const WAITING: u64 = 1000;
const ITEMS: u64 = 10_000;
/// Messages sent, deleted, and items put, a commit.
const EACH: u64 = 100;
const BACKLOG: u64 = 200_000;

pub fn run(engine: &str, dir: &Path, commits: u64) -> Result<()> {
    let mut store = engine::open(engine, dir, SERVICES)?;
    let mut random = Random::new(3);
    let (before, start) = (process::written()?, Instant::now());
    let (mut most, mut bytes) = (0, 0);
    for commit in 0..commits {
        let mut changes = Vec::new();
        for number in commit * EACH..(commit + 1) * EACH {
            changes.push(Change::put(QUEUES, message(number), random.value(300)));
            if let Some(old) = number.checked_sub(WAITING) {
                changes.push(Change::delete(QUEUES, message(old)));
            }
            changes.push(Change::put(TABLES, item(random.below(ITEMS)), random.value(300)));
        }
        bytes += changes.iter().map(Change::size).sum::<u64>();
        store.commit(&changes)?;
        if commit % 100 == 0 {
            most = most.max(process::size(dir)?);
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "churn {engine} changes={} in {seconds:.0}s live={:.1}MiB through={:.0}MiB written={:.0}MiB disk: most={:.0}MiB \
         now={:.0}MiB rss={:.0}MiB",
        commits * EACH * 3,
        mib(WAITING * 352 + ITEMS * 358),
        mib(bytes),
        mib(process::written()? - before),
        mib(most),
        mib(process::size(dir)?),
        process::memory()?.0,
    );
    drop(store);
    store = reopen(engine, dir, "after churn")?;
    settle(engine, dir, store.as_mut())?;

    // A backlog: many messages wait, then all are taken.
    let numbers: Vec<u64> = (1 << 40..(1 << 40) + BACKLOG).collect();
    for numbers in numbers.chunks(300) {
        let put = |number: &u64| Change::put(QUEUES, message(*number), random.value(300));
        store.commit(&numbers.iter().map(put).collect::<Vec<_>>())?;
    }
    let full = process::size(dir)?;
    for numbers in numbers.chunks(300) {
        let delete = |number: &u64| Change::delete(QUEUES, message(*number));
        store.commit(&numbers.iter().map(delete).collect::<Vec<_>>())?;
    }
    println!(
        "backlog {engine} {BACKLOG} messages, {:.0}MiB: disk with them {:.0}MiB, without {:.0}MiB",
        mib(BACKLOG * 352),
        mib(full),
        mib(process::size(dir)?)
    );
    drop(store);
    store = reopen(engine, dir, "after backlog")?;
    settle(engine, dir, store.as_mut())
}

fn reopen(engine: &str, dir: &Path, when: &str) -> Result<Box<dyn Engine>> {
    let start = Instant::now();
    let store = engine::open(engine, dir, SERVICES)?;
    let opened = start.elapsed();
    let start = Instant::now();
    let mut entries = 0;
    store.read(QUEUES, b"sqs/", &mut |_, _| entries += 1)?;
    println!(
        "reopen {engine} {when}: open {:.1}ms, read {entries} messages {:.1}ms, disk {:.0}MiB",
        opened.as_secs_f64() * 1e3,
        start.elapsed().as_secs_f64() * 1e3,
        mib(process::size(dir)?)
    );
    Ok(store)
}

fn settle(engine: &str, dir: &Path, store: &mut dyn Engine) -> Result<()> {
    let start = Instant::now();
    let done = store.settle();
    println!(
        "settle {engine}: {:.0}ms, disk {:.0}MiB {}",
        start.elapsed().as_secs_f64() * 1e3,
        mib(process::size(dir)?),
        done.map_or_else(|error| format!("{error:#}"), |()| String::new()),
    );
    Ok(())
}
