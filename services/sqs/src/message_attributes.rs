//! Message attributes: what they may hold, how large they are, and which of them a receiver asks for.
//!
//! Rules from "Amazon SQS message metadata" in the developer guide; wording from what AWS's users report
//! where no recording has it.

use bytes::Bytes;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorKind, QueueError};

/// Attributes by name, in the order in which they came.
pub type Attributes = IndexMap<String, AttributeValue>;

/// The value of a message attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeValue {
    /// `String`, `Number`, `Binary`, each perhaps with a label of the user's: `Number.float`.
    pub data_type: String,
    /// The value itself.
    pub content: AttributeContent,
}

/// A text (also of numbers) or bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttributeContent {
    /// Of `String` and `Number`.
    Text(String),
    /// Of `Binary`.
    Binary(Bytes),
}

/// At most so many attributes has a message.
const MAX_ATTRIBUTES: usize = 10;
/// Longest name and longest data type, in bytes.
const MAX_NAME: usize = 256;

/// A value as it came in, before it is known to be one.
#[derive(Clone, Debug, Default)]
pub struct RawValue {
    /// `DataType`
    pub data_type: String,
    /// `StringValue`
    pub text: Option<String>,
    /// `BinaryValue`
    pub binary: Option<Bytes>,
    /// `StringListValues` or `BinaryListValues` were given; SQS does not have them yet.
    pub has_list: bool,
}

/// Checks the attributes that a user gave a message.
///
/// # Errors
/// `InvalidParameterValue`: too many, a wrong name, a wrong type, a value that is missing or not of its type.
pub fn check_user(raw: impl ExactSizeIterator<Item = (String, RawValue)>) -> Result<Attributes, QueueError> {
    if raw.len() > MAX_ATTRIBUTES {
        return Err(invalid(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MAX_ATTRIBUTES}].",
            raw.len()
        )));
    }
    raw.map(|(name, value)| {
        check_name(&name)?;
        let value = check_value("user", &name, value)?;
        Ok((name, value))
    })
    .collect()
}

/// The one attribute for other AWS services, a text.
pub const TRACE_HEADER: &str = "AWSTraceHeader";

/// Checks the attributes for other AWS services. There is one: [`TRACE_HEADER`].
///
/// # Errors
/// `InvalidParameterValue`
pub fn check_system(
    raw: impl ExactSizeIterator<Item = (String, RawValue)>,
) -> Result<Attributes, QueueError> {
    raw.map(|(name, value)| {
        if name != TRACE_HEADER {
            return Err(invalid(format!(
                "Message system attribute name '{name}' is invalid. \
                 You must use only the following supported names: {TRACE_HEADER}."
            )));
        }
        let value = check_value("system", &name, value)?;
        if value.data_type != "String" {
            return Err(invalid(format!(
                "The type of message (system) attribute '{name}' is invalid. You must use String."
            )));
        }
        Ok((name, value))
    })
    .collect()
}

fn check_name(name: &str) -> Result<(), QueueError> {
    if name.is_empty() {
        return Err(invalid("The request must contain non-empty message attribute name.".to_owned()));
    }
    if name.len() > MAX_NAME {
        return Err(invalid(format!("Length of message attribute name must be at most {MAX_NAME} bytes.")));
    }
    let stray = |it: &char| !(it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.'));
    if let Some(stray) = name.chars().find(stray) {
        return Err(invalid(format!(
            "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. \
             Can only include alphanumeric characters, hyphens, underscores, or dots.",
            u32::from(stray)
        )));
    }
    if name.starts_with('.') || name.ends_with('.') {
        return Err(invalid("You can't use message attribute names starting or ending with '.'.".to_owned()));
    }
    if name.contains("..") {
        return Err(invalid("Message attribute name can not have successive '.' characters.".to_owned()));
    }
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("aws.") || lower.starts_with("amazon.") {
        return Err(invalid(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. \
             These strings are reserved for internal use."
                .to_owned(),
        ));
    }
    Ok(())
}

fn check_value(of: &str, name: &str, raw: RawValue) -> Result<AttributeValue, QueueError> {
    let RawValue { data_type, text, binary, has_list } = raw;
    if data_type.is_empty() {
        return Err(invalid(format!(
            "The message attribute '{name}' must contain non-empty message attribute type."
        )));
    }
    if data_type.len() > MAX_NAME {
        return Err(invalid(format!(
            "The length of the type of message ({of}) attribute '{name}' must be at most {MAX_NAME} bytes."
        )));
    }
    if has_list {
        return Err(QueueError::new(
            ErrorKind::UnsupportedOperation,
            format!(
                "Message attribute list values in SendMessage operation are not supported. Attribute: {name}."
            ),
        ));
    }
    let (base, label) = data_type.split_once('.').unwrap_or((&data_type, "none"));
    let binary_type = base == "Binary";
    if label.is_empty() || !(binary_type || matches!(base, "String" | "Number")) {
        return Err(invalid(format!(
            "The type of message ({of}) attribute '{name}' is invalid. \
             You must use only the following supported type prefixes: Binary, Number, String."
        )));
    }
    if (binary_type && text.is_some()) || (!binary_type && binary.is_some()) {
        let field = if binary_type { "Binary" } else { "String" };
        return Err(invalid(format!(
            "The message attribute '{name}' with type '{base}' must use field '{field}'."
        )));
    }
    let content = if binary_type {
        binary.filter(|bytes| !bytes.is_empty()).map(AttributeContent::Binary)
    } else {
        text.filter(|text| !text.is_empty()).map(AttributeContent::Text)
    };
    let Some(content) = content else {
        return Err(invalid(format!(
            "Message ({of}) attribute '{name}' must contain a non-empty value of type '{field}'.",
            field = if binary_type { "Binary" } else { "String" },
        )));
    };
    if let AttributeContent::Text(text) = &content {
        if base == "Number" && !is_number(text) {
            return Err(invalid(format!(
                "Can't cast the value of message ({of}) attribute '{name}' to a number."
            )));
        }
        if let Some(stray) = text.chars().find(|it| !is_allowed(*it)) {
            return Err(QueueError::new(
                ErrorKind::InvalidMessageContents,
                format!(
                    "Invalid binary character '#x{:X}' was found in the message attribute '{name}' value, \
                     the set of allowed characters is {ALLOWED}",
                    u32::from(stray)
                ),
            ));
        }
    }
    Ok(AttributeValue { data_type, content })
}

/// An optional sign, digits with at most one point, an optional exponent: what Java's BigDecimal reads.
fn is_number(text: &str) -> bool {
    let unsigned = |text: &str| text.strip_prefix(['+', '-']).map_or(text.to_owned(), str::to_owned);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let mantissa = unsigned(mantissa);
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let points = mantissa.bytes().filter(|it| *it == b'.').count();
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = unsigned(exponent);
        !exponent.is_empty() && exponent.bytes().all(|it| it.is_ascii_digit())
    });
    digits > 0 && points <= 1 && digits + points == mantissa.len() && exponent_fits
}

/// The characters of XML 1.0, which is what SQS lets through.
pub(crate) const ALLOWED: &str = "#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]";

/// Whether a message may hold a character.
pub(crate) fn is_allowed(it: char) -> bool {
    matches!(it, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// What the attributes add to a message's size: names, data types and values, in bytes.
#[must_use]
pub fn size(attributes: &Attributes) -> usize {
    let content = |value: &AttributeValue| match &value.content {
        AttributeContent::Text(text) => text.len(),
        AttributeContent::Binary(bytes) => bytes.len(),
    };
    attributes.iter().map(|(name, value)| name.len() + value.data_type.len() + content(value)).sum()
}

/// The attributes that a receiver asks for: by name, by prefix (`prefix.*`), or all (`All`, `.*`).
#[must_use]
pub fn select(attributes: &Attributes, names: &[String]) -> Attributes {
    let asked_for = |name: &str| {
        names.iter().any(|wanted| match wanted.strip_suffix(".*") {
            Some(prefix) => name.starts_with(prefix),
            None => wanted == "All" || wanted == name,
        })
    };
    attributes
        .iter()
        .filter(|(name, _)| asked_for(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn invalid(message: String) -> QueueError {
    QueueError::new(ErrorKind::InvalidParameterValue, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(data_type: &str, text: &str) -> RawValue {
        RawValue { data_type: data_type.to_owned(), text: Some(text.to_owned()), ..RawValue::default() }
    }

    fn check(name: &str, value: RawValue) -> Result<Attributes, QueueError> {
        check_user([(name.to_owned(), value)].into_iter())
    }

    #[test]
    fn names() {
        let long = "a".repeat(256);
        let too_long = "a".repeat(257);
        for (name, valid) in [
            ("a.b-c_1", true),
            (&long, true),
            (&too_long, false),
            ("", false),
            (".a", false),
            ("a.", false),
            ("a..b", false),
            ("AWS.a", false),
            ("amazon.a", false),
            ("awsome", true),
            ("a b", false),
            ("ä", false),
        ] {
            assert_eq!(check(name, text("String", "x")).is_ok(), valid, "{name}");
        }
    }

    #[test]
    fn values() {
        let binary = |data_type: &str, bytes: &'static [u8]| RawValue {
            data_type: data_type.to_owned(),
            binary: Some(Bytes::from_static(bytes)),
            ..RawValue::default()
        };
        for (value, complaint) in [
            (text("String", "x"), None),
            (text("String.uuid", "x"), None),
            (text("Number.int", "-12.5e+3"), None),
            (binary("Binary.png", b"x"), None),
            (text("String", ""), Some("must contain a non-empty value of type 'String'")),
            (binary("Binary", b""), Some("must contain a non-empty value of type 'Binary'")),
            (text("", "x"), Some("must contain non-empty message attribute type")),
            (text("String.", "x"), Some("supported type prefixes: Binary, Number, String.")),
            (text("Strings", "x"), Some("supported type prefixes: Binary, Number, String.")),
            (
                text("Number", "1.2.3"),
                Some("Can't cast the value of message (user) attribute 'a' to a number."),
            ),
            (text("Number", "1e"), Some("Can't cast")),
            (text("Number", "one"), Some("Can't cast")),
            (text("Binary", "x"), Some("with type 'Binary' must use field 'Binary'")),
            (binary("String", b"x"), Some("with type 'String' must use field 'String'")),
            (text("String", "a\u{0}"), Some("Invalid binary character '#x0'")),
            (RawValue { has_list: true, ..text("String", "x") }, Some("list values")),
        ] {
            let shown = format!("{value:?}");
            match (check("a", value), complaint) {
                (Ok(_), None) => {}
                (Err(error), Some(complaint)) => assert!(error.message.contains(complaint), "{error}"),
                (outcome, _) => panic!("{shown}: {outcome:?}"),
            }
        }
        let eleven: Vec<_> = (0..11).map(|i| (format!("a{i}"), text("String", "x"))).collect();
        assert_eq!(
            check_user(eleven.into_iter()).unwrap_err().message,
            "Number of message attributes [11] exceeds the allowed maximum [10]."
        );
    }

    #[test]
    fn selection() {
        let attributes: Attributes = ["Foo", "bar.a", "bar.b", "barn"]
            .map(|name| (name.to_owned(), text("String", "x")))
            .into_iter()
            .map(|(name, value)| (name.clone(), check(&name, value).unwrap().swap_remove(&name).unwrap()))
            .collect();
        for (names, selected) in [
            (vec![], vec![]),
            (vec!["All"], vec!["Foo", "bar.a", "bar.b", "barn"]),
            (vec![".*"], vec!["Foo", "bar.a", "bar.b", "barn"]),
            (vec!["Foo", "nope"], vec!["Foo"]),
            (vec!["foo"], vec![]),
            (vec!["bar.*"], vec!["bar.a", "bar.b", "barn"]),
        ] {
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            assert_eq!(select(&attributes, &names).keys().collect::<Vec<_>>(), selected);
        }
        assert_eq!(size(&attributes), 3 + 5 + 5 + 4 + 4 * 7);
    }
}
