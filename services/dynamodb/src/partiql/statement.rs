//! Statements, by recursive descent.

use std::sync::Arc;

use super::token::{Token, Tokens, malformed};
use super::{Returning, Select, Statement};
use crate::error::DynamoError;
use crate::expression::ast::{Action, Assigned, Operand, Origin, Update};
use crate::expression::check_apart;
use crate::models::{AttributeType, AttributeValue, Element, Path};

pub(super) struct Parser<'s> {
    pub(super) tokens: Tokens<'s>,
    parameters: std::vec::IntoIter<AttributeValue>,
    /// Parentheses and NOTs around what is read.
    depth: usize,
}

/// How deep conditions may be nested here; AWS has no documented limit but that of a statement's length.
const DEPTH: usize = 100;

/// From memory.
fn parameters_do_not_match() -> DynamoError {
    DynamoError::validation("Number of parameters in request and statement don't match.")
}

/// A word that begins no statement (nubo-db/dynamodb-conformance, `batchExecuteStatement`), or no clause of one that
/// changes (`parseBaseDml` of partiql/partiql-lang-kotlin, Apache-2.0).
fn no_manipulation() -> DynamoError {
    malformed("Expected data manipulation")
}

impl<'s> Parser<'s> {
    pub(super) fn new(text: &'s str, parameters: Vec<AttributeValue>) -> Result<Self, DynamoError> {
        Ok(Self { tokens: Tokens::new(text)?, parameters: parameters.into_iter(), depth: 0 })
    }

    /// The whole text.
    pub(super) fn statement(mut self) -> Result<Statement, DynamoError> {
        let statement = if self.tokens.take_word("SELECT") {
            Statement::Select(self.select()?)
        } else if self.tokens.take_word("EXISTS") {
            self.tokens.expect("(")?;
            self.tokens.expect_word("SELECT")?;
            let select = self.select()?;
            self.tokens.expect(")")?;
            Statement::Exists(select)
        } else if self.tokens.take_word("INSERT") {
            self.insert()?
        } else if self.tokens.take_word("UPDATE") {
            self.update()?
        } else if self.tokens.take_word("DELETE") {
            self.delete()?
        } else if *self.tokens.peek() == Token::End {
            return Err(self.tokens.unexpected());
        } else {
            return Err(no_manipulation());
        };
        self.tokens.take(";");
        if *self.tokens.peek() != Token::End {
            return Err(self.tokens.unexpected());
        }
        if self.parameters.next().is_some() {
            return Err(parameters_do_not_match());
        }
        Ok(statement)
    }

    pub(super) fn parameter(&mut self) -> Result<AttributeValue, DynamoError> {
        self.parameters.next().ok_or_else(parameters_do_not_match)
    }

    /// Goes one level deeper, which the stack bounds.
    pub(super) fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DynamoError>,
    ) -> Result<T, DynamoError> {
        if self.depth >= DEPTH {
            return Err(malformed("The condition is nested too deeply"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn select(&mut self) -> Result<Select, DynamoError> {
        let columns = if self.tokens.take("*") {
            None
        } else {
            let mut columns = vec![self.column()?];
            while self.tokens.take(",") {
                columns.push(self.column()?);
            }
            Some(columns)
        };
        self.tokens.expect_word("FROM")?;
        let (table, index) = self.source()?;
        let condition = if self.tokens.take_word("WHERE") { Some(self.condition()?) } else { None };
        let mut order = Vec::new();
        if self.tokens.take_word("ORDER") {
            self.tokens.expect_word("BY")?;
            order.push(self.order()?);
            while self.tokens.take(",") {
                order.push(self.order()?);
            }
        }
        if self.tokens.take_word("LIMIT") {
            // From memory.
            let place = self.tokens.next_place();
            return Err(DynamoError::validation(format!("Unsupported clause: LIMIT at {place}")));
        }
        Ok(Select { columns, table, index, condition, order })
    }

    /// What is selected, which is no function (conformance: partiqlFunctions).
    fn column(&mut self) -> Result<Path, DynamoError> {
        if matches!(self.tokens.peek(), Token::Word(_)) && *self.tokens.peek_second() == Token::Symbol("(") {
            let place = self.tokens.next_place();
            return Err(DynamoError::validation(format!("Unexpected path component at {place}")));
        }
        self.path()
    }

    fn order(&mut self) -> Result<(String, bool), DynamoError> {
        let key = self.name()?;
        let is_descending = self.tokens.take_word("DESC");
        if !is_descending {
            self.tokens.take_word("ASC");
        }
        Ok((key, is_descending))
    }

    /// `table` or `table.index`.
    fn source(&mut self) -> Result<(String, Option<String>), DynamoError> {
        let mut parts = vec![self.name()?];
        while self.tokens.take(".") {
            parts.push(self.name()?);
        }
        if parts.iter().any(String::is_empty) {
            return Err(DynamoError::validation("Path component cannot be an empty string"));
        }
        let index = if parts.len() == 2 { parts.pop() } else { None };
        match (parts.pop(), parts.is_empty()) {
            (Some(table), true) => Ok((table, index)),
            _ => Err(DynamoError::validation("A path may contain at most 2 components in the FROM clause")),
        }
    }

    /// The table of a statement that writes.
    fn table(&mut self) -> Result<String, DynamoError> {
        match self.source()? {
            (table, None) => Ok(table),
            (_, Some(_)) => Err(malformed("Only a table can be written to")),
        }
    }

    fn insert(&mut self) -> Result<Statement, DynamoError> {
        self.tokens.expect_word("INTO")?;
        let table = self.table()?;
        self.tokens.expect_word("VALUE")?;
        Ok(Statement::Insert { table, item: self.item()? })
    }

    fn delete(&mut self) -> Result<Statement, DynamoError> {
        self.tokens.expect_word("FROM")?;
        let table = self.table()?;
        self.tokens.expect_word("WHERE")?;
        let condition = self.condition()?;
        let returning = self.returning()?;
        if let Some(clause) = returning.filter(|it| *it != Returning::AllOld) {
            return Err(DynamoError::validation(format!(
                "Invalid returning clause: {}. Only RETURNING ALL OLD * is allowed in DELETE statements.",
                clause.text()
            )));
        }
        Ok(Statement::Delete { table, condition, returning })
    }

    fn update(&mut self) -> Result<Statement, DynamoError> {
        let table = self.table()?;
        let mut actions = Vec::new();
        loop {
            if self.tokens.take_word("SET") {
                actions.push(self.set()?);
                while self.tokens.take(",") {
                    actions.push(self.set()?);
                }
            } else if self.tokens.take_word("REMOVE") {
                actions.push(Action::Remove(self.path()?));
                while self.tokens.take(",") {
                    actions.push(Action::Remove(self.path()?));
                }
            } else if actions.is_empty() {
                return Err(no_manipulation());
            } else {
                break;
            }
        }
        check_apart(&actions.iter().map(Action::path).collect::<Vec<_>>())
            .map_err(DynamoError::validation)?;
        self.tokens.expect_word("WHERE")?;
        let condition = self.condition()?;
        let returning = self.returning()?;
        let update = Update { actions, origin: Origin::Expression };
        Ok(Statement::Update { table, update, condition, returning })
    }

    /// `path = value`, where the value may be `set_add(path, <<..>>)` and `set_delete(path, <<..>>)` of the
    /// same path.
    fn set(&mut self) -> Result<Action, DynamoError> {
        let path = self.path()?;
        self.tokens.expect("=")?;
        for (name, is_add) in [("set_add", true), ("set_delete", false)] {
            if !self.tokens.is_word(name) || *self.tokens.peek_second() != Token::Symbol("(") {
                continue;
            }
            let place = self.tokens.next_place();
            self.tokens.next();
            self.tokens.next();
            let value = self.changed_set(&path, &name.to_ascii_uppercase(), &place)?;
            return Ok(if is_add { Action::Add(path, value) } else { Action::Delete(path, value) });
        }
        Ok(Action::Set(path, self.assigned()?))
    }

    /// What a function that stands there adds to a set, or takes from it (conformance: partiqlFunctions).
    fn changed_set(
        &mut self,
        path: &Path,
        name: &str,
        place: &str,
    ) -> Result<Arc<AttributeValue>, DynamoError> {
        let first_place = self.tokens.next_place();
        let operands = self.operands()?;
        self.tokens.expect(")")?;
        let Ok([first, second]) = <[Operand; 2]>::try_from(operands) else {
            return Err(DynamoError::validation(format!(
                "{name} must have exactly two arguments at {place}"
            )));
        };
        if !matches!(&first, Operand::Path(first) if first == path) {
            return Err(DynamoError::validation(format!(
                "The first argument to {name} must equal the assignment value at {place}"
            )));
        }
        match second {
            Operand::Value(value) if value.attribute_type().is_set() => Ok(value),
            _ => Err(DynamoError::validation(format!(
                "The second argument to {name} must be a value with type SET at {first_place}"
            ))),
        }
    }

    /// An operand, or the sum or difference of two.
    fn assigned(&mut self) -> Result<Assigned, DynamoError> {
        let left = self.assigned_operand()?;
        let operator = if self.tokens.take("+") {
            "+"
        } else if self.tokens.take("-") {
            "-"
        } else {
            return Ok(left);
        };
        let right = self.assigned_operand()?;
        if let Some(it) =
            [&left, &right].into_iter().filter_map(Assigned::known_type).find(|it| *it != AttributeType::N)
        {
            return Err(wrong_type(operator, it));
        }
        let (left, right) = (Box::new(left), Box::new(right));
        Ok(if operator == "+" { Assigned::Plus(left, right) } else { Assigned::Minus(left, right) })
    }

    fn assigned_operand(&mut self) -> Result<Assigned, DynamoError> {
        if self.tokens.is_word("list_append") && *self.tokens.peek_second() == Token::Symbol("(") {
            self.tokens.next();
            self.tokens.next();
            let first = Box::new(self.deeper(Self::assigned_operand)?);
            self.tokens.expect(",")?;
            let second = Box::new(self.deeper(Self::assigned_operand)?);
            self.tokens.expect(")")?;
            return Ok(Assigned::ListAppend(first, second));
        }
        if self.is_value_next() {
            return Ok(Assigned::Value(Arc::new(self.value()?)));
        }
        Ok(Assigned::Path(self.path()?))
    }

    fn returning(&mut self) -> Result<Option<Returning>, DynamoError> {
        if !self.tokens.take_word("RETURNING") {
            return Ok(None);
        }
        let is_all = self.tokens.take_word("ALL");
        if !is_all {
            self.tokens.expect_word("MODIFIED")?;
        }
        let is_old = self.tokens.take_word("OLD");
        if !is_old {
            self.tokens.expect_word("NEW")?;
        }
        self.tokens.expect("*")?;
        Ok(Some(match (is_all, is_old) {
            (true, true) => Returning::AllOld,
            (true, false) => Returning::AllNew,
            (false, true) => Returning::ModifiedOld,
            (false, false) => Returning::ModifiedNew,
        }))
    }

    /// A document path: `a.b[1]."c d"`.
    pub(super) fn path(&mut self) -> Result<Path, DynamoError> {
        let root = self.name()?;
        let mut rest = Vec::new();
        loop {
            if self.tokens.take(".") {
                if matches!(self.tokens.peek(), Token::Word(word) if is_keyword(word)) {
                    // (conformance: partiqlFunctions)
                    return Err(malformed("Invalid path dot component"));
                }
                rest.push(Element::Attribute(self.name()?));
            } else if self.tokens.take("[") {
                rest.push(self.element()?);
                self.tokens.expect("]")?;
            } else {
                return Ok(Path { root, rest });
            }
        }
    }

    /// What stands in brackets: an index, or the name of an attribute.
    fn element(&mut self) -> Result<Element, DynamoError> {
        let sign = if self.tokens.take("-") { "-" } else { "" };
        match self.tokens.peek().clone() {
            Token::Text(name) if sign.is_empty() => {
                self.tokens.next();
                Ok(Element::Attribute(name.into_owned()))
            }
            Token::Number(digits) => {
                self.tokens.next();
                let index = format!("{sign}{digits}");
                // From memory.
                usize::try_from(index.parse::<i32>().unwrap_or(-1)).map(Element::Index).map_err(|_| {
                    DynamoError::validation(format!(
                        "List index is not within the allowable range; index: [{index}] at {}",
                        self.tokens.last_place()
                    ))
                })
            }
            _ => Err(self.tokens.unexpected()),
        }
    }

    fn name(&mut self) -> Result<String, DynamoError> {
        let name = match self.tokens.peek() {
            Token::Word(word) if !is_keyword(word) => (*word).to_owned(),
            Token::Name(name) => name.clone().into_owned(),
            _ => return Err(self.tokens.unexpected()),
        };
        self.tokens.next();
        Ok(name)
    }
}

/// Words that are no names without quotes.
fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 28] = [
        "AND",
        "ASC",
        "BETWEEN",
        "BY",
        "DELETE",
        "DESC",
        "EXISTS",
        "FALSE",
        "FROM",
        "IN",
        "INNER",
        "INSERT",
        "INTO",
        "IS",
        "MISSING",
        "NOT",
        "NULL",
        "OR",
        "ORDER",
        "REMOVE",
        "RETURNING",
        "SELECT",
        "SET",
        "TRUE",
        "UPDATE",
        "VALUE",
        "VALUES",
        "WHERE",
    ];
    KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

fn wrong_type(name: &str, found: AttributeType) -> DynamoError {
    DynamoError::validation(format!(
        "Incorrect operand type for operator or function; operator or function: {name}, operand type: {found}"
    ))
}

impl Returning {
    /// The clause.
    fn text(self) -> &'static str {
        match self {
            Self::AllOld => "RETURNING ALL OLD *",
            Self::AllNew => "RETURNING ALL NEW *",
            Self::ModifiedOld => "RETURNING MODIFIED OLD *",
            Self::ModifiedNew => "RETURNING MODIFIED NEW *",
        }
    }
}
