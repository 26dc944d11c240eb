//! `asf wait`: until a process is ready. And how commands wait at all, which is in real time: they wait for
//! other processes, not for a moment in AWS's time.

use std::time::{Duration, Instant};

use super::{Failure, Outcome, Session, health};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Arguments of `wait`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Seconds to wait, at most
    #[arg(long, short, default_value_t = 60.0, value_name = "SECONDS")]
    timeout: f64,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    let deadline = Deadline::after(seconds(arguments.timeout)?);
    // Where it listens may be known only when it has begun to.
    while !health::is_ready(&session.target()?) {
        if deadline.is_over() {
            let message = format!("{} is not ready after {} s", session.target()?.url(), arguments.timeout);
            return Err(Failure::Timeout(message));
        }
        deadline.pause();
    }
    Ok(())
}

/// A number of seconds of the command line.
pub(super) fn seconds(number: f64) -> Result<Duration, Failure> {
    Duration::try_from_secs_f64(number)
        .map_err(|_| Failure::Usage(format!("{number} is no number of seconds to wait")))
}

/// The end of a wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Option<Instant>);

#[allow(clippy::disallowed_methods, reason = "commands wait for processes, in real time")]
impl Deadline {
    /// From now on; what is beyond the end of time never comes.
    pub(super) fn after(time: Duration) -> Self {
        Self(Instant::now().checked_add(time))
    }

    pub(super) fn is_over(self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }

    /// Waits a little.
    pub(super) fn pause(self) {
        std::thread::sleep(PAUSE);
    }

    /// Waits until something is so. False if it took too long.
    pub(super) fn until(self, mut is_so: impl FnMut() -> bool) -> bool {
        loop {
            if is_so() {
                return true;
            }
            if self.is_over() {
                return false;
            }
            self.pause();
        }
    }
}
