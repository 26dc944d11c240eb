//! What an expression comes to, for a record.

use std::cmp::Ordering;

use asf_runtime::Timestamp;
use serde_json::Value as Json;

use super::fault;
use super::functions::{self, read_time};
use super::input::Record;
use super::query::{Expr, Kind, Operator, Step};
use super::value::Value;
use crate::error::Fault;

/// What expressions are evaluated with.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) record: &'a Record,
    /// Results of the aggregates, where there are some.
    pub(super) aggregates: &'a [Value],
    pub(super) now: Timestamp,
}

impl Scope<'_> {
    /// What an expression comes to.
    ///
    /// # Errors
    /// `CastFailed`, `EvaluatorInvalidArguments` and the like.
    pub(super) fn evaluate(&self, expr: &Expr) -> Result<Value, Fault> {
        let truth = |expr: &Expr| self.evaluate(expr).map(|it| it.truth());
        Ok(match expr {
            Expr::Literal(value) => value.clone(),
            Expr::Path(steps) => self.record.at(steps),
            Expr::Aggregate(index) => self.aggregates.get(*index).cloned().unwrap_or(Value::Null),
            Expr::Not(inner) => Value::of_truth(truth(inner)?.map(|it| !it)),
            Expr::Negative(inner) => match self.evaluate(inner)?.number() {
                Some(Value::Int(it)) => it.checked_neg().map_or(Value::Null, Value::Int),
                Some(Value::Float(it)) => Value::Float(-it),
                _ => Value::Null,
            },
            // What is unknown may not matter.
            Expr::Binary(Operator::And, a, b) => Value::of_truth(match truth(a)? {
                Some(false) => Some(false),
                a => match (a, truth(b)?) {
                    (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                },
            }),
            Expr::Binary(Operator::Or, a, b) => Value::of_truth(match truth(a)? {
                Some(true) => Some(true),
                a => match (a, truth(b)?) {
                    (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                },
            }),
            Expr::Binary(operator, a, b) => binary(*operator, &self.evaluate(a)?, &self.evaluate(b)?)?,
            Expr::Like { expr, pattern, escape } => {
                let (value, pattern) = (self.evaluate(expr)?, self.evaluate(pattern)?);
                let escape = escape.as_ref().map(|it| self.evaluate(it)).transpose()?;
                let escape = escape.and_then(|it| it.text().chars().next());
                if value.is_unknown() || pattern.is_unknown() {
                    return Ok(Value::Null);
                }
                Value::Bool(is_like(&value.text(), &pattern.text(), escape))
            }
            Expr::Between { expr, low, high } => {
                let (value, low, high) = (self.evaluate(expr)?, self.evaluate(low)?, self.evaluate(high)?);
                let bounds = value.compare(&low).zip(value.compare(&high));
                Value::of_truth(bounds.map(|(low, high)| low != Ordering::Less && high != Ordering::Greater))
            }
            Expr::In { expr, list } => {
                let value = self.evaluate(expr)?;
                let mut found = Some(false);
                for item in list {
                    match value.equals(&self.evaluate(item)?) {
                        Some(true) => return Ok(Value::Bool(true)),
                        Some(false) => {}
                        None => found = None,
                    }
                }
                Value::of_truth(found)
            }
            Expr::IsNull(inner) => Value::Bool(self.evaluate(inner)?.is_unknown()),
            Expr::IsMissing(inner) => Value::Bool(self.evaluate(inner)? == Value::Missing),
            Expr::Case { operand, cases, otherwise } => {
                let operand = operand.as_ref().map(|it| self.evaluate(it)).transpose()?;
                for (condition, result) in cases {
                    let condition = self.evaluate(condition)?;
                    let is_met = match &operand {
                        Some(operand) => operand.equals(&condition),
                        None => condition.truth(),
                    };
                    if is_met == Some(true) {
                        return self.evaluate(result);
                    }
                }
                otherwise.as_ref().map_or(Ok(Value::Null), |it| self.evaluate(it))?
            }
            Expr::Cast(inner, kind) => cast(self.evaluate(inner)?, *kind)?,
            Expr::Call(function, arguments) => {
                let arguments =
                    arguments.iter().map(|it| self.evaluate(it)).collect::<Result<Vec<_>, _>>()?;
                functions::call(*function, arguments, self.now)?
            }
        })
    }
}

fn binary(operator: Operator, a: &Value, b: &Value) -> Result<Value, Fault> {
    let ordering = |holds: fn(Ordering) -> bool| Value::of_truth(a.compare(b).map(holds));
    Ok(match operator {
        Operator::Equal => Value::of_truth(a.equals(b)),
        Operator::NotEqual => Value::of_truth(a.equals(b).map(|it| !it)),
        Operator::Less => ordering(Ordering::is_lt),
        Operator::LessOrEqual => ordering(Ordering::is_le),
        Operator::Greater => ordering(Ordering::is_gt),
        Operator::GreaterOrEqual => ordering(Ordering::is_ge),
        Operator::Concatenate if a.is_unknown() || b.is_unknown() => Value::Null,
        Operator::Concatenate => Value::Text(a.text() + &b.text()),
        _ if a.is_unknown() || b.is_unknown() => Value::Null,
        _ => arithmetic(operator, a, b)?,
    })
}

fn arithmetic(operator: Operator, a: &Value, b: &Value) -> Result<Value, Fault> {
    let wrong = || {
        fault(
            "EvaluatorInvalidArguments",
            "Incorrect type of arguments in function call in the SQL expression.",
        )
    };
    let (a, b) = (a.number().ok_or_else(wrong)?, b.number().ok_or_else(wrong)?);
    let by_zero = || fault("DivideByZero", "Attempt to divide by zero in the SQL expression.");
    let overflow = || fault("IntegerOverflow", "Integer overflow or underflow in the SQL expression.");
    if let (Value::Int(a), Value::Int(b)) = (&a, &b) {
        let found = match operator {
            Operator::Plus => a.checked_add(*b),
            Operator::Minus => a.checked_sub(*b),
            Operator::Times => a.checked_mul(*b),
            Operator::Divide | Operator::Modulo if *b == 0 => return Err(by_zero()),
            Operator::Divide => a.checked_div(*b),
            _ => a.checked_rem(*b),
        };
        return found.map(Value::Int).ok_or_else(overflow);
    }
    let (a, b) = (a.float().ok_or_else(wrong)?, b.float().ok_or_else(wrong)?);
    Ok(Value::Float(match operator {
        Operator::Plus => a + b,
        Operator::Minus => a - b,
        Operator::Times => a * b,
        Operator::Divide | Operator::Modulo if b == 0.0 => return Err(by_zero()),
        Operator::Divide => a / b,
        _ => a % b,
    }))
}

/// `CAST`. Nothing stays nothing.
fn cast(value: Value, kind: Kind) -> Result<Value, Fault> {
    if value.is_unknown() {
        return Ok(value);
    }
    let found = match kind {
        Kind::Text => Some(Value::Text(value.text())),
        Kind::Int => match &value {
            Value::Bool(it) => Some(Value::Int(i64::from(*it))),
            other => other.int().map(Value::Int),
        },
        Kind::Float => match &value {
            Value::Bool(it) => Some(Value::Float(f64::from(u8::from(*it)))),
            other => other.float().map(Value::Float),
        },
        Kind::Bool => value.truth().or_else(|| value.int().map(|it| it != 0)).map(Value::Bool),
        Kind::Time => match &value {
            Value::Time(it) => Some(Value::Time(*it)),
            other => read_time(&other.text()).map(Value::Time),
        },
    };
    found.ok_or_else(|| {
        fault(
            "CastFailed",
            "Attempt to convert from one data type to another using CAST failed in the SQL expression.",
        )
    })
}

/// `LIKE`: `_` is one character, `%` are any.
pub(super) fn is_like(text: &str, pattern: &str, escape: Option<char>) -> bool {
    enum Part {
        Char(char),
        One,
        Any,
    }
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        parts.push(match character {
            it if Some(it) == escape => match characters.next() {
                Some(next) => Part::Char(next),
                None => return false,
            },
            '_' => Part::One,
            '%' => Part::Any,
            other => Part::Char(other),
        });
    }
    let text: Vec<char> = text.chars().collect();
    // Where to go on from when the last `%` has to take one more.
    let (mut at, mut part, mut retry) = (0, 0, None);
    while at < text.len() {
        match parts.get(part) {
            Some(Part::Any) => {
                part += 1;
                retry = Some((at, part));
            }
            Some(Part::One) => (at, part) = (at + 1, part + 1),
            Some(Part::Char(wanted)) if text.get(at) == Some(wanted) => (at, part) = (at + 1, part + 1),
            _ => match retry {
                Some((from, behind)) => {
                    retry = Some((from + 1, behind));
                    (at, part) = (from + 1, behind);
                }
                None => return false,
            },
        }
    }
    parts.iter().skip(part).all(|it| matches!(it, Part::Any))
}

/// A part of a value.
pub(super) fn walk<'a>(mut json: &'a Json, steps: &[Step]) -> Option<&'a Json> {
    for step in steps {
        json = match (step, json) {
            (Step::Member { name, is_exact: true }, Json::Object(members)) => members.get(name)?,
            (Step::Member { name, is_exact: false }, Json::Object(members)) => {
                let other =
                    || members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, it)| it);
                members.get(name).or_else(other)?
            }
            (Step::Index(index), Json::Array(items)) => items.get(*index)?,
            _ => return None,
        };
    }
    Some(json)
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn like() {
        for (text, pattern, escape, expected) in [
            ("abc", "abc", None, true),
            ("abc", "a%", None, true),
            ("abc", "%c", None, true),
            ("abc", "%b%", None, true),
            ("abc", "a_c", None, true),
            ("abc", "a_", None, false),
            ("aXbXc", "a%X_", None, true),
            ("", "%", None, true),
            ("", "_", None, false),
            ("50%", "50\\%", Some('\\'), true),
            ("501", "50\\%", Some('\\'), false),
        ] {
            assert_eq!(is_like(text, pattern, escape), expected, "{text} LIKE {pattern}");
        }
    }
}
