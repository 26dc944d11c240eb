//! Attribute values and items.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::number::Number;

/// An item, or a map in one: attributes by name. The order of names is not the order they came in; AWS keeps
/// none either.
pub type Item = BTreeMap<String, AttributeValue>;

/// A value of an attribute. Sets are sorted: their order has no meaning, and equal sets are equal values.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the service's types")]
pub enum AttributeValue {
    S(String),
    N(Number),
    B(Bytes),
    SS(BTreeSet<String>),
    NS(BTreeSet<Number>),
    BS(BTreeSet<Bytes>),
    M(Item),
    L(Vec<AttributeValue>),
    Null,
    Bool(bool),
}

/// The type of a value, as `attribute_type` and key schemas name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the service's types")]
pub enum AttributeType {
    S,
    N,
    B,
    SS,
    NS,
    BS,
    M,
    L,
    Null,
    Bool,
}

impl AttributeValue {
    /// A number; for values that the emulator makes.
    #[must_use]
    pub fn count(value: usize) -> Self {
        Self::N(Number::from(value as u64))
    }

    /// Its type.
    #[must_use]
    pub fn attribute_type(&self) -> AttributeType {
        match self {
            Self::S(_) => AttributeType::S,
            Self::N(_) => AttributeType::N,
            Self::B(_) => AttributeType::B,
            Self::SS(_) => AttributeType::SS,
            Self::NS(_) => AttributeType::NS,
            Self::BS(_) => AttributeType::BS,
            Self::M(_) => AttributeType::M,
            Self::L(_) => AttributeType::L,
            Self::Null => AttributeType::Null,
            Self::Bool(_) => AttributeType::Bool,
        }
    }
}

impl AttributeType {
    /// All of them, in the order of `valid types: {..}` in an error of AWS's (which says that it has none).
    pub const ALL: [Self; 10] =
        [Self::B, Self::Null, Self::SS, Self::Bool, Self::L, Self::BS, Self::N, Self::NS, Self::S, Self::M];

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
            Self::SS => "SS",
            Self::NS => "NS",
            Self::BS => "BS",
            Self::M => "M",
            Self::L => "L",
            Self::Null => "NULL",
            Self::Bool => "BOOL",
        }
    }

    /// The name in errors of ADD and DELETE. Those of sets are from memory; the others are (asserted).
    #[must_use]
    pub fn long_name(self) -> &'static str {
        match self {
            Self::S => "STRING",
            Self::N => "NUMBER",
            Self::B => "BINARY",
            Self::SS => "STRING_SET",
            Self::NS => "NUMBER_SET",
            Self::BS => "BINARY_SET",
            Self::M => "MAP",
            Self::L => "LIST",
            Self::Null => "NULL",
            Self::Bool => "BOOLEAN",
        }
    }

    /// The type of a name on the wire.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Whether values of it have an order, and can be keys: S, N and B.
    #[must_use]
    pub fn is_ordered(self) -> bool {
        matches!(self, Self::S | Self::N | Self::B)
    }

    /// Whether it is one of the three set types.
    #[must_use]
    pub fn is_set(self) -> bool {
        matches!(self, Self::SS | Self::NS | Self::BS)
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// As errors of AWS's show a value: `{S:a}`.
impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}:", self.attribute_type())?;
        match self {
            Self::S(text) => f.write_str(text)?,
            Self::N(number) => fmt::Display::fmt(number, f)?,
            Self::B(bytes) => f.write_str(&STANDARD.encode(bytes))?,
            Self::SS(set) => list(f, set.iter())?,
            Self::NS(set) => list(f, set.iter())?,
            Self::BS(set) => list(f, set.iter().map(|bytes| STANDARD.encode(bytes)))?,
            Self::L(values) => list(f, values.iter())?,
            Self::M(values) => {
                f.write_str("{")?;
                for (position, (name, value)) in values.iter().enumerate() {
                    write!(f, "{}{name}={value}", if position == 0 { "" } else { ", " })?;
                }
                f.write_str("}")?;
            }
            Self::Null => f.write_str("true")?,
            Self::Bool(value) => fmt::Display::fmt(value, f)?,
        }
        f.write_str("}")
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, values: impl Iterator<Item = T>) -> fmt::Result {
    f.write_str("[")?;
    for (position, value) in values.enumerate() {
        write!(f, "{}{value}", if position == 0 { "" } else { ", " })?;
    }
    f.write_str("]")
}

impl fmt::Debug for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        Self::S(text.to_owned())
    }
}

impl From<Number> for AttributeValue {
    fn from(number: Number) -> Self {
        Self::N(number)
    }
}
