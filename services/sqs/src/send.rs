//! Sending: from what a user gave to a message in the backlog.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::ids::Ids;
use sha2::{Digest, Sha256};

use crate::attributes::Settings;
use crate::error::{ErrorKind, QueueError};
use crate::fifo::Original;
use crate::md5;
use crate::message_attributes::{self, ALLOWED, AttributeContent, AttributeValue, Attributes, TRACE_HEADER};
use crate::models::{DeadLetter, Message, Queue};
use crate::names::check_token;

/// A message that someone wants to send.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    /// The text.
    pub body: String,
    /// Seconds; none is the queue's.
    pub delay_seconds: Option<i32>,
    /// The user's attributes, checked.
    pub attributes: Attributes,
    /// `AWSTraceHeader`, checked.
    pub system_attributes: Attributes,
    /// The trace that the request itself belongs to (`X-Amzn-Trace-Id`): it becomes the `AWSTraceHeader` of
    /// a message that has none ("X-Ray and Amazon SQS" in the developer guide of X-Ray).
    pub trace: Option<String>,
    /// FIFO only.
    pub deduplication_id: Option<String>,
    /// Needed in FIFO queues.
    pub group: Option<String>,
}

impl Outgoing {
    /// The size that counts: body and attributes, not the system attributes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.body.len() + message_attributes::size(&self.attributes)
    }

    /// Checks everything but the size, whose wording differs in batches.
    ///
    /// # Errors
    /// `InvalidParameterValue`, `InvalidMessageContents`
    fn check_values(&self, fifo: bool) -> Result<(), QueueError> {
        if let Some(stray) = self.body.chars().find(|it| !message_attributes::is_allowed(*it)) {
            return Err(QueueError::new(
                ErrorKind::InvalidMessageContents,
                format!(
                    "Invalid binary character '#x{:X}' was found in the message body, \
                     the set of allowed characters is {ALLOWED}",
                    u32::from(stray)
                ),
            ));
        }
        match self.delay_seconds {
            Some(delay) if fifo && delay != 0 => {
                return Err(QueueError::queue_type("DelaySeconds", delay));
            }
            Some(delay) if !(0..=900).contains(&delay) => {
                return Err(QueueError::parameter(
                    "DelaySeconds",
                    delay,
                    "DelaySeconds must be >= 0 and <= 900.",
                ));
            }
            _ => {}
        }
        if let Some(group) = &self.group {
            check_token("MessageGroupId", group)?;
        }
        if let Some(id) = &self.deduplication_id {
            if !fifo {
                return Err(QueueError::queue_type("MessageDeduplicationId", id));
            }
            check_token("MessageDeduplicationId", id)?;
        }
        Ok(())
    }
}

/// Checks what makes a whole batch fail, not only an entry of it: what a message of a FIFO queue must have
/// (test_sqs::test_posting_to_fifo_requires_deduplicationid_group_id,
/// ::test_send_batch_missing_deduplication_id_for_fifo_queue).
///
/// # Errors
/// `MissingParameter`, `InvalidParameterValue`
pub fn check_fifo_members(
    settings: &Settings,
    group: Option<&str>,
    deduplication_id: Option<&str>,
) -> Result<(), QueueError> {
    let Some(fifo) = settings.fifo else { return Ok(()) };
    if group.is_none() {
        return Err(QueueError::missing("MessageGroupId"));
    }
    if deduplication_id.is_none() && !fifo.content_based_deduplication {
        return Err(QueueError::new(
            ErrorKind::InvalidParameterValue,
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId \
             provided explicitly",
        ));
    }
    Ok(())
}

/// What the sender gets to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The message's id; of a duplicate, the first one's.
    pub message_id: String,
    /// MD5 of the body.
    pub md5_of_body: String,
    /// MD5 of the user's attributes, if there are any.
    pub md5_of_attributes: Option<String>,
    /// MD5 of the system attributes, if there are any.
    pub md5_of_system_attributes: Option<String>,
    /// FIFO only.
    pub sequence_number: Option<String>,
}

impl Queue {
    /// Sends a message that came alone.
    ///
    /// # Errors
    /// `MissingParameter`, `InvalidParameterValue`, `InvalidMessageContents`, `QueueDoesNotExist`
    pub fn send(
        &self,
        outgoing: Outgoing,
        sender_id: &str,
        now: Timestamp,
        ids: &Ids,
    ) -> Result<Sent, QueueError> {
        let settings = self.settings(now)?;
        if outgoing.body.is_empty() {
            // test_sqs::test_send_empty_message
            return Err(QueueError::missing("MessageBody"));
        }
        check_fifo_members(&settings, outgoing.group.as_deref(), outgoing.deduplication_id.as_deref())?;
        if outgoing.size() > settings.maximum_message_size as usize {
            // test_sqs::test_send_oversized_message
            return Err(QueueError::new(
                ErrorKind::InvalidParameterValue,
                format!(
                    "One or more parameters are invalid. Reason: Message must be shorter than {} bytes.",
                    settings.maximum_message_size
                ),
            ));
        }
        self.send_checked(outgoing, &settings, sender_id, now, ids)
    }

    /// Sends an entry of a batch; what it must have was looked at before, for all of them.
    ///
    /// # Errors
    /// `InvalidParameterValue`, `InvalidMessageContents`, `QueueDoesNotExist`
    pub fn send_entry(
        &self,
        outgoing: Outgoing,
        settings: &Settings,
        sender_id: &str,
        now: Timestamp,
        ids: &Ids,
    ) -> Result<Sent, QueueError> {
        if outgoing.size() > settings.maximum_message_size as usize {
            // test_sqs::test_send_batch_message_size
            return Err(QueueError::new(
                ErrorKind::InvalidParameterValue,
                format!(
                    "One or more parameters cannot be validated. Reason: Message must be shorter than {} bytes.",
                    settings.maximum_message_size
                ),
            ));
        }
        self.send_checked(outgoing, settings, sender_id, now, ids)
    }

    fn send_checked(
        &self,
        outgoing: Outgoing,
        settings: &Settings,
        sender_id: &str,
        now: Timestamp,
        ids: &Ids,
    ) -> Result<Sent, QueueError> {
        outgoing.check_values(settings.fifo.is_some())?;
        let Outgoing { body, delay_seconds, attributes, system_attributes, trace, deduplication_id, group } =
            outgoing;
        let deduplication_id =
            settings.fifo.map(|_| deduplication_id.unwrap_or_else(|| content_based_id(&body)));
        let mut message = Message {
            id: ids.uuid(),
            md5_of_body: md5::of_body(&body),
            body,
            attributes,
            system_attributes,
            sender_id: sender_id.to_owned(),
            sent: now,
            group,
            deduplication_id,
            sequence_number: None,
            dead_letter_source: None,
        };
        let mut sent = Sent {
            message_id: message.id.clone(),
            md5_of_body: message.md5_of_body.clone(),
            md5_of_attributes: md5::of_attributes(&message.attributes),
            md5_of_system_attributes: md5::of_attributes(&message.system_attributes),
            sequence_number: None,
        };
        if let Some(trace) = trace {
            // After the digests, which are of what the sender gave.
            let value =
                AttributeValue { data_type: "String".to_owned(), content: AttributeContent::Text(trace) };
            message.system_attributes.entry(TRACE_HEADER.to_owned()).or_insert(value);
        }
        let own_delay = delay_seconds.filter(|_| settings.fifo.is_none()).map(i64::from);
        let delay = own_delay.unwrap_or(i64::from(settings.delay_seconds));
        let visible_at = (delay > 0).then(|| now.plus_seconds(delay));

        // Everything that takes long is done; from here on the queue is locked.
        let mut state = self.open(now)?;
        if let (Some(fifo), Some(id)) = (settings.fifo, &message.deduplication_id) {
            let (scope, group) = (fifo.deduplication_scope, message.group.as_deref().unwrap_or_default());
            if let Some(original) = state.deduplication.original(scope, group, id, now) {
                return Ok(Sent {
                    message_id: original.message_id,
                    sequence_number: Some(original.sequence_number),
                    ..sent
                });
            }
            let sequence_number = state.sequence.next(now);
            let original =
                Original { message_id: message.id.clone(), sequence_number: sequence_number.clone() };
            state.deduplication.remember(scope, group, id, original, now);
            sent.sequence_number = Some(sequence_number.clone());
            message.sequence_number = Some(sequence_number);
        }
        let before = state.backlog.next_change();
        let letter = DeadLetter { message: Arc::new(message), receives: 0, first_received: None };
        state.backlog.push(letter, visible_at);
        let after = state.backlog.next_change();
        drop(state);
        match visible_at {
            None => self.arrivals().notify_one(),
            // Whoever waits does not know yet that there is something to wait for.
            Some(_) if after != before => self.arrivals().notify_waiters(),
            Some(_) => {}
        }
        Ok(sent)
    }
}

/// SHA-256 of the body, in hexadecimal.
fn content_based_id(body: &str) -> String {
    md5::hexadecimal(&Sha256::digest(body.as_bytes()))
}
