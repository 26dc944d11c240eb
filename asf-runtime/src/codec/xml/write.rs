//! Value -> XML, straight into the buffer.

use asf_schema::{Kind, Member, MemberFlags, Schema, ShapeFlags, TimestampFormat, XmlNamespace};

use super::{XmlOptions, escape_attribute, escape_text};
use crate::codec::{CodecError, MAX_DEPTH, in_body, text};
use crate::shape::{Scalar, Shape};

/// Appends an element of a name with a value in it.
///
/// # Errors
/// When the value is nested too deeply.
pub fn write_element(
    name: &str,
    namespace: Option<&XmlNamespace>,
    schema: Schema,
    value: &dyn Shape,
    options: XmlOptions,
    out: &mut String,
) -> Result<(), CodecError> {
    XmlWriter::new(options, out).element(name, namespace, schema, value)
}

/// Appends an element of a name with those members of a structure that travel in the body.
///
/// # Errors
/// When the value is nested too deeply.
pub fn write_body(
    name: &str,
    namespace: Option<&XmlNamespace>,
    schema: Schema,
    value: &dyn Shape,
    options: XmlOptions,
    out: &mut String,
) -> Result<(), CodecError> {
    XmlWriter::new(options, out).structure(name, namespace, schema, value, true, 0)
}

/// Appends the members of a structure, without an element around them and without its attributes; with
/// `body_only` only those that travel in the body.
///
/// # Errors
/// When the value is nested too deeply.
pub fn write_members(
    schema: Schema,
    value: &dyn Shape,
    body_only: bool,
    options: XmlOptions,
    out: &mut String,
) -> Result<(), CodecError> {
    XmlWriter::new(options, out).members(schema, value, body_only)
}

/// Appends the element of a member, under the member's name: a payload, say.
///
/// # Errors
/// When the value is nested too deeply.
pub fn write_member(
    member: Member,
    value: &dyn Shape,
    options: XmlOptions,
    out: &mut String,
) -> Result<(), CodecError> {
    XmlWriter::new(options, out).member(member, value, 0)
}

/// Writes elements one by one: for documents of which not all is a value.
pub struct XmlWriter<'o> {
    options: XmlOptions,
    out: &'o mut String,
}

impl<'o> XmlWriter<'o> {
    /// Appends to a buffer.
    pub fn new(options: XmlOptions, out: &'o mut String) -> Self {
        Self { options, out }
    }

    /// Opens an element.
    pub fn open(&mut self, name: &str, namespace: Option<&XmlNamespace>) {
        self.begin(name, namespace);
        self.out.push('>');
    }

    /// Closes an element.
    pub fn close(&mut self, name: &str) {
        self.end(name, false);
    }

    /// Writes an element with text in it.
    pub fn text(&mut self, name: &str, text: &str) {
        self.open(name, None);
        escape_text(text, self.out);
        self.end(name, text.is_empty());
    }

    /// Writes an element with a value in it.
    ///
    /// # Errors
    /// When the value is nested too deeply.
    pub fn element(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        schema: Schema,
        value: &dyn Shape,
    ) -> Result<(), CodecError> {
        self.value(name, namespace, schema, schema.row().timestamp_format, value, 0)
    }

    /// Writes the members of a structure, without an element around them; with `body_only` only those
    /// that travel in the body.
    ///
    /// # Errors
    /// When the value is nested too deeply.
    pub fn members(&mut self, schema: Schema, value: &dyn Shape, body_only: bool) -> Result<(), CodecError> {
        self.children(schema, value, body_only, 0)
    }

    /// `<name xmlns="..."`, without the closing bracket.
    fn begin(&mut self, name: &str, namespace: Option<&XmlNamespace>) {
        self.out.push('<');
        self.out.push_str(name);
        if let Some(namespace) = namespace {
            self.out.push_str(" xmlns");
            if let Some(prefix) = namespace.prefix {
                self.out.push(':');
                self.out.push_str(prefix);
            }
            self.out.push_str("=\"");
            escape_attribute(namespace.uri, self.out);
            self.out.push('"');
        }
    }

    fn end(&mut self, name: &str, nothing_inside: bool) {
        if nothing_inside {
            self.out.pop();
            self.out.push_str("/>");
        } else {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    fn value(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        schema: Schema,
        format: Option<TimestampFormat>,
        value: &dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        match schema.kind() {
            Kind::Structure | Kind::Union => self.structure(name, namespace, schema, value, false, depth),
            Kind::List => {
                deeper(depth)?;
                self.open(name, namespace);
                let start = self.out.len();
                let item = schema.member(0);
                self.items(self.options.names.of(item), item.xml_namespace(), schema, value, depth + 1)?;
                self.end(name, self.out.len() == start);
                Ok(())
            }
            Kind::Map => {
                deeper(depth)?;
                self.open(name, namespace);
                let start = self.out.len();
                self.entries("entry", None, schema, value, depth + 1)?;
                self.end(name, self.out.len() == start);
                Ok(())
            }
            _ => {
                self.open(name, namespace);
                let start = self.out.len();
                self.scalar(schema, format, value);
                self.end(name, self.out.len() == start);
                Ok(())
            }
        }
    }

    fn structure(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        schema: Schema,
        value: &dyn Shape,
        body_only: bool,
        depth: usize,
    ) -> Result<(), CodecError> {
        deeper(depth)?;
        self.begin(name, namespace);
        for member in schema.members().filter(|it| it.has(MemberFlags::XML_ATTRIBUTE)) {
            if let Some(part) = value.get(member.index()) {
                let mut content = String::new();
                let format = member.timestamp_format().unwrap_or(self.options.timestamp_format);
                text::write(member.target(), part, format, &mut content);
                self.out.push(' ');
                self.out.push_str(self.options.names.of(member));
                self.out.push_str("=\"");
                escape_attribute(&content, self.out);
                self.out.push('"');
            }
        }
        self.out.push('>');
        let start = self.out.len();
        self.children(schema, value, body_only, depth + 1)?;
        self.end(name, self.out.len() == start);
        Ok(())
    }

    fn children(
        &mut self,
        schema: Schema,
        value: &dyn Shape,
        body_only: bool,
        depth: usize,
    ) -> Result<(), CodecError> {
        let elsewhere = MemberFlags::STREAMING | MemberFlags::EVENT_STREAM | MemberFlags::XML_ATTRIBUTE;
        for member in schema.members() {
            let row = member.row();
            if row.flags.intersects(elsewhere) || (body_only && !in_body(row.location, self.options.output)) {
                continue;
            }
            if let Some(part) = value.get(member.index()) {
                self.member(member, part, depth).map_err(|error| error.within(row.name))?;
            }
        }
        Ok(())
    }

    fn member(&mut self, member: Member, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        let row = member.row();
        let schema = member.target();
        let name = self.options.names.element(member);
        match (schema.kind(), row.flags.contains(MemberFlags::FLATTENED)) {
            (Kind::List, true) => {
                let namespace = row.xml_namespace.or(schema.member(0).xml_namespace());
                self.items(name, namespace, schema, value, depth)
            }
            (Kind::Map, true) => self.entries(name, row.xml_namespace, schema, value, depth),
            _ => self.value(name, row.xml_namespace, schema, row.timestamp_format, value, depth),
        }
    }

    fn items(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        schema: Schema,
        value: &dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        let item = schema.member(0);
        for index in 0..value.len() {
            let Some(part) = value.get(index) else { continue };
            if part.is_null() {
                self.null(name, schema);
                continue;
            }
            self.value(name, namespace, item.target(), item.timestamp_format(), part, depth)
                .map_err(|error| error.within(index))?;
        }
        Ok(())
    }

    fn entries(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        schema: Schema,
        value: &dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        deeper(depth)?;
        let (key, item) = (schema.member(0), schema.member(1));
        let (key_name, item_name) = (self.options.names.of(key), self.options.names.of(item));
        for index in 0..value.len() {
            let (Some(entry_key), Some(part)) = (value.key(index), value.get(index)) else { continue };
            if part.is_null() && !schema.has(ShapeFlags::SPARSE) {
                continue;
            }
            self.open(name, namespace);
            self.open(key_name, key.xml_namespace());
            escape_text(entry_key, self.out);
            self.end(key_name, entry_key.is_empty());
            if part.is_null() {
                self.null(item_name, schema);
            } else {
                let format = item.timestamp_format();
                self.value(item_name, item.xml_namespace(), item.target(), format, part, depth + 1)
                    .map_err(|error| error.within(entry_key))?;
            }
            self.end(name, false);
        }
        Ok(())
    }

    /// A null in a sparse collection, as XML Schema has it. No model of AWS's has one in XML.
    fn null(&mut self, name: &str, collection: Schema) {
        if collection.has(ShapeFlags::SPARSE) {
            self.out.push('<');
            self.out.push_str(name);
            self.out.push_str(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>");
        }
    }

    fn scalar(&mut self, schema: Schema, format: Option<TimestampFormat>, value: &dyn Shape) {
        match value.scalar() {
            Some(Scalar::Str(content)) => escape_text(content, self.out),
            Some(Scalar::Document(document)) => escape_text(&document.to_string(), self.out),
            // Numbers, booleans, base64 and timestamps have no character that would need escaping.
            _ => {
                let format = format.unwrap_or(self.options.timestamp_format);
                text::write(schema, value, format, self.out);
            }
        }
    }
}

fn deeper(depth: usize) -> Result<(), CodecError> {
    match depth >= MAX_DEPTH {
        true => Err(CodecError::new(format!("the value is nested deeper than {MAX_DEPTH} levels"))),
        false => Ok(()),
    }
}
