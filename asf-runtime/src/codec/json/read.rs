//! JSON -> value: a `DeserializeSeed` that follows the schema over serde_json's tokens.
//!
//! What is refused is what Smithy's malformed-request tests refuse: another JSON type, numbers that
//! overflow or have a fraction where an integer is due, base64 that is not canonical, a union without
//! exactly one member, a member or key that comes twice, nulls in dense collections, anything after the
//! value, nesting beyond serde_json's limit (127 levels, within [`MAX_DEPTH`](crate::codec::MAX_DEPTH)).

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use asf_schema::{Kind, Member, MemberFlags, Schema, ShapeFlags, TimestampFormat};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::JsonOptions;
use crate::codec::{CodecError, in_body, text};
use crate::shape::{Scalar, Shape};
use crate::{Document, Timestamp};

/// Reads a whole body into a value. An empty body is an empty structure.
///
/// # Errors
/// When the body is not JSON, or not of the schema.
pub fn read_shape(
    schema: Schema,
    bytes: &[u8],
    options: JsonOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    into.begin(schema);
    if bytes.is_empty() && schema.kind().has_members() {
        return Ok(());
    }
    run(Place::of(schema), false, bytes, options, into)
}

/// Reads the members of a structure that travel in the body; the others, whatever the body says of
/// them, are left alone. The structure has begun already and may hold what came in headers and paths.
///
/// # Errors
/// When the body is not JSON, or not of the schema.
pub fn read_body(
    schema: Schema,
    bytes: &[u8],
    options: JsonOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    if bytes.is_empty() {
        return Ok(());
    }
    run(Place::of(schema), true, bytes, options, into)
}

/// Reads a body that is one member (a payload) into the member's value.
///
/// # Errors
/// When the body is not JSON, or not of the member's schema.
pub fn read_member(
    member: Member,
    bytes: &[u8],
    options: JsonOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    let place = Place::of_member(member);
    if !place.schema.kind().is_simple() {
        into.begin(place.schema);
    }
    if bytes.is_empty() && place.schema.kind().has_members() {
        return Ok(());
    }
    run(place, false, bytes, options, into)
}

fn run(
    place: Place,
    body_only: bool,
    bytes: &[u8],
    options: JsonOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    let reader = Reader { options, path: RefCell::default() };
    let mut tokens = serde_json::Deserializer::from_slice(bytes);
    let seed = ValueSeed { reader: &reader, place, body_only, into };
    seed.deserialize(&mut tokens).and_then(|()| tokens.end()).map_err(|error| {
        let path = reader.path.take();
        path.into_iter().fold(CodecError::new(error.to_string()), CodecError::within)
    })
}

/// What the whole walk shares.
struct Reader {
    options: JsonOptions,
    /// The path to an error, innermost part first; filled on the way out.
    path: RefCell<Vec<String>>,
}

impl Reader {
    #[cold]
    fn at<E>(&self, part: impl fmt::Display, error: E) -> E {
        self.path.borrow_mut().push(part.to_string());
        error
    }
}

/// What is expected next: a shape, and what its member says about it.
#[derive(Clone, Copy)]
struct Place {
    schema: Schema,
    format: Option<TimestampFormat>,
    json_value: bool,
}

impl Place {
    fn of(schema: Schema) -> Self {
        Self { schema, format: schema.row().timestamp_format, json_value: false }
    }

    /// What the value is on the wire. A string with `jsonvalue` is text in headers only: in bodies it is
    /// any JSON, which botocore neither encodes nor decodes, and mostly a string that holds JSON.
    fn kind(self) -> Kind {
        if self.json_value { Kind::Document } else { self.schema.kind() }
    }

    fn of_member(member: Member) -> Self {
        let json_value = member.has(MemberFlags::JSON_VALUE);
        Self { schema: member.target(), format: member.timestamp_format(), json_value }
    }
}

/// Reads one value, which is not null, of a shape.
struct ValueSeed<'r, 's> {
    reader: &'r Reader,
    place: Place,
    body_only: bool,
    into: &'s mut dyn Shape,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, tokens: D) -> Result<(), D::Error> {
        let Self { reader, place, body_only, into } = self;
        let schema = place.schema;
        match place.kind() {
            Kind::Structure | Kind::Union => {
                tokens.deserialize_map(StructureVisitor { reader, schema, body_only, into })
            }
            Kind::List => tokens.deserialize_seq(ListVisitor { reader, schema, into }),
            Kind::Map => tokens.deserialize_map(MapVisitor { reader, schema, into }),
            Kind::String | Kind::Blob => tokens.deserialize_str(ScalarVisitor { reader, place, into }),
            Kind::Boolean => tokens.deserialize_bool(ScalarVisitor { reader, place, into }),
            Kind::Byte | Kind::Short | Kind::Integer | Kind::Long => {
                tokens.deserialize_i64(ScalarVisitor { reader, place, into })
            }
            Kind::Float | Kind::Double | Kind::Timestamp => {
                tokens.deserialize_any(ScalarVisitor { reader, place, into })
            }
            Kind::Document => {
                let document = <Document as serde::Deserialize>::deserialize(tokens)?;
                into.set(Scalar::Document(Cow::Owned(document))).map_err(D::Error::custom)
            }
        }
    }
}

/// A key of a structure.
enum Key {
    Member(Member),
    /// `__type`, which old clients and services put into any structure.
    Type,
    Unknown,
}

struct KeySeed {
    schema: Schema,
    hint: usize,
    body_only: bool,
    output: bool,
}

impl KeySeed {
    fn takes(&self, member: Member) -> bool {
        !self.body_only || in_body(member.location(), self.output)
    }
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, tokens: D) -> Result<Key, D::Error> {
        tokens.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
        Ok(match self.schema.member_on_wire(name, self.hint) {
            Some(member) if self.takes(member) => Key::Member(member),
            // A header and a member of the body may share their name.
            Some(_) => match self.schema.members().find(|it| self.takes(*it) && it.wire_name() == name) {
                Some(member) => Key::Member(member),
                None => Key::Unknown,
            },
            None if name == "__type" => Key::Type,
            None => Key::Unknown,
        })
    }
}

struct StructureVisitor<'r, 's> {
    reader: &'r Reader,
    schema: Schema,
    body_only: bool,
    into: &'s mut dyn Shape,
}

impl<'de> Visitor<'de> for StructureVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", self.schema.name())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self { reader, schema, body_only, into } = self;
        let streams = MemberFlags::STREAMING | MemberFlags::EVENT_STREAM;
        let union = schema.kind() == Kind::Union;
        let (mut hint, mut set, mut unknown) = (0, 0_usize, 0_usize);
        let output = reader.options.output;
        while let Some(key) = entries.next_key_seed(KeySeed { schema, hint, body_only, output })? {
            match key {
                Key::Member(member) if !member.row().flags.intersects(streams) => {
                    hint = member.index() + 1;
                    let seed = MemberSeed { reader, member, into: &mut *into, alone: !union || set == 0 };
                    match entries.next_value_seed(seed) {
                        Ok(there) => set += usize::from(there),
                        Err(error) => return Err(reader.at(member.name(), error)),
                    }
                }
                Key::Type | Key::Member(_) => {
                    entries.next_value::<IgnoredAny>()?;
                }
                Key::Unknown if union => unknown += usize::from(entries.next_value::<NotNull>()?.0),
                Key::Unknown => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        if union && reader.options.strict && (set, unknown) != (1, 0) {
            return Err(A::Error::custom(one_member(schema)));
        }
        Ok(())
    }
}

/// The message about a union without exactly one member.
fn one_member(schema: Schema) -> String {
    format!("the union {} must have exactly one member that is not null", schema.name())
}

/// Reads the value of a member, if it is not null.
struct MemberSeed<'r, 's> {
    reader: &'r Reader,
    member: Member,
    into: &'s mut dyn Shape,
    /// False where another member of a union was set before.
    alone: bool,
}

impl<'de> DeserializeSeed<'de> for MemberSeed<'_, '_> {
    /// Whether the member is there.
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, tokens: D) -> Result<bool, D::Error> {
        tokens.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for MemberSeed<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_none<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_some<D: Deserializer<'de>>(self, tokens: D) -> Result<bool, D::Error> {
        let Self { reader, member, into, alone } = self;
        if !alone {
            return Err(D::Error::custom("another member of the union is set already"));
        }
        // An absent member has no value yet, so this is the second of its name.
        if into.get(member.index()).is_some() {
            return Err(D::Error::custom("the member is there twice"));
        }
        let slot = into.slot(member.index()).ok_or_else(|| D::Error::custom("there is no such member"))?;
        value(reader, Place::of_member(member), slot, tokens)?;
        Ok(true)
    }
}

/// Reads a value that is there into the place that was made for it.
fn value<'de, D: Deserializer<'de>>(
    reader: &Reader,
    place: Place,
    into: &mut dyn Shape,
    tokens: D,
) -> Result<(), D::Error> {
    if !place.schema.kind().is_simple() {
        into.begin(place.schema);
    }
    ValueSeed { reader, place, body_only: false, into }.deserialize(tokens)
}

/// Any value, and whether it is something.
struct NotNull(bool);

impl<'de> serde::Deserialize<'de> for NotNull {
    fn deserialize<D: Deserializer<'de>>(tokens: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<IgnoredAny>::deserialize(tokens)?.is_some()))
    }
}

struct ListVisitor<'r, 's> {
    reader: &'r Reader,
    schema: Schema,
    into: &'s mut dyn Shape,
}

impl<'de> Visitor<'de> for ListVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array ({})", self.schema.name())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { reader, schema, into } = self;
        let place = Place::of_member(schema.member(0));
        let sparse = schema.has(ShapeFlags::SPARSE);
        let mut index = 0_usize;
        loop {
            match items.next_element_seed(ItemSeed { reader, place, sparse, key: None, into: &mut *into }) {
                Ok(Some(())) => index += 1,
                Ok(None) => return Ok(()),
                Err(error) => return Err(reader.at(index, error)),
            }
        }
    }
}

struct MapVisitor<'r, 's> {
    reader: &'r Reader,
    schema: Schema,
    into: &'s mut dyn Shape,
}

impl<'de> Visitor<'de> for MapVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", self.schema.name())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self { reader, schema, into } = self;
        let place = Place::of_member(schema.member(1));
        let sparse = schema.has(ShapeFlags::SPARSE);
        let mut position = 0_usize;
        while let Some(key) = entries.next_key::<String>()? {
            let item = ItemSeed { reader, place, sparse, key: Some(key), into: &mut *into };
            if let Err(error) = entries.next_value_seed(item) {
                // The entry was made before its value was read.
                let key = into.key(position).map(str::to_owned);
                return Err(reader.at(key.as_deref().unwrap_or("value"), error));
            }
            position = into.len();
        }
        Ok(())
    }
}

/// Reads an item of a list, or the value of a map under a key.
struct ItemSeed<'r, 's> {
    reader: &'r Reader,
    place: Place,
    sparse: bool,
    key: Option<String>,
    into: &'s mut dyn Shape,
}

impl ItemSeed<'_, '_> {
    /// Makes room for the item.
    fn slot<E: Error>(into: &mut dyn Shape, key: Option<String>) -> Result<&mut dyn Shape, E> {
        let slot = match key {
            None => into.slot(0),
            Some(key) => into.entry(key),
        };
        slot.ok_or_else(|| E::custom("the value does not fit the type that is to hold it"))
    }
}

impl<'de> DeserializeSeed<'de> for ItemSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, tokens: D) -> Result<(), D::Error> {
        tokens.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for ItemSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.visit_none()
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        if self.sparse {
            return Self::slot::<E>(self.into, self.key)?.set_null().map_err(E::custom);
        }
        // A null is a value of a document, too.
        if self.place.kind() == Kind::Document {
            let slot = Self::slot::<E>(self.into, self.key)?;
            return slot.set(Scalar::Document(Cow::Owned(Document::Null))).map_err(E::custom);
        }
        match self.reader.options.strict {
            true => Err(E::custom("null is not allowed here")),
            false => Ok(()),
        }
    }

    fn visit_some<D: Deserializer<'de>>(self, tokens: D) -> Result<(), D::Error> {
        let Self { reader, place, key, into, .. } = self;
        let before = key.as_ref().map(|_| into.len());
        let slot = Self::slot::<D::Error>(&mut *into, key)?;
        value(reader, place, slot, tokens)?;
        match before {
            Some(before) if into.len() == before => Err(D::Error::custom("a key of a map is there twice")),
            _ => Ok(()),
        }
    }
}

/// Reads a simple value.
struct ScalarVisitor<'r, 's> {
    reader: &'r Reader,
    place: Place,
    into: &'s mut dyn Shape,
}

impl ScalarVisitor<'_, '_> {
    fn set<E: Error>(self, value: Scalar<'_>) -> Result<(), E> {
        self.into.set(value).map_err(E::custom)
    }

    fn integer<E: Error>(self, number: i64) -> Result<(), E> {
        let kind = self.place.schema.kind();
        let Some(number) = text::in_range(kind, number) else {
            return Err(E::custom(format_args!("{number} is not {}", text::integer_name(kind))));
        };
        self.set(Scalar::Int(number))
    }

    fn format(&self) -> TimestampFormat {
        self.place.format.unwrap_or(self.reader.options.timestamp_format)
    }

    /// Whether a timestamp may be a number here.
    fn takes_numbers(&self) -> bool {
        self.format() == TimestampFormat::EpochSeconds || !self.reader.options.strict
    }

    fn timestamp<E: Error>(self, text: &str) -> Result<(), E> {
        let format = self.format();
        let strict = self.reader.options.strict;
        let parsed = match format {
            // A number, not a text.
            TimestampFormat::EpochSeconds if strict => {
                return Err(E::invalid_type(serde::de::Unexpected::Str(text), &self));
            }
            _ => Timestamp::parse(text, format),
        };
        let parsed = parsed.or_else(|error| {
            let others =
                [TimestampFormat::DateTime, TimestampFormat::HttpDate, TimestampFormat::EpochSeconds];
            let found = others.into_iter().find_map(|it| Timestamp::parse(text, it).ok());
            found.filter(|_| !strict).ok_or(error)
        });
        let at = parsed.map_err(E::custom)?;
        // Smithy's date-time has no offset; only clients are to take one.
        if strict && format == TimestampFormat::DateTime && !text.ends_with('Z') {
            return Err(E::invalid_value(serde::de::Unexpected::Str(text), &self));
        }
        self.set(Scalar::Time(at))
    }
}

impl Visitor<'_> for ScalarVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.place.schema.kind() {
            Kind::String => "a string",
            Kind::Blob => "a string of base64",
            Kind::Boolean => "true or false",
            Kind::Float | Kind::Double => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
            Kind::Timestamp => match self.format() {
                TimestampFormat::EpochSeconds => "a number of seconds since 1970",
                TimestampFormat::DateTime => "a date-time like \"2006-01-02T15:04:05Z\"",
                TimestampFormat::HttpDate => "a date like \"Mon, 02 Jan 2006 15:04:05 GMT\"",
            },
            kind => text::integer_name(kind),
        })
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<(), E> {
        match self.place.schema.kind() {
            Kind::Boolean => self.set(Scalar::Bool(it)),
            _ => Err(E::invalid_type(serde::de::Unexpected::Bool(it), &self)),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        match self.place.schema.kind() {
            Kind::Float | Kind::Double => self.set(Scalar::Float(number as f64)),
            Kind::Timestamp if self.takes_numbers() => {
                let at = Timestamp::from_seconds(number);
                match at.seconds() == number {
                    true => self.set(Scalar::Time(at)),
                    false => Err(E::custom("the timestamp is out of range")),
                }
            }
            Kind::Byte | Kind::Short | Kind::Integer | Kind::Long => self.integer(number),
            _ => Err(E::invalid_type(serde::de::Unexpected::Signed(number), &self)),
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => match self.place.schema.kind() {
                Kind::Float | Kind::Double => self.set(Scalar::Float(number as f64)),
                _ => Err(E::invalid_value(serde::de::Unexpected::Unsigned(number), &self)),
            },
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        match self.place.schema.kind() {
            Kind::Float if !(number as f32).is_finite() => {
                Err(E::invalid_value(serde::de::Unexpected::Float(number), &self))
            }
            Kind::Float | Kind::Double => self.set(Scalar::Float(number)),
            Kind::Timestamp if self.takes_numbers() => match Timestamp::from_seconds_f64(number) {
                Some(at) => self.set(Scalar::Time(at)),
                None => Err(E::custom("the timestamp is out of range")),
            },
            _ => Err(E::invalid_type(serde::de::Unexpected::Float(number), &self)),
        }
    }

    fn visit_str<E: Error>(self, it: &str) -> Result<(), E> {
        match self.place.schema.kind() {
            Kind::String => self.set(Scalar::Str(it)),
            Kind::Blob => match STANDARD.decode(it) {
                Ok(bytes) => self.set(Scalar::Blob(&Bytes::from(bytes))),
                Err(error) => Err(E::custom(format_args!("the string is not base64: {error}"))),
            },
            Kind::Timestamp => self.timestamp(it),
            Kind::Float | Kind::Double => match it {
                "NaN" => self.set(Scalar::Float(f64::NAN)),
                "Infinity" => self.set(Scalar::Float(f64::INFINITY)),
                "-Infinity" => self.set(Scalar::Float(f64::NEG_INFINITY)),
                _ => Err(E::invalid_type(serde::de::Unexpected::Str(it), &self)),
            },
            _ => Err(E::invalid_type(serde::de::Unexpected::Str(it), &self)),
        }
    }
}
