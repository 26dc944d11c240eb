//! A life of a process, from its start to its end, and what comes after.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::launch::{Launched, launch};
use super::{Shared, Status};
use crate::Start;

/// Seconds without a crash after which the next one is the first.
const CALM: i64 = 60;
/// Seconds that a program is left alone, at most.
const LONGEST: i64 = 60;

impl Shared {
    /// Starts it, unless somebody else has or it may not be. What comes of it is told by the status.
    pub(super) fn begin(self: Arc<Self>) {
        let now = self.now();
        let is_ours = self.status.send_if_modified(|status| {
            let may_begin = match status {
                Status::Idle => true,
                Status::Crashed { until, .. } => *until <= now,
                Status::Starting | Status::Running(_) | Status::Stopped => false,
            };
            if may_begin {
                *status = Status::Starting;
            }
            may_begin
        });
        if is_ours {
            tokio::spawn(self.live());
        }
    }

    async fn live(self: Arc<Self>) {
        let name = &self.manifest.name;
        let before = self.before.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            Box::pin(before.stop()).await;
        }
        // Whatever is dropped on the way takes its process with it.
        let launched = tokio::select! {
            launched = launch(&self) => launched,
            () = self.end_is_asked_for() => {
                self.status.send_replace(Status::Stopped);
                return;
            }
        };
        let Launched { instance, mut child } = match launched {
            Ok(launched) => launched,
            Err(reason) => {
                tracing::error!(extension = %name, %reason, "an extension cannot be started");
                // Even the first time: whoever waited was told, and the next one need not try at once.
                return self.crashed(reason, 1);
            }
        };
        tracing::info!(extension = %name, pid = instance.pid, "an extension is started");
        let began = self.now();
        let mut resets = self.resets.subscribe();
        self.status.send_replace(Status::Running(instance));
        tokio::select! {
            ended = child.wait() => {
                if self.now() >= began.plus_seconds(CALM) {
                    self.crashes.store(0, Ordering::Relaxed);
                }
                tracing::error!(extension = %name, "an extension {ended}");
                self.crashed(ended, 0);
            }
            // The sender lives as long as this.
            _ = resets.changed() => {
                // So it is already, but for one that came between two lives.
                self.status.send_replace(Status::Starting);
                child.end(self.around.grace).await;
                tracing::info!(extension = %name, "an extension is stopped, to forget what it knew");
                self.after_a_reset();
            }
            () = self.end_is_asked_for() => {
                child.end(self.around.grace).await;
                tracing::info!(extension = %name, "an extension is stopped");
                self.status.send_replace(Status::Stopped);
            }
        }
    }

    fn after_a_reset(self: Arc<Self>) {
        // See `crashed`.
        self.status.send_modify(|status| {
            *status = if *self.ending.borrow() { Status::Stopped } else { Status::Idle };
        });
        if self.manifest.start == Start::Eager {
            self.begin();
        }
    }

    /// Waits until it shall run no more.
    async fn end_is_asked_for(&self) {
        // The sender lives as long as this.
        let _ = self.ending.subscribe().wait_for(|it| *it).await;
    }

    /// Notes a crash, and when it may be started again. `more` counts as so many crashes before it.
    fn crashed(self: Arc<Self>, reason: String, more: u32) {
        let before = self.crashes.fetch_add(1, Ordering::Relaxed).saturating_add(more);
        let until = self.now().plus_seconds(rest(before));
        let mut is_over = false;
        // Under the lock of the status, which whoever stops it takes after it has set `ending`.
        self.status.send_modify(|status| {
            is_over = *self.ending.borrow();
            *status = if is_over { Status::Stopped } else { Status::Crashed { reason, until } };
        });
        if is_over {
            return;
        }
        if self.manifest.start == Start::Eager {
            tokio::spawn(async move {
                tokio::select! {
                    () = self.around.environment.clock.until(until) => self.clone().begin(),
                    () = self.end_is_asked_for() => {}
                }
            });
        }
    }
}

/// Seconds that it is left alone after a crash that so many came before.
fn rest(before: u32) -> i64 {
    match before {
        0 => 0,
        n => 1i64.checked_shl(n - 1).filter(|it| *it > 0).map_or(LONGEST, |it| it.min(LONGEST)),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_rest_is_twice_as_long() {
        let rests: Vec<i64> = [0, 1, 2, 3, 6, 7, 8, 63, 64, 65, u32::MAX].map(super::rest).to_vec();
        assert_eq!(rests, [0, 1, 2, 4, 32, 60, 60, 60, 60, 60, 60]);
    }
}
