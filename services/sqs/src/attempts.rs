//! `ReceiveRequestAttemptId`: a receive from a FIFO queue that is repeated gets the same messages again.

use std::collections::{HashMap, VecDeque};

use asf_runtime::Timestamp;

/// Seconds for which an attempt is remembered.
const WINDOW: i64 = 300;

/// The receive attempts of the last five minutes.
#[derive(Debug, Default)]
pub struct Attempts {
    by_id: HashMap<String, Vec<Attempted>>,
    order: VecDeque<(Timestamp, String)>,
}

/// One message of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// Its number in the queue.
    pub number: u64,
    /// The receive, as in its receipt handle.
    pub nonce: u64,
}

impl Attempts {
    /// What an attempt got.
    pub fn get(&mut self, id: &str, now: Timestamp) -> Option<&[Attempted]> {
        let oldest = now.plus_seconds(-WINDOW);
        while self.order.front().is_some_and(|(at, _)| *at <= oldest) {
            if let Some((_, id)) = self.order.pop_front() {
                self.by_id.remove(&id);
            }
        }
        self.by_id.get(id).map(Vec::as_slice)
    }

    /// Remembers what an attempt got. An id that comes again counts from its first time.
    pub fn remember(&mut self, id: &str, messages: Vec<Attempted>, now: Timestamp) {
        if self.by_id.insert(id.to_owned(), messages).is_none() {
            self.order.push_back((now, id.to_owned()));
        }
    }
}
