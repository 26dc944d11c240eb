//! Time, as handlers see it: one clock for the whole process, which a test freezes and moves.

mod controlled;

use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::Timestamp;

pub use controlled::{ClockState, ControlledClock};

/// Where time comes from. Visibility timeouts, delays, retention, token expiry all ask this and nothing
/// else.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Waits until [`now`](Self::now) is `at` or later. Under a clock that is moved by hand this ends
    /// when it is moved far enough, without real time passing.
    fn until(&self, at: Timestamp) -> BoxFuture<'_, ()>;
}

/// The time of the machine.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::new(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos())
    }

    #[allow(clippy::disallowed_methods, reason = "this is the one place that waits for the machine")]
    fn until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // Again after waking: the machine's time may have been set back meanwhile.
            while let Ok(millis @ 1..) = u64::try_from(at.millis() - self.now().millis()) {
                tokio::time::sleep(Duration::from_millis(millis)).await;
            }
        })
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<Timestamp>,
    moving: Mutex<()>,
}

impl ManualClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { now: watch::Sender::new(now), moving: Mutex::new(()) }
    }

    /// Moves it forward. Everything that waits for a time up to the new one goes on.
    pub fn advance(&self, by: Duration) {
        let _one_at_a_time = self.moving.lock();
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.now.send_modify(|now| *now = now.plus_millis(millis));
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.now.send_replace(now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let mut moved = self.now.subscribe();
        Box::pin(async move {
            // Fails only when the clock is gone, and with it whoever waits.
            let _ = moved.wait_for(|now| *now >= at).await;
        })
    }
}
