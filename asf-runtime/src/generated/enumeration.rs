//! Enums: open, so that a value that the model does not have survives a round trip.

/// Gives an enum its texts: `enumeration!(Color = Unknown { Blue "blue", Red "red" })`. The texts are
/// sorted (they are searched), and the variant that is named first holds the text of any other value.
#[macro_export]
macro_rules! enumeration {
    ($name:ident = $unknown:ident { $($variant:ident $text:literal),* $(,)? }) => {
        impl $name {
            /// The values that the model has, sorted.
            pub const VALUES: &'static [&'static str] = &[$($text),*];

            /// The value as it is on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::$unknown(text) => text,
                }
            }

            /// The variant of a value that the model has.
            #[inline]
            fn known(text: &str) -> Option<Self> {
                static VARIANTS: &[$name] = &[$($name::$variant),*];
                let index = Self::VALUES.binary_search(&text).ok()?;
                VARIANTS.get(index).cloned()
            }
        }

        impl Default for $name {
            #[inline]
            fn default() -> Self {
                Self::$unknown(String::new())
            }
        }

        impl From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::$unknown(text.to_owned()))
            }
        }

        impl From<String> for $name {
            #[inline]
            fn from(text: String) -> Self {
                Self::known(&text).unwrap_or(Self::$unknown(text))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }

        impl $crate::Shape for $name {
            #[inline]
            fn scalar(&self) -> Option<$crate::shape::Scalar<'_>> {
                Some($crate::shape::Scalar::Str(self.as_str()))
            }

            #[inline]
            fn set(&mut self, value: $crate::shape::Scalar<'_>) -> Result<(), $crate::shape::Mismatch> {
                let $crate::shape::Scalar::Str(text) = value else { return Err($crate::shape::Mismatch) };
                *self = Self::from(text);
                Ok(())
            }
        }
    };
}
