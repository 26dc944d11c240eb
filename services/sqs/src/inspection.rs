//! Looking into a queue without receiving: what there is, and how it is shown.

use std::sync::Arc;

use asf_runtime::Timestamp;
use serde_json::{Value, json};

use crate::error::QueueError;
use crate::message_attributes::AttributeContent;
use crate::models::{Place, Queue, Stored};
use crate::receive::{SYSTEM_ATTRIBUTES, system_attribute};

/// What stands for a receipt handle: nothing was received.
pub const NO_HANDLE: &str = "SQS/BACKDOOR/ACCESS";
/// So many messages are shown at most.
const MAX_SHOWN: usize = 10_000;
/// The first message whose body goes beyond so many bytes in all is the last that is shown.
const MAX_BYTES: usize = 64 << 20;

/// What to show besides messages that can be received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Messages in flight (`ShowInvisible`).
    pub invisible: bool,
    /// Messages whose delay has not ended (`ShowDelayed`).
    pub delayed: bool,
}

/// The messages of a queue, in the order of arrival; nothing about them changes.
///
/// # Errors
/// `QueueDoesNotExist` if it was deleted meanwhile.
pub fn look(queue: &Queue, look: Look, now: Timestamp) -> Result<Vec<Arc<Stored>>, QueueError> {
    let wanted = |stored: &Stored| match stored.place {
        Place::Visible => true,
        Place::Delayed { .. } => look.delayed,
        Place::InFlight { .. } => look.invisible,
    };
    let found = queue.open(now)?.backlog.peek(MAX_SHOWN, wanted);
    let mut bytes = 0;
    let within = |stored: &Arc<Stored>| {
        let fits = bytes <= MAX_BYTES;
        bytes += stored.message.body.len();
        fits
    };
    Ok(found.into_iter().map(|(_, stored)| stored).take_while(within).collect())
}

/// An attribute of a message as it is shown: a system attribute, or why the message cannot be received.
#[must_use]
pub fn attribute(stored: &Stored, name: &str) -> Option<String> {
    match (name, stored.place) {
        ("IsDelayed", Place::Delayed { .. }) => Some("true".to_owned()),
        ("IsVisible", Place::InFlight { .. }) => Some("false".to_owned()),
        _ => system_attribute(&stored.message, stored.receives, stored.first_received, name),
    }
}

/// The attributes that are shown: those of a receive, and two more.
pub fn attribute_names() -> impl Iterator<Item = &'static str> {
    SYSTEM_ATTRIBUTES.into_iter().chain(["IsDelayed", "IsVisible"])
}

fn show(stored: &Stored) -> Value {
    let message = &stored.message;
    let pair = |name: &str, value: String| json!({"Name": name, "Value": value});
    let attributes: Vec<Value> =
        attribute_names().filter_map(|name| Some(pair(name, attribute(stored, name)?))).collect();
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": NO_HANDLE,
        "MD5OfBody": message.md5_of_body,
        "Body": message.body,
        "Attribute": attributes,
    });
    let user: Vec<Value> = message
        .attributes
        .iter()
        .map(|(name, value)| {
            use base64::Engine;
            let content = match &value.content {
                AttributeContent::Text(text) => ("StringValue", text.clone()),
                AttributeContent::Binary(bytes) => {
                    ("BinaryValue", base64::engine::general_purpose::STANDARD.encode(bytes))
                }
            };
            json!({"Name": name, "Value": {"DataType": value.data_type, content.0: content.1}})
        })
        .collect();
    if let (Some(object), false) = (shown.as_object_mut(), user.is_empty()) {
        object.insert("MessageAttribute".to_owned(), Value::Array(user));
    }
    shown
}

/// The answer as JSON: the tree that the XML of the query protocol is, as LocalStack's users know it.
#[must_use]
pub fn to_json(messages: &[Arc<Stored>], request_id: &str) -> String {
    let messages: Vec<Value> = messages.iter().map(|it| show(it)).collect();
    json!({
        "ReceiveMessageResponse": {
            "ReceiveMessageResult": {"Message": messages},
            "ResponseMetadata": {"RequestId": request_id},
        }
    })
    .to_string()
}
