//! Files that are cut or have a wrong byte: does the next open notice, and what is lost.
//!
//! A store gets commits with a number each; every commit was acknowledged. Each trial copies the files, harms
//! the copy and has another process look at it, because an engine may panic, abort or never come back.

use crate::{
    engine::{self, Change},
    workload::{Random, SERVICES},
};
use anyhow::{Context, Result};
use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const COMMITS: u64 = 1000;

pub fn run(engine: &str, dir: &Path, flips: u64) -> Result<()> {
    let live = dir.join("live");
    let mut store = engine::open(engine, &live, SERVICES)?;
    let before = dir.join("before");
    for number in 0..COMMITS {
        if number == COMMITS - 1 {
            copy(&live, &before)?;
        }
        store.commit(&[
            Change::put(0, format!("c/{number:06}"), Random::new(number).value(300)),
            Change::put(1, "last".into(), number.to_string().into_bytes()),
        ])?;
    }
    // What kill -9 leaves is what the files say now.
    let killed = dir.join("killed");
    copy(&live, &killed)?;
    store.settle()?;
    drop(store);

    report(engine, "killed, untouched", vec![trial(engine, &killed, dir, |_| Ok(()))?]);
    let journal = newest(&killed)?;
    let end = data_end(&killed.join(&journal))?;
    let length = std::fs::metadata(killed.join(&journal))?.len();
    // Inside the last commit's record (fjall and log); of redb, the end of the file is any page.
    for cut in [1, 10, 100, 300, 5000] {
        let verdict = trial(engine, &killed, dir, |files| {
            OpenOptions::new().write(true).open(files.join(&journal))?.set_len(end - cut)?;
            // A journal that was preallocated keeps its length in a crash: zeros follow.
            let file = OpenOptions::new().write(true).open(files.join(&journal))?;
            Ok(file.set_len(if engine.starts_with("fjall") { length } else { end - cut })?)
        })?;
        report(engine, &format!("killed, last {cut} bytes of data gone"), vec![verdict]);
    }
    let mut random = Random::new(17);
    let mut verdicts = Vec::new();
    for _ in 0..flips / 3 {
        verdicts.push(trial(engine, &before, dir, |copy| tear(&killed, copy, &mut random))?);
    }
    report(engine, "power lost in the last commit's fsync", verdicts);
    for (state, files) in [("killed", &killed), ("closed, settled", &live)] {
        let mut random = Random::new(11);
        let targets = bytes_of(files)?;
        let mut verdicts = Vec::new();
        for _ in 0..flips {
            let (file, at) = &targets[random.below(targets.len() as u64) as usize];
            let bit = 1 << random.below(8);
            verdicts.push(trial(engine, files, dir, |copy| {
                let mut file = OpenOptions::new().read(true).write(true).open(copy.join(file))?;
                let mut byte = [0];
                file.seek(SeekFrom::Start(*at))?;
                file.read_exact(&mut byte)?;
                file.seek(SeekFrom::Start(*at))?;
                Ok(file.write_all(&[byte[0] ^ bit])?)
            })?);
        }
        report(engine, &format!("{state}, one bit flipped"), verdicts);
    }
    Ok(())
}

/// Kills a process that commits, at any moment, and looks whether all it acknowledged is there; `rounds` times
/// on one store.
pub fn kill(engine: &str, dir: &Path, rounds: u64) -> Result<()> {
    let mut random = Random::new(5);
    let (mut acknowledged, mut lost, mut broken) = (0, 0, 0);
    let mut opens = Vec::new();
    for _ in 0..rounds {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["acknowledge", engine])
            .arg(dir)
            .arg(acknowledged.to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("piped")?;
        let until = Instant::now() + Duration::from_millis(100 + random.below(600));
        let reader = std::thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).last());
        std::thread::sleep(until - Instant::now());
        child.kill()?;
        child.wait()?;
        // A number is printed after its commit returned. The last line may be cut; then it reads smaller.
        let said = reader.join().map_err(|_| anyhow::anyhow!("the reader panicked"))?;
        acknowledged = acknowledged.max(said.and_then(|line| line.parse::<u64>().ok()).map_or(0, |n| n + 1));
        let start = Instant::now();
        let store = engine::open(engine, dir, SERVICES)?;
        opens.push(start.elapsed());
        let mut found = Vec::new();
        store.read(0, b"c/", &mut |key, value| {
            if let Some(number) = std::str::from_utf8(&key[2..]).ok().and_then(|n| n.parse::<u64>().ok()) {
                broken += u64::from(Random::new(number).value(300) != value);
                found.push(number);
            }
        })?;
        broken += u64::from(!found.iter().copied().eq(0..found.len() as u64));
        lost += acknowledged.saturating_sub(found.len() as u64);
        acknowledged = found.len() as u64;
    }
    opens.sort_unstable();
    println!(
        "kill {engine}: {rounds} times, {acknowledged} commits: {lost} acknowledged ones lost, {broken} broken; \
         open {:.0}ms (median)",
        opens[opens.len() / 2].as_secs_f64() * 1e3
    );
    Ok(())
}

/// Commits numbers from `first` until it is killed, and prints each when it is durable.
pub fn acknowledge(engine: &str, dir: &Path, first: u64) -> Result<()> {
    let store = engine::open(engine, dir, SERVICES)?;
    for number in first.. {
        store.commit(&[Change::put(0, format!("c/{number:06}"), Random::new(number).value(300))])?;
        writeln!(std::io::stdout(), "{number}")?;
    }
    Ok(())
}

/// Opens the store and says in one line what is there.
pub fn check(engine: &str, dir: &Path) -> Result<()> {
    let store = match engine::open(engine, dir, SERVICES) {
        Ok(store) => store,
        Err(error) => return say(&format!("open refused: {}", digitless(&format!("{error:#}")))),
    };
    let (mut found, mut wrong) = (Vec::new(), 0);
    let mut last = None;
    let read = store
        .read(0, b"c/", &mut |key, value| {
            let number = std::str::from_utf8(&key[2..]).ok().and_then(|n| n.parse::<u64>().ok());
            match number {
                Some(number) if Random::new(number).value(300) == value => found.push(number),
                _ => wrong += 1,
            }
        })
        .and_then(|()| {
            store.read(1, b"last", &mut |_, value| {
                last = std::str::from_utf8(value).ok().and_then(|n| n.parse::<u64>().ok());
            })
        });
    let there = found.len() as u64;
    let expected = there.checked_sub(1);
    let verdict = match read {
        Err(error) => format!("read refused: {}", digitless(&format!("{error:#}"))),
        Ok(()) if wrong > 0 => "WRONG VALUES".into(),
        Ok(()) if there == COMMITS && last == expected => "all there".into(),
        Ok(()) if found.iter().copied().eq(0..there) && last == expected && COMMITS - there <= 1 => {
            "last commit lost, not said".into()
        }
        Ok(()) if found.iter().copied().eq(0..there) && last == expected => {
            "MANY COMMITS LOST, NOT SAID".into()
        }
        Ok(()) => "INCONSISTENT, NOT SAID".into(),
    };
    say(&verdict)
}

fn say(verdict: &str) -> Result<()> {
    println!("{verdict}");
    Ok(())
}

/// Messages that differ in an offset only are one kind.
fn digitless(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
    text.replace('\n', " ").chars().take(80).collect()
}

fn trial(engine: &str, from: &Path, dir: &Path, harm: impl FnOnce(&Path) -> Result<()>) -> Result<String> {
    let copied = dir.join("trial");
    if copied.exists() {
        std::fs::remove_dir_all(&copied)?;
    }
    copy(from, &copied)?;
    harm(&copied)?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["check", engine])
        .arg(&copied)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let start = Instant::now();
    while child.try_wait()?.is_none() {
        if start.elapsed() > Duration::from_secs(20) {
            child.kill()?;
            child.wait()?;
            return Ok("HANGS".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(match (output.status.success(), said.is_empty()) {
        (true, _) => said,
        (false, true) => "PANIC on open or read".into(),
        (false, false) => format!("{said}, then PANIC"),
    })
}

/// Half of the blocks that the last commit wrote reach the disk: what a loss of power may leave, as long as
/// fsync has not returned.
fn tear(after: &Path, copy: &Path, random: &mut Random) -> Result<()> {
    const BLOCK: usize = 4096;
    for path in files(after)? {
        let name = path.strip_prefix(after)?;
        let fresh = data(&path)?;
        let mut torn = data(&copy.join(name)).unwrap_or_default();
        torn.resize(torn.len().max(fresh.len()), 0);
        for at in (0..fresh.len()).step_by(BLOCK) {
            let block = at..fresh.len().min(at + BLOCK);
            if random.below(2) == 0 {
                torn[block.clone()].copy_from_slice(&fresh[block]);
            }
        }
        std::fs::write(copy.join(name), torn)?;
        let length = std::fs::metadata(&path)?.len();
        OpenOptions::new().write(true).open(copy.join(name))?.set_len(length)?;
    }
    Ok(())
}

fn report(engine: &str, what: &str, verdicts: Vec<String>) {
    let mut counts = BTreeMap::<String, u64>::new();
    for verdict in verdicts {
        *counts.entry(verdict).or_default() += 1;
    }
    for (verdict, count) in counts {
        println!("damage {engine} {what}: {count} x {verdict}");
    }
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() { all.extend(files(&path)?) } else { all.push(path) }
    }
    all.sort();
    Ok(all)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("a name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            std::fs::write(&target, data(&path)?)?;
            OpenOptions::new().write(true).open(&target)?.set_len(std::fs::metadata(&path)?.len())?;
        }
    }
    Ok(())
}

/// The file with the commits: the one with most bytes that are not zero.
fn newest(dir: &Path) -> Result<PathBuf> {
    let mut best = (0, PathBuf::new());
    for path in files(dir)? {
        best = best.max((data_end(&path)?, path.strip_prefix(dir)?.to_path_buf()));
    }
    Ok(best.1)
}

fn data_end(path: &Path) -> Result<u64> {
    Ok(data(path)?.len() as u64)
}

/// A file without the zeros at its end. A preallocated journal is a hole of 64 MiB but for its beginning, so it
/// is read only as far as there is anything in it.
fn data(path: &Path) -> Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let preallocated = path.extension().is_some_and(|extension| extension == "jnl");
    let mut data = Vec::new();
    loop {
        let read = Read::by_ref(&mut file).take(1 << 20).read_to_end(&mut data)?;
        let fresh = &data[data.len() - read..];
        if read == 0 || (preallocated && fresh.iter().all(|byte| *byte == 0)) {
            break;
        }
    }
    data.truncate(data.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1));
    Ok(data)
}

/// Every byte that is not zero: (file, offset).
fn bytes_of(dir: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let mut all = Vec::new();
    for path in files(dir)? {
        let name = path.strip_prefix(dir)?.to_path_buf();
        let data = data(&path)?;
        let written = data.iter().enumerate().filter(|(_, byte)| **byte != 0);
        all.extend(written.map(|(at, _)| (name.clone(), at as u64)));
    }
    Ok(all)
}
