//! A disk that is full, and a store that is open already.

use crate::{
    engine::{self, Change, Engine},
    process::mib,
    workload::{Random, SERVICES},
};
use anyhow::Result;
use std::{path::Path, time::Instant};

pub fn run(engine: &str, dir: &Path) -> Result<()> {
    let filler = dir.join("filler");
    std::fs::write(&filler, vec![7; 40 << 20])?;
    let files = dir.join("store");
    let mut store = engine::open(engine, &files, SERVICES)?;
    let mut acknowledged = 0;
    let error = loop {
        match commit(store.as_ref(), acknowledged) {
            Ok(()) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    let size = mib(crate::process::size(&files)?);
    println!("full {engine}: after {acknowledged} commits of 64 KiB, {size:.0}MiB on disk: {error:#}");
    println!("full {engine}: again: {}", outcome(commit(store.as_ref(), acknowledged)));
    std::fs::remove_file(&filler)?;
    let start = Instant::now();
    let mut then = commit(store.as_ref(), acknowledged);
    while then.is_err() && start.elapsed().as_secs() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        then = commit(store.as_ref(), acknowledged);
    }
    acknowledged += u64::from(then.is_ok());
    println!("full {engine}: with room, same handle: {}", outcome(then));
    drop(store);
    match engine::open(engine, &files, SERVICES) {
        Err(error) => println!("full {engine}: reopened in the process: {error:#}"),
        Ok(again) => {
            store = again;
            let then = commit(store.as_ref(), acknowledged);
            acknowledged += u64::from(then.is_ok());
            println!("full {engine}: reopened in the process: {}", outcome(then));
            let mut right = 0;
            store.read(0, b"c/", &mut |key, value| {
                let number = std::str::from_utf8(&key[2..]).ok().and_then(|n| n.parse::<u64>().ok());
                right += u64::from(number.is_some_and(|n| Random::new(n).value(64 << 10) == value));
            })?;
            println!("full {engine}: {right} of {acknowledged} acknowledged commits are there");
        }
    }
    Ok(())
}

fn commit(store: &dyn Engine, number: u64) -> Result<()> {
    store.commit(&[Change::put(0, format!("c/{number:06}"), Random::new(number).value(64 << 10))])
}

fn outcome(result: Result<()>) -> String {
    result.map_or_else(|error| format!("{error:#}"), |()| "works".into())
}

pub fn twice(engine: &str, dir: &Path) -> Result<()> {
    let _store = engine::open(engine, dir, SERVICES)?;
    let second = engine::open(engine, dir, SERVICES).map(|_| ());
    println!("twice {engine}: same process: {}", outcome(second));
    let other =
        std::process::Command::new(std::env::current_exe()?).args(["check", engine]).arg(dir).output()?;
    println!("twice {engine}: other process: {}", String::from_utf8_lossy(&other.stdout).trim());
    Ok(())
}
