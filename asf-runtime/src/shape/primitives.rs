//! [`Shape`] for the types that generated structures are made of.

use std::borrow::Cow;

use asf_schema::Schema;
use bytes::Bytes;

use super::{ByteStream, DynEvents, EventReads, Mismatch, Scalar, Shape};
use crate::{Document, Map, Timestamp};

/// The input or output of an operation that has none.
impl Shape for () {}

impl Shape for bool {
    fn scalar(&self) -> Option<Scalar<'_>> {
        Some(Scalar::Bool(*self))
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        let Scalar::Bool(value) = value else { return Err(Mismatch) };
        *self = value;
        Ok(())
    }
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Shape for $type {
            fn scalar(&self) -> Option<Scalar<'_>> {
                Some(Scalar::Int(i64::from(*self)))
            }

            fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
                let Scalar::Int(value) = value else { return Err(Mismatch) };
                *self = value.try_into().map_err(|_| Mismatch)?;
                Ok(())
            }
        }
    )*};
}

integers!(i8 i16 i32 i64);

impl Shape for f32 {
    fn scalar(&self) -> Option<Scalar<'_>> {
        Some(Scalar::Float(f64::from(*self)))
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        let Scalar::Float(value) = value else { return Err(Mismatch) };
        *self = value as f32;
        Ok(())
    }
}

impl Shape for f64 {
    fn scalar(&self) -> Option<Scalar<'_>> {
        Some(Scalar::Float(*self))
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        let Scalar::Float(value) = value else { return Err(Mismatch) };
        *self = value;
        Ok(())
    }
}

impl Shape for String {
    fn scalar(&self) -> Option<Scalar<'_>> {
        Some(Scalar::Str(self))
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        let Scalar::Str(value) = value else { return Err(Mismatch) };
        value.clone_into(self);
        Ok(())
    }
}

impl Shape for Bytes {
    fn scalar(&self) -> Option<Scalar<'_>> {
        Some(Scalar::Blob(self))
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        let Scalar::Blob(value) = value else { return Err(Mismatch) };
        *self = value.clone();
        Ok(())
    }
}

impl Shape for Timestamp {
    fn scalar(&self) -> Option<Scalar<'_>> {
        Some(Scalar::Time(*self))
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        let Scalar::Time(value) = value else { return Err(Mismatch) };
        *self = value;
        Ok(())
    }
}

impl Shape for Document {
    fn scalar(&self) -> Option<Scalar<'_>> {
        Some(Scalar::Document(Cow::Borrowed(self)))
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        let Scalar::Document(value) = value else { return Err(Mismatch) };
        *self = value.into_owned();
        Ok(())
    }
}

impl<T: Shape + Default> Shape for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> Option<&dyn Shape> {
        <[T]>::get(self, index).map(|item| item as &dyn Shape)
    }

    fn slot(&mut self, _index: usize) -> Option<&mut dyn Shape> {
        self.push(T::default());
        self.last_mut().map(|item| item as &mut dyn Shape)
    }
}

impl<T: Shape + Default> Shape for Map<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> Option<&dyn Shape> {
        self.get_index(index).map(|(_, value)| value as &dyn Shape)
    }

    fn key(&self, index: usize) -> Option<&str> {
        self.get_index(index).map(|(key, _)| key.as_str())
    }

    fn entry(&mut self, key: String) -> Option<&mut dyn Shape> {
        let (index, _) = self.insert_full(key, T::default());
        self.get_index_mut(index).map(|(_, value)| value as &mut dyn Shape)
    }
}

/// An item of a sparse collection. Everything but null goes to the value inside.
impl<T: Shape + Default> Shape for Option<T> {
    fn begin(&mut self, schema: Schema) {
        self.get_or_insert_default().begin(schema);
    }

    fn schema(&self) -> Option<Schema> {
        self.as_ref().and_then(Shape::schema)
    }

    fn len(&self) -> usize {
        self.as_ref().map_or(0, Shape::len)
    }

    fn get(&self, index: usize) -> Option<&dyn Shape> {
        self.as_ref().and_then(|inner| inner.get(index))
    }

    fn variant(&self) -> Option<(usize, &dyn Shape)> {
        self.as_ref().and_then(Shape::variant)
    }

    fn key(&self, index: usize) -> Option<&str> {
        self.as_ref().and_then(|inner| inner.key(index))
    }

    fn write_json(&self, out: &mut Vec<u8>) -> bool {
        self.as_ref().is_some_and(|inner| inner.write_json(out))
    }

    fn scalar(&self) -> Option<Scalar<'_>> {
        self.as_ref().and_then(Shape::scalar)
    }

    fn is_null(&self) -> bool {
        self.is_none()
    }

    fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
        self.get_or_insert_default().slot(index)
    }

    fn entry(&mut self, key: String) -> Option<&mut dyn Shape> {
        self.get_or_insert_default().entry(key)
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        self.get_or_insert_default().set(value)
    }

    fn set_null(&mut self) -> Result<(), Mismatch> {
        *self = None;
        Ok(())
    }
}

/// A recursive member; the box is transparent.
impl<T: Shape + Default> Shape for Box<T> {
    fn begin(&mut self, schema: Schema) {
        (**self).begin(schema);
    }

    fn schema(&self) -> Option<Schema> {
        (**self).schema()
    }

    fn len(&self) -> usize {
        (**self).len()
    }

    fn get(&self, index: usize) -> Option<&dyn Shape> {
        (**self).get(index)
    }

    fn variant(&self) -> Option<(usize, &dyn Shape)> {
        (**self).variant()
    }

    fn key(&self, index: usize) -> Option<&str> {
        (**self).key(index)
    }

    fn write_json(&self, out: &mut Vec<u8>) -> bool {
        (**self).write_json(out)
    }

    fn scalar(&self) -> Option<Scalar<'_>> {
        (**self).scalar()
    }

    fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
        (**self).slot(index)
    }

    fn entry(&mut self, key: String) -> Option<&mut dyn Shape> {
        (**self).entry(key)
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        (**self).set(value)
    }

    fn take_stream(&mut self) -> Option<ByteStream> {
        (**self).take_stream()
    }

    fn put_stream(&mut self, stream: ByteStream) -> Result<(), Mismatch> {
        (**self).put_stream(stream)
    }

    fn take_events(&mut self) -> Option<DynEvents> {
        (**self).take_events()
    }

    fn put_events(&mut self, events: EventReads) -> Result<(), Mismatch> {
        (**self).put_events(events)
    }
}
