//! Attributes of messages: their names and types.

use bytes::Bytes;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorKind, Fault};

/// The attributes of a message, in the order in which they were given.
pub type MessageAttributes = IndexMap<String, MessageAttribute>;

/// An attribute, checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageAttribute {
    /// `String`, `Number.int`, ..
    pub data_type: String,
    /// The value.
    pub content: Content,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// Of `String` and `Number`.
    Text(String),
    /// Of `Binary`.
    Binary(Bytes),
}

/// An attribute as it was given.
#[derive(Debug, Default)]
pub(crate) struct RawAttribute {
    pub(crate) data_type: String,
    pub(crate) text: Option<String>,
    pub(crate) binary: Option<Bytes>,
}

impl MessageAttribute {
    /// The bytes that count towards the size of a message.
    fn size(&self) -> usize {
        let content = match &self.content {
            Content::Text(text) => text.len(),
            Content::Binary(bytes) => bytes.len(),
        };
        self.data_type.len() + content
    }
}

/// The bytes of all attributes.
pub(crate) fn size(attributes: &MessageAttributes) -> usize {
    attributes.iter().map(|(name, attribute)| name.len() + attribute.size()).sum()
}

/// Checks attributes (test_sns::test_empty_or_wrong_message_attributes).
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn check(
    given: impl IntoIterator<Item = (String, RawAttribute)>,
) -> Result<MessageAttributes, Fault> {
    let checked = given.into_iter().map(|(name, raw)| {
        check_name(&name)?;
        let attribute = check_value(&name, raw)?;
        Ok((name, attribute))
    });
    checked.collect()
}

fn wrong(message: String) -> Fault {
    Fault::new(ErrorKind::InvalidParameterValue, message)
}

fn check_name(name: &str) -> Result<(), Fault> {
    let stray = |it: &char| !(it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.'));
    if name.len() >= 256 {
        return Err(wrong("Length of message attribute name must be less than 256 bytes.".to_owned()));
    }
    if let Some(stray) = name.chars().find(stray) {
        return Err(wrong(format!(
            "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. \
             Can only include alphanumeric characters, hyphens, underscores, or dots.",
            u32::from(stray)
        )));
    }
    for (is_wrong, place) in [(name.starts_with('.'), "starting"), (name.ends_with('.'), "ending")] {
        if is_wrong {
            return Err(wrong(format!(
                "Invalid message attribute name {place} with character '.' was found."
            )));
        }
    }
    if name.contains("..") {
        return Err(wrong("Message attribute name can not have successive '.' character.".to_owned()));
    }
    Ok(())
}

fn check_value(name: &str, raw: RawAttribute) -> Result<MessageAttribute, Fault> {
    let RawAttribute { data_type, text, binary } = raw;
    // test_sns::test_message_attributes_prefixes
    let base = data_type.split('.').next().unwrap_or_default();
    let field = match base {
        "String" | "Number" => "String",
        "Binary" => "Binary",
        _ => {
            return Err(wrong(format!(
                "The message attribute '{name}' has an invalid message attribute type, \
                 the set of supported type prefixes is Binary, Number, and String."
            )));
        }
    };
    let text = text.filter(|it| !it.is_empty());
    let binary = binary.filter(|it| !it.is_empty());
    let content = match (field, text, binary) {
        ("String", Some(text), _) => Content::Text(text),
        ("Binary", _, Some(bytes)) => Content::Binary(bytes),
        (_, None, None) => {
            return Err(wrong(format!(
                "The message attribute '{name}' must contain non-empty message attribute value \
                 for message attribute type '{data_type}'."
            )));
        }
        _ => {
            return Err(wrong(format!(
                "The message attribute '{name}' with type '{data_type}' must use field '{field}'."
            )));
        }
    };
    // From memory.
    if base == "Number" && matches!(&content, Content::Text(text) if text.trim().parse::<f64>().is_err()) {
        return Err(wrong(format!("Could not cast message attribute '{name}' value to number.")));
    }
    Ok(MessageAttribute { data_type, content })
}
