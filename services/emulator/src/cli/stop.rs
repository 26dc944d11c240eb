//! `asf stop`: by signal what runs in the background, over HTTP what runs elsewhere.

use std::time::Duration;

use super::process::{self, End};
use super::run_dir::Running;
use super::wait::{Deadline, seconds};
use super::{Failure, Outcome, Session, health};

/// How long a process that was killed may take to be gone.
const KILL_TIME: Duration = Duration::from_secs(5);

/// Arguments of `stop`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Seconds after which it is ended at once, requests under way or not
    #[arg(long, short, default_value_t = 15.0, value_name = "SECONDS")]
    timeout: f64,
}

impl Default for Arguments {
    fn default() -> Self {
        Self { timeout: 15.0 }
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    let time = seconds(arguments.timeout)?;
    match session.run_dir()?.running()? {
        Some(running) => by_signal(session, &running, time)?,
        None => over_http(session, time)?,
    }
    session.remark("stopped");
    Ok(())
}

fn by_signal(session: &Session, running: &Running, time: Duration) -> Outcome {
    let folder = session.run_dir()?;
    let gone = || folder.running().is_ok_and(|now| now.is_none_or(|now| now.pid != running.pid));
    if !process::end(running.pid, End::Gracefully) && !gone() {
        // Another user's, or a system without signals.
        return over_http(session, time);
    }
    if Deadline::after(time).until(gone) {
        return Ok(());
    }
    session.remark(format!("it does not end in {} s and is killed", time.as_secs_f64()));
    process::end(running.pid, End::AtOnce);
    if Deadline::after(KILL_TIME).until(gone) {
        return Ok(());
    }
    Err(Failure::Timeout(format!("process {} does not end", running.pid)))
}

fn over_http(session: &Session, time: Duration) -> Outcome {
    let target = session.target()?;
    let Some(answer) = health::act(&target, "kill") else {
        return Err(Failure::NotRunning(format!("nothing answers at {}", target.url())));
    };
    if !answer.status.is_success() {
        let message =
            format!("what answers at {} cannot be asked to stop (HTTP {})", target.url(), answer.status);
        return Err(Failure::Other(anyhow::anyhow!(message)));
    }
    if Deadline::after(time).until(|| health::health(&target).is_none()) {
        return Ok(());
    }
    let message = format!("what answers at {} still does after {} s", target.url(), time.as_secs_f64());
    Err(Failure::Timeout(message))
}
