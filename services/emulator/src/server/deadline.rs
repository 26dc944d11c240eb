//! A moment in the machine's time, after which a client has been waited for long enough.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A deadline that is set and cleared for every request: the timer is left alone when it is moved back,
/// and finds out when it fires.
#[derive(Debug, Default)]
pub(super) struct Deadline {
    at: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// Begins anew.
    pub(super) fn set(&mut self, after: Duration) {
        self.at = Some(Instant::now() + after);
    }

    pub(super) fn clear(&mut self) {
        self.at = None;
    }

    pub(super) fn is_set(&self) -> bool {
        self.at.is_some()
    }

    /// Whether it has passed; if not, the task is woken when it does.
    pub(super) fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(at) = self.at else { return false };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if timer.deadline() > at {
            timer.as_mut().reset(at);
        }
        while let Poll::Ready(()) = timer.as_mut().poll(cx) {
            if timer.deadline() >= at {
                return true;
            }
            timer.as_mut().reset(at);
        }
        false
    }
}
