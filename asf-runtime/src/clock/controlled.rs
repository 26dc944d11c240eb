//! The machine's time until someone moves it: frozen, advanced, set, resumed while the process runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::{Clock, SystemClock};
use crate::Timestamp;

/// How a [`ControlledClock`] differs from the machine's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockState {
    /// Milliseconds ahead of the machine; not used while frozen.
    pub offset_millis: i64,
    /// The time at which it stands still.
    pub frozen_at: Option<Timestamp>,
}

impl ClockState {
    fn now(self) -> Timestamp {
        self.frozen_at.unwrap_or_else(|| SystemClock.now().plus_millis(self.offset_millis))
    }

    fn moved_to(self, to: Timestamp) -> Self {
        match self.frozen_at {
            Some(_) => Self { frozen_at: Some(to), ..self },
            None => Self { offset_millis: to.millis() - SystemClock.now().millis(), ..self },
        }
    }
}

/// The machine's time plus an offset, or a time that stands still. Whoever waits in
/// [`until`](Clock::until) looks again whenever it is moved.
#[derive(Debug)]
pub struct ControlledClock {
    state: watch::Sender<ClockState>,
    /// Whether `state` says anything: a clock that nobody moved costs one load more than the machine's.
    is_moved: AtomicBool,
}

impl Default for ControlledClock {
    fn default() -> Self {
        Self { state: watch::Sender::new(ClockState::default()), is_moved: AtomicBool::new(false) }
    }
}

impl ControlledClock {
    /// One that begins like another, and goes its own way.
    #[must_use]
    pub fn like(other: &Self) -> Self {
        let state = other.state();
        let is_moved = AtomicBool::new(state != ClockState::default());
        Self { state: watch::Sender::new(state), is_moved }
    }

    /// How it differs from the machine's time.
    #[must_use]
    pub fn state(&self) -> ClockState {
        *self.state.borrow()
    }

    /// Stops it where it is.
    pub fn freeze(&self) {
        self.change(|state| ClockState { frozen_at: Some(state.now()), ..state });
    }

    /// Lets it run on from where it stands.
    pub fn resume(&self) {
        self.change(|state| match state.frozen_at {
            Some(at) => ClockState { frozen_at: None, ..state }.moved_to(at),
            None => state,
        });
    }

    /// Moves it forward, frozen or not.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.change(|state| match state.frozen_at {
            Some(at) => ClockState { frozen_at: Some(at.plus_millis(millis)), ..state },
            None => ClockState { offset_millis: state.offset_millis.saturating_add(millis), ..state },
        });
    }

    /// Sets it, forward or back; frozen, it stays so.
    pub fn set(&self, to: Timestamp) {
        self.change(|state| state.moved_to(to));
    }

    /// Back to the machine's time.
    pub fn reset(&self) {
        self.change(|_| ClockState::default());
    }

    fn change(&self, change: impl FnOnce(ClockState) -> ClockState) {
        self.state.send_modify(|state| {
            *state = change(*state);
            self.is_moved.store(*state != ClockState::default(), Ordering::Release);
        });
    }
}

impl Clock for ControlledClock {
    fn now(&self) -> Timestamp {
        if self.is_moved.load(Ordering::Acquire) { self.state().now() } else { SystemClock.now() }
    }

    #[allow(clippy::disallowed_methods, reason = "while it runs, it runs as the machine's time does")]
    fn until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let mut moved = self.state.subscribe();
        Box::pin(async move {
            loop {
                let state = *moved.borrow_and_update();
                let now = state.now();
                if now >= at {
                    return;
                }
                let changed = moved.changed();
                if state.frozen_at.is_some() {
                    let _ = changed.await;
                } else {
                    // At least one, for what is left of a millisecond.
                    let left = u64::try_from(at.millis() - now.millis()).unwrap_or_default().max(1);
                    let _ = tokio::time::timeout(Duration::from_millis(left), changed).await;
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn moves() {
        let clock = ControlledClock::default();
        clock.freeze();
        clock.set(Timestamp::from_seconds(1000));
        assert_eq!(clock.now(), Timestamp::from_seconds(1000));
        clock.advance(Duration::from_secs(90));
        assert_eq!(clock.now(), Timestamp::from_seconds(1090));
        clock.resume();
        let ran = clock.now().millis() - 1_090_000;
        assert!((0..60_000).contains(&ran), "{ran}");
        clock.reset();
        assert_eq!(clock.state(), ClockState::default());
    }

    #[test]
    fn one_like_another_goes_its_own_way() {
        let clock = ControlledClock::default();
        clock.freeze();
        clock.set(Timestamp::from_seconds(1000));
        let other = ControlledClock::like(&clock);
        assert_eq!(other.now(), Timestamp::from_seconds(1000));
        other.advance(Duration::from_secs(5));
        assert_eq!(clock.now(), Timestamp::from_seconds(1000));
        assert_eq!(other.now(), Timestamp::from_seconds(1005));
    }

    #[tokio::test]
    async fn waiters_wake_when_it_is_moved() {
        for is_frozen in [false, true] {
            let clock = ControlledClock::default();
            if is_frozen {
                clock.freeze();
            }
            let mut waiting = clock.until(clock.now().plus_seconds(3600));
            assert!((&mut waiting).now_or_never().is_none());
            clock.advance(Duration::from_secs(1800));
            assert!((&mut waiting).now_or_never().is_none());
            clock.advance(Duration::from_secs(1801));
            assert!((&mut waiting).now_or_never().is_some(), "frozen: {is_frozen}");
        }
    }
}
