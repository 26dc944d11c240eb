//! Messages as they are published: checked, with a text for each protocol.

use serde_json::{Map, Value};

use crate::error::Fault;
use crate::message_attributes::{self, MessageAttributes};

/// Bytes of a message, or of all of a batch ("Publish" and "PublishBatch" in the API reference: 256 KB).
pub(crate) const MAX_SIZE: usize = 256 << 10;

/// A message that someone wants to publish.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outgoing {
    pub(crate) text: String,
    pub(crate) subject: Option<String>,
    /// `json`, or nothing.
    pub(crate) structure: Option<String>,
    pub(crate) attributes: MessageAttributes,
    pub(crate) group: Option<String>,
    pub(crate) deduplication: Option<String>,
}

/// The text of a message: one for all, or one for each protocol.
#[derive(Clone, Debug)]
pub enum Texts {
    /// As it was given.
    Plain(String),
    /// `MessageStructure=json`
    ByProtocol {
        /// For the protocols that are not named.
        default: String,
        /// For those that are.
        named: Map<String, Value>,
    },
}

impl Texts {
    /// What a protocol gets.
    #[must_use]
    pub fn of(&self, protocol: &str) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::ByProtocol { default, .. } => self.own(protocol).unwrap_or(default),
        }
    }

    /// What a protocol has for itself.
    #[must_use]
    pub fn own(&self, protocol: &str) -> Option<&str> {
        match self {
            Self::Plain(_) => None,
            Self::ByProtocol { named, .. } => named.get(protocol).and_then(Value::as_str),
        }
    }
}

impl Outgoing {
    /// The bytes that count.
    pub(crate) fn size(&self) -> usize {
        self.text.len() + message_attributes::size(&self.attributes)
    }

    /// Checks everything but the size of a batch and what is about FIFO topics.
    ///
    /// # Errors
    /// `InvalidParameter` (test_sns::test_empty_sns_message, test_sns::test_publish_with_empty_subject; those of the
    /// structure are from memory)
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.text.is_empty() {
            return Err(Fault::invalid("Empty message"));
        }
        if self.size() > MAX_SIZE {
            return Err(Fault::invalid("Message too long"));
        }
        // "Publish" in the API reference.
        let is_subject =
            |it: &str| !it.is_empty() && it.chars().count() <= 100 && !it.chars().any(char::is_control);
        if self.subject.as_deref().is_some_and(|it| !is_subject(it)) {
            return Err(Fault::invalid("Subject"));
        }
        match self.structure.as_deref() {
            None | Some("" | "json") => Ok(()),
            Some(_) => Err(Fault::invalid("MessageStructure")),
        }
    }

    /// The texts.
    ///
    /// # Errors
    /// `InvalidParameter`
    pub(crate) fn texts(&self) -> Result<Texts, Fault> {
        if self.structure.as_deref() != Some("json") {
            return Ok(Texts::Plain(self.text.clone()));
        }
        let wrong = |what: &str| Fault::invalid(format_args!("Message Structure - {what}"));
        let named: Map<String, Value> =
            serde_json::from_str(&self.text).map_err(|_| wrong("JSON message body failed to parse"))?;
        match named.get("default").and_then(Value::as_str) {
            Some(default) => Ok(Texts::ByProtocol { default: default.to_owned(), named }),
            None => Err(wrong("No default entry in JSON message body")),
        }
    }
}
