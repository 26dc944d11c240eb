//! PartiQL as DynamoDB has it: `SELECT`, `INSERT`, `UPDATE`, `DELETE`, and `EXISTS` in transactions. The
//! conditions and updates of statements are the trees of [`expression`](crate::expression), so that they are
//! evaluated by the same code; [`access`] and [`primary_key`] find the keys in them.
//!
//! Why no crate: `partiql-parser` (0.15) compiles a grammar of all of PartiQL with LALRPOP in its build script,
//! reads numbers of 28 digits (`rust_decimal`), and no statement that writes; `sqlparser` knows no `VALUE {..}`,
//! `<<..>>` or `MISSING`. What DynamoDB takes is small.
//!
//! AWS's words are those of conformance: partiql, where nothing else is said. Of a statement that cannot be
//! read AWS says `Statement wasn't well formed, can't be processed: ` and then what its parser has to say;
//! the latter is ours.

mod condition;
mod literal;
mod plan;
mod statement;
mod token;

pub use plan::{Access, access, is_key_alone, primary_key};

use crate::error::DynamoError;
use crate::expression::ast::{Condition, Update};
use crate::models::{AttributeValue, Element, Item, Path};

/// A statement, its parameters in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `SELECT .. FROM ..`
    Select(Select),
    /// `EXISTS(SELECT ..)`, in transactions: a condition.
    Exists(Select),
    /// `INSERT INTO table VALUE {..}`
    Insert {
        /// Where to.
        table: String,
        /// What.
        item: Item,
    },
    /// `UPDATE table SET .. REMOVE .. WHERE ..`. The item has to exist.
    Update {
        /// Which table.
        table: String,
        /// What changes.
        update: Update,
        /// Which item, and what has to be true of it.
        condition: Condition,
        /// What is answered.
        returning: Option<Returning>,
    },
    /// `DELETE FROM table WHERE ..`. No item is no error; one that the condition is false of is.
    Delete {
        /// Which table.
        table: String,
        /// Which item, and what has to be true of it.
        condition: Condition,
        /// Whether the item is answered.
        returning: Option<Returning>,
    },
}

/// `SELECT columns FROM table.index WHERE condition ORDER BY key`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    /// Which parts of items; `None` is `*`.
    pub columns: Option<Vec<Path>>,
    /// From which table.
    pub table: String,
    /// From which index of it.
    pub index: Option<String>,
    /// Which items.
    pub condition: Option<Condition>,
    /// By which keys they are sorted, and whether descending.
    pub order: Vec<(String, bool)>,
}

/// `RETURNING ..`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the clause")]
pub enum Returning {
    AllOld,
    AllNew,
    ModifiedOld,
    ModifiedNew,
}

/// Reads a statement; `parameters` stand for its `?`, in their order.
///
/// # Errors
///
/// If it is none, has not as many `?` as there are parameters, or compares what cannot be compared.
pub fn read(text: &str, parameters: Vec<AttributeValue>) -> Result<Statement, DynamoError> {
    statement::Parser::new(text, parameters)?.statement()
}

impl Select {
    /// What an item has of the columns. A column is named by the last attribute of its path, with what
    /// follows that: `b` for `a.b`, `l[0]` for `l[0]` (from memory).
    #[must_use]
    pub fn columns_of(&self, item: &Item) -> Item {
        let Some(columns) = &self.columns else { return item.clone() };
        columns.iter().filter_map(|path| Some((column_name(path), path.get(item)?.clone()))).collect()
    }
}

fn column_name(path: &Path) -> String {
    path.rest.iter().fold(path.root.clone(), |name, element| match element {
        Element::Attribute(name) => name.clone(),
        Element::Index(index) => format!("{name}[{index}]"),
    })
}
