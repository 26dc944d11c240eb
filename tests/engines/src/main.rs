//! Measures storage engines with the journal's pattern of writes. `run.sh` runs it all; each command here is
//! one measurement in a process of its own, so that memory and bytes written are those of one engine.

// The workspace's clippy.toml keeps the product on its own clock; this is a stopwatch.
#![allow(clippy::disallowed_methods)]

mod churn;
mod commits;
mod damage;
mod engine;
mod full;
mod load;
mod process;
mod workload;

use anyhow::{Context, Result, bail};
use std::path::PathBuf;

const USAGE: &str = "\
engines idle ENGINE DIR SERVICES            memory, threads and time of an open, (nearly) empty store
engines commits ENGINE DIR TASKS SECONDS    group commit under TASKS concurrent requests
engines sequence ENGINE DIR COUNT           COUNT commits one after the other (for strace)
engines build ENGINE DIR ENTRIES close|kill fills a store; `kill` ends the process without closing it
engines open ENGINE DIR                     opens a filled store and reads one service
engines churn ENGINE DIR COMMITS            a queue and overwrites: space on disk
engines damage ENGINE DIR FLIPS             cut and flipped files: what does the next open say
engines kill ENGINE DIR ROUNDS              kill -9 at any moment: is all that was acknowledged there
engines acknowledge ENGINE DIR FIRST        (used by kill) commits numbers and prints them
engines check ENGINE DIR                    (used by damage) opens, compares and says what is there
engines full ENGINE DIR                     DIR is on a small file system: fill it, make room, go on
engines twice ENGINE DIR                    opens the same store twice
ENGINE: none, log, fjall, fjall-data, fjall-default, redb, redb-quick, redb-check, redb-cache, redb-sum";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [command, engine, dir, rest @ ..] = arguments.as_slice() else {
        bail!("{USAGE}");
    };
    let dir = PathBuf::from(dir);
    let number = |at: usize| -> Result<u64> { rest.get(at).context(USAGE)?.parse().context(USAGE) };
    match command.as_str() {
        "idle" => load::idle(engine, &dir, number(0)? as usize),
        "commits" => commits::run(engine, &dir, number(0)? as usize, number(1)?),
        "sequence" => commits::sequence(engine, &dir, number(0)?),
        "build" => load::build(engine, &dir, number(0)?, rest.get(1).context(USAGE)? == "kill"),
        "open" => load::open(engine, &dir),
        "churn" => churn::run(engine, &dir, number(0)?),
        "damage" => damage::run(engine, &dir, number(0)?),
        "kill" => damage::kill(engine, &dir, number(0)?),
        "acknowledge" => damage::acknowledge(engine, &dir, number(0)?),
        "check" => damage::check(engine, &dir),
        "full" => full::run(engine, &dir),
        "twice" => full::twice(engine, &dir),
        _ => bail!("{USAGE}"),
    }
}
