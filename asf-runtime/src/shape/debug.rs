//! `Debug` for generated types, from the schema: one function instead of a derive per structure.

use std::fmt;

use asf_schema::{Kind, MemberFlags, Schema, ShapeFlags};

use super::{Scalar, Shape};

/// Writes a structure or union as `Debug` does, with what is sensitive replaced by `*** Redacted ***`.
///
/// # Errors
/// When the formatter fails.
pub fn fmt_shape(schema: Schema, shape: &dyn Shape, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    fmt::Debug::fmt(&Redacted { schema, shape, sensitive: false }, f)
}

/// A value together with its schema, for `{:?}`. Sensitive members are not shown.
pub struct Redacted<'a> {
    /// What the value is.
    pub schema: Schema,
    /// The value.
    pub shape: &'a dyn Shape,
    /// Not to be shown at all.
    pub sensitive: bool,
}

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schema, shape, sensitive } = *self;
        if sensitive || schema.has(ShapeFlags::SENSITIVE) {
            return f.write_str("*** Redacted ***");
        }
        let part = |index: usize, value| {
            let member = schema.member(index);
            Redacted { schema: member.target(), shape: value, sensitive: member.has(MemberFlags::SENSITIVE) }
        };
        match schema.kind() {
            Kind::Structure | Kind::Union => {
                let mut out = f.debug_struct(schema.name());
                for index in 0..schema.len() {
                    if let Some(value) = shape.get(index) {
                        out.field(schema.member(index).name(), &part(index, value));
                    }
                }
                out.finish()
            }
            Kind::List => f
                .debug_list()
                .entries((0..shape.len()).filter_map(|index| shape.get(index)).map(|value| part(0, value)))
                .finish(),
            Kind::Map => f
                .debug_map()
                .entries(
                    (0..shape.len())
                        .filter_map(|index| Some((shape.key(index)?, part(1, shape.get(index)?)))),
                )
                .finish(),
            _ => match shape.scalar() {
                None => f.write_str("null"),
                Some(Scalar::Bool(it)) => it.fmt(f),
                Some(Scalar::Int(it)) => it.fmt(f),
                Some(Scalar::Float(it)) => it.fmt(f),
                Some(Scalar::Str(it)) => it.fmt(f),
                Some(Scalar::Blob(it)) => write!(f, "<{} bytes>", it.len()),
                Some(Scalar::Time(it)) => it.fmt(f),
                Some(Scalar::Document(it)) => write!(f, "{it}"),
            },
        }
    }
}
