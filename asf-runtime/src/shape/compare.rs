//! Equality for generated types, from the schema: one function instead of a derive per structure.

use asf_schema::{Kind, Schema};

use super::Shape;

/// Whether two values of one schema are equal. An absent member equals an absent member only; maps are
/// compared without regard to order; streams are never equal.
#[must_use]
pub fn shapes_equal(schema: Schema, left: &dyn Shape, right: &dyn Shape) -> bool {
    if left.is_null() || right.is_null() {
        return left.is_null() && right.is_null();
    }
    let both = |index: usize, left: Option<&dyn Shape>, right: Option<&dyn Shape>| match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => shapes_equal(schema.member(index).target(), left, right),
        _ => false,
    };
    match schema.kind() {
        Kind::Structure | Kind::Union => {
            (0..schema.len()).all(|index| both(index, left.get(index), right.get(index)))
        }
        Kind::List => {
            left.len() == right.len()
                && (0..left.len()).all(|index| both(0, left.get(index), right.get(index)))
        }
        Kind::Map => {
            left.len() == right.len()
                && (0..left.len()).all(|index| {
                    let position = (0..right.len()).find(|&it| right.key(it) == left.key(index));
                    position.is_some_and(|position| both(1, left.get(index), right.get(position)))
                })
        }
        _ => left.scalar().is_some() && left.scalar() == right.scalar(),
    }
}
