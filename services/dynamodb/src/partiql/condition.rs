//! `WHERE`, as the condition that an expression would be.

use super::statement::Parser;
use super::token::{Token, malformed};
use crate::error::DynamoError;
use crate::expression::ast::{Comparator, Condition, Operand};
use crate::limits;
use crate::models::{AttributeType, AttributeValue, Path};

impl Parser<'_> {
    /// `a OR b OR c`
    pub(super) fn condition(&mut self) -> Result<Condition, DynamoError> {
        let mut all = vec![self.conjunction()?];
        while self.tokens.take_word("OR") {
            all.push(self.conjunction()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::Or(all) })
    }

    fn conjunction(&mut self) -> Result<Condition, DynamoError> {
        let mut all = vec![self.negation()?];
        while self.tokens.take_word("AND") {
            all.push(self.negation()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::And(all) })
    }

    fn negation(&mut self) -> Result<Condition, DynamoError> {
        if self.tokens.take_word("NOT") {
            return Ok(Condition::Not(Box::new(self.deeper(Self::negation)?)));
        }
        if self.tokens.take("(") {
            let inner = self.deeper(Self::condition)?;
            self.tokens.expect(")")?;
            return Ok(inner);
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Result<Condition, DynamoError> {
        if let (Token::Word(name), Token::Symbol("(")) = (self.tokens.peek(), self.tokens.peek_second())
            && !name.eq_ignore_ascii_case("size")
        {
            let name = name.to_ascii_lowercase();
            let place = self.tokens.next_place();
            self.tokens.next();
            self.tokens.next();
            let condition = self.function(&name, &place)?;
            self.tokens.expect(")")?;
            return Ok(condition);
        }
        let left = self.operand()?;
        if self.tokens.take_word("IS") {
            return self.is(left);
        }
        if self.tokens.take_word("NOT") {
            return Ok(Condition::Not(Box::new(self.range_or_list(left)?)));
        }
        let Token::Symbol(symbol) = *self.tokens.peek() else { return self.range_or_list(left) };
        let written = if symbol == "!=" { "<>" } else { symbol };
        let Some(comparator) = Comparator::ALL.into_iter().find(|it| it.symbol() == written) else {
            return Err(self.tokens.unexpected());
        };
        self.tokens.next();
        let right = self.operand()?;
        if comparator.is_ordering() {
            check_types(written, [&left, &right], AttributeType::is_ordered)?;
        }
        Ok(Condition::Compare { comparator, left, right })
    }

    /// `BETWEEN low AND high`, or `IN [..]` and `IN (..)`.
    fn range_or_list(&mut self, operand: Operand) -> Result<Condition, DynamoError> {
        if self.tokens.take_word("BETWEEN") {
            let low = self.operand()?;
            self.tokens.expect_word("AND")?;
            let high = self.operand()?;
            check_types("BETWEEN", [&operand, &low, &high], AttributeType::is_ordered)?;
            return Ok(Condition::Between { operand, low, high });
        }
        self.tokens.expect_word("IN")?;
        let end = if self.tokens.take("[") { "]" } else { ")" };
        if end == ")" {
            self.tokens.expect("(")?;
        }
        let mut list = vec![self.operand()?];
        while self.tokens.take(",") {
            list.push(self.operand()?);
        }
        self.tokens.expect(end)?;
        if list.len() > limits::IN_OPERANDS {
            // From memory.
            return Err(DynamoError::validation(format!(
                "The IN operator is provided with too many operands; number of operands: {}",
                list.len()
            )));
        }
        Ok(Condition::In { operand, list })
    }

    /// `IS [NOT] MISSING` (test_dynamodb::TestDynamoDB::test_dynamodb_partiql_missing) and `IS [NOT] NULL`.
    fn is(&mut self, operand: Operand) -> Result<Condition, DynamoError> {
        let Operand::Path(path) = operand else { return Err(self.tokens.unexpected()) };
        let is_negated = self.tokens.take_word("NOT");
        let condition = if self.tokens.take_word("MISSING") {
            Condition::NotExists(path)
        } else {
            self.tokens.expect_word("NULL")?;
            Condition::Type(path, AttributeType::Null)
        };
        Ok(match (is_negated, condition) {
            (false, condition) => condition,
            (true, Condition::NotExists(path)) => Condition::Exists(path),
            (true, condition) => Condition::Not(Box::new(condition)),
        })
    }

    /// A function that is true or false, and where it stands; its parentheses are the caller's (conformance:
    /// partiqlFunctions).
    fn function(&mut self, name: &str, place: &str) -> Result<Condition, DynamoError> {
        match name {
            "attribute_exists" => Ok(Condition::Exists(self.only_path(name)?)),
            "attribute_not_exists" => Ok(Condition::NotExists(self.only_path(name)?)),
            "attribute_type" => {
                let path = self.path()?;
                self.tokens.expect(",")?;
                match self.value()? {
                    AttributeValue::S(name) => {
                        let wanted = AttributeType::from_name(&name);
                        Ok(Condition::Type(
                            path,
                            wanted.ok_or_else(|| malformed("Invalid attribute type name found"))?,
                        ))
                    }
                    other => Err(wrong_type(name, other.attribute_type())),
                }
            }
            "begins_with" => {
                let (whole, prefix) = self.two_operands()?;
                check_types(name, [&whole, &prefix], |it| matches!(it, AttributeType::S | AttributeType::B))?;
                Ok(Condition::BeginsWith(whole, prefix))
            }
            "contains" => {
                let (whole, part) = self.two_operands()?;
                Ok(Condition::Contains(whole, part))
            }
            _ => Err(DynamoError::validation(format!("Unrecognized function: {name} at {place}"))),
        }
    }

    /// The one operand of a function of paths.
    fn only_path(&mut self, name: &str) -> Result<Path, DynamoError> {
        let mut operands = self.operands()?;
        match (operands.len(), operands.pop()) {
            (1, Some(Operand::Path(path))) => Ok(path),
            (1, _) => Err(DynamoError::validation(format!(
                "Operator or function requires a document path; operator or function: {name}"
            ))),
            (count, _) => Err(DynamoError::validation(format!(
                "Incorrect number of operands for operator or function; operator or function: {name}, number of \
                 operands: {count}"
            ))),
        }
    }

    /// What stands in parentheses, of which the last is still to come.
    pub(super) fn operands(&mut self) -> Result<Vec<Operand>, DynamoError> {
        let mut operands = Vec::new();
        if self.tokens.is_symbol(")") {
            return Ok(operands);
        }
        operands.push(self.operand()?);
        while self.tokens.take(",") {
            operands.push(self.operand()?);
        }
        Ok(operands)
    }

    fn two_operands(&mut self) -> Result<(Operand, Operand), DynamoError> {
        let first = self.operand()?;
        self.tokens.expect(",")?;
        Ok((first, self.operand()?))
    }

    fn operand(&mut self) -> Result<Operand, DynamoError> {
        if self.tokens.is_word("size") && *self.tokens.peek_second() == Token::Symbol("(") {
            self.tokens.next();
            self.tokens.next();
            let path: Path = self.path()?;
            self.tokens.expect(")")?;
            return Ok(Operand::Size(Box::new(Operand::Path(path))));
        }
        if self.is_value_next() {
            return Ok(Operand::value(self.value()?));
        }
        Ok(Operand::Path(self.path()?))
    }
}

fn check_types<const N: usize>(
    name: &str,
    operands: [&Operand; N],
    allowed: impl Fn(AttributeType) -> bool,
) -> Result<(), DynamoError> {
    match operands.into_iter().filter_map(Operand::known_type).find(|it| !allowed(*it)) {
        Some(it) => Err(wrong_type(name, it)),
        None => Ok(()),
    }
}

fn wrong_type(name: &str, found: AttributeType) -> DynamoError {
    DynamoError::validation(format!(
        "Incorrect operand type for operator or function; operator or function: {name}, operand type: {found}"
    ))
}
