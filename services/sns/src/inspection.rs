//! Messages to people and devices: nothing is sent, they are kept to be looked at.

use asf_macros::Record;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::message_attributes::{Content, MessageAttributes};
use crate::tables::SnsStore;

/// So many are kept of each channel, the last ones.
const KEPT: usize = 1_000;

/// Where a message would have gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Channel {
    /// A phone.
    Sms,
    /// An application on a device.
    Platform,
    /// A mailbox.
    Email,
}

/// A message that was kept.
#[derive(Clone, Debug, Serialize, Deserialize, Record)]
pub struct Kept {
    /// The phone number, the endpoint's ARN, the address.
    pub to: String,
    /// Its id.
    pub message_id: String,
    /// The topic, if it was published to one.
    pub topic: Option<String>,
    /// The subscription, if there is one.
    pub subscription: Option<String>,
    /// The text for the channel.
    pub message: String,
    /// Its subject.
    pub subject: Option<String>,
    /// `json`, if it was given so.
    pub structure: Option<String>,
    /// Its attributes.
    pub attributes: MessageAttributes,
}

/// Keeps a message, and drops the oldest of its channel if there are too many.
pub(crate) fn keep(store: &SnsStore, channel: Channel, kept: Kept) {
    store.kept.write(|all| {
        let mut numbers: Vec<u64> =
            all.tree().range((channel, 0)..=(channel, u64::MAX)).map(|((_, number), _)| *number).collect();
        let next = numbers.last().map_or(0, |last| last + 1);
        let surplus = (numbers.len() + 1).saturating_sub(KEPT);
        for number in numbers.drain(..surplus) {
            all.remove(&(channel, number));
        }
        all.insert((channel, next), kept);
    });
}

/// Drops messages of a channel: all, or those to one recipient.
pub(crate) fn drop_kept(store: &SnsStore, channel: Channel, to: Option<&str>) {
    for (key, kept) in store.kept.range((channel, 0)..=(channel, u64::MAX), usize::MAX) {
        if to.is_none_or(|to| to == kept.to) {
            store.kept.remove(&key);
        }
    }
}

/// The messages of a channel by their recipients, the oldest first, as LocalStack's users know them.
#[must_use]
pub fn shown(store: &SnsStore, channel: Channel, to: Option<&str>) -> Value {
    let mut by_recipient = serde_json::Map::new();
    if let Some(to) = to {
        by_recipient.insert(to.to_owned(), json!([]));
    }
    for (_, kept) in store.kept.range((channel, 0)..=(channel, u64::MAX), usize::MAX) {
        if to.is_some_and(|to| to != kept.to) {
            continue;
        }
        let list = by_recipient.entry(kept.to.clone()).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(show(channel, &kept));
        }
    }
    Value::Object(by_recipient)
}

fn show(channel: Channel, kept: &Kept) -> Value {
    let name = match channel {
        Channel::Sms => "PhoneNumber",
        Channel::Platform => "TargetArn",
        Channel::Email => "EmailAddress",
    };
    let attributes = (!kept.attributes.is_empty()).then(|| attributes(&kept.attributes));
    let mut shown = json!({
        "TopicArn": kept.topic,
        "SubscriptionArn": kept.subscription,
        "MessageId": kept.message_id,
        "Message": kept.message,
        "MessageAttributes": attributes,
        "MessageStructure": kept.structure,
        "Subject": kept.subject,
    });
    shown[name] = kept.to.clone().into();
    shown
}

/// Attributes in the form of notifications: `{"name": {"Type": .., "Value": ..}}`.
pub(crate) fn attributes(attributes: &MessageAttributes) -> Value {
    use base64::Engine;
    let entry = |(name, attribute): (&String, &crate::message_attributes::MessageAttribute)| {
        let value = match &attribute.content {
            Content::Text(text) => text.clone(),
            Content::Binary(bytes) => base64::engine::general_purpose::STANDARD.encode(bytes),
        };
        (name.clone(), json!({"Type": attribute.data_type, "Value": value}))
    };
    Value::Object(attributes.iter().map(entry).collect())
}
