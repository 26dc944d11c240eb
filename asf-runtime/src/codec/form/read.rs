//! Parameters -> value: schema and parameters side by side, one step down a segment.
//!
//! Parameters that the schema has no place for are passed over where members stand: newer clients and
//! signatures (`X-Amz-Signature`, `AWSAccessKeyId`) have more than a model. Refused are: anything else than
//! a number where the items of a list stand, a single value for a list or structure (an empty one is an
//! empty list or structure) and the reverse, a parameter that comes twice with two values, an entry of a
//! map without its key or value, a key that comes twice, a union without exactly one member, more than
//! [`MAX_DEPTH`] levels. Gaps between indices are none: `List.2` alone is a list of one. In query, what is
//! flattened and has one item only may stand without the index.

use std::borrow::Cow;

use asf_schema::{Kind, Member, MemberFlags, Schema, TimestampFormat};

use super::parameters::Node;
use super::{Dialect, Name, Parameters};
use crate::codec::{CodecError, MAX_DEPTH, text};
use crate::shape::{Mismatch, Scalar, Shape};

/// Reads the parameters of a request into an operation's input. `Action` and `Version` are not members of
/// it.
///
/// # Errors
/// When the parameters are not of the schema.
pub fn read_shape(
    schema: Schema,
    parameters: &Parameters,
    dialect: Dialect,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    into.begin(schema);
    let members = parameters.root().children().filter(|(name, _)| !matches!(*name, "Action" | "Version"));
    Reader { dialect }.structure(schema, members, into, 0)
}

struct Reader {
    dialect: Dialect,
}

// The words of structural errors are AWS's (`MalformedInput` of CloudFront, ELB, SES, CloudWatch).
const NOT_A_LIST: &str = "Unexpected list element termination";
const NOT_COMPLEX: &str = "Unexpected complex element termination";
const LIST_FOUND: &str = "Start of list found where not expected";
const STRUCTURE_FOUND: &str = "Start of structure or map found where not expected.";

impl Reader {
    fn structure<'p>(
        &self,
        schema: Schema,
        children: impl Iterator<Item = (&'p str, Node<'p>)>,
        into: &mut dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        let mut members = 0_usize;
        for (name, node) in children {
            for member in self.members(schema, name) {
                members += 1;
                let slot = into.slot(member.index()).ok_or(Mismatch)?;
                self.value(member, node, slot, depth).map_err(|error| error.within(member.name()))?;
            }
        }
        match schema.kind() == Kind::Union && members != 1 {
            true => {
                let message = format!("exactly one member of the union {} has to be set", schema.name());
                Err(CodecError::new(message))
            }
            false => Ok(()),
        }
    }

    /// The members of a name: more than one where patches give two of them the same (SQS's `AttributeName`
    /// fills both `AttributeNames` and `MessageSystemAttributeNames`).
    fn members(&self, schema: Schema, name: &str) -> impl Iterator<Item = Member> {
        let dialect = self.dialect;
        let plain = match dialect {
            Dialect::Query => schema.member_on_wire(name, schema.len()),
            Dialect::Ec2 => None,
        };
        // A name that no patch touches is one member's only, and found without looking at all.
        let plain = plain.filter(|it| it.row().query_name.is_none() && dialect.element(*it).is(name));
        let all = plain.is_none().then(|| schema.members()).into_iter().flatten();
        plain.into_iter().chain(all.filter(move |it| dialect.element(*it).is(name)))
    }

    /// The value of a member, of an item of a list, or of an entry of a map.
    fn value(
        &self,
        member: Member,
        node: Node<'_>,
        into: &mut dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        if depth >= MAX_DEPTH {
            let message = format!("the parameters are nested deeper than {MAX_DEPTH} levels");
            return Err(CodecError::new(message));
        }
        let schema = member.target();
        match schema.kind() {
            Kind::Structure | Kind::Union => {
                into.begin(schema);
                nothing(node, NOT_COMPLEX)?;
                self.structure(schema, node.children(), into, depth + 1)
            }
            Kind::List => {
                into.begin(schema);
                if self.is_lone_item(member, node)? {
                    let slot = into.slot(0).ok_or(Mismatch)?;
                    return self.value(schema.member(0), node, slot, depth + 1);
                }
                nothing(node, NOT_A_LIST)?;
                match self.dialect.is_flat_list(member) {
                    true => self.items(schema, node, into, depth + 1),
                    false => self.list(schema, node, into, depth + 1),
                }
            }
            Kind::Map => {
                into.begin(schema);
                nothing(node, NOT_COMPLEX)?;
                match member.has(MemberFlags::FLATTENED) {
                    true if self.is_lone_entry(schema, node) => self.entry(schema, node, into, depth + 1),
                    true => self.entries(schema, node, into, depth + 1),
                    false => self.map(schema, node, into, depth + 1),
                }
            }
            _ => simple(member, node, into),
        }
    }

    /// Whether a flattened list is one item without its index: `AttributeName=All` (a sample request of
    /// `ReceiveMessage` in the developer guide of SQS).
    fn is_lone_item(&self, list: Member, node: Node<'_>) -> Result<bool, CodecError> {
        let flat = self.dialect == Dialect::Query && list.has(MemberFlags::FLATTENED);
        let simple = flat && list.target().member(0).target().kind().is_simple();
        Ok(simple && node.children().next().is_none() && node.value()?.is_some_and(|it| !it.is_empty()))
    }

    /// `List.member.1`. Where the model gives the items another name, AWS takes `member` too (the
    /// examples in the documentation of RDS have it so).
    fn list(
        &self,
        schema: Schema,
        node: Node<'_>,
        into: &mut dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        let item = self.dialect.name(schema.member(0));
        let mut seen = false;
        for (name, items) in node.children() {
            if seen || !(name == "member" || item.is(name)) {
                return Err(unexpected(name));
            }
            seen = true;
            nothing(items, NOT_A_LIST)?;
            self.items(schema, items, into, depth)?;
        }
        Ok(())
    }

    fn items(
        &self,
        schema: Schema,
        node: Node<'_>,
        into: &mut dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        for (index, item) in node.children() {
            check_index(index)?;
            let slot = into.slot(0).ok_or(Mismatch)?;
            self.value(schema.member(0), item, slot, depth).map_err(|error| error.within(index))?;
        }
        Ok(())
    }

    /// `Map.entry.1.key`.
    fn map(
        &self,
        schema: Schema,
        node: Node<'_>,
        into: &mut dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        for (name, entries) in node.children() {
            if name != "entry" {
                return Err(unexpected(name));
            }
            nothing(entries, NOT_COMPLEX)?;
            self.entries(schema, entries, into, depth)?;
        }
        Ok(())
    }

    fn entries(
        &self,
        schema: Schema,
        node: Node<'_>,
        into: &mut dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        for (index, entry) in node.children() {
            check_index(index)?;
            self.entry(schema, entry, into, depth).map_err(|error| error.within(index))?;
        }
        Ok(())
    }

    /// Whether a flattened map is one entry without its index: `Attribute.Name=..&Attribute.Value=..` (the
    /// sample request of `SetQueueAttributes` in the API reference of SQS).
    fn is_lone_entry(&self, schema: Schema, node: Node<'_>) -> bool {
        let key = schema.key_value().map(|(key, _)| self.dialect.name(key));
        key.is_some_and(|key| node.children().any(|(name, _)| key.is(name)))
    }

    fn entry(
        &self,
        schema: Schema,
        node: Node<'_>,
        into: &mut dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        let (key_member, value_member) = schema.key_value().ok_or(Mismatch)?;
        let (key_name, value_name) = (self.dialect.name(key_member), self.dialect.name(value_member));
        nothing(node, NOT_COMPLEX)?;
        let (mut key, mut value) = (None, None);
        for (name, part) in node.children() {
            if key_name.is(name) {
                key = Some(single(part)?);
            } else if value_name.is(name) {
                value = Some(part);
            }
        }
        let missing = |name: Name| CodecError::new(format!("an entry of the map has no {name}"));
        let key = key.ok_or_else(|| missing(key_name))?;
        let before = into.len();
        let slot = into.entry(key.to_owned()).ok_or(Mismatch)?;
        match value {
            Some(part) => self.value(value_member, part, slot, depth).map_err(|error| error.within(key))?,
            None if value_member.target().kind().is_simple() => return Err(missing(value_name)),
            // What is empty leaves no parameter behind.
            None => slot.begin(value_member.target()),
        }
        match into.len() == before {
            true => Err(CodecError::new("a key of a map is there twice")),
            false => Ok(()),
        }
    }
}

/// An index counts as a number without leading zeros, so that no two are the same.
fn check_index(index: &str) -> Result<(), CodecError> {
    let is_one = match index.as_bytes() {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() < 10 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    match is_one {
        true => Ok(()),
        false => Err(CodecError::new(format!("'{}' is not the index of an item", text::shortened(index)))),
    }
}

fn unexpected(name: &str) -> CodecError {
    CodecError::new(format!("'{}' found where not expected", text::shortened(name)))
}

/// Makes sure that a list, map or structure has no value of its own, or an empty one.
fn nothing(node: Node<'_>, otherwise: &str) -> Result<(), CodecError> {
    match node.value()? {
        None | Some("") => Ok(()),
        Some(_) => Err(CodecError::new(otherwise)),
    }
}

/// The text of a simple value.
fn single(node: Node<'_>) -> Result<&str, CodecError> {
    if let Some((segment, _)) = node.children().next() {
        let is_list = segment == "member" || check_index(segment).is_ok();
        return Err(CodecError::new(if is_list { LIST_FOUND } else { STRUCTURE_FOUND }));
    }
    Ok(node.value()?.unwrap_or_default())
}

fn simple(member: Member, node: Node<'_>, into: &mut dyn Shape) -> Result<(), CodecError> {
    let content = single(node)?;
    let schema = member.target();
    if member.has(MemberFlags::JSON_VALUE) {
        let document = serde_json::from_str(content).map_err(|_| CodecError::new("the text is not JSON"))?;
        return Ok(into.set(Scalar::Document(Cow::Owned(document)))?);
    }
    let format = member.timestamp_format().unwrap_or(TimestampFormat::DateTime);
    match schema.kind() {
        Kind::String => Ok(into.set(Scalar::Str(content))?),
        // Python's `True` has always been as good.
        Kind::Boolean if content.eq_ignore_ascii_case("true") => Ok(into.set(Scalar::Bool(true))?),
        Kind::Boolean if content.eq_ignore_ascii_case("false") => Ok(into.set(Scalar::Bool(false))?),
        _ => text::read(schema, content, format, into),
    }
}
