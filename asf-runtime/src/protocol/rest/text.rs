//! One simple value as the text of a label, a query argument or a header.

use asf_schema::{Kind, Location, Member, MemberFlags, TimestampFormat};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

use crate::codec::{CodecError, text};
use crate::shape::{Scalar, Shape};
use crate::{Document, Timestamp};

/// Who wrote what is read, and how strictly it is taken for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// A client of rest-json: by the letter of the protocol.
    JsonClient,
    /// A client of rest-xml. Old SDKs write booleans as `True`, and say `max-keys=` for none; S3 takes both.
    XmlClient,
    /// A service. Timestamps may be in any notation, as SDKs take them.
    Service,
}

/// The format of a member's timestamps, where the model gives none: it depends on the place.
pub(super) fn timestamp_format(member: Member, location: Location) -> TimestampFormat {
    member.timestamp_format().unwrap_or(match location {
        Location::Header | Location::Headers => TimestampFormat::HttpDate,
        _ => TimestampFormat::DateTime,
    })
}

/// Whether an empty text is the same as none at all.
pub(super) fn is_none(kind: Kind, text: &str, sender: Sender) -> bool {
    text.is_empty() && sender != Sender::JsonClient && kind != Kind::String
}

/// Reads a value: a member's own, or an item's of its list.
pub(super) fn read(
    member: Member,
    content: &str,
    format: TimestampFormat,
    sender: Sender,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    let schema = member.target();
    // Everything but texts may have blanks around it in a header.
    let trimmed = content.trim_matches([' ', '\t']);
    match schema.kind() {
        _ if member.has(MemberFlags::JSON_VALUE) => {
            let document = json_value(trimmed).ok_or_else(|| {
                CodecError::new(format!("'{}' is not JSON in base64", text::shortened(trimmed)))
            })?;
            Ok(into.set(Scalar::Document(Cow::Owned(document)))?)
        }
        Kind::Timestamp if sender == Sender::Service => {
            let formats = [format, TimestampFormat::DateTime, TimestampFormat::HttpDate];
            let formats = formats.iter().chain(&[TimestampFormat::EpochSeconds]);
            match formats.copied().find_map(|it| Timestamp::parse(trimmed, it).ok()) {
                Some(at) => Ok(into.set(Scalar::Time(at))?),
                None => text::read(schema, trimmed, format, into),
            }
        }
        Kind::Timestamp if format == TimestampFormat::DateTime && !trimmed.ends_with('Z') => {
            // Smithy's date-time has no offset; only clients are to take one.
            let shown = text::shortened(trimmed);
            Err(CodecError::new(format!("'{shown}' is not a timestamp of the form 2006-01-02T15:04:05Z")))
        }
        Kind::Boolean if sender != Sender::JsonClient && trimmed.eq_ignore_ascii_case("true") => {
            Ok(into.set(Scalar::Bool(true))?)
        }
        Kind::Boolean if sender != Sender::JsonClient && trimmed.eq_ignore_ascii_case("false") => {
            Ok(into.set(Scalar::Bool(false))?)
        }
        Kind::String => Ok(into.set(Scalar::Str(content))?),
        _ => text::read(schema, trimmed, format, into),
    }
}

fn json_value(content: &str) -> Option<Document> {
    serde_json::from_slice(&STANDARD.decode(content).ok()?).ok()
}

/// The text of a value: a member's own, or an item's of its list.
pub(super) fn write<'v>(member: Member, value: &'v dyn Shape, format: TimestampFormat) -> Cow<'v, str> {
    match value.scalar() {
        Some(Scalar::Str(content)) => Cow::Borrowed(content),
        Some(Scalar::Document(document)) if member.has(MemberFlags::JSON_VALUE) => {
            Cow::Owned(STANDARD.encode(document.to_string()))
        }
        _ => {
            let mut out = String::new();
            text::write(member.target(), value, format, &mut out);
            Cow::Owned(out)
        }
    }
}
