//! Document paths: where in an item a value is.

use std::fmt;

use super::value::{AttributeValue, Item};

/// A path: the name of an attribute, and the way into it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The attribute of the item.
    pub root: String,
    /// What follows it.
    pub rest: Vec<Element>,
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Element {
    /// `.name`: into a map.
    Attribute(String),
    /// `[1]`: into a list.
    Index(usize),
}

impl Path {
    /// An attribute of the item itself.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self { root: name.into(), rest: Vec::new() }
    }

    /// Whether it leads into an attribute.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        !self.rest.is_empty()
    }

    /// What is there, if something is.
    #[must_use]
    pub fn get<'a>(&self, item: &'a Item) -> Option<&'a AttributeValue> {
        self.rest.iter().try_fold(item.get(&self.root)?, |value, element| match (value, element) {
            (AttributeValue::M(map), Element::Attribute(name)) => map.get(name),
            (AttributeValue::L(list), Element::Index(index)) => list.get(*index),
            _ => None,
        })
    }

    /// How it relates to another path.
    pub(crate) fn relation(&self, other: &Self) -> Relation {
        if self.root != other.root {
            return Relation::Apart;
        }
        for (mine, theirs) in self.rest.iter().zip(&other.rest) {
            match (mine, theirs) {
                (a, b) if a == b => {}
                (Element::Attribute(_), Element::Attribute(_)) | (Element::Index(_), Element::Index(_)) => {
                    return Relation::Apart;
                }
                _ => return Relation::Conflict,
            }
        }
        Relation::Overlap
    }
}

/// How two paths relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// They lead to different values.
    Apart,
    /// One leads to what the other does, or into it.
    Overlap,
    /// One takes a value for a map, the other for a list.
    Conflict,
}

/// As errors of AWS's show a path: `[a, [1], b]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}", self.root)?;
        for element in &self.rest {
            match element {
                Element::Attribute(name) => write!(f, ", {name}")?,
                Element::Index(index) => write!(f, ", [{index}]")?,
            }
        }
        f.write_str("]")
    }
}
