//! A message as it was sent. What happens to it in a queue is kept beside it, in the backlog.

use asf_runtime::Timestamp;
use asf_runtime::identity::Arn;
use serde::{Deserialize, Serialize};

use crate::message_attributes::Attributes;

/// A message; it never changes, so that receivers share it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// A UUID.
    pub id: String,
    /// The text.
    pub body: String,
    /// MD5 of the body.
    pub md5_of_body: String,
    /// The user's attributes.
    pub attributes: Attributes,
    /// `AWSTraceHeader`, if it was given.
    pub system_attributes: Attributes,
    /// Who sent it.
    pub sender_id: String,
    /// When.
    pub sent: Timestamp,
    /// The message group: of every message of a FIFO queue, of some of standard ones (fair queues).
    pub group: Option<String>,
    /// FIFO only: the deduplication id, given or made from the body.
    pub deduplication_id: Option<String>,
    /// FIFO only: 20 digits, rising.
    pub sequence_number: Option<String>,
    /// The queue that it was received from too often, if this is in a dead-letter queue.
    pub dead_letter_source: Option<Arn>,
}
