//! Receiving: what is there, or what comes while a receiver waits.
//!
//! A receiver that waits is a future, not a thread: it sleeps until a message arrives, until the clock
//! says that a delay or a visibility timeout has ended, or until its time is up, whatever is first.

use std::pin::pin;
use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::clock::Clock;
use asf_runtime::ids::Ids;
use futures_util::future::{Either, select};

use crate::attempts::Attempted;
use crate::attributes::MAX_VISIBILITY;
use crate::error::{ErrorKind, QueueError};
use crate::models::{Message, Place, Queue, QueueState};
use crate::names::check_token;
use crate::receipt::Receipt;
use crate::store::Store;

/// At most so many messages of a queue are in flight. ("Quotas" in the developer guide; FIFO queues had
/// 20,000 until November 2024.)
pub const MAX_IN_FLIGHT: usize = 120_000;

/// What a receiver wants.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// `MaxNumberOfMessages`, 1 if it is not given.
    pub max: Option<i32>,
    /// `VisibilityTimeout` in seconds, the queue's if it is not given.
    pub visibility: Option<i32>,
    /// `WaitTimeSeconds`, the queue's if it is not given.
    pub wait: Option<i32>,
    /// `ReceiveRequestAttemptId`, FIFO only.
    pub attempt: Option<String>,
    /// Lets `max` be greater than 10 (`SQS_DISABLE_MAX_NUMBER_OF_MESSAGE_LIMIT`).
    pub unlimited: bool,
}

/// A message that was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// What the receiver names it by from here on.
    pub handle: String,
    /// The message.
    pub message: Arc<Message>,
    /// How often it was received, this time included.
    pub receives: u32,
    /// When it was received first.
    pub first_received: Timestamp,
}

impl Wish {
    /// # Errors
    /// `InvalidParameterValue` (test_sqs::test_send_receive_max_number_of_messages,
    /// ::test_send_receive_wait_time_seconds)
    fn check(&self, queue: &Queue) -> Result<(), QueueError> {
        let outside = |value: Option<i32>, low, high| value.filter(|it| !(low..=high).contains(it));
        let most = if self.unlimited { i32::MAX } else { 10 };
        if let Some(max) = outside(self.max, 1, most) {
            return Err(QueueError::parameter(
                "MaxNumberOfMessages",
                max,
                "Must be between 1 and 10, if provided.",
            ));
        }
        if let Some(wait) = outside(self.wait, 0, 20) {
            return Err(QueueError::parameter(
                "WaitTimeSeconds",
                wait,
                "Must be >= 0 and <= 20, if provided.",
            ));
        }
        if let Some(visibility) = outside(self.visibility, 0, MAX_VISIBILITY.cast_signed()) {
            return Err(QueueError::parameter(
                "VisibilityTimeout",
                visibility,
                "Must be >= 0 and <= 43200, if provided.",
            ));
        }
        if let Some(attempt) = &self.attempt {
            if !queue.is_fifo() {
                return Err(QueueError::queue_type("ReceiveRequestAttemptId", attempt));
            }
            check_token("ReceiveRequestAttemptId", attempt)?;
        }
        Ok(())
    }
}

/// Receives messages, waiting for the first if there is none.
///
/// # Errors
/// `InvalidParameterValue`; `OverLimit` of a standard queue that is not waited for, if too many of its
/// messages are in flight; `QueueDoesNotExist` if it is deleted meanwhile.
pub async fn receive(
    queue: &Queue,
    store: &Store,
    clock: &dyn Clock,
    ids: &Ids,
    wish: &Wish,
) -> Result<Vec<Received>, QueueError> {
    wish.check(queue)?;
    let start = clock.now();
    let wait = match wish.wait {
        Some(wait) => i64::from(wait),
        None => i64::from(queue.settings(start)?.receive_wait),
    };
    let deadline = start.plus_seconds(wait);
    loop {
        // Before looking: what arrives between looking and waiting must wake us.
        let mut arrival = pin!(queue.arrivals().notified());
        arrival.as_mut().enable();
        let now = clock.now();
        let attempt = queue.try_receive(store, ids, wish, wait > 0, now)?;
        if !attempt.received.is_empty() || now >= deadline {
            return Ok(attempt.received);
        }
        let until = attempt.next_change.map_or(deadline, |change| change.min(deadline));
        match select(arrival, clock.until(until)).await {
            Either::Left(((), _)) | Either::Right(((), _)) => {}
        }
    }
}

/// What one look into a queue gave.
struct Attempt {
    received: Vec<Received>,
    next_change: Option<Timestamp>,
}

impl Queue {
    fn try_receive(
        &self,
        store: &Store,
        ids: &Ids,
        wish: &Wish,
        waiting: bool,
        now: Timestamp,
    ) -> Result<Attempt, QueueError> {
        let settings = self.settings(now)?;
        // Without its target a redrive policy does nothing: messages are never lost to it.
        let target = settings
            .redrive
            .as_ref()
            .and_then(|policy| Some((policy.max_receive_count, store.by_arn(&policy.target)?)))
            .filter(|(_, target)| target.incarnation != self.incarnation);
        let visibility = wish.visibility.map_or(i64::from(settings.visibility_timeout), i64::from);
        let until = now.plus_seconds(visibility);

        // A dead letter leaves here and arrives there as one.
        let _steps = self.steps();
        let mut state = self.open(now)?;
        if let Some(id) = &wish.attempt
            && let Some(received) = self.repeat(&mut state, id, until, now)
        {
            return Ok(Attempt { received, next_change: None });
        }
        let room = MAX_IN_FLIGHT.saturating_sub(state.backlog.counts().in_flight);
        if room == 0 && !waiting && !self.is_fifo() {
            return Err(QueueError::new(
                ErrorKind::OverLimit,
                format!("The maximum number of in flight messages is reached: {MAX_IN_FLIGHT}."),
            ));
        }
        let max = usize::try_from(wish.max.unwrap_or(1)).unwrap_or(1).min(room);
        let before = state.backlog.next_change();
        let taken =
            state.backlog.take(max, now, until, target.as_ref().map(|(max, _)| *max), || ids.below(u64::MAX));
        if let Some(id) = &wish.attempt {
            let messages = taken.received.iter().filter_map(|number| state.attempted(*number)).collect();
            state.attempts.remember(id, messages, now);
        }
        let received = taken.received.iter().filter_map(|number| self.received(&state, *number)).collect();
        let next_change = state.backlog.next_change();
        drop(state);

        if next_change.is_some_and(|next| before.is_none_or(|before| next < before)) {
            // Others that wait do not know yet that something comes back so soon.
            self.arrivals().notify_waiters();
        }
        if let Some((_, target)) = target {
            for letter in taken.dead {
                // Deleted since it was found: the message goes with it, as AWS loses what is sent there.
                let _ = target.accept(letter, Some(&self.arn), now);
            }
        }
        Ok(Attempt { received, next_change })
    }

    /// The messages of an attempt before, if all of them are still in flight as it left them; their
    /// visibility timeout starts anew.
    fn repeat(
        &self,
        state: &mut QueueState,
        id: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Option<Vec<Received>> {
        let attempted = state.attempts.get(id, now)?;
        let unchanged = attempted.iter().all(|it| state.attempted(it.number) == Some(*it));
        if attempted.is_empty() || !unchanged {
            return None;
        }
        for Attempted { number, nonce } in &attempted {
            state.backlog.place(*number, Place::InFlight { since: now, until, nonce: *nonce });
        }
        Some(attempted.iter().filter_map(|it| self.received(state, it.number)).collect())
    }

    fn received(&self, state: &QueueState, number: u64) -> Option<Received> {
        let stored = state.backlog.get(number)?;
        let Place::InFlight { nonce, .. } = stored.place else { return None };
        let receipt = Receipt { queue: self.incarnation, message: number, receive: stored.receives, nonce };
        Some(Received {
            handle: receipt.to_handle(),
            message: stored.message.clone(),
            receives: stored.receives,
            first_received: stored.first_received?,
        })
    }
}

impl QueueState {
    fn attempted(&self, number: u64) -> Option<Attempted> {
        match self.backlog.get(number)?.place {
            Place::InFlight { nonce, .. } => Some(Attempted { number, nonce }),
            Place::Visible | Place::Delayed { .. } => None,
        }
    }
}

impl Received {
    /// A system attribute, if the message has it.
    #[must_use]
    pub fn system_attribute(&self, name: &str) -> Option<String> {
        system_attribute(&self.message, self.receives, Some(self.first_received), name)
    }
}

/// The system attributes of a message, in the order in which they are answered.
pub const SYSTEM_ATTRIBUTES: [&str; 9] = [
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
];

/// A system attribute of a message, if it has it.
#[must_use]
pub(crate) fn system_attribute(
    message: &Message,
    receives: u32,
    first_received: Option<Timestamp>,
    name: &str,
) -> Option<String> {
    match name {
        "SenderId" => Some(message.sender_id.clone()),
        "SentTimestamp" => Some(message.sent.millis().to_string()),
        "ApproximateReceiveCount" => Some(receives.to_string()),
        "ApproximateFirstReceiveTimestamp" => Some(first_received?.millis().to_string()),
        "SequenceNumber" => message.sequence_number.clone(),
        "MessageDeduplicationId" => message.deduplication_id.clone(),
        "MessageGroupId" => message.group.clone(),
        "DeadLetterQueueSourceArn" => message.dead_letter_source.as_ref().map(ToString::to_string),
        _ => match &message.system_attributes.get(name)?.content {
            crate::message_attributes::AttributeContent::Text(text) => Some(text.clone()),
            crate::message_attributes::AttributeContent::Binary(_) => None,
        },
    }
}
