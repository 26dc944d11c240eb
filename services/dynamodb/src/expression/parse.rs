//! From tokens to a tree, by recursive descent.

use super::Kind;
use super::token::{Token, TokenKind, Tokens};
use crate::error::DynamoError;
use crate::limits;

/// An expression as it was written: placeholders are not replaced, functions not known.
#[derive(Debug)]
pub(super) enum Raw<'s> {
    Path(RawPath<'s>),
    /// `:value`.
    Value(&'s str),
    Function {
        name: &'s str,
        arguments: Vec<Raw<'s>>,
    },
    Compare {
        operator: &'s str,
        left: Box<Raw<'s>>,
        right: Box<Raw<'s>>,
    },
    Between {
        operand: Box<Raw<'s>>,
        low: Box<Raw<'s>>,
        high: Box<Raw<'s>>,
    },
    In {
        operand: Box<Raw<'s>>,
        list: Vec<Raw<'s>>,
    },
    And(Vec<Raw<'s>>),
    Or(Vec<Raw<'s>>),
    Not(Box<Raw<'s>>),
    /// `+` and `-`, in updates.
    Arithmetic {
        operator: &'s str,
        left: Box<Raw<'s>>,
        right: Box<Raw<'s>>,
    },
}

/// A document path as it was written.
#[derive(Debug)]
pub(super) struct RawPath<'s>(pub(super) Vec<RawElement<'s>>);

#[derive(Clone, Copy, Debug)]
pub(super) enum RawElement<'s> {
    Word(&'s str),
    /// `#name`.
    Name(&'s str),
    Index(usize),
}

/// An action of an update as it was written.
#[derive(Debug)]
pub(super) struct RawAction<'s> {
    pub(super) section: Section,
    pub(super) path: RawPath<'s>,
    /// All but REMOVE have one.
    pub(super) value: Option<Raw<'s>>,
}

/// A section of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Set,
    Remove,
    Add,
    Delete,
}

impl Section {
    const ALL: [Self; 4] = [Self::Set, Self::Remove, Self::Add, Self::Delete];

    pub(super) fn keyword(self) -> &'static str {
        match self {
            Self::Set => "SET",
            Self::Remove => "REMOVE",
            Self::Add => "ADD",
            Self::Delete => "DELETE",
        }
    }
}

/// An update as it was written: its sections in their order, and all actions.
#[derive(Debug)]
pub(super) struct RawUpdate<'s> {
    pub(super) sections: Vec<Section>,
    pub(super) actions: Vec<RawAction<'s>>,
}

impl Raw<'_> {
    /// Whether it is true or false, by its form; functions can be either.
    fn is_condition(&self) -> bool {
        !matches!(self, Raw::Path(_) | Raw::Value(_) | Raw::Function { .. } | Raw::Arithmetic { .. })
    }

    fn is_operand(&self) -> bool {
        !self.is_condition()
    }

    /// Whether it can stand where something true or false has to.
    fn can_be_condition(&self) -> bool {
        self.is_condition() || matches!(self, Raw::Function { .. })
    }
}

/// A condition, filter or key condition.
pub(super) fn condition(text: &str, kind: Kind) -> Result<Raw<'_>, DynamoError> {
    let mut parser = Parser::new(text, kind)?;
    let raw = parser.alternatives()?;
    parser.end(raw.can_be_condition())?;
    Ok(raw)
}

/// A projection: paths.
pub(super) fn projection(text: &str) -> Result<Vec<RawPath<'_>>, DynamoError> {
    let mut parser = Parser::new(text, Kind::Projection)?;
    let mut paths = vec![parser.path()?];
    while parser.tokens.take(",") {
        paths.push(parser.path()?);
    }
    parser.end(true)?;
    Ok(paths)
}

/// An update.
pub(super) fn update(text: &str) -> Result<RawUpdate<'_>, DynamoError> {
    let mut parser = Parser::new(text, Kind::Update)?;
    let mut update = RawUpdate { sections: Vec::new(), actions: Vec::new() };
    while let Some(section) = parser.section() {
        update.sections.push(section);
        update.actions.push(parser.action(section)?);
        while parser.tokens.take(",") {
            update.actions.push(parser.action(section)?);
        }
    }
    parser.end(!update.sections.is_empty())?;
    Ok(update)
}

struct Parser<'s> {
    tokens: Tokens<'s>,
    /// Operators and functions so far.
    operators: usize,
    /// Parentheses, functions and NOTs around what is read.
    depth: usize,
    /// Where the parentheses that were closed last are.
    closed: (usize, usize),
}

const KEYWORDS: [&str; 5] = ["AND", "OR", "NOT", "BETWEEN", "IN"];

impl<'s> Parser<'s> {
    fn new(text: &'s str, kind: Kind) -> Result<Self, DynamoError> {
        kind.check_length(text)?;
        Ok(Self { tokens: Tokens::new(text, kind), operators: 0, depth: 0, closed: (0, 0) })
    }

    /// That nothing is left, that what was read can stand alone, and that it is not too much.
    fn end(&self, complete: bool) -> Result<(), DynamoError> {
        if !complete || self.tokens.peek().kind != TokenKind::End {
            return Err(self.tokens.syntax_error());
        }
        if self.operators > limits::OPERATORS {
            // From memory.
            return Err(self.tokens.kind.invalid(format_args!(
                "The expression contains too many operators; operator count: {}",
                self.operators
            )));
        }
        Ok(())
    }

    /// Goes one level deeper. More levels than operators are allowed can come of redundant parentheses
    /// only, so that is what is said; the stack is bounded by it.
    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DynamoError>,
    ) -> Result<T, DynamoError> {
        if self.depth > limits::OPERATORS {
            return Err(self.redundant());
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn redundant(&self) -> DynamoError {
        // (conformance: putItem)
        self.tokens.kind.invalid("The expression has redundant parentheses;")
    }

    /// `a OR b OR c`
    fn alternatives(&mut self) -> Result<Raw<'s>, DynamoError> {
        let first = self.conjunction()?;
        if !self.tokens.peek().is_keyword("OR") {
            return Ok(first);
        }
        let mut all = vec![self.as_condition(first)?];
        while self.tokens.take_keyword("OR") {
            self.operators += 1;
            let next = self.conjunction()?;
            all.push(self.as_condition(next)?);
        }
        Ok(Raw::Or(all))
    }

    /// `a AND b AND c`
    fn conjunction(&mut self) -> Result<Raw<'s>, DynamoError> {
        let first = self.negation()?;
        if !self.tokens.peek().is_keyword("AND") {
            return Ok(first);
        }
        let mut all = vec![self.as_condition(first)?];
        while self.tokens.take_keyword("AND") {
            self.operators += 1;
            let next = self.negation()?;
            all.push(self.as_condition(next)?);
        }
        Ok(Raw::And(all))
    }

    /// What was read, if it can be true or false; otherwise the next token should have been an operator.
    fn as_condition(&self, raw: Raw<'s>) -> Result<Raw<'s>, DynamoError> {
        if raw.can_be_condition() { Ok(raw) } else { Err(self.tokens.syntax_error()) }
    }

    fn negation(&mut self) -> Result<Raw<'s>, DynamoError> {
        if self.tokens.take_keyword("NOT") {
            self.operators += 1;
            let negated = self.deeper(Self::negation)?;
            return Ok(Raw::Not(Box::new(self.as_condition(negated)?)));
        }
        self.comparison()
    }

    /// An operand, and what it is compared with, if it is. Alone it is a function, something in
    /// parentheses, or an operand that whoever asked knows what to do with.
    fn comparison(&mut self) -> Result<Raw<'s>, DynamoError> {
        let left = self.primary()?;
        let token = self.tokens.peek();
        let is_comparison = ["=", "<>", "<", "<=", ">", ">="].iter().any(|symbol| token.is(symbol));
        let is_keyword = token.is_keyword("BETWEEN") || token.is_keyword("IN");
        if !is_comparison && !is_keyword {
            return Ok(left);
        }
        if !left.is_operand() {
            return Err(self.tokens.syntax_error());
        }
        self.operators += 1;
        self.tokens.next();
        let operand = Box::new(left);
        if is_comparison {
            return Ok(Raw::Compare {
                operator: token.text,
                left: operand,
                right: Box::new(self.operand()?),
            });
        }
        if token.is_keyword("BETWEEN") {
            let low = Box::new(self.operand()?);
            if !self.tokens.take_keyword("AND") {
                return Err(self.tokens.syntax_error());
            }
            return Ok(Raw::Between { operand, low, high: Box::new(self.operand()?) });
        }
        self.tokens.expect("(")?;
        let list = self.list()?;
        if list.len() > limits::IN_OPERANDS {
            // From memory.
            return Err(self.tokens.kind.invalid(format_args!(
                "The IN operator is provided with too many operands; number of operands: {}",
                list.len()
            )));
        }
        Ok(Raw::In { operand, list })
    }

    /// Operands up to a closing parenthesis; at least one.
    fn list(&mut self) -> Result<Vec<Raw<'s>>, DynamoError> {
        let mut list = vec![self.operand()?];
        while self.tokens.take(",") {
            list.push(self.operand()?);
        }
        self.tokens.expect(")")?;
        Ok(list)
    }

    fn operand(&mut self) -> Result<Raw<'s>, DynamoError> {
        let raw = self.primary()?;
        if raw.is_operand() { Ok(raw) } else { Err(self.tokens.syntax_error()) }
    }

    /// A path, a value, a function, or something in parentheses.
    fn primary(&mut self) -> Result<Raw<'s>, DynamoError> {
        let token = self.tokens.peek();
        if token.is("(") {
            return self.parentheses();
        }
        match token.kind {
            TokenKind::Value => {
                self.tokens.next();
                Ok(Raw::Value(token.text))
            }
            TokenKind::Word if self.tokens.peek_second().is("(") && !self.is_reserved_here(token) => {
                self.tokens.next();
                self.tokens.next();
                self.operators += 1;
                Ok(Raw::Function { name: token.text, arguments: self.deeper(Self::list)? })
            }
            _ => Ok(Raw::Path(self.path()?)),
        }
    }

    /// `(..)`: in an update a value, else anything. AWS refuses `((..))`.
    fn parentheses(&mut self) -> Result<Raw<'s>, DynamoError> {
        let open = self.tokens.position();
        self.tokens.next();
        let raw = self.deeper(|parser| match parser.tokens.kind {
            Kind::Update => parser.value(),
            _ => parser.alternatives(),
        })?;
        let close = self.tokens.position();
        self.tokens.expect(")")?;
        if self.closed == (open + 1, close - 1) {
            return Err(self.redundant());
        }
        self.closed = (open, close);
        Ok(raw)
    }

    fn path(&mut self) -> Result<RawPath<'s>, DynamoError> {
        let mut elements = vec![self.path_name()?];
        loop {
            if self.tokens.take(".") {
                elements.push(self.path_name()?);
            } else if self.tokens.take("[") {
                elements.push(self.path_index()?);
                self.tokens.expect("]")?;
            } else {
                break;
            }
        }
        if elements.len() > limits::PATH_ELEMENTS {
            // From memory.
            return Err(self.tokens.kind.invalid(format_args!(
                "The document path has too many nesting elements; nesting elements: {}",
                elements.len()
            )));
        }
        Ok(RawPath(elements))
    }

    fn path_name(&mut self) -> Result<RawElement<'s>, DynamoError> {
        let token = self.tokens.peek();
        let element = match token.kind {
            TokenKind::Word if !self.is_reserved_here(token) => RawElement::Word(token.text),
            TokenKind::Name => RawElement::Name(token.text),
            _ => return Err(self.tokens.syntax_error()),
        };
        self.tokens.next();
        Ok(element)
    }

    /// Whether a word is a keyword of this kind of expression, and so can be nothing else in it.
    fn is_reserved_here(&self, token: Token<'s>) -> bool {
        match self.tokens.kind {
            Kind::Update => Section::ALL.iter().any(|section| token.is_keyword(section.keyword())),
            Kind::Projection => false,
            _ => KEYWORDS.iter().any(|keyword| token.is_keyword(keyword)),
        }
    }

    fn path_index(&mut self) -> Result<RawElement<'s>, DynamoError> {
        let token = self.tokens.peek();
        if token.kind != TokenKind::Digits {
            return Err(self.tokens.syntax_error());
        }
        self.tokens.next();
        match token.text.parse::<i32>() {
            Ok(index) => Ok(RawElement::Index(index as usize)),
            // From memory.
            Err(_) => Err(self.tokens.kind.invalid(format_args!(
                "List index is not within the allowable range; index: [{}]",
                token.text
            ))),
        }
    }

    fn section(&mut self) -> Option<Section> {
        Section::ALL.into_iter().find(|section| self.tokens.take_keyword(section.keyword()))
    }

    fn action(&mut self, section: Section) -> Result<RawAction<'s>, DynamoError> {
        let path = self.path()?;
        self.operators += 1;
        let value = match section {
            Section::Remove => None,
            Section::Set => {
                self.tokens.expect("=")?;
                Some(self.value()?)
            }
            Section::Add | Section::Delete => {
                let token = self.tokens.peek();
                if token.kind != TokenKind::Value {
                    return Err(self.tokens.syntax_error());
                }
                self.tokens.next();
                Some(Raw::Value(token.text))
            }
        };
        Ok(RawAction { section, path, value })
    }

    /// The right side of SET: an operand, or the sum or the difference of two.
    fn value(&mut self) -> Result<Raw<'s>, DynamoError> {
        let left = self.primary()?;
        let operator = self.tokens.peek();
        if !operator.is("+") && !operator.is("-") {
            return Ok(left);
        }
        self.tokens.next();
        self.operators += 1;
        let right = Box::new(self.primary()?);
        Ok(Raw::Arithmetic { operator: operator.text, left: Box::new(left), right })
    }
}
