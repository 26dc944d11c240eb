//! Value -> parameters, straight into the text of the form.

use std::fmt::Write as _;

use asf_schema::{Kind, Member, MemberFlags, Schema, TimestampFormat};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Dialect, Name};
use crate::codec::{CodecError, MAX_DEPTH, text};
use crate::shape::Shape;

/// What is percent-encoded: everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Writes parameters one after the other.
///
/// ```
/// use asf_runtime::codec::form::{Dialect, FormWriter};
///
/// let mut form = String::new();
/// let mut writer = FormWriter::new(Dialect::Query, &mut form);
/// writer.parameter("Action", "ListQueues");
/// writer.parameter("QueueNamePrefix", "a b");
/// assert_eq!(form, "Action=ListQueues&QueueNamePrefix=a%20b");
/// ```
pub struct FormWriter<'o> {
    dialect: Dialect,
    out: &'o mut String,
    /// The name so far: `Tags.member.1`.
    name: String,
    /// Where simple values become text; kept for its memory.
    scratch: String,
}

impl<'o> FormWriter<'o> {
    /// Appends to a form.
    pub fn new(dialect: Dialect, out: &'o mut String) -> Self {
        Self { dialect, out, name: String::new(), scratch: String::new() }
    }

    /// Writes one parameter.
    pub fn parameter(&mut self, name: &str, value: &str) {
        if !self.out.is_empty() {
            self.out.push('&');
        }
        self.out.extend(utf8_percent_encode(name, RESERVED));
        self.out.push('=');
        self.out.extend(utf8_percent_encode(value, RESERVED));
    }

    /// Writes the members of a structure.
    ///
    /// # Errors
    /// When the value is nested too deeply.
    pub fn members(&mut self, schema: Schema, value: &dyn Shape) -> Result<(), CodecError> {
        self.structure(schema, value, 0)
    }

    fn structure(&mut self, schema: Schema, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        for member in schema.members() {
            let Some(part) = value.get(member.index()) else { continue };
            let before = self.push(self.dialect.element(member));
            self.value(member, part, depth).map_err(|error| error.within(member.name()))?;
            self.name.truncate(before);
        }
        Ok(())
    }

    fn value(&mut self, member: Member, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        if depth >= MAX_DEPTH {
            return Err(CodecError::new(format!("the value is nested deeper than {MAX_DEPTH} levels")));
        }
        let schema = member.target();
        match schema.kind() {
            Kind::Structure | Kind::Union => self.structure(schema, value, depth + 1),
            Kind::List => self.list(member, schema, value, depth + 1),
            Kind::Map => self.map(member, schema, value, depth + 1),
            _ => {
                let format = member.timestamp_format().unwrap_or(TimestampFormat::DateTime);
                self.scratch.clear();
                text::write(schema, value, format, &mut self.scratch);
                let (name, content) = (std::mem::take(&mut self.name), std::mem::take(&mut self.scratch));
                self.parameter(&name, &content);
                (self.name, self.scratch) = (name, content);
                Ok(())
            }
        }
    }

    fn list(
        &mut self,
        member: Member,
        schema: Schema,
        value: &dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        let before = self.name.len();
        if value.is_empty() && self.dialect == Dialect::Query {
            let name = std::mem::take(&mut self.name);
            self.parameter(&name, "");
            self.name = name;
        }
        let item = schema.member(0);
        if !self.dialect.is_flat_list(member) {
            self.push(self.dialect.name(item));
        }
        for index in 0..value.len() {
            let Some(part) = value.get(index).filter(|part| !part.is_null()) else { continue };
            let list = self.push_index(index);
            self.value(item, part, depth).map_err(|error| error.within(index))?;
            self.name.truncate(list);
        }
        self.name.truncate(before);
        Ok(())
    }

    fn map(
        &mut self,
        member: Member,
        schema: Schema,
        value: &dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        let before = self.name.len();
        if !member.has(MemberFlags::FLATTENED) {
            self.name.push_str(".entry");
        }
        let (key_member, value_member) = (schema.member(0), schema.member(1));
        for index in 0..value.len() {
            let (Some(key), Some(part)) = (value.key(index), value.get(index)) else { continue };
            if part.is_null() {
                continue;
            }
            let map = self.push_index(index);
            let entry = self.push(self.dialect.name(key_member));
            let name = std::mem::take(&mut self.name);
            self.parameter(&name, key);
            self.name = name;
            self.name.truncate(entry);
            self.push(self.dialect.name(value_member));
            self.value(value_member, part, depth).map_err(|error| error.within(key))?;
            self.name.truncate(map);
        }
        self.name.truncate(before);
        Ok(())
    }

    /// Goes one segment down; answers with the length of the name before.
    fn push(&mut self, name: Name) -> usize {
        let before = self.name.len();
        if before > 0 {
            self.name.push('.');
        }
        // Writing to a String does not fail.
        let _ = write!(self.name, "{name}");
        before
    }

    /// Indices are counted from 1.
    fn push_index(&mut self, index: usize) -> usize {
        let before = self.name.len();
        self.name.push('.');
        self.name.push_str(itoa::Buffer::new().format(index + 1));
        before
    }
}
