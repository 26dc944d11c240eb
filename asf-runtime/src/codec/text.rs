//! Simple values as text: in XML, forms, headers, labels and query strings.

use std::fmt::Write as _;

use asf_schema::{Kind, Schema, TimestampFormat};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::CodecError;
use crate::Timestamp;
use crate::shape::{Scalar, Shape};

/// Reads a simple value from its text. `format` is how a timestamp is written where neither member nor
/// shape says so. Numbers are those of the Smithy protocols: no sign `+`, no blanks, no hexadecimal;
/// floats also `NaN`, `Infinity`, `-Infinity`. Blobs are base64 with padding.
///
/// # Errors
/// When the text is not of the kind, or the number does not fit it.
pub fn read(
    schema: Schema,
    text: &str,
    format: TimestampFormat,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    let wrong = |expected: &str| CodecError::new(format!("'{}' is not {expected}", shortened(text)));
    match schema.kind() {
        Kind::String => into.set(Scalar::Str(text))?,
        Kind::Boolean => match text {
            "true" => into.set(Scalar::Bool(true))?,
            "false" => into.set(Scalar::Bool(false))?,
            _ => return Err(wrong("a boolean")),
        },
        kind @ (Kind::Byte | Kind::Short | Kind::Integer | Kind::Long) => {
            into.set(Scalar::Int(integer(kind, text).ok_or_else(|| wrong(integer_name(kind)))?))?;
        }
        Kind::Float | Kind::Double => {
            into.set(Scalar::Float(float(schema.kind(), text).ok_or_else(|| wrong("a number"))?))?;
        }
        Kind::Blob => {
            let bytes = STANDARD.decode(text).map_err(|_| wrong("base64"))?;
            into.set(Scalar::Blob(&Bytes::from(bytes)))?;
        }
        Kind::Timestamp => {
            let at = Timestamp::parse(text, format).map_err(|error| CodecError::new(error.to_string()))?;
            into.set(Scalar::Time(at))?;
        }
        Kind::Document => {
            let document = serde_json::from_str(text).map_err(|_| wrong("JSON"))?;
            into.set(Scalar::Document(std::borrow::Cow::Owned(document)))?;
        }
        Kind::Structure | Kind::Union | Kind::List | Kind::Map => return Err(wrong("a structured value")),
    }
    Ok(())
}

/// Appends the text of a simple value. `format` is how a timestamp is to be written. Nothing is
/// appended for a value that is not simple. The text is not escaped.
pub fn write(schema: Schema, value: &dyn Shape, format: TimestampFormat, out: &mut String) {
    match value.scalar() {
        Some(Scalar::Str(text)) => out.push_str(text),
        Some(Scalar::Bool(it)) => out.push_str(if it { "true" } else { "false" }),
        Some(Scalar::Int(number)) => out.push_str(itoa::Buffer::new().format(number)),
        Some(Scalar::Float(number)) => write_float(schema.kind(), number, out),
        Some(Scalar::Blob(bytes)) => STANDARD.encode_string(bytes, out),
        Some(Scalar::Time(at)) => at.write(format, out),
        Some(Scalar::Document(document)) => {
            // Writing to a String does not fail.
            let _ = write!(out, "{document}");
        }
        None => {}
    }
}

/// Appends a float as the shortest decimal that reads back as the same number of its kind; whole
/// numbers have no fraction.
pub fn write_float(kind: Kind, number: f64, out: &mut String) {
    if number.is_nan() {
        out.push_str("NaN");
    } else if number.is_infinite() {
        out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        let mut buffer = ryu::Buffer::new();
        let text = match kind {
            Kind::Float => buffer.format_finite(number as f32),
            _ => buffer.format_finite(number),
        };
        out.push_str(text.strip_suffix(".0").unwrap_or(text));
    }
}

/// Reads an integer of a kind.
pub(crate) fn integer(kind: Kind, text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    in_range(kind, text.parse().ok()?)
}

/// The number, if it fits a kind of integer.
pub(crate) fn in_range(kind: Kind, number: i64) -> Option<i64> {
    let fits = match kind {
        Kind::Byte => i8::try_from(number).is_ok(),
        Kind::Short => i16::try_from(number).is_ok(),
        Kind::Integer => i32::try_from(number).is_ok(),
        _ => true,
    };
    fits.then_some(number)
}

/// What a kind of integer is called in messages.
pub(crate) fn integer_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Byte => "an integer of 8 bits",
        Kind::Short => "an integer of 16 bits",
        Kind::Integer => "an integer of 32 bits",
        _ => "an integer of 64 bits",
    }
}

/// Reads a float.
pub(crate) fn float(kind: Kind, text: &str) -> Option<f64> {
    match text {
        "NaN" => return Some(f64::NAN),
        "Infinity" => return Some(f64::INFINITY),
        "-Infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    if !text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let fits = number.is_finite() && (kind != Kind::Float || (number as f32).is_finite());
    fits.then_some(number)
}

/// At most 64 characters of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
