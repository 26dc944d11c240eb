//! Updates of an item.

use std::borrow::Cow;

use crate::error::DynamoError;
use crate::expression::ast::{Action, Assigned, Origin, Update};
use crate::items;
use crate::limits;
use crate::models::{AttributeValue, Element, Item, Path, TableDescription};
use crate::number::Number;
use crate::size;

use super::check_key_access;
use super::projection::select;

/// Carries out an update. All of it sees the item as it was: `SET a = b, b = a` exchanges the two, and indexes
/// of lists are those from before anything is removed. Elements that are set behind the end of a list are
/// added to it, in the order of their indexes.
///
/// The key is the caller's: for an item that does not exist yet, `item` has the attributes of its key only.
///
/// # Errors
///
/// If the item does not have what the update needs, or has it of another type, or a number overflows.
pub fn apply(update: &Update, item: &Item) -> Result<Item, DynamoError> {
    let mut changed = item.clone();
    let mut appended: Vec<(&Path, AttributeValue)> = Vec::new();
    let mut removed: Vec<&Path> = Vec::new();
    let mut put = 0;
    for action in &update.actions {
        let path = action.path();
        match value_of(action, item, update.origin)? {
            Change::Put(value) => {
                // All that is put is in the item in the end, so there is no need to go on: `SET a = x, b = x, ..`
                // could make hundreds of large values.
                put += size::value(&value);
                if put > limits::ITEM_BYTES {
                    return Err(items::too_large());
                }
                match place(&mut changed, path)? {
                    Place::Map(map, name) => {
                        map.insert(name.to_owned(), value);
                    }
                    Place::List(list, index) => match list.get_mut(index) {
                        Some(element) => *element = value,
                        None => appended.push((path, value)),
                    },
                }
            }
            Change::Remove => match place(&mut changed, path)? {
                Place::Map(map, name) => {
                    map.remove(name);
                }
                // Removing now would move what other paths mean.
                Place::List(..) => removed.push(path),
            },
        }
    }
    appended.sort_by(|(one, _), (two, _)| one.rest.cmp(&two.rest));
    for (path, value) in appended {
        if let Place::List(list, _) = place(&mut changed, path)? {
            list.push(value);
        }
    }
    removed.sort_by(|one, two| two.rest.cmp(&one.rest));
    for path in removed {
        if let Place::List(list, index) = place(&mut changed, path)?
            && index < list.len()
        {
            list.remove(index);
        }
    }
    Ok(changed)
}

/// What an item has at the paths of an update: of the item before it, `UPDATED_OLD`; of what
/// [`apply`] has made of it, `UPDATED_NEW`.
#[must_use]
pub fn updated_attributes(update: &Update, item: &Item) -> Item {
    select(update.actions.iter().map(Action::path), item)
}

enum Change {
    Put(AttributeValue),
    Remove,
}

fn value_of(action: &Action, item: &Item, origin: Origin) -> Result<Change, DynamoError> {
    match action {
        Action::Set(_, value) => Ok(Change::Put(assigned(value, item)?.into_owned())),
        Action::Remove(_) => Ok(Change::Remove),
        Action::Add(path, value) => Ok(Change::Put(match path.get(item) {
            None => value.as_ref().clone(),
            Some(current) => added(current, value, origin)?,
        })),
        Action::Delete(path, value) => Ok(match path.get(item) {
            // Nothing to take from; but the way there has to exist, as it has for REMOVE.
            None => Change::Remove,
            Some(current) => taken(current, value, origin)?,
        }),
    }
}

/// A value that is assigned. Values are borrowed as long as nothing is made of them, so that what an
/// expression can take of memory is bounded by its result.
fn assigned<'a>(value: &'a Assigned, item: &'a Item) -> Result<Cow<'a, AttributeValue>, DynamoError> {
    match value {
        Assigned::Value(value) => Ok(Cow::Borrowed(value)),
        Assigned::Path(path) => path.get(item).map(Cow::Borrowed).ok_or_else(|| {
            // (asserted)
            DynamoError::validation(
                "The provided expression refers to an attribute that does not exist in the item",
            )
        }),
        Assigned::IfNotExists(path, otherwise) => match path.get(item) {
            Some(value) => Ok(Cow::Borrowed(value)),
            None => assigned(otherwise, item),
        },
        Assigned::ListAppend(first, second) => {
            let (first, second) = (assigned(first, item)?, assigned(second, item)?);
            if size::value(&first) + size::value(&second) > limits::ITEM_BYTES {
                return Err(items::too_large());
            }
            match (first.into_owned(), second.into_owned()) {
                (AttributeValue::L(mut first), AttributeValue::L(second)) => {
                    first.extend(second);
                    Ok(Cow::Owned(AttributeValue::L(first)))
                }
                _ => Err(wrong_type(Origin::Expression)),
            }
        }
        Assigned::Plus(left, right) => {
            let (left, right) = (number(left, item)?, number(right, item)?);
            Ok(Cow::Owned(AttributeValue::N(left.plus(right)?)))
        }
        Assigned::Minus(left, right) => {
            let (left, right) = (number(left, item)?, number(right, item)?);
            Ok(Cow::Owned(AttributeValue::N(left.minus(right)?)))
        }
    }
}

fn number(value: &Assigned, item: &Item) -> Result<Number, DynamoError> {
    match *assigned(value, item)? {
        AttributeValue::N(number) => Ok(number),
        _ => Err(wrong_type(Origin::Expression)),
    }
}

fn added(
    current: &AttributeValue,
    value: &AttributeValue,
    origin: Origin,
) -> Result<AttributeValue, DynamoError> {
    Ok(match (current, value) {
        (AttributeValue::N(current), AttributeValue::N(value)) => AttributeValue::N(current.plus(*value)?),
        (AttributeValue::SS(current), AttributeValue::SS(value)) => AttributeValue::SS(current | value),
        (AttributeValue::NS(current), AttributeValue::NS(value)) => AttributeValue::NS(current | value),
        (AttributeValue::BS(current), AttributeValue::BS(value)) => AttributeValue::BS(current | value),
        // Only legacy updates come here with lists.
        (AttributeValue::L(current), AttributeValue::L(value)) => {
            AttributeValue::L(current.iter().chain(value).cloned().collect())
        }
        _ => return Err(wrong_type(origin)),
    })
}

/// A set without some of its members; an empty one is no value.
fn taken(current: &AttributeValue, value: &AttributeValue, origin: Origin) -> Result<Change, DynamoError> {
    let (left, is_empty) = match (current, value) {
        (AttributeValue::SS(current), AttributeValue::SS(value)) => {
            let left = current - value;
            let is_empty = left.is_empty();
            (AttributeValue::SS(left), is_empty)
        }
        (AttributeValue::NS(current), AttributeValue::NS(value)) => {
            let left = current - value;
            let is_empty = left.is_empty();
            (AttributeValue::NS(left), is_empty)
        }
        (AttributeValue::BS(current), AttributeValue::BS(value)) => {
            let left = current - value;
            let is_empty = left.is_empty();
            (AttributeValue::BS(left), is_empty)
        }
        _ => return Err(wrong_type(origin)),
    };
    Ok(if is_empty { Change::Remove } else { Change::Put(left) })
}

/// (asserted)
fn wrong_type(origin: Origin) -> DynamoError {
    DynamoError::validation(match origin {
        Origin::Expression => "An operand in the update expression has an incorrect data type",
        Origin::Legacy => "Type mismatch for attribute to update",
    })
}

/// Where the last step of a path leads: the container, and the place in it.
enum Place<'i, 'p> {
    Map(&'i mut Item, &'p str),
    List(&'i mut Vec<AttributeValue>, usize),
}

fn place<'i, 'p>(item: &'i mut Item, path: &'p Path) -> Result<Place<'i, 'p>, DynamoError> {
    // (asserted)
    let invalid = || {
        DynamoError::validation("The document path provided in the update expression is invalid for update")
    };
    let Some((last, way)) = path.rest.split_last() else { return Ok(Place::Map(item, &path.root)) };
    let mut value = item.get_mut(&path.root).ok_or_else(invalid)?;
    for element in way {
        value = match (value, element) {
            (AttributeValue::M(map), Element::Attribute(name)) => map.get_mut(name),
            (AttributeValue::L(list), Element::Index(index)) => list.get_mut(*index),
            _ => None,
        }
        .ok_or_else(invalid)?;
    }
    match (value, last) {
        (AttributeValue::M(map), Element::Attribute(name)) => Ok(Place::Map(map, name)),
        (AttributeValue::L(list), Element::Index(index)) => Ok(Place::List(list, *index)),
        _ => Err(invalid()),
    }
}

/// What can be said of an update and a table without an item: keys do not change, and indexes can have what
/// is assigned to theirs.
///
/// # Errors
///
/// If the update changes a key, leads into one, or gives the key of an index another type (asserted).
pub fn check_update(update: &Update, table: &TableDescription) -> Result<(), DynamoError> {
    if let Some(action) = update.actions.iter().find(|action| table.keys.get(&action.path().root).is_some()) {
        return Err(DynamoError::parameter(format_args!(
            "Cannot update attribute {}. This attribute is part of the key",
            action.path().root
        )));
    }
    for action in &update.actions {
        check_key_access(std::iter::once(action.path()).chain(read_paths(action)), table)?;
        // As for items, the first by the alphabet is named.
        let mut indexes: Vec<_> = table.indexes.iter().collect();
        indexes.sort_by(|one, two| one.name.cmp(&two.name));
        for index in indexes {
            let Some(key) = index.keys.get(&action.path().root) else { continue };
            match action {
                Action::Set(_, Assigned::Value(value)) => {
                    items::check_assigned_index_key(key, value, &index.name)?;
                }
                Action::Set(_, value) => {
                    let known = value.known_type();
                    known.map_or(Ok(()), |it| items::check_index_key_type(key, it, &index.name))?;
                }
                Action::Add(_, value) | Action::Delete(_, value) => {
                    items::check_index_key_type(key, value.attribute_type(), &index.name)?;
                }
                Action::Remove(_) => {}
            }
        }
    }
    Ok(())
}

/// The paths that an action reads.
fn read_paths(action: &Action) -> Vec<&Path> {
    fn collect<'a>(value: &'a Assigned, paths: &mut Vec<&'a Path>) {
        match value {
            Assigned::Path(path) => paths.push(path),
            Assigned::Value(_) => {}
            Assigned::IfNotExists(path, otherwise) => {
                paths.push(path);
                collect(otherwise, paths);
            }
            Assigned::ListAppend(one, two) | Assigned::Plus(one, two) | Assigned::Minus(one, two) => {
                collect(one, paths);
                collect(two, paths);
            }
        }
    }
    let mut paths = Vec::new();
    if let Action::Set(_, value) = action {
        collect(value, &mut paths);
    }
    paths
}
