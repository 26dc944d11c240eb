//! Lines: what waits before a queue of a FIFO topic that is out of reach.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Courier, Parcel, Target};

/// A message, and whom it is for.
pub(super) type Waiting = (Arc<Parcel>, Arc<Target>);

/// The line before a queue of a FIFO topic. If it ends early, with the runtime that it is on, what comes later does not
/// wait for it.
pub(super) struct Line {
    courier: Arc<Courier>,
    subscription: String,
    is_open: bool,
}

impl Line {
    /// From now on, what is for this subscription waits.
    pub(super) fn open(courier: Arc<Courier>, subscription: String) -> Self {
        courier.behind().insert(subscription.clone(), VecDeque::new());
        Self { courier, subscription, is_open: true }
    }

    /// Delivers what has come meanwhile, in order.
    pub(super) async fn catch_up(mut self) {
        while let Some((parcel, target)) = self.next() {
            self.courier.deliver_until_given_up(&parcel, &target).await;
        }
    }

    /// The line closes when nobody is in it.
    fn next(&mut self) -> Option<Waiting> {
        let mut behind = self.courier.behind();
        let next = behind.get_mut(&self.subscription).and_then(VecDeque::pop_front);
        if next.is_none() {
            behind.remove(&self.subscription);
            self.is_open = false;
        }
        next
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.is_open {
            self.courier.behind().remove(&self.subscription);
        }
    }
}
