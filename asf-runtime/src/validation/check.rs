//! The walk over a value that finds what is not met.

use std::collections::HashSet;

use asf_schema::{Constraints, Kind, Member, MemberFlags, Schema, ShapeFlags};

use super::wording::{self, Violation};
use super::{Form, Style, pattern};
use crate::Shape;
use crate::codec::MAX_DEPTH;
use crate::shape::Scalar;
use crate::value::neutral::to_neutral;

/// Greatest number of violations that are collected: a message of more helps no one.
const MAX_VIOLATIONS: usize = 100;

/// Everything that is not met, in the order of the schema.
pub(super) fn violations(schema: Schema, value: &dyn Shape, style: Style) -> Vec<Violation> {
    let mut walk = Walk::new(schema, style);
    walk.members(schema, value);
    walk.found
}

/// That these members are not there, in the order of the schema.
pub(super) fn missing(schema: Schema, members: &[usize], style: Style) -> Vec<Violation> {
    let mut walk = Walk::new(schema, style);
    for member in schema.members().filter(|member| members.contains(&member.index())) {
        walk.add_missing(member);
    }
    walk.found
}

/// What API Gateway calls an input: `CreateRestApiInput` for the model's `CreateRestApiRequest`.
fn input_name(schema: Schema) -> String {
    let name = schema.name();
    format!("{}Input", name.strip_suffix("Request").unwrap_or(name))
}

/// A part of a path. It is put into words only when something is found there: nearly always nothing is.
#[derive(Clone, Copy)]
enum Part<'v> {
    /// The input of this shape.
    Input(Schema),
    Member(&'static str),
    /// The item at a position of a list.
    Item(usize),
    /// The value of a map under a key.
    Entry(&'v str),
}

struct Walk<'v> {
    form: Form,
    path: Vec<Part<'v>>,
    found: Vec<Violation>,
}

impl<'v> Walk<'v> {
    /// At the start of an input.
    fn new(schema: Schema, style: Style) -> Self {
        let path = if style.with_input_name { vec![Part::Input(schema)] } else { Vec::new() };
        Self { form: style.form, path, found: Vec::new() }
    }

    fn members(&mut self, schema: Schema, value: &'v dyn Shape) {
        let only = value.variant();
        for member in schema.members() {
            let there = match only {
                Some((index, inner)) => (index == member.index()).then_some(inner),
                None => value.get(member.index()),
            };
            match there {
                Some(inner) => {
                    self.path.push(Part::Member(member.name()));
                    self.value(member, inner);
                    self.path.pop();
                }
                None if member.is_required() => self.add_missing(member),
                None => {}
            }
        }
    }

    fn add_missing(&mut self, member: Member) {
        self.path.push(Part::Member(member.name()));
        self.add(None, false, "Member must not be null".to_owned());
        self.path.pop();
    }

    /// A member, an item or a map's value, and what is below it.
    fn value(&mut self, member: Member, value: &'v dyn Shape) {
        if value.is_null() || self.path.len() > MAX_DEPTH {
            return;
        }
        let schema = member.target();
        let secret = member.has(MemberFlags::SENSITIVE) || schema.has(ShapeFlags::SENSITIVE);
        for constraint in unmet(schema, value) {
            self.add(Some((schema, value)), secret, constraint);
        }
        match schema.kind() {
            Kind::Structure | Kind::Union => self.members(schema, value),
            Kind::List => self.items(schema, value, secret),
            Kind::Map => self.entries(schema, value, secret),
            _ => {}
        }
    }

    fn items(&mut self, schema: Schema, list: &'v dyn Shape, secret: bool) {
        let Some(item) = schema.item() else { return };
        let target = item.target();
        let as_a_whole = self.form == Form::Coral && target.kind().is_simple();
        if as_a_whole && !asks_anything(target) {
            return;
        }
        for index in 0..list.len() {
            let Some(value) = list.get(index) else { continue };
            if as_a_whole {
                if !value.is_null() && !unmet(target, value).is_empty() {
                    let all = all_constraints(target, Some("Member must not be null"));
                    self.add(
                        Some((schema, list)),
                        secret,
                        format!("Member must satisfy constraint: [{all}]"),
                    );
                    return;
                }
                continue;
            }
            self.path.push(Part::Item(index));
            self.value(item, value);
            self.path.pop();
        }
    }

    fn entries(&mut self, schema: Schema, map: &'v dyn Shape, secret: bool) {
        let Some((key, value)) = schema.key_value() else { return };
        let (key_schema, value_schema) = (key.target(), value.target());
        let as_a_whole = self.form == Form::Coral && value_schema.kind().is_simple();
        for index in 0..map.len() {
            let (Some(name), Some(inner)) = (map.key(index), map.get(index)) else { continue };
            let key_unmet = unmet_text(key_schema, name);
            if !key_unmet.is_empty() {
                match self.form {
                    Form::Coral => {
                        let all = all_constraints(key_schema, None);
                        let text = format!("Map keys must satisfy constraint: [{all}]");
                        self.add(Some((schema, map)), secret, text);
                        return;
                    }
                    Form::Smithy => {
                        for constraint in key_unmet {
                            self.add(Some((schema, map)), secret, constraint);
                        }
                    }
                }
            }
            if as_a_whole {
                if !inner.is_null() && !unmet(value_schema, inner).is_empty() {
                    let all = all_constraints(value_schema, Some("Member must not be null"));
                    self.add(
                        Some((schema, map)),
                        secret,
                        format!("Map value must satisfy constraint: [{all}]"),
                    );
                    return;
                }
                continue;
            }
            self.path.push(Part::Entry(name));
            self.value(value, inner);
            self.path.pop();
        }
    }

    fn add(&mut self, value: Option<(Schema, &dyn Shape)>, secret: bool, constraint: String) {
        if self.found.len() >= MAX_VIOLATIONS {
            return;
        }
        let value = match value {
            None => Some("null".to_owned()),
            Some(_) if secret => None,
            Some((schema, value)) => Some(format!("'{}'", wording::display(schema, value))),
        };
        self.found.push(Violation { path: self.path_in_words(), value, constraint });
    }

    /// The path as it is shown. Items and entries take two parts in Coral's.
    fn path_in_words(&self) -> Vec<String> {
        let is_coral = self.form == Form::Coral;
        let mut words = Vec::with_capacity(self.path.len());
        for part in &self.path {
            words.push(match part {
                Part::Input(schema) => wording::lower_camel(&input_name(*schema)),
                Part::Member(name) if is_coral => wording::lower_camel(name),
                Part::Member(name) => (*name).to_owned(),
                Part::Item(index) => (index + usize::from(is_coral)).to_string(),
                Part::Entry(key) => (*key).to_owned(),
            });
            if is_coral && matches!(part, Part::Item(_) | Part::Entry(_)) {
                words.push("member".to_owned());
            }
        }
        words
    }
}

/// Whether anything is asked of a shape itself.
fn asks_anything(schema: Schema) -> bool {
    schema.constraints().is_some() || !schema.enum_values().is_empty() || schema.has(ShapeFlags::UNIQUE_ITEMS)
}

/// The constraints of a shape itself that a value does not meet, worded.
fn unmet(schema: Schema, value: &dyn Shape) -> Vec<String> {
    if !asks_anything(schema) {
        return Vec::new();
    }
    match value.scalar() {
        Some(Scalar::Str(text)) => unmet_text(schema, text),
        scalar => {
            let mut found = Vec::new();
            if schema.has(ShapeFlags::UNIQUE_ITEMS) && has_equal_items(schema, value) {
                found.push(wording::UNIQUE.to_owned());
            }
            let number = match (schema.kind(), scalar) {
                (Kind::List | Kind::Map, _) => Some(value.len() as f64),
                (Kind::Blob, Some(Scalar::Blob(bytes))) => Some(bytes.len() as f64),
                (_, Some(Scalar::Int(number))) => Some(number as f64),
                (_, Some(Scalar::Float(number))) => Some(number),
                _ => None,
            };
            found.extend(number.into_iter().flat_map(|number| out_of_bounds(schema, number)));
            found
        }
    }
}

/// The same of a text, such as the key of a map.
fn unmet_text(schema: Schema, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let values = schema.enum_values();
    if !values.is_empty() {
        if !values.contains(&text) {
            found.push(wording::enumeration(values));
        }
        return found;
    }
    let Some(constraints) = schema.constraints() else { return found };
    if let Some(pattern) = constraints.pattern
        && !pattern::matches(pattern, text)
    {
        found.push(wording::pattern(pattern));
    }
    if schema.kind() == Kind::String && (constraints.min.is_some() || constraints.max.is_some()) {
        found.extend(out_of_bounds(schema, text.chars().count() as f64));
    }
    found
}

/// The bounds of a shape that a number is not within: the length of texts, blobs and collections, or the number itself.
fn out_of_bounds(schema: Schema, number: f64) -> Vec<String> {
    let mut found = Vec::new();
    let Some(constraints) = schema.constraints() else { return found };
    if constraints.max.is_some_and(|max| number > max) {
        found.extend(wording::maximum(schema.kind(), constraints));
    }
    if constraints.min.is_some_and(|min| number < min) {
        found.extend(wording::minimum(schema.kind(), constraints));
    }
    found
}

/// Whether two items of a list are equal. They are compared in their neutral form, which is the same for
/// equal items, so that a long list takes no longer than its length.
fn has_equal_items(schema: Schema, list: &dyn Shape) -> bool {
    let Some(target) = schema.item().map(Member::target) else { return false };
    let mut seen = HashSet::with_capacity(list.len().min(1024));
    (0..list.len())
        .filter_map(|index| list.get(index))
        .any(|item| !seen.insert(to_neutral(target, item).to_string()))
}

/// Everything that is asked of an item, in the order in which AWS lists it.
fn all_constraints(schema: Schema, last: Option<&str>) -> String {
    let values = schema.enum_values();
    if !values.is_empty() {
        return wording::enumeration(values);
    }
    let none = Constraints { min: None, max: None, pattern: None };
    let constraints = schema.constraints().unwrap_or(&none);
    wording::maximum(schema.kind(), constraints)
        .into_iter()
        .chain(wording::minimum(schema.kind(), constraints))
        .chain(constraints.pattern.map(wording::pattern))
        .chain(last.map(str::to_owned))
        .collect::<Vec<_>>()
        .join(", ")
}
