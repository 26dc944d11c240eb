//! Starting: an empty store, a large one, one that was not closed.

use crate::{
    engine::{self, Change},
    process,
    workload::{QUEUES, Random, SERVICES, TABLES, item, message},
};
use anyhow::Result;
use std::{
    path::Path,
    time::{Duration, Instant},
};

pub fn idle(engine: &str, dir: &Path, services: usize) -> Result<()> {
    let (before, _) = process::memory()?;
    let start = Instant::now();
    drop(engine::open(engine, dir, services)?);
    let create = start.elapsed();
    let start = Instant::now();
    let store = engine::open(engine, dir, services)?;
    let open = start.elapsed();
    store.commit(&[Change::put(0, message(1), vec![7; 200])])?;
    std::thread::sleep(Duration::from_millis(300));
    let (resident, _) = process::memory()?;
    println!(
        "idle {engine} services={services} create={:.1}ms open={:.1}ms rss=+{:.1}MiB threads=+{} disk={:.2}MiB",
        create.as_secs_f64() * 1e3,
        open.as_secs_f64() * 1e3,
        resident - before,
        process::number("status", "Threads")? - 1,
        process::mib(process::size(dir)?),
    );
    drop(store);
    Ok(())
}

/// Items of 200 bytes, in no order, and a hundredth of that in messages.
pub fn build(engine: &str, dir: &Path, entries: u64, kill: bool) -> Result<()> {
    let store = engine::open(engine, dir, SERVICES)?;
    let mut random = Random::new(1);
    let start = Instant::now();
    let mut changes = Vec::new();
    for number in 0..entries {
        // 7919 is a prime, so each number comes once.
        changes.push(Change::put(TABLES, item(number * 7919 % entries), random.value(200)));
        if number % 100 == 0 {
            changes.push(Change::put(QUEUES, message(number), random.value(200)));
        }
        if changes.len() >= 5000 || number + 1 == entries {
            store.commit(&changes)?;
            changes.clear();
        }
    }
    println!(
        "build {engine} entries={entries} kill={kill} {:.1}s disk={:.0}MiB rss={:.0}MiB",
        start.elapsed().as_secs_f64(),
        process::mib(process::size(dir)?),
        process::memory()?.0,
    );
    if kill {
        std::process::abort();
    }
    Ok(())
}

pub fn open(engine: &str, dir: &Path) -> Result<()> {
    let (before, _) = process::memory()?;
    let start = Instant::now();
    let store = engine::open(engine, dir, SERVICES)?;
    let opened = start.elapsed();
    let (after_open, peak_open) = process::memory()?;
    let start = Instant::now();
    let (mut entries, mut bytes) = (0, 0);
    store.read(TABLES, b"dynamodb/", &mut |key, value| {
        entries += 1;
        bytes += key.len() + value.len();
    })?;
    let read = start.elapsed();
    let (after_read, peak_read) = process::memory()?;
    println!(
        "open {engine} open={:.1}ms rss=+{:.0}MiB (at most {:.0}) read {entries} entries, {:.0}MiB in {:.2}s \
         rss=+{:.0}MiB (at most {:.0}) disk={:.0}MiB",
        opened.as_secs_f64() * 1e3,
        after_open - before,
        peak_open - before,
        process::mib(bytes as u64),
        read.as_secs_f64(),
        after_read - before,
        peak_read - before,
        process::mib(process::size(dir)?),
    );
    Ok(())
}
