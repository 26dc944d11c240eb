//! The sentences of validation errors, word by word as AWS has them.

use asf_schema::{Constraints, Kind, Schema, TimestampFormat};

use super::Form;
use crate::Shape;
use crate::codec::{MAX_DEPTH, text};

/// One constraint that is not met.
pub(super) struct Violation {
    /// The parts of the path.
    pub(super) path: Vec<String>,
    /// The value as shown, quotes included; none if it is not to be shown.
    pub(super) value: Option<String>,
    /// `Member must ..`
    pub(super) constraint: String,
}

/// The whole message.
pub(super) fn message(violations: &[Violation], form: Form) -> String {
    let sentences: Vec<String> = violations.iter().map(|it| sentence(it, form)).collect();
    let count = violations.len();
    let errors = if count == 1 { "error" } else { "errors" };
    match form {
        Form::Coral => format!("{count} validation {errors} detected: {}", sentences.join("; ")),
        Form::Smithy => format!("{count} validation {errors} detected. {}", sentences.join("; ")),
    }
}

fn sentence(violation: &Violation, form: Form) -> String {
    let Violation { path, value, constraint } = violation;
    match (form, value) {
        (Form::Coral, Some(value)) => {
            format!("Value {value} at '{}' failed to satisfy constraint: {constraint}", path.join("."))
        }
        (Form::Coral, None) => {
            format!("Value at '{}' failed to satisfy constraint: {constraint}", path.join("."))
        }
        (Form::Smithy, _) => {
            format!("Value at '/{}' failed to satisfy constraint: {constraint}", path.join("/"))
        }
    }
}

/// `Member must satisfy enum value set: [..]`
pub(super) fn enumeration(values: &[&str]) -> String {
    format!("Member must satisfy enum value set: [{}]", values.join(", "))
}

/// `Member must satisfy regular expression pattern: ..`
pub(super) fn pattern(pattern: &str) -> String {
    format!("Member must satisfy regular expression pattern: {pattern}")
}

/// What is said of a list with two equal items.
pub(super) const UNIQUE: &str = "Member must have unique values";

/// `Member must have length less than or equal to ..`, or `value` of numbers.
pub(super) fn maximum(kind: Kind, constraints: &Constraints) -> Option<String> {
    let bound = number(kind, constraints.max?);
    Some(format!("Member must have {} less than or equal to {bound}", measured(kind)))
}

/// `Member must have length greater than or equal to ..`, or `value` of numbers.
pub(super) fn minimum(kind: Kind, constraints: &Constraints) -> Option<String> {
    let bound = number(kind, constraints.min?);
    Some(format!("Member must have {} greater than or equal to {bound}", measured(kind)))
}

fn measured(kind: Kind) -> &'static str {
    match kind {
        Kind::String | Kind::Blob | Kind::List | Kind::Map => "length",
        _ => "value",
    }
}

/// A bound as Java writes it: `1.0` where the member is a floating point number, else `1`.
fn number(kind: Kind, bound: f64) -> String {
    match kind {
        Kind::Float | Kind::Double => format!("{bound:?}"),
        _ => format!("{bound:.0}"),
    }
}

/// The name with its first letter in lower case, as paths have it.
pub(super) fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A value as Java's `toString` shows it in these messages: `[a, b]`, `{k=v}`,
/// `MetricTransformation(metricName=m, unit=null)`.
pub(super) fn display(schema: Schema, value: &dyn Shape) -> String {
    let mut out = String::new();
    write(schema, value, &mut out, 0);
    out
}

fn write(schema: Schema, value: &dyn Shape, out: &mut String, depth: usize) {
    if value.is_null() || depth > MAX_DEPTH {
        out.push_str("null");
        return;
    }
    match schema.kind() {
        Kind::Structure | Kind::Union => {
            out.push_str(schema.name());
            out.push('(');
            for member in schema.members() {
                if member.index() > 0 {
                    out.push_str(", ");
                }
                out.push_str(&lower_camel(member.name()));
                out.push('=');
                match value.get(member.index()) {
                    Some(inner) => write(member.target(), inner, out, depth + 1),
                    None => out.push_str("null"),
                }
            }
            out.push(')');
        }
        Kind::List => {
            out.push('[');
            for index in 0..value.len() {
                if index > 0 {
                    out.push_str(", ");
                }
                if let (Some(item), Some(inner)) = (schema.item(), value.get(index)) {
                    write(item.target(), inner, out, depth + 1);
                }
            }
            out.push(']');
        }
        Kind::Map => {
            out.push('{');
            for index in 0..value.len() {
                if index > 0 {
                    out.push_str(", ");
                }
                if let (Some((_, inner)), Some(key), Some(value)) =
                    (schema.key_value(), value.key(index), value.get(index))
                {
                    out.push_str(key);
                    out.push('=');
                    write(inner.target(), value, out, depth + 1);
                }
            }
            out.push('}');
        }
        kind @ (Kind::Float | Kind::Double) => match value.scalar() {
            Some(crate::shape::Scalar::Float(it)) => out.push_str(&number(kind, it)),
            _ => out.push_str("null"),
        },
        _ => text::write(schema, value, TimestampFormat::DateTime, out),
    }
}
