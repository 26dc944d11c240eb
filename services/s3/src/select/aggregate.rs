//! Aggregates: one value for all records.

use std::cmp::Ordering;

use super::evaluate::Scope;
use super::fault;
use super::query::{Aggregate, AggregateKind};
use super::value::Value;
use crate::error::Fault;

/// What an aggregate has come to so far.
#[derive(Clone, Debug)]
pub(super) struct Sum<'q> {
    aggregate: &'q Aggregate,
    count: i64,
    value: Value,
}

impl<'q> Sum<'q> {
    pub(super) fn new(aggregate: &'q Aggregate) -> Self {
        Self { aggregate, count: 0, value: Value::Null }
    }

    /// Takes a record in; what is nothing does not count.
    pub(super) fn take(&mut self, scope: Scope<'_>) -> Result<(), Fault> {
        let Some(of) = &self.aggregate.of else {
            self.count += 1;
            return Ok(());
        };
        let value = scope.evaluate(of)?;
        if value.is_unknown() {
            return Ok(());
        }
        self.count += 1;
        match self.aggregate.kind {
            AggregateKind::Count => {}
            AggregateKind::Sum | AggregateKind::Average => {
                let wrong = || {
                    fault(
                        "EvaluatorInvalidArguments",
                        "Incorrect type of arguments in function call in the SQL expression.",
                    )
                };
                let number = value.number().ok_or_else(wrong)?;
                self.value = match (&self.value, number) {
                    (Value::Null, number) => number,
                    (Value::Int(a), Value::Int(b)) => {
                        a.checked_add(b).map_or(Value::Float(*a as f64 + b as f64), Value::Int)
                    }
                    (a, b) => Value::Float(a.float().unwrap_or(0.0) + b.float().unwrap_or(0.0)),
                };
            }
            kind => {
                let wanted = if kind == AggregateKind::Least { Ordering::Less } else { Ordering::Greater };
                if self.value.is_unknown() || value.compare(&self.value) == Some(wanted) {
                    self.value = value;
                }
            }
        }
        Ok(())
    }

    pub(super) fn result(self) -> Value {
        match self.aggregate.kind {
            AggregateKind::Count => Value::Int(self.count),
            AggregateKind::Average => match self.value.float() {
                Some(sum) if self.count > 0 => {
                    let average = sum / self.count as f64;
                    // Whole numbers are shown as such.
                    if average.fract() == 0.0 && average.abs() < 1e15 {
                        Value::Int(average as i64)
                    } else {
                        Value::Float(average)
                    }
                }
                _ => Value::Null,
            },
            _ => self.value,
        }
    }
}
