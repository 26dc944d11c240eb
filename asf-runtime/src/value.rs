//! A value of any shape, for services without generated code.

pub mod neutral;

use std::borrow::Cow;

use asf_schema::{Kind, Schema};
use bytes::Bytes;

use crate::shape::{ByteStream, DynEvents, EventReads, Mismatch, Scalar, Shape};
use crate::{Document, Map, Timestamp};

/// A value whose schema is known at run time only. It is a [`Shape`], so every protocol reads and
/// writes it like a generated type; [`get_str`](Self::member) and friends are for people.
#[derive(Default)]
pub enum Value {
    /// Nothing yet; a null in a sparse collection.
    #[default]
    Null,
    /// boolean
    Bool(bool),
    /// byte, short, integer, long
    Int(i64),
    /// float, double
    Float(f64),
    /// string, enum
    String(String),
    /// blob
    Blob(Bytes),
    /// timestamp
    Time(Timestamp),
    /// document, and string with `jsonvalue`
    Document(Document),
    /// list
    List(Vec<Value>),
    /// map
    Map(Map<Value>),
    /// structure, union
    Struct(StructValue),
    /// streaming blob
    Stream(ByteStream),
    /// event stream on the way in
    EventsIn(EventReads),
    /// event stream on the way out
    EventsOut(DynEvents),
}

/// A structure or union: the members that are there, by their index in the schema, in that order.
pub struct StructValue {
    schema: Schema,
    members: Vec<(u16, Value)>,
}

impl StructValue {
    /// A structure without members.
    #[must_use]
    pub fn new(schema: Schema) -> Self {
        Self { schema, members: Vec::new() }
    }

    /// What it is.
    #[must_use]
    pub fn schema(&self) -> Schema {
        self.schema
    }

    /// The member of this name in the spec, if it is there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.iter().find(|(index, _)| self.name(*index) == name).map(|(_, value)| value)
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let position = self.members.iter().position(|(index, _)| self.name(*index) == name)?;
        Some(self.members.remove(position).1)
    }

    /// Sets a member.
    ///
    /// # Errors
    /// [`Mismatch`] if the schema has no member of this name.
    pub fn insert(&mut self, name: &str, value: Value) -> Result<(), Mismatch> {
        let index = self.schema.member_named(name).ok_or(Mismatch)?.index();
        *self.at(index) = value;
        Ok(())
    }

    /// The members that are there, with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.members.iter().map(|(index, value)| (self.name(*index), value))
    }

    /// True when no member is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    fn name(&self, index: u16) -> &'static str {
        self.schema.member_rows().get(usize::from(index)).map_or("", |row| row.name)
    }

    fn at(&mut self, index: usize) -> &mut Value {
        if self.schema.kind() == Kind::Union {
            self.members.retain(|(it, _)| usize::from(*it) == index);
        }
        let position = match self.members.binary_search_by_key(&index, |(it, _)| usize::from(*it)) {
            Ok(position) => position,
            Err(position) => {
                self.members.insert(position, (index as u16, Value::Null));
                position
            }
        };
        &mut self.members[position].1
    }
}

impl Value {
    /// An empty structure of a schema.
    #[must_use]
    pub fn structure(schema: Schema) -> Self {
        Self::Struct(StructValue::new(schema))
    }

    /// The member of a structure or the value under a key of a map.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Struct(members) => members.get(name),
            Self::Map(entries) => entries.get(name),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an integer.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(it) => Some(*it),
            _ => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map<Value>> {
        match self {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The members of a structure.
    #[must_use]
    pub fn as_struct(&self) -> Option<&StructValue> {
        match self {
            Self::Struct(members) => Some(members),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(it: bool) -> Self {
        Self::Bool(it)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

impl Shape for Value {
    fn begin(&mut self, schema: Schema) {
        match schema.kind() {
            Kind::Structure | Kind::Union => *self = Self::structure(schema),
            Kind::List => *self = Self::List(Vec::new()),
            Kind::Map => *self = Self::Map(Map::new()),
            _ => {}
        }
    }

    fn schema(&self) -> Option<Schema> {
        self.as_struct().map(StructValue::schema)
    }

    fn len(&self) -> usize {
        match self {
            Self::List(items) => items.len(),
            Self::Map(entries) => entries.len(),
            _ => 0,
        }
    }

    fn get(&self, index: usize) -> Option<&dyn Shape> {
        match self {
            Self::Struct(it) => {
                let position = it.members.binary_search_by_key(&index, |(it, _)| usize::from(*it)).ok()?;
                match &it.members[position].1 {
                    Self::Null => None,
                    value => Some(value),
                }
            }
            Self::List(items) => items.get(index).map(|item| item as &dyn Shape),
            Self::Map(entries) => entries.get_index(index).map(|(_, value)| value as &dyn Shape),
            _ => None,
        }
    }

    fn variant(&self) -> Option<(usize, &dyn Shape)> {
        let Self::Struct(it) = self else { return None };
        match it.members.as_slice() {
            [(index, value)] if it.schema.kind() == Kind::Union && !value.is_null() => {
                Some((usize::from(*index), value))
            }
            _ => None,
        }
    }

    fn key(&self, index: usize) -> Option<&str> {
        match self {
            Self::Map(entries) => entries.get_index(index).map(|(key, _)| key.as_str()),
            _ => None,
        }
    }

    fn scalar(&self) -> Option<Scalar<'_>> {
        Some(match self {
            Self::Bool(it) => Scalar::Bool(*it),
            Self::Int(it) => Scalar::Int(*it),
            Self::Float(it) => Scalar::Float(*it),
            Self::String(it) => Scalar::Str(it),
            Self::Blob(it) => Scalar::Blob(it),
            Self::Time(it) => Scalar::Time(*it),
            Self::Document(it) => Scalar::Document(Cow::Borrowed(it)),
            Self::Stream(it) => return it.scalar(),
            _ => return None,
        })
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
        match self {
            Self::Struct(it) => (index < it.schema.len()).then(|| it.at(index) as &mut dyn Shape),
            Self::List(items) => {
                items.push(Self::Null);
                items.last_mut().map(|item| item as &mut dyn Shape)
            }
            _ => None,
        }
    }

    fn entry(&mut self, key: String) -> Option<&mut dyn Shape> {
        let Self::Map(entries) = self else { return None };
        let (index, _) = entries.insert_full(key, Self::Null);
        entries.get_index_mut(index).map(|(_, value)| value as &mut dyn Shape)
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        *self = match value {
            Scalar::Bool(it) => Self::Bool(it),
            Scalar::Int(it) => Self::Int(it),
            Scalar::Float(it) => Self::Float(it),
            Scalar::Str(it) => Self::String(it.to_owned()),
            Scalar::Blob(it) => Self::Blob(it.clone()),
            Scalar::Time(it) => Self::Time(it),
            Scalar::Document(it) => Self::Document(it.into_owned()),
        };
        Ok(())
    }

    fn set_null(&mut self) -> Result<(), Mismatch> {
        *self = Self::Null;
        Ok(())
    }

    fn take_stream(&mut self) -> Option<ByteStream> {
        match std::mem::take(self) {
            Self::Stream(stream) => Some(stream),
            Self::Blob(bytes) => Some(bytes.into()),
            Self::String(text) => Some(text.into()),
            other => {
                *self = other;
                None
            }
        }
    }

    fn put_stream(&mut self, stream: ByteStream) -> Result<(), Mismatch> {
        *self = Self::Stream(stream);
        Ok(())
    }

    fn take_events(&mut self) -> Option<DynEvents> {
        match std::mem::take(self) {
            Self::EventsOut(events) => Some(events),
            other => {
                *self = other;
                None
            }
        }
    }

    fn put_events(&mut self, events: EventReads) -> Result<(), Mismatch> {
        *self = Self::EventsIn(events);
        Ok(())
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Struct(it) => crate::shape::fmt_shape(it.schema, self, f),
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Map(entries) => f.debug_map().entries(entries).finish(),
            Self::Null => f.write_str("null"),
            Self::Bool(it) => it.fmt(f),
            Self::Int(it) => it.fmt(f),
            Self::Float(it) => it.fmt(f),
            Self::String(it) => it.fmt(f),
            Self::Blob(it) => write!(f, "<{} bytes>", it.len()),
            Self::Time(it) => it.fmt(f),
            Self::Document(it) => write!(f, "{it}"),
            Self::Stream(it) => it.fmt(f),
            Self::EventsIn(_) | Self::EventsOut(_) => f.write_str("EventStream"),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Struct(left), Self::Struct(right)) => {
                left.schema == right.schema && left.members == right.members
            }
            (Self::List(left), Self::List(right)) => left == right,
            (Self::Map(left), Self::Map(right)) => left == right,
            _ => self.scalar().is_some() && self.scalar() == other.scalar(),
        }
    }
}
