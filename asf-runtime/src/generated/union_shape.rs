//! Unions: an enum with a variant for each member, and `Unknown` for none of them.

/// Makes an enum the union of a service's shape: `union_shape!(Attribute = SERVICE[3] { 0 S, 1 N })`.
/// The enum has a variant `Unknown` besides, which stands for no member, or for one that the model does
/// not have.
#[macro_export]
macro_rules! union_shape {
    ($name:ident = $service:ident [$id:literal] { $($index:literal $variant:ident),* $(,)? }) => {
        impl Default for $name {
            #[inline]
            fn default() -> Self {
                Self::Unknown
            }
        }

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
                match (index, self) {
                    $(($index, Self::$variant(value)) => Some(value),)*
                    _ => None,
                }
            }

            #[inline]
            fn variant(&self) -> Option<(usize, &dyn $crate::Shape)> {
                match self {
                    $(Self::$variant(value) => Some(($index, value)),)*
                    Self::Unknown => None,
                }
            }

            #[inline]
            fn slot(&mut self, index: usize) -> Option<&mut dyn $crate::Shape> {
                if self.get(index).is_none() {
                    *self = match index {
                        $($index => Self::$variant(Default::default()),)*
                        _ => return None,
                    };
                }
                match self {
                    $(Self::$variant(value) => Some(value),)*
                    Self::Unknown => None,
                }
            }
        }

        $crate::debug_and_eq!($name);
    };
}
