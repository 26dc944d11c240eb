//! Parts of an item.

use std::collections::BTreeMap;

use crate::expression::ast::Projection;
use crate::models::{AttributeValue, Element, Item, Path};

/// What an item has of a projection. Of lists only the elements that are asked for are left, in their order;
/// of maps and lists without any of these nothing is.
#[must_use]
pub fn project(projection: &Projection, item: &Item) -> Item {
    select(projection.paths.iter(), item)
}

/// What an item has at some paths, none of which leads into another.
pub(super) fn select<'p>(paths: impl Iterator<Item = &'p Path>, item: &Item) -> Item {
    let mut roots: BTreeMap<&str, Wanted<'p>> = BTreeMap::new();
    for path in paths {
        let root = roots.entry(&path.root).or_default();
        path.rest.iter().fold(root, |wanted, element| wanted.parts.entry(element).or_default());
    }
    let found = |(name, wanted): (&str, Wanted<'_>)| Some((name.to_owned(), wanted.of(item.get(name)?)?));
    roots.into_iter().filter_map(found).collect()
}

/// What is wanted of a value: parts, or, without any, all of it.
#[derive(Default)]
struct Wanted<'p> {
    parts: BTreeMap<&'p Element, Wanted<'p>>,
}

impl Wanted<'_> {
    fn of(&self, value: &AttributeValue) -> Option<AttributeValue> {
        if self.parts.is_empty() {
            return Some(value.clone());
        }
        match value {
            AttributeValue::M(map) => {
                let parts = self.parts.iter().filter_map(|(element, wanted)| match element {
                    Element::Attribute(name) => Some((name.clone(), wanted.of(map.get(name)?)?)),
                    Element::Index(_) => None,
                });
                let parts: Item = parts.collect();
                (!parts.is_empty()).then_some(AttributeValue::M(parts))
            }
            AttributeValue::L(list) => {
                let parts = self.parts.iter().filter_map(|(element, wanted)| match element {
                    Element::Index(index) => wanted.of(list.get(*index)?),
                    Element::Attribute(_) => None,
                });
                let parts: Vec<AttributeValue> = parts.collect();
                (!parts.is_empty()).then_some(AttributeValue::L(parts))
            }
            _ => None,
        }
    }
}
