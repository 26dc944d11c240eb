//! Expressions that can be evaluated: names and values are in place, and everything about them has been
//! checked that can be without an item.

use std::sync::Arc;

use crate::models::{AttributeType, AttributeValue, Path};

/// True or false of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `left = right` and the like.
    Compare {
        /// How.
        comparator: Comparator,
        /// What.
        left: Operand,
        /// With what.
        right: Operand,
    },
    /// `operand BETWEEN low AND high`, both included.
    Between {
        /// What.
        operand: Operand,
        /// The least.
        low: Operand,
        /// The greatest.
        high: Operand,
    },
    /// `operand IN (..)`
    In {
        /// What.
        operand: Operand,
        /// Any of these.
        list: Vec<Operand>,
    },
    /// `attribute_exists(path)`
    Exists(Path),
    /// `attribute_not_exists(path)`
    NotExists(Path),
    /// `attribute_type(path, type)`
    Type(Path, AttributeType),
    /// `begins_with(operand, prefix)`
    BeginsWith(Operand, Operand),
    /// `contains(operand, part)`
    Contains(Operand, Operand),
    /// All of them.
    And(Vec<Condition>),
    /// Any of them.
    Or(Vec<Condition>),
    /// Not it.
    Not(Box<Condition>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparator {
    pub(crate) const ALL: [Self; 6] =
        [Self::Equal, Self::NotEqual, Self::Less, Self::LessOrEqual, Self::Greater, Self::GreaterOrEqual];

    /// As it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether it asks for an order, which only some types have.
    #[must_use]
    pub fn is_ordering(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    /// The comparator with left and right exchanged.
    #[must_use]
    pub(crate) fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}

/// Something that has a value, if the item has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// What is at a path of the item.
    Path(Path),
    /// A value of the request.
    Value(Arc<AttributeValue>),
    /// `size(operand)`
    Size(Box<Operand>),
}

impl Operand {
    /// A value of the request.
    pub fn value(value: AttributeValue) -> Self {
        Self::Value(Arc::new(value))
    }

    /// The type of its value, where that does not depend on the item.
    pub(crate) fn known_type(&self) -> Option<AttributeType> {
        match self {
            Self::Path(_) => None,
            Self::Value(value) => Some(value.attribute_type()),
            Self::Size(_) => Some(AttributeType::N),
        }
    }
}

/// The parts of an item that a request asks for: no path leads into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    /// Where they are.
    pub paths: Vec<Path>,
}

/// What is to be changed in an item: no path leads into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The changes; all read the item as it was before.
    pub actions: Vec<Action>,
    /// Which words errors use.
    pub origin: Origin,
}

/// Where an update comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `UpdateExpression`, or PartiQL.
    Expression,
    /// `AttributeUpdates`.
    Legacy,
}

/// One change of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `SET path = value`
    Set(Path, Assigned),
    /// `REMOVE path`
    Remove(Path),
    /// `ADD path value`: to a number or a set, and, in legacy updates, to a list.
    Add(Path, Arc<AttributeValue>),
    /// `DELETE path value`: from a set.
    Delete(Path, Arc<AttributeValue>),
}

impl Action {
    /// What it changes.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Set(path, _) | Self::Remove(path) | Self::Add(path, _) | Self::Delete(path, _) => path,
        }
    }
}

/// The right side of SET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// What is at a path.
    Path(Path),
    /// A value of the request.
    Value(Arc<AttributeValue>),
    /// `if_not_exists(path, otherwise)`
    IfNotExists(Path, Box<Assigned>),
    /// `list_append(first, second)`
    ListAppend(Box<Assigned>, Box<Assigned>),
    /// `left + right`
    Plus(Box<Assigned>, Box<Assigned>),
    /// `left - right`
    Minus(Box<Assigned>, Box<Assigned>),
}

impl Assigned {
    /// The type of its value, where that does not depend on the item.
    pub(crate) fn known_type(&self) -> Option<AttributeType> {
        match self {
            Self::Path(_) | Self::IfNotExists(..) => None,
            Self::Value(value) => Some(value.attribute_type()),
            Self::ListAppend(..) => Some(AttributeType::L),
            Self::Plus(..) | Self::Minus(..) => Some(AttributeType::N),
        }
    }
}
