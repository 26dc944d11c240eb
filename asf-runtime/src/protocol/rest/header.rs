//! Members in headers: one header, a list in one header, or all headers that start with a prefix.

use std::borrow::Cow;

use asf_schema::{Kind, Location, Member, Schema, TimestampFormat};
use http::header::Entry;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::head::HeadError;
use super::text::{self, Sender};
use crate::codec::CodecError;
use crate::protocol::SerializeError;
use crate::shape::{Mismatch, Shape};

/// Reads a member that is one header. Absent and, where the member is a list, empty headers leave it
/// absent.
pub(super) fn read(
    member: Member,
    headers: &HeaderMap,
    sender: Sender,
    into: &mut dyn Shape,
) -> Result<(), HeadError> {
    let Some(first) = headers.get(member.wire_name()) else { return Ok(()) };
    let target = member.target();
    let at = |error: CodecError| HeadError::at(member, error);
    let mismatch = || HeadError::at(member, Mismatch.into());
    if let Some(item) = target.item() {
        let mut list: Option<&mut dyn Shape> = None;
        let mut slot = Some(into);
        for value in headers.get_all(member.wire_name()) {
            let content = content(value);
            let format = text::timestamp_format(item, Location::Header);
            let dates = item.target().kind() == Kind::Timestamp && format == TimestampFormat::HttpDate;
            for part in Items::of(&content, dates) {
                if list.is_none()
                    && let Some(into) = slot.take()
                {
                    let made = into.slot(member.index()).ok_or_else(mismatch)?;
                    made.begin(target);
                    list = Some(made);
                }
                let slot = list.as_mut().and_then(|it| it.slot(0)).ok_or_else(mismatch)?;
                text::read(item, &part, format, sender, slot).map_err(at)?;
            }
        }
        return Ok(());
    }
    let content = content(first);
    if text::is_none(target.kind(), &content, sender) {
        return Ok(());
    }
    let format = text::timestamp_format(member, Location::Header);
    let slot = into.slot(member.index()).ok_or_else(mismatch)?;
    text::read(member, &content, format, sender, slot).map_err(at)
}

/// Reads a member that is all headers with a prefix: a map of texts. A header that is there more than once
/// has its values joined by commas, which is what S3 does with metadata.
pub(super) fn read_prefixed(
    member: Member,
    headers: &HeaderMap,
    into: &mut dyn Shape,
) -> Result<(), HeadError> {
    let prefix = member.wire_name();
    // Without a name of its own the prefix is nothing, and every header belongs to the map.
    let prefix = if member.has(asf_schema::MemberFlags::NAMED) { prefix } else { "" };
    let mismatch = || HeadError::at(member, Mismatch.into());
    let Some((_, value)) = member.target().key_value() else { return Ok(()) };
    let mut map: Option<&mut dyn Shape> = None;
    let mut slot = Some(into);
    for name in headers.keys() {
        let name = name.as_str();
        let key = match (name.get(..prefix.len()), name.get(prefix.len()..)) {
            (Some(start), Some(key)) if start.eq_ignore_ascii_case(prefix) => key,
            _ => continue,
        };
        if map.is_none()
            && let Some(into) = slot.take()
        {
            let made = into.slot(member.index()).ok_or_else(mismatch)?;
            made.begin(member.target());
            map = Some(made);
        }
        let mut whole = Cow::Borrowed("");
        for (index, value) in headers.get_all(name).iter().enumerate() {
            match index {
                0 => whole = content(value),
                _ => {
                    let whole = whole.to_mut();
                    whole.push(',');
                    whole.push_str(&content(value));
                }
            }
        }
        let entry = map.as_mut().and_then(|it| it.entry(key.to_owned())).ok_or_else(mismatch)?;
        text::read(value, &whole, TimestampFormat::HttpDate, Sender::Service, entry)
            .map_err(|error| HeadError::at(member, error))?;
    }
    Ok(())
}

/// The text of a header. Bytes that are not UTF-8 are Latin-1, which is what HTTP/1.0 had and old clients
/// send.
pub(super) fn content(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.as_bytes().iter().copied().map(char::from).collect()),
    }
}

/// The items of a list in a header: `a, "b,c", "\"d\""`. Dates have a comma in them.
struct Items<'h> {
    rest: Option<&'h str>,
    dates: bool,
}

impl<'h> Items<'h> {
    fn of(content: &'h str, dates: bool) -> Self {
        Self { rest: Some(content).filter(|it| !blank_trimmed(it).is_empty()), dates }
    }
}

fn blank_trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

impl<'h> Iterator for Items<'h> {
    type Item = Cow<'h, str>;

    fn next(&mut self) -> Option<Cow<'h, str>> {
        let rest = blank_trimmed(self.rest.take()?);
        if let Some(quoted) = rest.strip_prefix('"')
            && let Some((item, after)) = unquoted(quoted)
        {
            self.rest = blank_trimmed(after).strip_prefix(',');
            return Some(item);
        }
        let mut commas = rest.match_indices(',').map(|(at, _)| at);
        let end = if self.dates { commas.nth(1) } else { commas.next() };
        match end.and_then(|end| rest.split_at_checked(end)) {
            Some((item, after)) => {
                self.rest = after.strip_prefix(',');
                Some(Cow::Borrowed(blank_trimmed(item)))
            }
            None => Some(Cow::Borrowed(rest)),
        }
    }
}

/// What is between quotes, and what comes after them. `None` if there is no second quote.
fn unquoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut out = Cow::Borrowed("");
    let mut rest = text;
    loop {
        let at = rest.find(['"', '\\'])?;
        let (plain, special) = rest.split_at_checked(at)?;
        match (&out, special.starts_with('"')) {
            (Cow::Borrowed(""), true) => return Some((Cow::Borrowed(plain), special.get(1..)?)),
            (_, true) => {
                out.to_mut().push_str(plain);
                return Some((out, special.get(1..)?));
            }
            (_, false) => {
                let escaped = special.get(1..)?.chars().next()?;
                let whole = out.to_mut();
                whole.push_str(plain);
                whole.push(escaped);
                rest = special.get(1 + escaped.len_utf8()..)?;
            }
        }
    }
}

/// Writes a member that is one header. A list without items writes none.
pub(super) fn write(
    member: Member,
    value: &dyn Shape,
    headers: &mut HeaderMap,
) -> Result<(), SerializeError> {
    let Some(item) = member.target().item() else {
        let format = text::timestamp_format(member, Location::Header);
        return set(member, member.wire_name(), &text::write(member, value, format), headers);
    };
    let format = text::timestamp_format(item, Location::Header);
    let mut out = String::new();
    let mut items = 0_usize;
    for index in 0..value.len() {
        let Some(part) = value.get(index).filter(|it| !it.is_null()) else { continue };
        if items > 0 {
            out.push_str(", ");
        }
        items += 1;
        let content = text::write(item, part, format);
        if item.target().kind() == Kind::String && content.contains([',', '"']) {
            out.push('"');
            for letter in content.chars() {
                if matches!(letter, '"' | '\\') {
                    out.push('\\');
                }
                out.push(letter);
            }
            out.push('"');
        } else {
            out.push_str(&content);
        }
    }
    if items == 0 { Ok(()) } else { set(member, member.wire_name(), &out, headers) }
}

/// Writes a member that is all headers with a prefix. A header that is there already stays as it is: a
/// member that is bound to it comes before the map.
pub(super) fn write_prefixed(
    member: Member,
    value: &dyn Shape,
    headers: &mut HeaderMap,
) -> Result<(), SerializeError> {
    let prefix = if member.has(asf_schema::MemberFlags::NAMED) { member.wire_name() } else { "" };
    let Some((_, item)) = member.target().key_value() else { return Ok(()) };
    for index in 0..value.len() {
        let (Some(key), Some(part)) = (value.key(index), value.get(index)) else { continue };
        let content = text::write(item, part, TimestampFormat::HttpDate);
        set_new(member, &format!("{prefix}{key}"), &content, headers)?;
    }
    Ok(())
}

fn value_of(member: Member, content: &str) -> Result<HeaderValue, SerializeError> {
    // Bytes beyond ASCII are let through as UTF-8; control characters are not.
    HeaderValue::from_bytes(content.as_bytes())
        .map_err(|_| SerializeError::new(member.name(), "the value has characters that no header can have"))
}

fn name_of(member: Member, name: &str) -> Result<HeaderName, SerializeError> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| SerializeError::new(member.name(), format!("'{name}' cannot be the name of a header")))
}

fn set(member: Member, name: &str, content: &str, headers: &mut HeaderMap) -> Result<(), SerializeError> {
    headers.insert(name_of(member, name)?, value_of(member, content)?);
    Ok(())
}

fn set_new(member: Member, name: &str, content: &str, headers: &mut HeaderMap) -> Result<(), SerializeError> {
    if let Entry::Vacant(entry) = headers.entry(name_of(member, name)?) {
        entry.insert(value_of(member, content)?);
    }
    Ok(())
}

/// Whether a schema binds a member to a header.
pub(super) fn binds(schema: Schema, header: &HeaderName) -> bool {
    schema
        .members()
        .any(|it| it.location() == Location::Header && it.wire_name().eq_ignore_ascii_case(header.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_lists() {
        for (content, dates, expected) in [
            ("", false, &[][..]),
            (" ", false, &[]),
            ("a", false, &["a"]),
            ("a, b ,c", false, &["a", "b", "c"]),
            ("a,,b", false, &["a", "", "b"]),
            ("a,", false, &["a", ""]),
            (r#""b,c", "\"def\"", a"#, false, &["b,c", "\"def\"", "a"]),
            (r#""a\\b""#, false, &["a\\b"]),
            (r#""never ends, b"#, false, &["\"never ends", "b"]),
            (r#""ends\"#, false, &["\"ends\\"]),
            ("\"ü\\ü\"", false, &["üü"]),
            (
                "Mon, 16 Dec 2019 23:48:18 GMT, Mon, 16 Dec 2019 23:48:18 GMT",
                true,
                &["Mon, 16 Dec 2019 23:48:18 GMT", "Mon, 16 Dec 2019 23:48:18 GMT"],
            ),
        ] {
            let found: Vec<Cow<'_, str>> = Items::of(content, dates).collect();
            assert_eq!(found, expected, "{content}");
        }
    }

    #[test]
    fn texts_of_headers() {
        let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).unwrap();
        assert!(matches!(content(&value("ü".as_bytes())), Cow::Borrowed("ü")));
        assert_eq!(content(&value(b"\xfc")), "ü");
    }
}
