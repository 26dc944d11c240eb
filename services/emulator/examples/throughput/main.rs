//! Calls a second of `asf` beside a bare hyper server that reads the body and answers as many bytes, in the same
//! run, with the same client: what is between the two is what the emulator costs.
//!
//! `scripts/throughput` builds both and runs this. Servers are processes of their own; the client is one thread, which
//! has its share of the processors. Rounds alternate between the servers, and the median of each is shown, with the
//! time under which 99 of 100 answers of `asf` came. Variables of the environment reach `asf`: with
//! `VERIFY_SIGNATURES=1` the cost of that is in the figures of GetCallerIdentity, the one call that is signed in earnest.

#![allow(clippy::disallowed_methods, reason = "this measures real time")]

mod client;
mod server;
mod signing;
mod workload;

use std::time::Duration;

use anyhow::{Result, bail};
use client::Measured;
use server::Server;
use workload::{Unit, WORKLOADS, Workload};

const USAGE: &str = "usage: throughput PROGRAM [--seconds N] [--rounds N] [--list] [WORKLOAD...]";

struct Options {
    program: String,
    time: Duration,
    rounds: u32,
    workloads: Vec<&'static Workload>,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|it| it == "--bare") {
        return server::bare();
    }
    let options = options(arguments.into_iter())?;
    let client = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    client.block_on(run(&options))
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
    let Some(program) = arguments.next() else { bail!("{USAGE}") };
    let mut options = Options { program, time: Duration::from_secs(2), rounds: 3, workloads: Vec::new() };
    while let Some(argument) = arguments.next() {
        let mut number = || match arguments.next().map(|it| it.parse::<u32>()) {
            Some(Ok(number)) if number > 0 => Ok(number),
            _ => bail!("{argument} takes a number above zero"),
        };
        match argument.as_str() {
            "--seconds" => options.time = Duration::from_secs(number()?.into()),
            "--rounds" => options.rounds = number()?,
            "--list" => {
                for workload in WORKLOADS {
                    println!("{}", workload.name);
                }
                std::process::exit(0);
            }
            name => match WORKLOADS.iter().find(|it| it.name == name) {
                Some(workload) => options.workloads.push(workload),
                None => bail!("there is no workload {name:?}; {USAGE}"),
            },
        }
    }
    if options.workloads.is_empty() {
        options.workloads = WORKLOADS.iter().collect();
    }
    Ok(options)
}

async fn run(options: &Options) -> Result<()> {
    let (asf, bare) = (Server::asf(&options.program)?, Server::bare()?);
    println!("{} rounds of {} s, medians:\n", options.rounds, options.time.as_secs());
    println!("| call | connections | bare hyper | asf | asf / bare | 99 % of asf under |");
    println!("|---|---|---|---|---|---|");
    for workload in &options.workloads {
        let answer = client::prepare(workload, asf.port).await?;
        for &connections in workload.connections {
            let (mut of_bare, mut of_asf) = (Vec::new(), Vec::new());
            for _ in 0..options.rounds {
                of_bare.push(client::measure(workload, bare.port, connections, answer, options.time).await?);
                of_asf.push(client::measure(workload, asf.port, connections, answer, options.time).await?);
            }
            line(workload, connections, median(of_bare), median(of_asf));
        }
    }
    Ok(())
}

fn line(workload: &Workload, connections: usize, bare: Measured, asf: Measured) {
    let rate = |measured: &Measured| match workload.unit {
        Unit::Calls => format!("{:.0}/s", measured.rate),
        Unit::Bytes(size) => format!("{:.0} MiB/s", measured.rate * size as f64 / f64::from(1 << 20)),
    };
    let (name, of_bare, of_asf) = (workload.name, rate(&bare), rate(&asf));
    let ratio = 100.0 * asf.rate / bare.rate;
    let slow = asf.slow.as_secs_f64() * 1000.0;
    println!("| {name} | {connections} | {of_bare} | {of_asf} | {ratio:.0} % | {slow:.1} ms |");
}

/// The round in the middle, by rate.
fn median(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}
