//! The messages of a queue: what can be received, what waits, what is in flight.
//!
//! Every message has a number, its place in the order of arrival. Four orders are kept over these
//! numbers: what can be received now (of standard queues by number, of FIFO queues by group), what is
//! delayed and what is in flight by when that ends, and everything by age. Each step of a message's life
//! moves its number from one ordered set to another, so that sending, receiving and deleting cost
//! O(log n), with a million messages too; nothing ever walks over all messages. The messages themselves lie in
//! a table of the store; the orders are made of them when it is opened.
//!
//! Time passes only in [`settle`](Backlog::settle), which every operation calls first: it ends delays and
//! visibility timeouts that are over and drops what is too old.

use std::collections::BTreeSet;
use std::sync::Arc;

use asf_macros::Record;
use asf_runtime::Timestamp;
use serde::{Deserialize, Serialize};

use super::Message;
use crate::fifo::Groups;
use crate::tables::QueueTable;

/// The messages of a queue.
#[derive(Debug)]
pub struct Backlog {
    messages: QueueTable<u64, Stored>,
    next: u64,
    ready: Ready,
    /// (end of the delay, number)
    delayed: BTreeSet<(Timestamp, u64)>,
    /// (end of the visibility timeout, number)
    in_flight: BTreeSet<(Timestamp, u64)>,
    /// (when it was sent, number)
    by_age: BTreeSet<(Timestamp, u64)>,
}

/// What can be received, in order.
#[derive(Debug)]
enum Ready {
    Standard(BTreeSet<u64>),
    Fifo(Groups),
}

/// A message and how it fares in this queue.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Stored {
    /// The message.
    pub message: Arc<Message>,
    /// Where it is.
    pub place: Place,
    /// How often it was received, in queues before this one too.
    pub receives: u32,
    /// How often it was received from this queue: what counts for the redrive policy.
    receives_here: u32,
    /// When it was received first.
    pub first_received: Option<Timestamp>,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// It can be received, in a FIFO queue as soon as it is its group's first.
    Visible,
    /// It cannot be received yet.
    Delayed {
        /// From when on it can.
        until: Timestamp,
    },
    /// It was received.
    InFlight {
        /// When.
        since: Timestamp,
        /// When it can be received again.
        until: Timestamp,
        /// What its receipt handle has as `nonce`.
        nonce: u64,
    },
}

/// How many messages there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// `ApproximateNumberOfMessages`
    pub visible: usize,
    /// `ApproximateNumberOfMessagesDelayed`
    pub delayed: usize,
    /// `ApproximateNumberOfMessagesNotVisible`
    pub in_flight: usize,
}

/// What a receive took out.
#[derive(Debug, Default)]
pub struct Taken {
    /// Numbers of the messages that are in flight now, in order.
    pub received: Vec<u64>,
    /// Messages that were received too often before, no longer in the backlog.
    pub dead: Vec<DeadLetter>,
}

/// A message on its way from one queue to another: into its dead-letter queue, or back.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// The message.
    pub message: Arc<Message>,
    /// How often it was received so far.
    pub receives: u32,
    /// When it was received first.
    pub first_received: Option<Timestamp>,
}

impl Backlog {
    /// Of a type of queue, with the messages that are there; numbers begin with this one.
    #[must_use]
    pub fn of(fifo: bool, messages: QueueTable<u64, Stored>, next: u64) -> Self {
        let mut backlog = Self {
            ready: if fifo { Ready::Fifo(Groups::default()) } else { Ready::Standard(BTreeSet::new()) },
            delayed: BTreeSet::new(),
            in_flight: BTreeSet::new(),
            by_age: BTreeSet::new(),
            messages,
            next,
        };
        for (number, stored) in backlog.messages.all() {
            backlog.enlist(number, &stored);
        }
        backlog
    }

    /// Lets time pass: ends delays and visibility timeouts, drops what was sent before `oldest`.
    /// Costs O(log n) for each message that it changes.
    pub fn settle(&mut self, now: Timestamp, oldest: Timestamp) {
        while let Some((_, number)) = self.by_age.first().copied().filter(|(sent, _)| *sent <= oldest) {
            self.remove(number);
        }
        loop {
            let due = |set: &BTreeSet<(Timestamp, u64)>| set.first().copied().filter(|(at, _)| *at <= now);
            let Some((_, number)) = due(&self.delayed).or_else(|| due(&self.in_flight)) else { break };
            self.place(number, Place::Visible);
        }
    }

    /// Puts a message in, visible or delayed. Returns its number.
    pub fn push(&mut self, letter: DeadLetter, visible_at: Option<Timestamp>) -> u64 {
        let number = self.next;
        self.next += 1;
        let DeadLetter { message, receives, first_received } = letter;
        let place = visible_at.map_or(Place::Visible, |until| Place::Delayed { until });
        let stored = Arc::new(Stored { message, place, receives, receives_here: 0, first_received });
        self.messages.insert(number, stored.clone());
        self.enlist(number, &stored);
        number
    }

    /// Takes up to `max` messages in flight until `until`. What was received `max_receives` times before
    /// is taken out instead, as dead letters.
    pub fn take(
        &mut self,
        max: usize,
        now: Timestamp,
        until: Timestamp,
        max_receives: Option<u32>,
        mut nonce: impl FnMut() -> u64,
    ) -> Taken {
        let mut taken = Taken::default();
        while taken.received.len() < max {
            let numbers = self.first_ready(max - taken.received.len());
            if numbers.is_empty() {
                break;
            }
            for number in numbers {
                let Some(stored) = self.messages.get(&number) else { continue };
                if max_receives.is_some_and(|max| stored.receives_here >= max) {
                    taken.dead.extend(self.remove(number));
                    continue;
                }
                self.change(number, |stored| {
                    stored.receives = stored.receives.saturating_add(1);
                    stored.receives_here = stored.receives_here.saturating_add(1);
                    stored.first_received.get_or_insert(now);
                    stored.place = Place::InFlight { since: now, until, nonce: nonce() };
                });
                taken.received.push(number);
            }
        }
        taken
    }

    /// Up to `max` messages that can be received, in order.
    fn first_ready(&self, max: usize) -> Vec<u64> {
        match &self.ready {
            Ready::Standard(ready) => ready.iter().take(max).copied().collect(),
            Ready::Fifo(groups) => groups.first_ready(max, |number| is_visible(&self.messages, number)),
        }
    }

    /// Takes up to `max` visible messages out for good, the oldest first, without receiving them.
    pub fn drain_visible(&mut self, max: usize) -> Vec<DeadLetter> {
        let mut drained = Vec::new();
        while drained.len() < max {
            let numbers = self.first_ready(max - drained.len());
            if numbers.is_empty() {
                break;
            }
            drained.extend(numbers.into_iter().filter_map(|number| self.remove(number)));
        }
        drained
    }

    /// A message by its number.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<Arc<Stored>> {
        self.messages.get(&number)
    }

    /// Takes a message out for good.
    pub fn remove(&mut self, number: u64) -> Option<DeadLetter> {
        let stored = self.messages.remove(&number)?;
        self.leave(number, stored.place);
        self.by_age.remove(&(stored.message.sent, number));
        let Stored { message, receives, first_received, .. } = Arc::unwrap_or_clone(stored);
        if let Ready::Fifo(groups) = &mut self.ready {
            let group = message.group.as_deref().unwrap_or_default();
            groups.remove(group, number);
            groups.refresh(group, |number| is_visible(&self.messages, number));
        }
        Some(DeadLetter { message, receives, first_received })
    }

    /// Moves a message to another place.
    pub fn place(&mut self, number: u64, place: Place) {
        self.change(number, |stored| stored.place = place);
    }

    /// Changes a message, and with its place the orders it is in.
    fn change(&mut self, number: u64, change: impl FnOnce(&mut Stored)) {
        let changed = self.messages.update(&number, |stored| {
            let before = stored.place;
            change(stored);
            (before, stored.place, stored.message.clone())
        });
        let Some((before, after, message)) = changed else { return };
        self.leave(number, before);
        self.enter(number, after);
        self.refresh(&message);
    }

    /// Puts a message into all orders.
    fn enlist(&mut self, number: u64, stored: &Stored) {
        self.by_age.insert((stored.message.sent, number));
        if let Ready::Fifo(groups) = &mut self.ready {
            groups.insert(stored.message.group.as_deref().unwrap_or_default(), number);
        }
        self.enter(number, stored.place);
        self.refresh(&stored.message);
    }

    /// Takes a message out of the order of its place.
    fn leave(&mut self, number: u64, place: Place) {
        match (place, &mut self.ready) {
            (Place::Visible, Ready::Standard(ready)) => ready.remove(&number),
            (Place::Visible, Ready::Fifo(_)) => true,
            (Place::Delayed { until }, _) => self.delayed.remove(&(until, number)),
            (Place::InFlight { until, .. }, _) => self.in_flight.remove(&(until, number)),
        };
    }

    /// Puts a message into the order of its place.
    fn enter(&mut self, number: u64, place: Place) {
        match (place, &mut self.ready) {
            (Place::Visible, Ready::Standard(ready)) => ready.insert(number),
            (Place::Visible, Ready::Fifo(_)) => true,
            (Place::Delayed { until }, _) => self.delayed.insert((until, number)),
            (Place::InFlight { until, .. }, _) => self.in_flight.insert((until, number)),
        };
    }

    /// Sees whether the group of a message is ready.
    fn refresh(&mut self, message: &Message) {
        if let Ready::Fifo(groups) = &mut self.ready {
            let group = message.group.as_deref().unwrap_or_default();
            groups.refresh(group, |number| is_visible(&self.messages, number));
        }
    }

    /// Drops every message. Numbers go on, so that handles of dropped messages never fit later ones.
    pub fn clear(&mut self) {
        self.messages.clear();
        self.delayed.clear();
        self.in_flight.clear();
        self.by_age.clear();
        match &mut self.ready {
            Ready::Standard(ready) => ready.clear(),
            Ready::Fifo(groups) => *groups = Groups::default(),
        }
    }

    /// How many messages there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let (delayed, in_flight) = (self.delayed.len(), self.in_flight.len());
        Counts { visible: self.by_age.len() - delayed - in_flight, delayed, in_flight }
    }

    /// When time will next change what can be received.
    #[must_use]
    pub fn next_change(&self) -> Option<Timestamp> {
        let first = |set: &BTreeSet<(Timestamp, u64)>| set.first().map(|(at, _)| *at);
        first(&self.delayed).into_iter().chain(first(&self.in_flight)).min()
    }

    /// Up to `max` messages in the order of arrival, wherever they are. Walks over the messages: for
    /// people who look into a queue, not for receivers.
    #[must_use]
    pub fn peek(&self, max: usize, wanted: impl Fn(&Stored) -> bool) -> Vec<(u64, Arc<Stored>)> {
        self.messages.all().into_iter().filter(|(_, stored)| wanted(stored)).take(max).collect()
    }
}

fn is_visible(messages: &QueueTable<u64, Stored>, number: u64) -> bool {
    messages.get(&number).is_some_and(|stored| stored.place == Place::Visible)
}
