//! Values in statements: literals, and parameters.

use super::statement::Parser;
use super::token::{Token, malformed};
use crate::error::DynamoError;
use crate::items::too_nested;
use crate::limits;
use crate::models::{AttributeValue, Item};
use crate::number::Number;

impl Parser<'_> {
    /// Whether a value comes next.
    pub(super) fn is_value_next(&self) -> bool {
        match self.tokens.peek() {
            Token::Text(_) | Token::Number(_) => true,
            Token::Symbol(symbol) => ["?", "-", "+", "[", "{", "<<"].contains(symbol),
            Token::Word(word) => ["true", "false", "null"].iter().any(|it| word.eq_ignore_ascii_case(it)),
            Token::Name(_) | Token::End => false,
        }
    }

    /// A value.
    pub(super) fn value(&mut self) -> Result<AttributeValue, DynamoError> {
        self.value_at(1)
    }

    fn value_at(&mut self, level: usize) -> Result<AttributeValue, DynamoError> {
        if level > limits::NESTING {
            return Err(too_nested());
        }
        if !self.is_value_next() {
            return Err(self.tokens.unexpected());
        }
        Ok(match self.tokens.next() {
            Token::Text(text) => AttributeValue::S(text.into_owned()),
            Token::Number(digits) => AttributeValue::N(digits.parse()?),
            Token::Word(word) if word.eq_ignore_ascii_case("null") => AttributeValue::Null,
            Token::Word(word) => AttributeValue::Bool(word.eq_ignore_ascii_case("true")),
            Token::Symbol("?") => self.parameter()?,
            Token::Symbol(sign @ ("-" | "+")) => AttributeValue::N(self.signed(sign)?),
            Token::Symbol("[") => AttributeValue::L(self.values("]", level + 1)?),
            Token::Symbol("<<") => set(self.values(">>", level + 1)?)?,
            _ => AttributeValue::M(self.map(level + 1)?),
        })
    }

    fn signed(&mut self, sign: &str) -> Result<Number, DynamoError> {
        let Token::Number(digits) = self.tokens.peek() else { return Err(self.tokens.unexpected()) };
        let number = format!("{sign}{digits}").parse()?;
        self.tokens.next();
        Ok(number)
    }

    fn values(&mut self, end: &str, level: usize) -> Result<Vec<AttributeValue>, DynamoError> {
        let mut values = Vec::new();
        if self.tokens.take(end) {
            return Ok(values);
        }
        loop {
            values.push(self.value_at(level)?);
            if self.tokens.take(end) {
                return Ok(values);
            }
            self.tokens.expect(",")?;
        }
    }

    /// The members of a map, whose brace has been read.
    fn map(&mut self, level: usize) -> Result<Item, DynamoError> {
        let mut map = Item::new();
        if self.tokens.take("}") {
            return Ok(map);
        }
        loop {
            let name = match self.tokens.peek() {
                Token::Text(name) | Token::Name(name) => name.clone().into_owned(),
                _ => return Err(self.tokens.unexpected()),
            };
            self.tokens.next();
            self.tokens.expect(":")?;
            map.insert(name, self.value_at(level)?);
            if self.tokens.take("}") {
                return Ok(map);
            }
            self.tokens.expect(",")?;
        }
    }

    /// An item to be inserted.
    pub(super) fn item(&mut self) -> Result<Item, DynamoError> {
        match self.value()? {
            AttributeValue::M(item) => Ok(item),
            _ => Err(malformed("VALUE has to be a map")),
        }
    }
}

/// A set of the members of `<<..>>`, which are all strings, numbers or binary (conformance: partiqlFunctions).
fn set(members: Vec<AttributeValue>) -> Result<AttributeValue, DynamoError> {
    let count = members.len();
    let shown: Vec<String> = members.iter().filter_map(shown).collect();
    let (mut strings, mut numbers, mut bytes) = Default::default();
    for member in members {
        match member {
            AttributeValue::S(text) => insert(&mut strings, text),
            AttributeValue::N(number) => insert(&mut numbers, number),
            AttributeValue::B(blob) => insert(&mut bytes, blob),
            _ => return Err(of_other_types()),
        }
    }
    let types = [!strings.is_empty(), !numbers.is_empty(), !bytes.is_empty()];
    if types.into_iter().filter(|is| *is).count() > 1 {
        return Err(of_other_types());
    }
    if !numbers.is_empty() && numbers.len() < count {
        // As it is said of such values in other requests.
        return Err(DynamoError::validation("Input collection contains duplicates"));
    }
    if strings.len().max(numbers.len()).max(bytes.len()) < count {
        return Err(DynamoError::parameter(format_args!(
            "Input collection [{}] contains duplicates.",
            shown.join(", ")
        )));
    }
    match (strings.is_empty(), numbers.is_empty(), bytes.is_empty()) {
        (false, _, _) => Ok(AttributeValue::SS(strings)),
        (_, false, _) => Ok(AttributeValue::NS(numbers)),
        (_, _, false) => Ok(AttributeValue::BS(bytes)),
        _ => Err(DynamoError::validation("Empty bags are not supported")),
    }
}

/// From memory.
fn of_other_types() -> DynamoError {
    DynamoError::validation(
        "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags",
    )
}

/// A member of a set, as errors show it.
fn shown(member: &AttributeValue) -> Option<String> {
    match member {
        AttributeValue::S(text) => Some(text.clone()),
        _ => None,
    }
}

fn insert<T: Ord>(set: &mut std::collections::BTreeSet<T>, member: T) {
    set.insert(member);
}
