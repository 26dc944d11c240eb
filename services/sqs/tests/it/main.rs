//! Scenarios over the domain, and over the provider, under a clock that the test moves. Facts of AWS's are cited by the
//! recording that has them, `file::scenario`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod fifo;
mod provider;
mod queues;
mod redrive;
mod reopened;
mod scale;
mod standard;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use asf_runtime::Timestamp;
use asf_runtime::clock::{Clock, ManualClock};
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::ids::Ids;
use asf_sqs::error::{ErrorKind, QueueError};
use asf_sqs::models::Queue;
use asf_sqs::queues::{NewQueue, create};
use asf_sqs::receive::{Received, Wish, receive};
use asf_sqs::send::{Outgoing, Sent};
use asf_sqs::store::Store;

struct World {
    store: Arc<Store>,
    clock: Arc<ManualClock>,
    ids: Arc<Ids>,
}

impl World {
    fn new() -> Self {
        Self {
            store: Arc::default(),
            clock: Arc::new(ManualClock::new(Timestamp::from_seconds(1_780_000_000))),
            ids: Arc::new(Ids::seeded(1)),
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn try_queue(&self, name: &str, attributes: &[(&str, &str)]) -> Result<Arc<Queue>, QueueError> {
        let new = NewQueue { name, attributes: attributes.to_vec(), ..NewQueue::default() };
        create(&self.store, AccountId::DEFAULT, &Region::default(), new, true, self.now(), &self.ids)
    }

    fn queue(&self, name: &str, attributes: &[(&str, &str)]) -> Arc<Queue> {
        self.try_queue(name, attributes).unwrap()
    }

    fn fifo(&self, attributes: &[(&str, &str)]) -> Arc<Queue> {
        self.queue("q.fifo", &[attributes, &[("FifoQueue", "true")]].concat())
    }

    fn send(&self, queue: &Queue, outgoing: Outgoing) -> Result<Sent, QueueError> {
        queue.send(outgoing, "000000000000", self.now(), &self.ids)
    }

    fn text(&self, queue: &Queue, body: &str) -> Sent {
        self.send(queue, Outgoing { body: body.to_owned(), ..Outgoing::default() }).unwrap()
    }

    /// To a FIFO queue.
    fn grouped(&self, queue: &Queue, group: &str, id: &str, body: &str) -> Sent {
        self.send(
            queue,
            Outgoing {
                body: body.to_owned(),
                group: Some(group.to_owned()),
                deduplication_id: Some(id.to_owned()),
                ..Outgoing::default()
            },
        )
        .unwrap()
    }

    async fn receive(&self, queue: &Queue, wish: Wish) -> Result<Vec<Received>, QueueError> {
        receive(queue, &self.store, &*self.clock, &self.ids, &wish).await
    }

    /// Up to ten messages, without waiting.
    async fn all(&self, queue: &Queue) -> Vec<Received> {
        self.receive(queue, Wish { max: Some(10), wait: Some(0), ..Wish::default() }).await.unwrap()
    }

    async fn bodies(&self, queue: &Queue) -> Vec<String> {
        bodies(&self.all(queue).await)
    }

    /// The three approximate numbers: visible, delayed, in flight.
    fn counts(&self, queue: &Queue) -> (usize, usize, usize) {
        let counts = queue.open(self.now()).unwrap().backlog.counts();
        (counts.visible, counts.delayed, counts.in_flight)
    }
}

fn bodies(received: &[Received]) -> Vec<String> {
    received.iter().map(|it| it.message.body.clone()).collect()
}

fn assert_error<T: std::fmt::Debug>(outcome: Result<T, QueueError>, kind: ErrorKind, message: &str) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (kind, message));
}
