//! A token bucket that is filled by the clock of the emulator.

use std::sync::{Mutex, PoisonError};

use crate::Timestamp;

/// Tokens: each call takes one, and so many come back in a second.
#[derive(Debug)]
pub(super) struct TokenBucket {
    rate: f64,
    burst: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    /// When they were counted; none before the first call.
    at: Option<Timestamp>,
}

impl TokenBucket {
    /// A full one.
    pub(super) fn new(rate: f64, burst: f64) -> Self {
        Self { rate, burst, state: Mutex::new(State { tokens: burst, at: None }) }
    }

    /// Takes a token; false if there is none.
    pub(super) fn take(&self, now: Timestamp) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let since = state.at.map_or(0.0, |at| (now.millis() - at.millis()) as f64 / 1e3);
        // A clock that was set back takes nothing away.
        state.tokens = self.burst.min(state.tokens + since.max(0.0) * self.rate);
        state.at = Some(now);
        if state.tokens < 1.0 {
            return false;
        }
        state.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills() {
        let bucket = TokenBucket::new(2.0, 3.0);
        // Milliseconds at which a token is asked for, and whether there is one.
        for (at, expected) in [
            (0, true),
            (0, true),
            (0, true),
            (0, false),
            (400, false),
            (500, true),
            (500, false),
            (100, false),
            (600, true),
            (60_000, true),
            (60_000, true),
            (60_000, true),
            (60_000, false),
        ] {
            assert_eq!(bucket.take(Timestamp::from_millis(at)), expected, "at {at}");
        }
    }
}
