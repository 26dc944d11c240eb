//! CBOR -> value, by recursive descent over minicbor's tokens.
//!
//! Lengths that the input claims are never believed: nothing is allocated ahead, every item takes at
//! least a byte. Big numbers and tags other than that of a timestamp are refused; what is skipped is
//! bounded in depth like what is read. `undefined` is null.

use std::borrow::Cow;

use asf_schema::{Kind, Member, MemberFlags, Schema, ShapeFlags};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use minicbor::Decoder;
use minicbor::data::Type;
use serde_json::Value as Json;

use super::CborOptions;
use crate::Timestamp;
use crate::codec::{CodecError, MAX_DEPTH, text};
use crate::shape::{Scalar, Shape};

/// Reads a whole body into a value. An empty body is an empty structure.
///
/// # Errors
/// When the body is not CBOR, or not of the schema.
pub fn read_shape(
    schema: Schema,
    bytes: &[u8],
    options: CborOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    into.begin(schema);
    if bytes.is_empty() && schema.kind().has_members() {
        return Ok(());
    }
    let mut reader = Reader { tokens: Decoder::new(bytes), options };
    reader.value(schema, false, into, 0)?;
    match bytes.len() - reader.tokens.position() {
        0 => Ok(()),
        rest => Err(CodecError::new(format!("there are {rest} bytes after the end of the value"))),
    }
}

/// Reads a whole body of which no schema is known, as JSON: byte strings become base64.
///
/// # Errors
/// When the body is not CBOR, or has what JSON has not (big numbers, tags, keys that are no text).
pub fn read_document(bytes: &[u8]) -> Result<Json, CodecError> {
    Reader { tokens: Decoder::new(bytes), options: CborOptions::LENIENT }.document(0)
}

struct Reader<'b> {
    tokens: Decoder<'b>,
    options: CborOptions,
}

impl<'b> Reader<'b> {
    /// Reads one value, which is not null.
    fn value(
        &mut self,
        schema: Schema,
        json_value: bool,
        into: &mut dyn Shape,
        depth: usize,
    ) -> Result<(), CodecError> {
        match if json_value { Kind::Document } else { schema.kind() } {
            Kind::Structure | Kind::Union => self.structure(schema, into, depth)?,
            Kind::List => self.list(schema, into, depth)?,
            Kind::Map => self.map(schema, into, depth)?,
            Kind::String => {
                let text = self.text()?;
                into.set(Scalar::Str(&text))?;
            }
            Kind::Blob => {
                let bytes = self.bytes()?;
                into.set(Scalar::Blob(&bytes))?;
            }
            Kind::Boolean => {
                let it = self.tokens.bool().map_err(not_the("a boolean"))?;
                into.set(Scalar::Bool(it))?;
            }
            kind @ (Kind::Byte | Kind::Short | Kind::Integer | Kind::Long) => {
                let name = text::integer_name(kind);
                let number = self.tokens.i64().map_err(not_the(name))?;
                let number = text::in_range(kind, number)
                    .ok_or_else(|| CodecError::new(format!("{number} is not {name}")))?;
                into.set(Scalar::Int(number))?;
            }
            kind @ (Kind::Float | Kind::Double) => {
                let number = self.number()?;
                if kind == Kind::Float && number.is_finite() && !(number as f32).is_finite() {
                    return Err(CodecError::new(format!("{number} does not fit 32 bits")));
                }
                into.set(Scalar::Float(number))?;
            }
            Kind::Timestamp => {
                let at = self.timestamp()?;
                into.set(Scalar::Time(at))?;
            }
            Kind::Document => {
                let document = self.document(depth)?;
                into.set(Scalar::Document(Cow::Owned(document)))?;
            }
        }
        Ok(())
    }

    fn member(&mut self, member: Member, into: &mut dyn Shape, depth: usize) -> Result<(), CodecError> {
        let schema = member.target();
        if !schema.kind().is_simple() {
            into.begin(schema);
        }
        self.value(schema, member.has(MemberFlags::JSON_VALUE), into, depth + 1)
    }

    fn structure(&mut self, schema: Schema, into: &mut dyn Shape, depth: usize) -> Result<(), CodecError> {
        deeper(depth)?;
        let mut left = self.tokens.map().map_err(not_the("a map"))?;
        let streams = MemberFlags::STREAMING | MemberFlags::EVENT_STREAM;
        let union = schema.kind() == Kind::Union;
        let (mut hint, mut set, mut unknown) = (0, 0_usize, 0_usize);
        while self.another(&mut left)? {
            let name = self.text()?;
            let Some(member) = schema.member_on_wire(&name, hint) else {
                let something = !self.null()?;
                if something {
                    self.skip(depth + 1)?;
                }
                unknown += usize::from(something && name != "__type");
                continue;
            };
            hint = member.index() + 1;
            if self.null()? {
                continue;
            }
            if member.row().flags.intersects(streams) {
                self.skip(depth + 1)?;
                continue;
            }
            let at = |error: CodecError| error.within(member.name());
            // An absent member has no value yet, so this is the second of its name.
            if into.get(member.index()).is_some() {
                return Err(at(CodecError::new("the member is there twice")));
            }
            if union && set > 0 {
                return Err(at(CodecError::new("another member of the union is set already")));
            }
            let slot = into.slot(member.index()).ok_or_else(no_room)?;
            self.member(member, slot, depth).map_err(at)?;
            set += 1;
        }
        if union && self.options.strict && (set, unknown) != (1, 0) {
            let name = schema.name();
            return Err(CodecError::new(format!(
                "the union {name} must have exactly one member that is not null"
            )));
        }
        Ok(())
    }

    fn list(&mut self, schema: Schema, into: &mut dyn Shape, depth: usize) -> Result<(), CodecError> {
        deeper(depth)?;
        let mut left = self.tokens.array().map_err(not_the("an array"))?;
        let item = schema.member(0);
        let mut index = 0_usize;
        while self.another(&mut left)? {
            let at = |error: CodecError| error.within(index);
            if self.null()? {
                if self.keeps_null(schema).map_err(at)? {
                    into.slot(0).ok_or_else(no_room)?.set_null()?;
                }
            } else {
                let slot = into.slot(0).ok_or_else(no_room)?;
                self.member(item, slot, depth).map_err(at)?;
            }
            index += 1;
        }
        Ok(())
    }

    fn map(&mut self, schema: Schema, into: &mut dyn Shape, depth: usize) -> Result<(), CodecError> {
        deeper(depth)?;
        let mut left = self.tokens.map().map_err(not_the("a map"))?;
        let item = schema.member(1);
        while self.another(&mut left)? {
            let key = self.text()?;
            let at = |error: CodecError| error.within(&key);
            let null = self.null()?;
            if null && !self.keeps_null(schema).map_err(at)? {
                continue;
            }
            let before = into.len();
            let slot = into.entry(key.clone().into_owned()).ok_or_else(no_room)?;
            match null {
                true => slot.set_null()?,
                false => self.member(item, slot, depth).map_err(at)?,
            }
            if into.len() == before {
                return Err(at(CodecError::new("the key is there twice")));
            }
        }
        Ok(())
    }

    /// Whether a null is an item of this list or map; if not, it is dropped or refused.
    fn keeps_null(&self, schema: Schema) -> Result<bool, CodecError> {
        match (schema.has(ShapeFlags::SPARSE), self.options.strict) {
            (true, _) => Ok(true),
            (false, false) => Ok(false),
            (false, true) => Err(CodecError::new("null is not allowed here")),
        }
    }

    /// Whether there is another item in an array or map; `left` is the number of those still to come,
    /// where the length is given.
    fn another(&mut self, left: &mut Option<u64>) -> Result<bool, CodecError> {
        match left {
            Some(0) => Ok(false),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
            None if self.next()? == Type::Break => {
                self.tokens.set_position(self.tokens.position() + 1);
                Ok(false)
            }
            None => Ok(true),
        }
    }

    fn next(&self) -> Result<Type, CodecError> {
        self.tokens.datatype().map_err(|_| CodecError::new("the body ends early"))
    }

    /// Takes a null, if there is one.
    fn null(&mut self) -> Result<bool, CodecError> {
        let null = matches!(self.next()?, Type::Null | Type::Undefined);
        if null {
            self.tokens.set_position(self.tokens.position() + 1);
        }
        Ok(null)
    }

    fn text(&mut self) -> Result<Cow<'b, str>, CodecError> {
        let wrong = not_the("a string");
        match self.next()? {
            Type::StringIndef => {
                let mut all = String::new();
                for piece in self.tokens.str_iter().map_err(&wrong)? {
                    all.push_str(piece.map_err(&wrong)?);
                }
                Ok(Cow::Owned(all))
            }
            _ => Ok(Cow::Borrowed(self.tokens.str().map_err(wrong)?)),
        }
    }

    fn bytes(&mut self) -> Result<Bytes, CodecError> {
        let wrong = not_the("a byte string");
        match self.next()? {
            Type::BytesIndef => {
                let mut all = Vec::new();
                for piece in self.tokens.bytes_iter().map_err(&wrong)? {
                    all.extend_from_slice(piece.map_err(&wrong)?);
                }
                Ok(Bytes::from(all))
            }
            _ => Ok(Bytes::copy_from_slice(self.tokens.bytes().map_err(wrong)?)),
        }
    }

    /// A float of any width, or an integer: clients shorten `1.0`.
    fn number(&mut self) -> Result<f64, CodecError> {
        match self.next()? {
            Type::F16 | Type::F32 | Type::F64 => self.tokens.f64().map_err(not_the("a number")),
            _ => self.tokens.int().map(|it| i128::from(it) as f64).map_err(not_the("a number")),
        }
    }

    fn timestamp(&mut self) -> Result<Timestamp, CodecError> {
        let wrong = not_the("a timestamp (tag 1 and a number)");
        let CborOptions { millis, strict } = self.options;
        if self.next()? == Type::Tag {
            let tag = self.tokens.tag().map_err(&wrong)?.as_u64();
            if tag != 1 {
                return Err(CodecError::new(format!("tag {tag} is not that of a timestamp (1)")));
            }
        } else if strict && !millis {
            return Err(CodecError::new("expected a timestamp (tag 1 and a number)"));
        }
        let number = self.number()?;
        let at = match millis {
            true => Timestamp::from_seconds_f64(number / 1000.0),
            false => Timestamp::from_seconds_f64(number),
        };
        at.ok_or_else(|| CodecError::new("the timestamp is out of range"))
    }

    /// Any value as JSON; byte strings become base64.
    fn document(&mut self, depth: usize) -> Result<Json, CodecError> {
        deeper(depth)?;
        if self.null()? {
            return Ok(Json::Null);
        }
        Ok(match self.next()? {
            Type::Bool => Json::Bool(self.tokens.bool().map_err(not_the("a boolean"))?),
            Type::F16 | Type::F32 | Type::F64 => Json::from(self.number()?),
            Type::String | Type::StringIndef => Json::String(self.text()?.into_owned()),
            Type::Bytes | Type::BytesIndef => Json::String(STANDARD.encode(self.bytes()?)),
            Type::Array | Type::ArrayIndef => {
                let mut left = self.tokens.array().map_err(not_the("an array"))?;
                let mut items = Vec::new();
                while self.another(&mut left)? {
                    items.push(self.document(depth + 1)?);
                }
                Json::Array(items)
            }
            Type::Map | Type::MapIndef => {
                let mut left = self.tokens.map().map_err(not_the("a map"))?;
                let mut entries = serde_json::Map::new();
                while self.another(&mut left)? {
                    let key = self.text()?.into_owned();
                    entries.insert(key, self.document(depth + 1)?);
                }
                Json::Object(entries)
            }
            _ => Json::from(self.tokens.i64().map_err(not_the("a value of a document"))?),
        })
    }

    /// Passes over a value, whatever it is.
    fn skip(&mut self, depth: usize) -> Result<(), CodecError> {
        deeper(depth)?;
        let wrong = not_the("a value");
        match self.next()? {
            Type::Tag => {
                self.tokens.tag().map_err(wrong)?;
                return self.skip(depth + 1);
            }
            Type::Array | Type::ArrayIndef => {
                let mut left = self.tokens.array().map_err(wrong)?;
                while self.another(&mut left)? {
                    self.skip(depth + 1)?;
                }
            }
            Type::Map | Type::MapIndef => {
                let mut left = self.tokens.map().map_err(wrong)?;
                while self.another(&mut left)? {
                    self.skip(depth + 1)?;
                    self.skip(depth + 1)?;
                }
            }
            Type::Break | Type::Unknown(_) => return Err(CodecError::new("expected a value")),
            // What holds no other values takes no stack.
            _ => self.tokens.skip().map_err(wrong)?,
        }
        Ok(())
    }
}

/// What to say of a token that is another than is due.
fn not_the(expected: &str) -> impl Fn(minicbor::decode::Error) -> CodecError + '_ {
    move |error| CodecError::new(format!("expected {expected}: {error}"))
}

fn no_room() -> CodecError {
    crate::shape::Mismatch.into()
}

fn deeper(depth: usize) -> Result<(), CodecError> {
    match depth >= MAX_DEPTH {
        true => Err(CodecError::new(format!("the value is nested deeper than {MAX_DEPTH} levels"))),
        false => Ok(()),
    }
}
