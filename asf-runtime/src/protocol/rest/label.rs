//! Labels in the path: `/{Bucket}/{Key+}`.
//!
//! A label is a whole segment of the path; a greedy one (`{Key+}`) is as many as the rest of the template
//! leaves. No model of AWS's has a label that is a part of a segment, or two greedy ones.

use std::borrow::Cow;

use asf_schema::{Location, Member, Operation, Schema};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::head::HeadError;
use super::text::{self, Sender};
use crate::codec::CodecError;
use crate::protocol::SerializeError;
use crate::shape::Shape;

/// Everything but what RFC 3986 has as unreserved.
pub(super) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same in a greedy label, where slashes stay.
const ESCAPED_GREEDY: &AsciiSet = &ESCAPED.remove(b'/');

/// The path of an operation's uri, with labels.
fn template(operation: Operation) -> &'static str {
    let uri = operation.row().uri;
    uri.split_once('?').map_or(uri, |(path, _)| path)
}

/// A segment of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment<'t> {
    Literal(&'t str),
    Label(&'t str),
    Greedy(&'t str),
}

impl<'t> Segment<'t> {
    fn of(text: &'t str) -> Self {
        match text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            None => Self::Literal(text),
            Some(name) => name.strip_suffix('+').map_or(Self::Label(name), Self::Greedy),
        }
    }
}

/// Reads the labels. The path is one that the operation's template matches (the router has seen to that);
/// a label that the path has not, or has as nothing, is absent.
pub(super) fn read(
    operation: Operation,
    schema: Schema,
    path: &str,
    sender: Sender,
    into: &mut dyn Shape,
) -> Result<(), HeadError> {
    let mut template = Some(template(operation).trim_start_matches('/'));
    let mut path = Some(path.strip_prefix('/').unwrap_or(path));
    let mut hint = 0;
    while let (Some(left), Some(rest)) = (template, path) {
        let (segment, after) = split(left);
        let segment = Segment::of(segment);
        let value;
        (value, path) = match (segment, after) {
            (Segment::Greedy(_), after) => {
                let (value, after) = before_last(rest, after.map_or(0, |it| it.split('/').count()));
                (value, after)
            }
            _ => split(rest),
        };
        template = after;
        let (Segment::Label(name) | Segment::Greedy(name)) = segment else { continue };
        let Some(member) = label_member(schema, name, hint) else { continue };
        hint = member.index() + 1;
        if value.is_empty() {
            continue;
        }
        let format = text::timestamp_format(member, Location::Uri);
        decode(value)
            .and_then(|value| {
                let slot = into.slot(member.index()).ok_or(crate::shape::Mismatch)?;
                text::read(member, &value, format, sender, slot)
            })
            .map_err(|error| HeadError::at(member, error))?;
    }
    Ok(())
}

/// The first segment, and what comes after the slash behind it.
fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

/// What is before the last so many segments, and these.
fn before_last(path: &str, segments: usize) -> (&str, Option<&str>) {
    let mut end = path.len();
    for _ in 0..segments {
        match path.get(..end).and_then(|it| it.rfind('/')) {
            Some(slash) => end = slash,
            None => return ("", None),
        }
    }
    (path.get(..end).unwrap_or_default(), path.get(end..).and_then(|it| it.strip_prefix('/')))
}

fn label_member(schema: Schema, name: &str, hint: usize) -> Option<Member> {
    let is_it = |member: &Member| member.location() == Location::Uri;
    let found = schema.member_on_wire(name, hint).filter(is_it);
    found.or_else(|| schema.members().find(|it| is_it(it) && it.wire_name() == name))
}

/// The text with percent-encoded bytes decoded. Nothing is copied where there are none.
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, CodecError> {
    percent_decode_str(text).decode_utf8().map_err(|_| CodecError::new("the decoded text is not UTF-8"))
}

/// Appends the path with the labels filled in.
pub(super) fn write(
    operation: Operation,
    schema: Option<Schema>,
    value: &dyn Shape,
    out: &mut String,
) -> Result<(), SerializeError> {
    for segment in template(operation).trim_start_matches('/').split('/') {
        out.push('/');
        let (name, escaped) = match Segment::of(segment) {
            Segment::Literal(text) => {
                out.push_str(text);
                continue;
            }
            Segment::Label(name) => (name, ESCAPED),
            Segment::Greedy(name) => (name, ESCAPED_GREEDY),
        };
        let member = schema
            .and_then(|schema| label_member(schema, name, 0))
            .ok_or_else(|| SerializeError::new(name, "no member belongs to this label of the path"))?;
        let format = text::timestamp_format(member, Location::Uri);
        let content = value.get(member.index()).map(|part| text::write(member, part, format));
        match content.as_deref() {
            Some("") => return Err(SerializeError::new(member.name(), "a label of a path cannot be empty")),
            Some(content) => out.extend(utf8_percent_encode(content, escaped)),
            None => return Err(SerializeError::new(member.name(), "a label of the path is missing")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_before_the_last() {
        for (path, segments, expected) in [
            ("a/b/c", 0, ("a/b/c", None)),
            ("a/b/c", 1, ("a/b", Some("c"))),
            ("a/b/c", 2, ("a", Some("b/c"))),
            ("a", 1, ("", None)),
            ("a//", 1, ("a/", Some(""))),
        ] {
            assert_eq!(before_last(path, segments), expected, "{path}");
        }
    }

    #[test]
    fn nothing_is_copied_without_need() {
        for text in ["", "plain", "a+b", "%zz is no escape"] {
            assert!(matches!(decode(text), Ok(Cow::Borrowed(same)) if same == text), "{text}");
        }
        assert_eq!(decode("a%20%C3%BC").as_deref(), Ok("a ü"));
        assert!(decode("%ff").is_err());
    }
}
