//! Structures: plain fields, every one an `Option`, and [`Shape`] as two matches over them.

use crate::Shape;

/// A member for reading.
#[inline]
pub fn present<T: Shape>(member: &Option<T>) -> Option<&dyn Shape> {
    match member {
        Some(value) => Some(value),
        None => None,
    }
}

/// A member for writing, created if it is absent.
#[inline]
pub fn filled<T: Shape + Default>(member: &mut Option<T>) -> &mut dyn Shape {
    member.get_or_insert_default()
}

/// Makes a structure of a service's shape: `structure!(Queue = SERVICE[3] { 0 name, 1 tags })`. The
/// numbers are the shape's and the members' indices in the schema.
#[macro_export]
macro_rules! structure {
    ($name:ident = $service:ident [$id:literal] { $($index:literal $member:ident),* $(,)? }) => {
        impl $crate::Structure for $name {
            #[inline]
            fn schema_of() -> $crate::schema::Schema {
                $crate::schema::Schema::new($service, $crate::schema::ShapeId($id))
            }
        }

        impl $crate::Shape for $name {
            #[inline]
            fn schema(&self) -> Option<$crate::schema::Schema> {
                Some(<Self as $crate::Structure>::schema_of())
            }

            #[inline]
            fn get(&self, index: usize) -> Option<&dyn $crate::Shape> {
                match index {
                    $($index => $crate::generated::present(&self.$member),)*
                    _ => None,
                }
            }

            #[inline]
            fn slot(&mut self, index: usize) -> Option<&mut dyn $crate::Shape> {
                match index {
                    $($index => Some($crate::generated::filled(&mut self.$member)),)*
                    _ => None,
                }
            }
        }

        $crate::debug_and_eq!($name);
    };
}

/// `Debug`, without what is sensitive, and equality, both from the schema.
#[doc(hidden)]
#[macro_export]
macro_rules! debug_and_eq {
    ($name:ident) => {
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::shape::fmt_shape(<Self as $crate::Structure>::schema_of(), self, f)
            }
        }

        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::shape::shapes_equal(<Self as $crate::Structure>::schema_of(), self, other)
            }
        }
    };
}
