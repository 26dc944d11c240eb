//! Value -> JSON, straight into the buffer. A null in a list or map is written whether or not the schema
//! has it sparse: only a value without a type can hold one that it should not.

use asf_schema::{Kind, Member, MemberFlags, MemberSchema, Schema, TimestampFormat};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::JsonOptions;
use crate::Timestamp;
use crate::codec::{CodecError, MAX_DEPTH, in_body, text};
use crate::shape::{Scalar, Shape};

/// Appends a value as JSON. Streaming members are left out.
///
/// # Errors
/// When the value is nested too deeply.
pub fn write_shape(
    schema: Schema,
    value: &dyn Shape,
    options: JsonOptions,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let format = schema.row().timestamp_format;
    Writer { options, out }.value(schema, format, value, 0)
}

/// Appends the members of a structure that travel in the body, as a JSON object.
///
/// # Errors
/// When the value is nested too deeply.
pub fn write_body(
    schema: Schema,
    value: &dyn Shape,
    options: JsonOptions,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    out.push(b'{');
    write_members(schema, value, options, true, out)?;
    out.push(b'}');
    Ok(())
}

/// Appends the value of a member (a payload).
///
/// # Errors
/// When the value is nested too deeply.
pub fn write_member(
    member: Member,
    value: &dyn Shape,
    options: JsonOptions,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    Writer { options, out }.value(member.target(), member.timestamp_format(), value, 0)
}

/// Appends the members of a structure without the braces around them, after a comma if the buffer does
/// not end in the opening brace; with `body_only` only those that travel in the body.
///
/// # Errors
/// When the value is nested too deeply.
pub fn write_members(
    schema: Schema,
    value: &dyn Shape,
    options: JsonOptions,
    body_only: bool,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    Writer { options, out }.members(schema, value, body_only, 1)
}

/// Appends a key and its colon, after a comma if the buffer does not end in the opening brace.
#[inline]
pub fn write_key(key: &str, out: &mut Vec<u8>) {
    out.reserve(key.len() + 4);
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    write_str(key, out);
    out.push(b':');
}

/// Appends a string with its quotes, escaped.
#[inline]
pub fn write_str(text: &str, out: &mut Vec<u8>) {
    if has_escapes(text.as_bytes()) {
        // Writing to a Vec does not fail.
        let _ = serde_json::to_writer(out, text);
        return;
    }
    out.reserve(text.len() + 3);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Whether there is a byte to escape. Nearly every text is plain: looking at all of it before copying it
/// at once is much faster than looking for the next escape, as many bytes are compared at a time.
#[inline]
fn has_escapes(text: &[u8]) -> bool {
    let is_one = |found: bool, &byte: &u8| found | (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    text.iter().fold(false, is_one)
}

struct Writer<'o> {
    options: JsonOptions,
    out: &'o mut Vec<u8>,
}

impl Writer<'_> {
    fn value(
        &mut self,
        schema: Schema,
        format: Option<TimestampFormat>,
        value: &dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        match schema.kind() {
            Kind::Structure | Kind::Union => {
                deeper(depth)?;
                self.out.push(b'{');
                self.members(schema, value, false, depth + 1)?;
                self.out.push(b'}');
                Ok(())
            }
            Kind::List => self.list(schema, value, depth),
            Kind::Map => self.map(schema, value, depth),
            kind => {
                self.scalar(kind, format, value);
                Ok(())
            }
        }
    }

    fn members(
        &mut self,
        schema: Schema,
        value: &dyn Shape,
        body_only: bool,
        depth: usize,
    ) -> Result<(), CodecError> {
        let rows = schema.member_rows();
        if let Some((index, part)) = value.variant()
            && let Some(row) = rows.get(index)
        {
            return self.named(schema, row, part, body_only, depth);
        }
        for (index, row) in rows.iter().enumerate() {
            if let Some(part) = value.get(index) {
                self.named(schema, row, part, body_only, depth)?;
            }
        }
        Ok(())
    }

    /// A member of a structure or union, with its name.
    fn named(
        &mut self,
        schema: Schema,
        row: &'static MemberSchema,
        value: &dyn Shape,
        body_only: bool,
        depth: usize,
    ) -> Result<(), CodecError> {
        let streams = MemberFlags::STREAMING | MemberFlags::EVENT_STREAM;
        if row.flags.intersects(streams) || (body_only && !in_body(row.location, self.options.output)) {
            return Ok(());
        }
        write_key(row.wire_name, self.out);
        let target = Schema::new(schema.service(), row.target);
        self.value(target, row.timestamp_format, value, depth).map_err(|error| error.within(row.name))
    }

    fn member(&mut self, member: Member, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        let row = member.row();
        self.value(member.target(), row.timestamp_format, value, depth)
    }

    fn list(&mut self, schema: Schema, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        deeper(depth)?;
        if value.write_json(self.out) {
            return Ok(());
        }
        let item = schema.member(0);
        self.out.push(b'[');
        for index in 0..value.len() {
            let Some(part) = value.get(index) else { continue };
            if index > 0 {
                self.out.push(b',');
            }
            match part.is_null() {
                true => self.out.extend_from_slice(b"null"),
                false => self.member(item, part, depth + 1).map_err(|error| error.within(index))?,
            }
        }
        self.out.push(b']');
        Ok(())
    }

    fn map(&mut self, schema: Schema, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        deeper(depth)?;
        if value.write_json(self.out) {
            return Ok(());
        }
        let item = schema.member(1);
        self.out.push(b'{');
        for index in 0..value.len() {
            let (Some(key), Some(part)) = (value.key(index), value.get(index)) else { continue };
            write_key(key, self.out);
            match part.is_null() {
                true => self.out.extend_from_slice(b"null"),
                false => self.member(item, part, depth + 1).map_err(|error| error.within(key))?,
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn scalar(&mut self, kind: Kind, format: Option<TimestampFormat>, value: &dyn Shape) {
        match value.scalar() {
            Some(Scalar::Str(text)) => write_str(text, self.out),
            Some(Scalar::Int(number)) => {
                self.out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
            }
            Some(Scalar::Bool(true)) => self.out.extend_from_slice(b"true"),
            Some(Scalar::Bool(false)) => self.out.extend_from_slice(b"false"),
            Some(Scalar::Float(number)) => {
                let mut digits = String::new();
                text::write_float(kind, number, &mut digits);
                match number.is_finite() {
                    true => self.out.extend_from_slice(digits.as_bytes()),
                    false => write_str(&digits, self.out),
                }
            }
            Some(Scalar::Blob(bytes)) => self.blob(bytes),
            Some(Scalar::Time(at)) => self.timestamp(at, format.unwrap_or(self.options.timestamp_format)),
            Some(Scalar::Document(document)) => {
                // Writing to a Vec does not fail, and the keys of a document are strings.
                let _ = serde_json::to_writer(&mut *self.out, &*document);
            }
            None => self.out.extend_from_slice(b"null"),
        }
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        let start = self.out.len();
        self.out.resize(start + bytes.len().div_ceil(3) * 4, 0);
        // There is room for exactly this.
        let written = STANDARD.encode_slice(bytes, &mut self.out[start..]).unwrap_or_default();
        self.out.truncate(start + written);
        self.out.push(b'"');
    }

    /// Epoch seconds are numbers and, as AWS writes them, no finer than a millisecond.
    fn timestamp(&mut self, at: Timestamp, format: TimestampFormat) {
        match format {
            TimestampFormat::EpochSeconds => {
                let at = Timestamp::from_millis(at.millis());
                if at.subsec_nanos() == 0 {
                    self.out.extend_from_slice(itoa::Buffer::new().format(at.seconds()).as_bytes());
                } else {
                    self.out.extend_from_slice(at.format(format).as_bytes());
                }
            }
            _ => {
                self.out.push(b'"');
                self.out.extend_from_slice(at.format(format).as_bytes());
                self.out.push(b'"');
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
