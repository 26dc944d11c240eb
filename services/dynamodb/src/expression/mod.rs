//! Expressions: conditions, filters, projections, updates and key conditions.
//!
//! The way of an expression: `token` cuts it up, `parse` makes a tree of it as it was written, `check`
//! finds what is wrong with the tree by itself (functions, reserved words), `resolve` puts names and values
//! in for their placeholders and finds what is wrong with those. What is left, [`ast`], can be evaluated
//! without knowing where it came from; legacy parameters arrive at the same.
//!
//! The parser is written by hand: errors of AWS's name the token and its neighbours in the text, and its
//! other errors come in an order that a grammar in a parser library would have to be bent to. The order of
//! checks is as AWS's answers show it (asserted).

pub mod ast;
mod check;
mod parse;
mod placeholders;
mod reserved;
mod resolve;
mod token;

use std::fmt;

pub use ast::{Action, Condition, Operand, Projection, Update};
pub use placeholders::{Placeholders, check_use};

pub(crate) use resolve::check_apart;

use crate::error::DynamoError;
use crate::limits;

/// Which parameter an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the service's parameters")]
pub enum Kind {
    Condition,
    Filter,
    KeyCondition,
    Projection,
    Update,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Condition => "ConditionExpression",
            Self::Filter => "FilterExpression",
            Self::KeyCondition => "KeyConditionExpression",
            Self::Projection => "ProjectionExpression",
            Self::Update => "UpdateExpression",
        })
    }
}

impl Kind {
    /// `Invalid ConditionExpression: ..`
    fn invalid(self, reason: impl fmt::Display) -> DynamoError {
        DynamoError::validation(format!("Invalid {self}: {reason}"))
    }

    /// The text, if it can be an expression.
    fn check_length(self, text: &str) -> Result<(), DynamoError> {
        if text.is_empty() {
            // (conformance: query, updateItem)
            return Err(self.invalid("The expression can not be empty;"));
        }
        if text.len() > limits::EXPRESSION_BYTES {
            return Err(self.invalid(format_args!(
                "Expression size has exceeded the maximum allowed size; expression size: {}",
                text.len()
            )));
        }
        Ok(())
    }
}

/// Reads a condition, a filter, or a key condition (which [`evaluate`](crate::evaluate) turns into a key).
///
/// # Errors
///
/// What is wrong with it, in AWS's words.
pub fn condition(text: &str, kind: Kind, placeholders: &mut Placeholders) -> Result<Condition, DynamoError> {
    let raw = parse::condition(text, kind)?;
    check::condition(&raw, kind)?;
    resolve::condition(&raw, kind, placeholders)
}

/// Reads a projection.
///
/// # Errors
///
/// What is wrong with it, in AWS's words.
pub fn projection(text: &str, placeholders: &mut Placeholders) -> Result<Projection, DynamoError> {
    let raw = parse::projection(text)?;
    check::projection(&raw)?;
    resolve::projection(&raw, placeholders)
}

/// Reads an update.
///
/// # Errors
///
/// What is wrong with it, in AWS's words.
pub fn update(text: &str, placeholders: &mut Placeholders) -> Result<Update, DynamoError> {
    let raw = parse::update(text)?;
    check::update(&raw)?;
    resolve::update(&raw, placeholders)
}
