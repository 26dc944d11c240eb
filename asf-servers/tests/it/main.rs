//! Servers with real processes.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod docker;
mod life;
mod orphans;
mod proxies;

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::clock::ManualClock;
use asf_servers::{ProcessServer, Server, ServerOptions, Status};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/server.py");

/// The server of `server.py`, with options.
fn process(options: &[&str]) -> ProcessServer {
    let options: Vec<String> = options.iter().map(|it| (*it).to_owned()).collect();
    ProcessServer::new("it", move |at| command(at, &options))
}

fn command(at: SocketAddr, options: &[String]) -> Command {
    let mut command = Command::new("python3");
    command.arg(SCRIPT).arg(at.port().to_string()).args(options);
    command
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp::from_seconds(1_000_000)))
}

fn with_clock(clock: &Arc<ManualClock>) -> ServerOptions {
    ServerOptions { clock: clock.clone(), ..ServerOptions::default() }
}

/// The process ids of all that was started, in order.
fn pids(server: &Server) -> Vec<i32> {
    let lines = server.logs().tail(usize::MAX);
    lines.iter().filter_map(|line| line.strip_prefix("pid ")?.parse().ok()).collect()
}

fn crash(server: &Server) {
    let pid = rustix::process::Pid::from_raw(*pids(server).last().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

async fn until(server: &Server, what: impl FnMut(&Status) -> bool) -> Status {
    server.watch().wait_for(what).await.unwrap().clone()
}
