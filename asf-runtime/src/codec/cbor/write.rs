//! Value -> CBOR, straight into the buffer. Structures are maps of indefinite length, as their members
//! are not counted first; lists and maps have their length in front.

use asf_schema::{Kind, Member, MemberFlags, Schema};
use minicbor::Encoder;
use serde_json::Value as Json;

use super::CborOptions;
use crate::Timestamp;
use crate::codec::{CodecError, MAX_DEPTH};
use crate::shape::{Scalar, Shape};

/// Appends a value as CBOR. Streaming members are left out.
///
/// # Errors
/// When the value is nested too deeply.
pub fn write_shape(
    schema: Schema,
    value: &dyn Shape,
    options: CborOptions,
    out: &mut Vec<u8>,
) -> Result<(), CodecError> {
    CborWriter::new(options, out).value(schema, value, 0)
}

/// Writes a map of indefinite length piece by piece: the members of a structure between others.
pub struct CborWriter<'o> {
    options: CborOptions,
    tokens: Encoder<&'o mut Vec<u8>>,
}

impl<'o> CborWriter<'o> {
    /// Appends to a buffer.
    pub fn new(options: CborOptions, out: &'o mut Vec<u8>) -> Self {
        Self { options, tokens: Encoder::new(out) }
    }

    /// Opens a map.
    pub fn begin(&mut self) {
        let _ = self.tokens.begin_map();
    }

    /// Closes the map that was opened last.
    pub fn end(&mut self) {
        let _ = self.tokens.end();
    }

    /// A key and a text under it.
    pub fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        let _ = self.tokens.str(text);
    }

    /// The members of a structure.
    ///
    /// # Errors
    /// When the value is nested too deeply.
    pub fn members(&mut self, schema: Schema, value: &dyn Shape) -> Result<(), CodecError> {
        self.members_at(schema, value, 1)
    }

    // Writing to a Vec does not fail: what the encoder returns is of no interest here and below.

    fn key(&mut self, key: &str) {
        let _ = self.tokens.str(key);
    }

    fn value(&mut self, schema: Schema, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        match schema.kind() {
            Kind::Structure | Kind::Union => {
                deeper(depth)?;
                self.begin();
                self.members_at(schema, value, depth + 1)?;
                self.end();
                Ok(())
            }
            Kind::List => self.list(schema, value, depth),
            Kind::Map => self.map(schema, value, depth),
            kind => self.scalar(kind, value, depth),
        }
    }

    fn members_at(&mut self, schema: Schema, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        let streams = MemberFlags::STREAMING | MemberFlags::EVENT_STREAM;
        for member in schema.members() {
            if member.row().flags.intersects(streams) {
                continue;
            }
            if let Some(part) = value.get(member.index()) {
                self.key(member.wire_name());
                self.member(member, part, depth).map_err(|error| error.within(member.name()))?;
            }
        }
        Ok(())
    }

    fn member(&mut self, member: Member, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        if value.is_null() {
            let _ = self.tokens.null();
            return Ok(());
        }
        self.value(member.target(), value, depth)
    }

    fn list(&mut self, schema: Schema, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        deeper(depth)?;
        let item = schema.member(0);
        let _ = self.tokens.array(value.len() as u64);
        for index in 0..value.len() {
            match value.get(index) {
                Some(part) => {
                    self.member(item, part, depth + 1).map_err(|error| error.within(index))?;
                }
                None => drop(self.tokens.null()),
            }
        }
        Ok(())
    }

    fn map(&mut self, schema: Schema, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        deeper(depth)?;
        let item = schema.member(1);
        let _ = self.tokens.map(value.len() as u64);
        for index in 0..value.len() {
            let key = value.key(index).unwrap_or_default();
            self.key(key);
            match value.get(index) {
                Some(part) => self.member(item, part, depth + 1).map_err(|error| error.within(key))?,
                None => drop(self.tokens.null()),
            }
        }
        Ok(())
    }

    fn scalar(&mut self, kind: Kind, value: &dyn Shape, depth: usize) -> Result<(), CodecError> {
        let tokens = &mut self.tokens;
        match value.scalar() {
            None => drop(tokens.null()),
            Some(Scalar::Bool(it)) => drop(tokens.bool(it)),
            Some(Scalar::Int(it)) => drop(tokens.i64(it)),
            Some(Scalar::Float(it)) if kind == Kind::Float => drop(tokens.f32(it as f32)),
            Some(Scalar::Float(it)) => drop(tokens.f64(it)),
            Some(Scalar::Str(it)) => drop(tokens.str(it)),
            Some(Scalar::Blob(it)) => drop(tokens.bytes(it)),
            Some(Scalar::Time(at)) => self.timestamp(at),
            Some(Scalar::Document(it)) => return self.document(&it, depth),
        }
        Ok(())
    }

    /// An integer where there is no fraction, and no finer than a millisecond, as AWS writes it.
    fn timestamp(&mut self, at: Timestamp) {
        let _ = self.tokens.tag(minicbor::data::Tag::new(1));
        let _ = match at.millis() {
            millis if self.options.millis => self.tokens.i64(millis),
            millis if millis % 1000 == 0 => self.tokens.i64(millis / 1000),
            millis => self.tokens.f64(millis as f64 / 1000.0),
        };
    }

    fn document(&mut self, document: &Json, depth: usize) -> Result<(), CodecError> {
        deeper(depth)?;
        let tokens = &mut self.tokens;
        match document {
            Json::Null => drop(tokens.null()),
            Json::Bool(it) => drop(tokens.bool(*it)),
            Json::Number(it) => match (it.as_i64(), it.as_u64()) {
                (Some(it), _) => drop(tokens.i64(it)),
                (None, Some(it)) => drop(tokens.u64(it)),
                (None, None) => drop(tokens.f64(it.as_f64().unwrap_or_default())),
            },
            Json::String(it) => drop(tokens.str(it)),
            Json::Array(items) => {
                let _ = tokens.array(items.len() as u64);
                for item in items {
                    self.document(item, depth + 1)?;
                }
            }
            Json::Object(entries) => {
                let _ = tokens.map(entries.len() as u64);
                for (key, item) in entries {
                    self.key(key);
                    self.document(item, depth + 1)?;
                }
            }
        }
        Ok(())
    }
}

fn deeper(depth: usize) -> Result<(), CodecError> {
    match depth >= MAX_DEPTH {
        true => Err(CodecError::new(format!("the value is nested deeper than {MAX_DEPTH} levels"))),
        false => Ok(()),
    }
}
