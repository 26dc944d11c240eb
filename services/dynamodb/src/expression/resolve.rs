//! Puts names and values in for their placeholders, and checks what then can be: numbers and types of
//! operands, and paths of one expression against each other.
//!
//! Operands are looked at from the inside out, as AWS does: of `attribute_exists(size(:n))` it complains of
//! `size` (asserted).

use super::Kind;
use super::ast::{Action, Assigned, Comparator, Condition, Operand, Origin, Projection, Update};
use super::parse::{Raw, RawAction, RawElement, RawPath, RawUpdate, Section};
use super::placeholders::Placeholders;
use crate::error::DynamoError;
use crate::models::path::Relation;
use crate::models::{AttributeType, AttributeValue, Element, Path};

pub(super) fn condition(
    raw: &Raw<'_>,
    kind: Kind,
    placeholders: &mut Placeholders,
) -> Result<Condition, DynamoError> {
    Resolver { kind, placeholders }.condition(raw)
}

pub(super) fn projection(
    paths: &[RawPath<'_>],
    placeholders: &mut Placeholders,
) -> Result<Projection, DynamoError> {
    let mut resolver = Resolver { kind: Kind::Projection, placeholders };
    let paths = paths.iter().map(|path| resolver.path(path)).collect::<Result<Vec<_>, _>>()?;
    check_apart(&paths.iter().collect::<Vec<_>>()).map_err(|it| Kind::Projection.invalid(it))?;
    Ok(Projection { paths })
}

pub(super) fn update(update: &RawUpdate<'_>, placeholders: &mut Placeholders) -> Result<Update, DynamoError> {
    let mut resolver = Resolver { kind: Kind::Update, placeholders };
    let actions = update.actions.iter().map(|it| resolver.action(it)).collect::<Result<Vec<_>, _>>()?;
    check_operands(&actions)?;
    check_apart(&actions.iter().map(Action::path).collect::<Vec<_>>())
        .map_err(|it| Kind::Update.invalid(it))?;
    // What functions and arithmetic are given is looked at last (asserted).
    for (action, raw) in actions.iter().zip(&update.actions) {
        if let (Action::Set(_, value), Some(raw)) = (action, &raw.value) {
            check_assigned(value, raw)?;
        }
    }
    Ok(Update { actions, origin: Origin::Expression })
}

struct Resolver<'p> {
    kind: Kind,
    placeholders: &'p mut Placeholders,
}

impl Resolver<'_> {
    fn path(&mut self, raw: &RawPath<'_>) -> Result<Path, DynamoError> {
        let mut elements = raw.0.iter().map(|element| match element {
            RawElement::Word(word) => Ok(Element::Attribute((*word).to_owned())),
            RawElement::Name(name) => Ok(Element::Attribute(self.placeholders.name(name, self.kind)?)),
            RawElement::Index(index) => Ok(Element::Index(*index)),
        });
        // The parser begins paths with a name.
        let root = match elements.next().transpose()? {
            Some(Element::Attribute(name)) => name,
            _ => String::new(),
        };
        Ok(Path { root, rest: elements.collect::<Result<_, DynamoError>>()? })
    }

    fn condition(&mut self, raw: &Raw<'_>) -> Result<Condition, DynamoError> {
        match raw {
            Raw::Compare { operator, left, right } => self.compare(operator, left, right),
            Raw::Between { operand, low, high } => {
                let all = self.operands([operand, low, high].into_iter().map(AsRef::as_ref))?;
                self.between(all)
            }
            Raw::In { operand, list } => {
                let operand = self.operand(operand)?;
                let list = self.operands(list)?;
                self.check_distinct("IN", &operand, &list)?;
                Ok(Condition::In { operand, list })
            }
            Raw::And(all) => Ok(Condition::And(self.conditions(all)?)),
            Raw::Or(all) => Ok(Condition::Or(self.conditions(all)?)),
            Raw::Not(it) => Ok(Condition::Not(Box::new(self.condition(it)?))),
            Raw::Function { name, arguments } => self.function(name, arguments),
            // The parser lets none of these stand for a condition.
            Raw::Path(_) | Raw::Value(_) | Raw::Arithmetic { .. } => Err(self.kind.invalid("Syntax error;")),
        }
    }

    fn conditions(&mut self, all: &[Raw<'_>]) -> Result<Vec<Condition>, DynamoError> {
        all.iter().map(|it| self.condition(it)).collect()
    }

    fn compare(&mut self, symbol: &str, left: &Raw<'_>, right: &Raw<'_>) -> Result<Condition, DynamoError> {
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        self.check_distinct(symbol, &left, std::slice::from_ref(&right))?;
        let comparator =
            Comparator::ALL.into_iter().find(|it| it.symbol() == symbol).unwrap_or(Comparator::Equal);
        if comparator.is_ordering() {
            self.check_types(symbol, [&left, &right], AttributeType::is_ordered)?;
        }
        Ok(Condition::Compare { comparator, left, right })
    }

    fn between(&self, operands: Vec<Operand>) -> Result<Condition, DynamoError> {
        let Ok([operand, low, high]) = <[Operand; 3]>::try_from(operands) else {
            return Err(self.kind.invalid("Syntax error;"));
        };
        self.check_types("BETWEEN", [&operand, &low, &high], AttributeType::is_ordered)?;
        if let (Operand::Value(least), Operand::Value(greatest)) = (&low, &high) {
            // (asserted)
            let bounds = |what: &str| {
                self.kind.invalid(format_args!(
                    "The BETWEEN operator requires {what}; lower bound operand: AttributeValue: {least}, upper \
                     bound operand: AttributeValue: {greatest}"
                ))
            };
            match crate::evaluate::compare_values(least, greatest) {
                None => return Err(bounds("same data type for lower and upper bounds")),
                Some(order) if order.is_gt() => {
                    return Err(bounds("upper bound to be greater than or equal to lower bound"));
                }
                Some(_) => {}
            }
        }
        Ok(Condition::Between { operand, low, high })
    }

    fn function(&mut self, name: &str, arguments: &[Raw<'_>]) -> Result<Condition, DynamoError> {
        let arguments = self.operands(arguments)?;
        match name {
            "attribute_exists" => {
                let [it] = self.counted(name, arguments)?;
                Ok(Condition::Exists(self.path_of(name, it)?))
            }
            "attribute_not_exists" => {
                let [it] = self.counted(name, arguments)?;
                Ok(Condition::NotExists(self.path_of(name, it)?))
            }
            "attribute_type" => {
                let [it, wanted] = self.counted(name, arguments)?;
                self.check_distinct(name, &it, std::slice::from_ref(&wanted))?;
                let wanted = self.type_of(name, &wanted)?;
                Ok(Condition::Type(self.path_of(name, it)?, wanted))
            }
            "begins_with" => {
                let [it, prefix] = self.counted(name, arguments)?;
                self.check_distinct(name, &it, std::slice::from_ref(&prefix))?;
                self.check_types(name, [&it, &prefix], |it| {
                    matches!(it, AttributeType::S | AttributeType::B)
                })?;
                Ok(Condition::BeginsWith(it, prefix))
            }
            _ => {
                let [it, part] = self.counted(name, arguments)?;
                self.check_distinct(name, &it, std::slice::from_ref(&part))?;
                self.check_types(name, [&it], holds_others)?;
                Ok(Condition::Contains(it, part))
            }
        }
    }

    fn operands<'r, 's: 'r>(
        &mut self,
        all: impl IntoIterator<Item = &'r Raw<'s>>,
    ) -> Result<Vec<Operand>, DynamoError> {
        all.into_iter().map(|it| self.operand(it)).collect()
    }

    fn operand(&mut self, raw: &Raw<'_>) -> Result<Operand, DynamoError> {
        match raw {
            Raw::Path(path) => Ok(Operand::Path(self.path(path)?)),
            Raw::Value(placeholder) => Ok(Operand::Value(self.placeholders.value(placeholder, self.kind)?)),
            Raw::Function { name, arguments } => {
                let arguments = self.operands(arguments)?;
                let [it] = self.counted(name, arguments)?;
                self.check_types(name, [&it], has_size)?;
                Ok(Operand::Size(Box::new(it)))
            }
            // The parser lets no condition stand for an operand.
            _ => Err(self.kind.invalid("Syntax error;")),
        }
    }

    fn counted<const N: usize>(
        &self,
        name: &str,
        arguments: Vec<Operand>,
    ) -> Result<[Operand; N], DynamoError> {
        <[Operand; N]>::try_from(arguments).map_err(|them| wrong_count(self.kind, name, them.len()))
    }

    fn path_of(&self, name: &str, operand: Operand) -> Result<Path, DynamoError> {
        match operand {
            Operand::Path(path) => Ok(path),
            _ => Err(no_path(self.kind, name)),
        }
    }

    /// The second operand of `attribute_type`.
    fn type_of(&self, name: &str, operand: &Operand) -> Result<AttributeType, DynamoError> {
        let Operand::Value(value) = operand else {
            let shown = match operand.known_type() {
                Some(known) => known.name().to_owned(),
                // A path could have any; AWS names them all, in no order (asserted).
                None => all_types(),
            };
            return Err(wrong_type(self.kind, name, &shown));
        };
        let AttributeValue::S(text) = value.as_ref() else {
            return Err(wrong_type(self.kind, name, value.attribute_type().name()));
        };
        AttributeType::from_name(text).ok_or_else(|| {
            // (asserted), in no order
            self.kind.invalid(format_args!(
                "Invalid attribute type name found; type: {text}, valid types: {}",
                all_types()
            ))
        })
    }

    fn check_types<const N: usize>(
        &self,
        name: &str,
        operands: [&Operand; N],
        allowed: impl Fn(AttributeType) -> bool,
    ) -> Result<(), DynamoError> {
        match operands.into_iter().filter_map(Operand::known_type).find(|it| !allowed(*it)) {
            Some(it) => Err(wrong_type(self.kind, name, it.name())),
            None => Ok(()),
        }
    }

    /// That an attribute is not compared with itself (asserted).
    fn check_distinct(&self, name: &str, first: &Operand, others: &[Operand]) -> Result<(), DynamoError> {
        if let Operand::Path(path) = first
            && others.contains(first)
        {
            return Err(self.kind.invalid(format_args!(
                "The first operand must be distinct from the remaining operands for this operator or function; \
                 operator: {name}, first operand: {path}"
            )));
        }
        Ok(())
    }

    fn action(&mut self, raw: &RawAction<'_>) -> Result<Action, DynamoError> {
        let path = self.path(&raw.path)?;
        match (&raw.value, raw.section) {
            (Some(value), Section::Set) => Ok(Action::Set(path, self.assigned(value)?)),
            (Some(Raw::Value(placeholder)), section) => {
                let value = self.placeholders.value(placeholder, self.kind)?;
                Ok(if section == Section::Add {
                    Action::Add(path, value)
                } else {
                    Action::Delete(path, value)
                })
            }
            _ => Ok(Action::Remove(path)),
        }
    }

    fn assigned(&mut self, raw: &Raw<'_>) -> Result<Assigned, DynamoError> {
        match raw {
            Raw::Path(path) => Ok(Assigned::Path(self.path(path)?)),
            Raw::Value(placeholder) => Ok(Assigned::Value(self.placeholders.value(placeholder, self.kind)?)),
            Raw::Arithmetic { operator, left, right } => {
                let (left, right) = (Box::new(self.assigned(left)?), Box::new(self.assigned(right)?));
                Ok(if *operator == "+" { Assigned::Plus(left, right) } else { Assigned::Minus(left, right) })
            }
            Raw::Function { name, arguments } => {
                let mut all = arguments.iter().map(|it| self.assigned(it)).collect::<Result<Vec<_>, _>>()?;
                let second = if all.len() == 2 { all.pop() } else { None };
                let (Some(second), Some(first)) = (second, all.pop()) else {
                    // Said only once other things are seen to be right; see `update`.
                    return Ok(Assigned::Path(Path::attribute(String::new())));
                };
                match (*name, first) {
                    ("if_not_exists", Assigned::Path(path)) => {
                        Ok(Assigned::IfNotExists(path, Box::new(second)))
                    }
                    (_, first) => Ok(Assigned::ListAppend(Box::new(first), Box::new(second))),
                }
            }
            // The parser lets no condition stand for a value.
            _ => Err(self.kind.invalid("Syntax error;")),
        }
    }
}

/// The values of ADD and DELETE.
fn check_operands(actions: &[Action]) -> Result<(), DynamoError> {
    for action in actions {
        let (section, value, allowed) = match action {
            Action::Add(_, value) => {
                let is_allowed =
                    value.attribute_type() == AttributeType::N || value.attribute_type().is_set();
                (Section::Add, value, is_allowed)
            }
            Action::Delete(_, value) => (Section::Delete, value, value.attribute_type().is_set()),
            _ => continue,
        };
        if !allowed {
            let keyword = section.keyword();
            // As clients have seen it: `typeSet: ALLOWED_FOR_ADD_OPERAND` (Dynamoid's specs).
            return Err(Kind::Update.invalid(format_args!(
                "Incorrect operand type for operator or function; operator: {keyword}, operand type: {}, typeSet: \
                 ALLOWED_FOR_{keyword}_OPERAND",
                value.attribute_type().long_name()
            )));
        }
    }
    Ok(())
}

/// That no path is, or leads into, another, nor takes for a list what another takes for a map; the error is
/// its reason. AWS looks for the first over all pairs before it looks for the second (asserted).
pub(crate) fn check_apart(paths: &[&Path]) -> Result<(), String> {
    for (relation, verb) in [(Relation::Overlap, "overlap"), (Relation::Conflict, "conflict")] {
        for (position, one) in paths.iter().enumerate() {
            if let Some(two) = paths[position + 1..].iter().find(|two| one.relation(two) == relation) {
                return Err(format!(
                    "Two document paths {verb} with each other; must remove or rewrite one of these paths; path \
                     one: {one}, path two: {two}"
                ));
            }
        }
    }
    Ok(())
}

/// The operands of functions and arithmetic, from the inside out.
fn check_assigned(value: &Assigned, raw: &Raw<'_>) -> Result<(), DynamoError> {
    match raw {
        Raw::Arithmetic { operator, left, right } => {
            let (Assigned::Plus(first, second) | Assigned::Minus(first, second)) = value else {
                return Ok(());
            };
            check_assigned(first, left)?;
            check_assigned(second, right)?;
            check_assigned_types(operator, [first, second], AttributeType::N)
        }
        Raw::Function { name, arguments } => {
            let [first, second] = arguments.as_slice() else {
                return Err(wrong_count(Kind::Update, name, arguments.len()));
            };
            match value {
                Assigned::IfNotExists(_, otherwise) => check_assigned(otherwise, second),
                _ if *name == "if_not_exists" => Err(no_path(Kind::Update, name)),
                Assigned::ListAppend(one, two) => {
                    check_assigned(one, first)?;
                    check_assigned(two, second)?;
                    check_assigned_types(name, [one, two], AttributeType::L)
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn check_assigned_types(
    name: &str,
    operands: [&Assigned; 2],
    allowed: AttributeType,
) -> Result<(), DynamoError> {
    match operands.into_iter().filter_map(Assigned::known_type).find(|it| *it != allowed) {
        Some(it) => Err(wrong_type(Kind::Update, name, it.name())),
        None => Ok(()),
    }
}

/// What `size` can be asked of (asserted).
fn has_size(it: AttributeType) -> bool {
    !matches!(it, AttributeType::N | AttributeType::Null | AttributeType::Bool)
}

/// What `contains` can look into (from memory).
fn holds_others(it: AttributeType) -> bool {
    matches!(it, AttributeType::S | AttributeType::B | AttributeType::L) || it.is_set()
}

fn all_types() -> String {
    format!("{{{}}}", AttributeType::ALL.map(AttributeType::name).join(","))
}

// (asserted)

fn wrong_count(kind: Kind, name: &str, count: usize) -> DynamoError {
    kind.invalid(format_args!(
        "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: \
         {count}"
    ))
}

fn wrong_type(kind: Kind, name: &str, found: &str) -> DynamoError {
    kind.invalid(format_args!(
        "Incorrect operand type for operator or function; operator or function: {name}, operand type: {found}"
    ))
}

fn no_path(kind: Kind, name: &str) -> DynamoError {
    kind.invalid(format_args!("Operator or function requires a document path; operator or function: {name}"))
}
