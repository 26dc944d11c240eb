//! `ReceiveRequestAttemptId`: a receive from a FIFO queue that is repeated gets the same messages again.

use std::collections::VecDeque;

use asf_macros::Record;
use asf_runtime::Timestamp;
use serde::{Deserialize, Serialize};

use crate::tables::QueueTable;

/// Seconds for which an attempt is remembered.
const WINDOW: i64 = 300;

/// The receive attempts of the last five minutes.
#[derive(Debug)]
pub struct Attempts {
    by_id: QueueTable<String, Attempt>,
    order: VecDeque<(Timestamp, String)>,
}

/// What an attempt got.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Attempt {
    /// When it came first.
    at: Timestamp,
    messages: Vec<Attempted>,
}

/// One message of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempted {
    /// Its number in the queue.
    pub number: u64,
    /// The receive, as in its receipt handle.
    pub nonce: u64,
}

impl Attempts {
    /// With those that came before.
    #[must_use]
    pub fn of(by_id: QueueTable<String, Attempt>) -> Self {
        let mut order: Vec<_> = by_id.all().into_iter().map(|(id, attempt)| (attempt.at, id)).collect();
        order.sort_unstable();
        Self { by_id, order: order.into() }
    }

    /// What an attempt got.
    pub fn get(&mut self, id: &str, now: Timestamp) -> Option<Vec<Attempted>> {
        let oldest = now.plus_seconds(-WINDOW);
        while self.order.front().is_some_and(|(at, _)| *at <= oldest) {
            if let Some((_, id)) = self.order.pop_front() {
                self.by_id.remove(&id);
            }
        }
        self.by_id.get(&id.to_owned()).map(|attempt| attempt.messages.clone())
    }

    /// Remembers what an attempt got. An id that comes again counts from its first time.
    pub fn remember(&mut self, id: &str, messages: Vec<Attempted>, now: Timestamp) {
        let id = id.to_owned();
        let before = self.by_id.get(&id).map(|attempt| attempt.at);
        if before.is_none() {
            self.order.push_back((now, id.clone()));
        }
        self.by_id.insert(id, Attempt { at: before.unwrap_or(now), messages });
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.order.clear();
        self.by_id.clear();
    }
}
