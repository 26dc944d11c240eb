//! What can be said of a tree without names and values: functions, and reserved words.

use super::Kind;
use super::parse::{Raw, RawElement, RawPath, RawUpdate, Section};
use super::reserved::is_reserved;
use crate::error::DynamoError;

/// What is wrong, by how early AWS says it: the first of each kind.
#[derive(Default)]
struct Findings<'s> {
    unknown: Option<&'s str>,
    not_allowed: Option<&'s str>,
    misused: Option<&'s str>,
    reserved: Option<&'s str>,
}

/// Functions that are true or false.
const CONDITIONS: [&str; 5] =
    ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"];
/// The function of conditions that has a value.
const SIZE: &str = "size";
/// Functions of updates.
const UPDATES: [&str; 2] = ["if_not_exists", "list_append"];

pub(super) fn condition(raw: &Raw<'_>, kind: Kind) -> Result<(), DynamoError> {
    let mut findings = Findings::default();
    findings.look_at(raw, kind, true);
    findings.result(kind)
}

pub(super) fn projection(paths: &[RawPath<'_>]) -> Result<(), DynamoError> {
    let mut findings = Findings::default();
    paths.iter().for_each(|path| findings.look_at_path(path));
    findings.result(Kind::Projection)
}

pub(super) fn update(update: &RawUpdate<'_>) -> Result<(), DynamoError> {
    let mut findings = Findings::default();
    for action in &update.actions {
        findings.look_at_path(&action.path);
        if let Some(value) = &action.value {
            findings.look_at(value, Kind::Update, false);
        }
    }
    findings.result(Kind::Update)?;
    let repeated = |(position, section): (usize, &Section)| update.sections[..position].contains(section);
    if let Some((_, section)) = update.sections.iter().enumerate().find(|it| repeated(*it)) {
        // (asserted)
        return Err(Kind::Update.invalid(format_args!(
            "The \"{}\" section can only be used once in an update expression;",
            section.keyword()
        )));
    }
    Ok(())
}

impl<'s> Findings<'s> {
    fn result(self, kind: Kind) -> Result<(), DynamoError> {
        // (asserted), but for functions of the other kind (from memory).
        let Self { unknown, not_allowed, misused, reserved } = self;
        let message = if let Some(name) = unknown {
            format!("Invalid function name; function: {name}")
        } else if let Some(name) = not_allowed {
            let what = if kind == Kind::Update { "an update" } else { "a condition" };
            format!("The function is not allowed in {what} expression; function: {name}")
        } else if let Some(name) = misused {
            format!("The function is not allowed to be used this way in an expression; function: {name}")
        } else if let Some(word) = reserved {
            format!("Attribute name is a reserved keyword; reserved keyword: {word}")
        } else {
            return Ok(());
        };
        Err(kind.invalid(message))
    }

    /// `as_condition`: it stands where something true or false has to, not a value.
    fn look_at(&mut self, raw: &Raw<'s>, kind: Kind, as_condition: bool) {
        match raw {
            Raw::Path(path) => self.look_at_path(path),
            Raw::Value(_) => {}
            Raw::Function { name, arguments } => {
                self.look_at_function(name, kind, as_condition);
                arguments.iter().for_each(|it| self.look_at(it, kind, false));
            }
            Raw::Compare { left, right, .. } | Raw::Arithmetic { left, right, .. } => {
                self.look_at(left, kind, false);
                self.look_at(right, kind, false);
            }
            Raw::Between { operand, low, high } => {
                [operand, low, high].into_iter().for_each(|it| self.look_at(it, kind, false));
            }
            Raw::In { operand, list } => {
                self.look_at(operand, kind, false);
                list.iter().for_each(|it| self.look_at(it, kind, false));
            }
            Raw::And(all) | Raw::Or(all) => all.iter().for_each(|it| self.look_at(it, kind, true)),
            Raw::Not(it) => self.look_at(it, kind, true),
        }
    }

    fn look_at_function(&mut self, name: &'s str, kind: Kind, as_condition: bool) {
        let (is_condition, is_update) = (CONDITIONS.contains(&name), UPDATES.contains(&name));
        if !is_condition && !is_update && name != SIZE {
            self.unknown.get_or_insert(name);
        } else if is_update != (kind == Kind::Update) {
            self.not_allowed.get_or_insert(name);
        } else if !is_update && is_condition != as_condition {
            self.misused.get_or_insert(name);
        }
    }

    fn look_at_path(&mut self, path: &RawPath<'s>) {
        for element in &path.0 {
            if let RawElement::Word(word) = element
                && is_reserved(word)
            {
                self.reserved.get_or_insert(word);
            }
        }
    }
}
