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
        walk.enter(member);
        walk.add_missing();
        walk.path.pop();
    }
    walk.found
}

/// What API Gateway calls an input: `CreateRestApiInput` for the model's `CreateRestApiRequest`.
fn input_name(schema: Schema) -> String {
    let name = schema.name();
    format!("{}Input", name.strip_suffix("Request").unwrap_or(name))
}

struct Walk {
    form: Form,
    path: Vec<String>,
    found: Vec<Violation>,
}

impl Walk {
    /// At the start of an input.
    fn new(schema: Schema, style: Style) -> Self {
        let mut walk = Self { form: style.form, path: Vec::new(), found: Vec::new() };
        if style.with_input_name {
            walk.path.push(wording::lower_camel(&input_name(schema)));
        }
        walk
    }

    fn members(&mut self, schema: Schema, value: &dyn Shape) {
        for member in schema.members() {
            self.enter(member);
            match value.get(member.index()) {
                Some(inner) => self.value(member, inner),
                None if member.is_required() => self.add_missing(),
                None => {}
            }
            self.path.pop();
        }
    }

    fn enter(&mut self, member: Member) {
        self.path.push(match self.form {
            Form::Coral => wording::lower_camel(member.name()),
            Form::Smithy => member.name().to_owned(),
        });
    }

    fn add_missing(&mut self) {
        self.add(None, false, "Member must not be null".to_owned());
    }

    /// A member, an item or a map's value, and what is below it.
    fn value(&mut self, member: Member, value: &dyn Shape) {
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

    fn items(&mut self, schema: Schema, list: &dyn Shape, secret: bool) {
        let Some(item) = schema.item() else { return };
        let target = item.target();
        let as_a_whole = self.form == Form::Coral && target.kind().is_simple();
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
            match self.form {
                Form::Coral => self.path.extend([(index + 1).to_string(), "member".to_owned()]),
                Form::Smithy => self.path.push(index.to_string()),
            }
            self.value(item, value);
            self.leave();
        }
    }

    fn entries(&mut self, schema: Schema, map: &dyn Shape, secret: bool) {
        let Some((key, value)) = schema.key_value() else { return };
        let (key_schema, value_schema) = (key.target(), value.target());
        let as_a_whole = self.form == Form::Coral && value_schema.kind().is_simple();
        for index in 0..map.len() {
            let (Some(name), Some(inner)) = (map.key(index), map.get(index)) else { continue };
            let key_unmet = unmet(key_schema, &name.to_owned());
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
            self.path.push(name.to_owned());
            if self.form == Form::Coral {
                self.path.push("member".to_owned());
            }
            self.value(value, inner);
            self.leave();
        }
    }

    /// Leaves an item or entry, which in Coral's paths takes two parts.
    fn leave(&mut self) {
        self.path.pop();
        if self.form == Form::Coral {
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
        self.found.push(Violation { path: self.path.clone(), value, constraint });
    }
}

/// The constraints of a shape itself that a value does not meet, worded.
fn unmet(schema: Schema, value: &dyn Shape) -> Vec<String> {
    let mut found = Vec::new();
    let values = schema.enum_values();
    if let (false, Some(Scalar::Str(text))) = (values.is_empty(), value.scalar()) {
        if !values.contains(&text) {
            found.push(wording::enumeration(values));
        }
        return found;
    }
    if schema.has(ShapeFlags::UNIQUE_ITEMS) && has_equal_items(schema, value) {
        found.push(wording::UNIQUE.to_owned());
    }
    let Some(constraints) = schema.constraints() else { return found };
    if let (Some(pattern), Some(Scalar::Str(text))) = (constraints.pattern, value.scalar())
        && !pattern::matches(pattern, text)
    {
        found.push(wording::pattern(pattern));
    }
    if let Some(measure) = measure(schema.kind(), value) {
        if constraints.max.is_some_and(|max| measure > max) {
            found.extend(wording::maximum(schema.kind(), constraints));
        }
        if constraints.min.is_some_and(|min| measure < min) {
            found.extend(wording::minimum(schema.kind(), constraints));
        }
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

/// The number that bounds apply to: the length of texts, blobs and collections, or the number itself.
fn measure(kind: Kind, value: &dyn Shape) -> Option<f64> {
    match (kind, value.scalar()) {
        (Kind::List | Kind::Map, _) => Some(value.len() as f64),
        (Kind::String, Some(Scalar::Str(text))) => Some(text.chars().count() as f64),
        (Kind::Blob, Some(Scalar::Blob(bytes))) => Some(bytes.len() as f64),
        (_, Some(Scalar::Int(number))) => Some(number as f64),
        (_, Some(Scalar::Float(number))) => Some(number),
        _ => None,
    }
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
