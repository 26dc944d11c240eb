//! Queries, as they are evaluated.

use std::sync::Arc;

use super::functions::Function;
use super::value::Value;

/// A query.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// What is answered of each record.
    pub(super) columns: Columns,
    /// Where in each of the object's values the records are.
    pub(super) from: Vec<Step>,
    /// Which records.
    pub(super) filter: Option<Expr>,
    /// How many rows at most.
    pub(super) limit: Option<u64>,
    /// The aggregates that the columns ask for; with any, there is one row for all records.
    pub(super) aggregates: Vec<Aggregate>,
}

#[derive(Clone, Debug)]
pub(super) enum Columns {
    /// The record.
    All,
    Some(Vec<Column>),
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    /// What it is called in JSON.
    pub(super) name: Arc<str>,
    pub(super) expr: Expr,
}

/// A step on the way to a part of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Member {
        name: String,
        /// In quotes: case matters.
        is_exact: bool,
    },
    Index(usize),
    /// `[*]`
    Each,
}

#[derive(Clone, Debug)]
pub(super) enum Expr {
    Literal(Value),
    /// A part of the record; without steps, the record.
    Path(Vec<Step>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    Like {
        expr: Box<Expr>,
        pattern: Box<Expr>,
        escape: Option<Box<Expr>>,
    },
    Between {
        expr: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    In {
        expr: Box<Expr>,
        list: Vec<Expr>,
    },
    IsNull(Box<Expr>),
    IsMissing(Box<Expr>),
    Case {
        operand: Option<Box<Expr>>,
        cases: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Cast(Box<Expr>, Kind),
    Call(Function, Vec<Expr>),
    /// One of [`Query::aggregates`].
    Aggregate(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Concatenate,
}

/// What something is cast to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
    Text,
    Time,
}

#[derive(Clone, Debug)]
pub(super) struct Aggregate {
    pub(super) kind: AggregateKind,
    /// None is `*`.
    pub(super) of: Option<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AggregateKind {
    Count,
    Sum,
    Average,
    Least,
    Greatest,
}
