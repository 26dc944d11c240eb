//! The object-safe view of values that all protocols share.

mod compare;
mod copy;
mod debug;
mod primitives;
mod stream;

use std::any::Any;
use std::borrow::Cow;

use asf_schema::Schema;
use bytes::Bytes;

pub use compare::shapes_equal;
pub use copy::copy_shape;
pub use debug::{Redacted, fmt_shape};
pub use stream::{ByteStream, DynEvents, EventRead, EventReads, EventStream, StreamError};

use crate::{Document, Timestamp};

/// A value that a protocol can read and fill without knowing its type.
///
/// The idea: a protocol walks the [`Schema`] of an operation's input or output, and at each step asks
/// the value for its part. Nothing here is generic, so protocol code is compiled once, and a generated
/// structure is three matches over its members. What a value *is* says the schema, never the value;
/// therefore a method that does not fit the kind (the key of a structure, say) answers with nothing.
///
/// | kind | read | write |
/// |---|---|---|
/// | structure, union | [`get`](Self::get) by member index | [`slot`](Self::slot) by member index |
/// | list | [`len`](Self::len), `get` by position | `slot` appends an item, whatever the index |
/// | map | `len`, [`key`](Self::key) and `get` by position | [`entry`](Self::entry) by key |
/// | simple, document | [`scalar`](Self::scalar) | [`set`](Self::set) |
/// | streaming blob | [`take_stream`](Self::take_stream) | [`put_stream`](Self::put_stream) |
/// | event stream | [`take_events`](Self::take_events) | [`put_events`](Self::put_events) |
///
/// An absent member is `None` from `get`; `slot` creates it. A null in a sparse collection is an item
/// whose [`is_null`](Self::is_null) is true; [`set_null`](Self::set_null) writes one.
///
/// Before a protocol fills a value it calls [`begin`](Self::begin) with the schema, so that a
/// [`Value`](crate::Value), which has no type of its own, knows what to become. Empty structures,
/// lists and maps come into being that way too.
pub trait Shape: Any + Send {
    /// Tells an untyped value what it is about to hold. Typed values ignore it.
    fn begin(&mut self, schema: Schema) {
        let _ = schema;
    }

    /// The schema, of structures and unions only: the others are what their container says.
    fn schema(&self) -> Option<Schema> {
        None
    }

    /// Number of items of a list or entries of a map.
    fn len(&self) -> usize {
        0
    }

    /// True of a list without items and a map without entries.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The member at an index of the schema, if it is there; the item or map value at a position.
    fn get(&self, index: usize) -> Option<&dyn Shape> {
        let _ = index;
        None
    }

    /// The member of a union that is set, or the only one of a structure, and its index in the schema. `None` from
    /// values that do not say: then [`get`](Self::get) has to be asked for each. It spares the asking, which in
    /// DynamoDB's items is most of the work.
    fn variant(&self) -> Option<(usize, &dyn Shape)> {
        None
    }

    /// The key of a map's entry at a position.
    fn key(&self, index: usize) -> Option<&str> {
        let _ = index;
        None
    }

    /// Appends the list or map as JSON, if it can do so faster than by being asked for its parts. False, and nothing
    /// is appended, if it cannot. What it appends is what its parts would have been.
    fn write_json(&self, out: &mut Vec<u8>) -> bool {
        let _ = out;
        false
    }

    /// The value itself, of simple shapes and documents.
    fn scalar(&self) -> Option<Scalar<'_>> {
        None
    }

    /// True of a null in a sparse collection.
    fn is_null(&self) -> bool {
        false
    }

    /// The member at an index of the schema, created if it is absent (and, in a union, made the one
    /// that is set); for lists a new item at the end. `None` if there is no such member.
    fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
        let _ = index;
        None
    }

    /// The value of a map under a key, created or replaced by an empty one.
    fn entry(&mut self, key: String) -> Option<&mut dyn Shape> {
        let _ = key;
        None
    }

    /// Sets a simple value or a document.
    ///
    /// # Errors
    /// [`Mismatch`] if this value cannot hold that; a schema and a type that belong together never do.
    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        let _ = value;
        Err(Mismatch)
    }

    /// Makes an item of a sparse collection null.
    ///
    /// # Errors
    /// [`Mismatch`] if this value cannot be null.
    fn set_null(&mut self) -> Result<(), Mismatch> {
        Err(Mismatch)
    }

    /// Takes the bytes of a streaming body out.
    fn take_stream(&mut self) -> Option<ByteStream> {
        None
    }

    /// Puts the bytes of a streaming body in.
    ///
    /// # Errors
    /// [`Mismatch`] if this is no streaming blob.
    fn put_stream(&mut self, stream: ByteStream) -> Result<(), Mismatch> {
        let _ = stream;
        Err(Mismatch)
    }

    /// Takes the events of an event stream out, each a union value.
    fn take_events(&mut self) -> Option<DynEvents> {
        None
    }

    /// Puts a stream of events in that are still to be read.
    ///
    /// # Errors
    /// [`Mismatch`] if this is no event stream.
    fn put_events(&mut self, events: EventReads) -> Result<(), Mismatch> {
        let _ = events;
        Err(Mismatch)
    }
}

/// A generated structure or union: its schema is known without a value.
pub trait Structure: Shape + Default + Sized {
    /// The schema of the type.
    fn schema_of() -> Schema;
}

/// One simple value or document, borrowed.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// boolean
    Bool(bool),
    /// byte, short, integer, long
    Int(i64),
    /// float, double
    Float(f64),
    /// string, enum
    Str(&'a str),
    /// blob
    Blob(&'a Bytes),
    /// timestamp
    Time(Timestamp),
    /// document, and string with `jsonvalue`
    Document(Cow<'a, Document>),
}

/// A value was offered to a type that cannot hold it: schema and type do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value does not fit the type that is to hold it")]
pub struct Mismatch;
