//! Members in the query string.
//!
//! A list is one argument an item. A map has what arguments there are: a map of texts those that no other
//! member is bound to, a map of lists all of them (Smithy: "servers must use all query params in the
//! unnamed map"), unless the model says otherwise (`otherQueryParams`, set by our patches). The constant
//! arguments of the operation's uri and those of a presigned URL are in no map.

use std::borrow::Cow;

use asf_schema::{Kind, Location, Member, Operation, Schema, ShapeFlags};
use percent_encoding::utf8_percent_encode;

use super::head::HeadError;
use super::label::{ESCAPED, decode};
use super::text::{self, Sender};
use crate::Map;
use crate::codec::CodecError;
use crate::protocol::SerializeError;
use crate::shape::{Mismatch, Shape};

/// Greatest number of arguments in a request.
const MAX_ARGUMENTS: usize = 10_000;

/// The arguments in the operation's uri: `list-type=2`.
fn constants(operation: Operation) -> &'static str {
    operation.row().uri.split_once('?').map_or("", |(_, query)| query)
}

/// Names and values, as they are on the wire.
fn arguments(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|it| !it.is_empty()).map(|it| it.split_once('=').unwrap_or((it, "")))
}

fn is_constant(operation: Operation, name: &str) -> bool {
    arguments(constants(operation)).any(|(constant, _)| constant == name)
}

/// An argument that signs the request, of a presigned URL.
fn is_signature(name: &str) -> bool {
    name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
}

/// Whether a member is a single argument, rather than a map of them.
fn is_named(member: Member) -> bool {
    member.location() == Location::QueryString && member.target().kind() != Kind::Map
}

/// The member of an argument.
fn member_of(schema: Schema, name: &str, hint: usize) -> Option<Member> {
    let found = schema.member_on_wire(name, hint);
    match found {
        Some(member) if is_named(member) => Some(member),
        // A header, say, of the same name.
        Some(_) => schema.members().find(|it| is_named(*it) && it.wire_name() == name),
        None => None,
    }
}

/// Reads the query string.
pub(super) fn read(
    operation: Operation,
    schema: Schema,
    query: &str,
    sender: Sender,
    into: &mut dyn Shape,
) -> Result<(), HeadError> {
    let is_map = |it: &Member| it.location() == Location::QueryString && it.target().kind() == Kind::Map;
    let map = schema.members().find(is_map);
    let mut others = map.map(Others::new);
    let mut hint = 0;
    for (count, (name, value)) in arguments(query).enumerate() {
        if count >= MAX_ARGUMENTS {
            let error = CodecError::new(format!("there are more than {MAX_ARGUMENTS} query arguments"));
            return Err(HeadError::new(error));
        }
        let name = decoded(name).map_err(HeadError::new)?;
        let member = member_of(schema, &name, hint);
        if member.is_none() && others.is_none() {
            continue;
        }
        let value = decoded(value).map_err(|error| match member {
            Some(member) => HeadError::at(member, error),
            None => HeadError::new(error),
        })?;
        if let Some(member) = member {
            hint = member.index() + 1;
            argument(member, &value, sender, into).map_err(|error| HeadError::at(member, error))?;
        }
        if let Some(others) = &mut others
            && !(is_constant(operation, &name) || is_signature(&name))
            && (member.is_none() || others.takes_named())
        {
            others.add(name, value);
        }
    }
    match others {
        Some(others) => {
            let member = others.member;
            others.put(sender, into).map_err(|error| HeadError::at(member, error))
        }
        None => Ok(()),
    }
}

/// Name or value of an argument, decoded. A plus is a space, as in forms.
fn decoded(text: &str) -> Result<Cow<'_, str>, CodecError> {
    if !text.contains('+') {
        return decode(text);
    }
    Ok(Cow::Owned(decode(&text.replace('+', " "))?.into_owned()))
}

/// Reads one argument of a member. Of several where the member is no list the first counts.
fn argument(member: Member, value: &str, sender: Sender, into: &mut dyn Shape) -> Result<(), CodecError> {
    let index = member.index();
    let is_there = into.get(index).is_some();
    let target = member.target();
    if let Some(item) = target.item() {
        let list = into.slot(index).ok_or(Mismatch)?;
        if !is_there {
            list.begin(target);
        }
        let format = text::timestamp_format(item, Location::QueryString);
        return text::read(item, value, format, sender, list.slot(0).ok_or(Mismatch)?);
    }
    if is_there || text::is_none(target.kind(), value, sender) {
        return Ok(());
    }
    let format = text::timestamp_format(member, Location::QueryString);
    text::read(member, value, format, sender, into.slot(index).ok_or(Mismatch)?)
}

/// The arguments of a member that is a map, by name: the values of one may be apart in the query string,
/// and an entry of a map is written once.
struct Others<'q> {
    member: Member,
    arguments: Map<Vec<Cow<'q, str>>>,
}

impl<'q> Others<'q> {
    fn new(member: Member) -> Self {
        Self { member, arguments: Map::new() }
    }

    /// Whether arguments of other members are in the map as well.
    fn takes_named(&self) -> bool {
        let is_list =
            self.member.target().key_value().is_some_and(|(_, it)| it.target().kind() == Kind::List);
        is_list && !self.member.target().has(ShapeFlags::OTHER_QUERY_PARAMS)
    }

    fn add(&mut self, name: Cow<'q, str>, value: Cow<'q, str>) {
        self.arguments.entry(name.into_owned()).or_default().push(value);
    }

    fn put(self, sender: Sender, into: &mut dyn Shape) -> Result<(), CodecError> {
        let target = self.member.target();
        let Some((_, value)) = target.key_value() else { return Ok(()) };
        if self.arguments.is_empty() {
            return Ok(());
        }
        let map = into.slot(self.member.index()).ok_or(Mismatch)?;
        map.begin(target);
        for (name, texts) in self.arguments {
            let entry = map.entry(name).ok_or(Mismatch)?;
            let Some(item) = value.target().item() else {
                let format = text::timestamp_format(value, Location::QueryString);
                let first = texts.first().map(Cow::as_ref).unwrap_or_default();
                text::read(value, first, format, sender, entry)?;
                continue;
            };
            entry.begin(value.target());
            let format = text::timestamp_format(item, Location::QueryString);
            for text in texts {
                text::read(item, &text, format, sender, entry.slot(0).ok_or(Mismatch)?)?;
            }
        }
        Ok(())
    }
}

/// Appends the query string with its question mark, if there is one: the constant arguments first, then
/// the members in their order. A map does not repeat what a constant or another member says.
pub(super) fn write(
    operation: Operation,
    schema: Option<Schema>,
    value: &dyn Shape,
    out: &mut String,
) -> Result<(), SerializeError> {
    let mut separator = '?';
    let constants = constants(operation);
    if !constants.is_empty() {
        out.push(separator);
        out.push_str(constants);
        separator = '&';
    }
    let mut add = |name: &str, content: &str| {
        out.push(separator);
        separator = '&';
        out.extend(utf8_percent_encode(name, ESCAPED));
        out.push('=');
        out.extend(utf8_percent_encode(content, ESCAPED));
    };
    let Some(schema) = schema else { return Ok(()) };
    for member in schema.members().filter(|it| it.location() == Location::QueryString) {
        let Some(part) = value.get(member.index()) else { continue };
        let target = member.target();
        if let Some((_, item)) = target.key_value() {
            for index in 0..part.len() {
                let (Some(name), Some(inner)) = (part.key(index), part.get(index)) else { continue };
                let taken = |it: Member| value.get(it.index()).is_some();
                if is_constant(operation, name) || member_of(schema, name, 0).is_some_and(taken) {
                    continue;
                }
                each(item, inner, &mut |content| add(name, content));
            }
        } else {
            each(member, part, &mut |content| add(member.wire_name(), content));
        }
    }
    Ok(())
}

/// The texts of a member: one, or one an item of its list.
fn each(member: Member, value: &dyn Shape, add: &mut dyn FnMut(&str)) {
    let Some(item) = member.target().item() else {
        let format = text::timestamp_format(member, Location::QueryString);
        return add(&text::write(member, value, format));
    };
    let format = text::timestamp_format(item, Location::QueryString);
    for index in 0..value.len() {
        if let Some(part) = value.get(index).filter(|it| !it.is_null()) {
            add(&text::write(item, part, format));
        }
    }
}
