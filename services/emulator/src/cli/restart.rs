//! `asf restart`: stops what runs in the background, and starts it with the command line it had.

use super::{Failure, Outcome, Session, health, start, stop, wait};

/// Arguments of `restart`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Seconds that stopping and starting may take, each
    #[arg(long, short, default_value_t = 60.0, value_name = "SECONDS")]
    timeout: f64,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    let folder = session.run_dir()?;
    let Some(running) = folder.running()? else {
        return over_http(session, arguments);
    };
    let state = running.state;
    stop::run(session, &stop::Arguments::default())?;
    let (words, directory) = match state {
        Some(state) => (state.arguments, Some(state.directory)),
        None => (vec!["start".to_owned()], None),
    };
    start::in_background(session, &words, directory.as_deref())
}

/// What runs in a foreground or in a container is asked itself.
fn over_http(session: &Session, arguments: &Arguments) -> Outcome {
    let target = session.target()?;
    let Some(answer) = health::act(&target, "restart") else {
        return Err(Failure::NotRunning(format!("nothing answers at {}", target.url())));
    };
    if !answer.status.is_success() {
        let message =
            format!("what answers at {} cannot be asked to restart (HTTP {})", target.url(), answer.status);
        return Err(Failure::Other(anyhow::anyhow!(message)));
    }
    let deadline = wait::Deadline::after(wait::seconds(arguments.timeout)?);
    if deadline.until(|| health::is_ready(&target)) {
        return Ok(());
    }
    Err(Failure::Timeout(format!("{} is not ready after {} s", target.url(), arguments.timeout)))
}
