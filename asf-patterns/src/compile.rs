//! From text to pattern. The checks, their order and their words are AWS's
//! (test_sns_filter_policy::TestSNSFilterPolicyConditions; what is not recorded there is from memory of the open
//! library that AWS uses, aws/event-ruler).

use std::sync::Arc;

use serde_json::Value;

use crate::cidr::Cidr;
use crate::condition::{Condition, Range};
use crate::error::{PatternError, Place};
use crate::event::Scalar;
use crate::token::{Reader, Token};
use crate::{Field, MAX_RULES, Pattern, Rule};

/// The names that stand for a condition. An `$or` over objects with one of them is no `$or`
/// ("AND/OR logic" in the developer guide of SNS).
const RESERVED: [&str; 8] =
    ["anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard"];
/// Numbers in conditions lie within a billion ("Filter policy constraints" in the developer guide of SNS).
const MAX_NUMBER: f64 = 1e9;

type Result<T> = std::result::Result<T, PatternError>;

pub(crate) fn compile(text: &str) -> Result<Pattern> {
    let value: Value = serde_json::from_str(text).map_err(|error| PatternError::json(text, &error))?;
    let source = value.to_string();
    let mut compiler = Compiler { reader: Reader::new(&source), is_nested: false };
    if compiler.reader.next() != Token::ObjectStart {
        return Err(compiler.error("Filter is not an object"));
    }
    let rules = compiler.object(&Path::default(), vec![Rule::default()])?;
    Ok(Pattern { rules, keys: keys(&value), is_nested: compiler.is_nested })
}

/// The keys at the top, and at the top of the alternatives of an `$or`.
fn keys(value: &Value) -> usize {
    let members = value.as_object().into_iter().flatten();
    let count = members.map(|(name, member)| match member.as_array() {
        Some(alternatives) if name == "$or" && is_or(member) => alternatives.iter().map(keys).sum(),
        _ => 1,
    });
    count.sum()
}

/// Whether the value of a member `$or` makes it one.
fn is_or(value: &Value) -> bool {
    let is_alternative = |it: &Value| {
        it.as_object()
            .is_some_and(|it| !it.is_empty() && !it.keys().any(|name| RESERVED.contains(&name.as_str())))
    };
    value.as_array().is_some_and(|it| it.len() >= 2 && it.iter().all(is_alternative))
}

#[derive(Clone, Default)]
struct Path {
    text: String,
    depth: usize,
}

impl Path {
    fn join(&self, name: &str) -> Self {
        let text = if self.depth == 0 { name.to_owned() } else { format!("{}.{name}", self.text) };
        Self { text, depth: self.depth + 1 }
    }
}

struct Compiler<'a> {
    reader: Reader<'a>,
    is_nested: bool,
}

impl Compiler<'_> {
    /// A mistake where the reader stands.
    fn error(&self, reason: impl Into<String>) -> PatternError {
        let (source, column) = (self.reader.source().to_owned(), self.reader.column());
        PatternError { reason: reason.into(), place: Place::Pattern { source, column } }
    }

    /// The members of an object, whose start was read: each narrows all rules.
    fn object(&mut self, path: &Path, mut rules: Vec<Rule>) -> Result<Vec<Rule>> {
        let mut is_empty = true;
        loop {
            let name = match self.reader.next() {
                Token::Name(name) => name,
                _ if is_empty => return Err(self.error("Empty objects are not allowed")),
                _ => return Ok(rules),
            };
            is_empty = false;
            if name == "$or" && self.or_follows() {
                rules = self.alternatives(path, &rules)?;
                continue;
            }
            match self.reader.next() {
                Token::ObjectStart => {
                    self.is_nested = true;
                    rules = self.object(&path.join(&name), rules)?;
                }
                Token::ArrayStart => {
                    let Path { text, depth } = path.join(&name);
                    let conditions: Arc<[Condition]> = self.conditions()?.into();
                    let field = Field { path: text.into(), depth, conditions };
                    rules.iter_mut().for_each(|rule| rule.fields.push(field.clone()));
                }
                _ => return Err(self.error(format!("\"{name}\" must be an object or an array"))),
            }
        }
    }

    fn or_follows(&self) -> bool {
        let rest = self.reader.rest().trim_start_matches(':');
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        values.next().is_some_and(|value| value.is_ok_and(|value| is_or(&value)))
    }

    /// The objects of an `$or`: the rules before it, narrowed by each.
    fn alternatives(&mut self, path: &Path, rules: &[Rule]) -> Result<Vec<Rule>> {
        let mut all = Vec::new();
        self.reader.next();
        while self.reader.next() == Token::ObjectStart {
            all.extend(self.object(path, rules.to_vec())?);
            if all.len() > MAX_RULES {
                return Err(PatternError::unplaced("Filter policy is too complex"));
            }
        }
        Ok(all)
    }

    /// The conditions for a path, whose array was opened.
    fn conditions(&mut self) -> Result<Vec<Condition>> {
        let mut conditions = Vec::new();
        loop {
            let value = match self.reader.next() {
                Token::ArrayEnd if conditions.is_empty() => {
                    return Err(self.error("Empty arrays are not allowed"));
                }
                Token::ArrayEnd => return Ok(conditions),
                Token::ObjectStart => {
                    conditions.push(self.condition()?);
                    continue;
                }
                Token::Text(text) => Scalar::Text(text),
                Token::Number { value, .. } => Scalar::Number(value),
                Token::True => Scalar::Bool(true),
                Token::False => Scalar::Bool(false),
                Token::Null => Scalar::Null,
                _ => return Err(self.error("Match value must be String, number, true, false, or null")),
            };
            conditions.push(Condition::Equals(value));
        }
    }

    /// `{"prefix": ..}`, whose brace was read.
    fn condition(&mut self) -> Result<Condition> {
        let Token::Name(name) = self.reader.next() else {
            return Err(self.error("Match expression name not found"));
        };
        let condition = match name.as_str() {
            "prefix" => self.affix("prefix", Condition::Prefix, Condition::PrefixIgnoreCase)?,
            "suffix" => self.affix("suffix", Condition::Suffix, Condition::SuffixIgnoreCase)?,
            "equals-ignore-case" => {
                Condition::EqualsIgnoreCase(self.text("equals-ignore-case")?.to_lowercase())
            }
            "wildcard" => Condition::Wildcard(self.text("wildcard")?),
            // AWS says prefix (test_validate_policy_string_operators, bad-type).
            "cidr" => {
                let text = self.text("prefix")?;
                // It looks at the text when all is read, and does not say where.
                let cidr = Cidr::parse(&text).map_err(PatternError::unplaced)?;
                Condition::Cidr(cidr)
            }
            "exists" => match self.reader.next() {
                Token::True => Condition::Exists(true),
                Token::False => Condition::Exists(false),
                _ => return Err(self.error("exists match pattern must be either true or false.")),
            },
            "numeric" => match self.reader.next() {
                Token::ArrayStart => self.numeric()?,
                _ => return Err(self.error("Value of numeric must be an array.")),
            },
            "anything-but" => Condition::AnythingBut(self.anything_but()?),
            _ => return Err(self.error(format!("Unrecognized match type {name}"))),
        };
        self.close()?;
        Ok(condition)
    }

    fn close(&mut self) -> Result<()> {
        match self.reader.next() {
            Token::ObjectEnd => Ok(()),
            _ => Err(self.error("Only one key allowed in match expression")),
        }
    }

    fn text(&mut self, of: &str) -> Result<String> {
        match self.reader.next() {
            Token::Text(text) => {
                self.reader.finish();
                Ok(text)
            }
            _ => Err(self.error(format!("{of} match pattern must be a string"))),
        }
    }

    /// A prefix or suffix: a text, or `{"equals-ignore-case": ".."}`.
    fn affix(
        &mut self,
        of: &str,
        plain: fn(String) -> Condition,
        ignoring_case: fn(String) -> Condition,
    ) -> Result<Condition> {
        if !self.reader.rest().starts_with(":{") {
            return Ok(plain(self.text(of)?));
        }
        self.reader.next();
        match self.reader.next() {
            Token::Name(name) if name == "equals-ignore-case" => {}
            _ => return Err(self.error(format!("{of} match pattern must be a string"))),
        }
        let text = self.text(of)?.to_lowercase();
        self.close()?;
        Ok(ignoring_case(text))
    }

    /// What a value must not be like.
    fn anything_but(&mut self) -> Result<Vec<Condition>> {
        match self.reader.next() {
            Token::Text(text) => Ok(vec![Condition::Equals(Scalar::Text(text))]),
            Token::Number { value, .. } => Ok(vec![Condition::Equals(Scalar::Number(value))]),
            Token::ArrayStart => self.anything_but_these(),
            Token::ObjectStart => self.anything_but_like(),
            _ => Err(self.error("Value of anything-but must be an array or single string/number value.")),
        }
    }

    fn anything_but_these(&mut self) -> Result<Vec<Condition>> {
        let mut values = Vec::new();
        let (mut has_text, mut has_number) = (false, false);
        loop {
            let value = match self.reader.next() {
                Token::ArrayEnd => break,
                Token::Text(text) => {
                    has_text = true;
                    Scalar::Text(text)
                }
                Token::Number { value, .. } => {
                    has_number = true;
                    Scalar::Number(value)
                }
                _ => {
                    return Err(self.error("Inside anything but list, start|null|boolean is not supported."));
                }
            };
            values.push(Condition::Equals(value));
        }
        if values.is_empty() {
            return Err(self.error("Empty arrays are not allowed"));
        }
        if has_text && has_number {
            return Err(self.error(
                "Inside anything but list, either all values are number or string, mixed type is not supported",
            ));
        }
        Ok(values)
    }

    /// `{"anything-but": {"prefix": ..}}`, with a text or several.
    fn anything_but_like(&mut self) -> Result<Vec<Condition>> {
        let Token::Name(name) = self.reader.next() else {
            return Err(self.error("Anything-But expression name not found"));
        };
        let make: fn(String) -> Condition = match name.as_str() {
            "prefix" => Condition::Prefix,
            "suffix" => Condition::Suffix,
            "wildcard" => Condition::Wildcard,
            "equals-ignore-case" => |text| Condition::EqualsIgnoreCase(text.to_lowercase()),
            _ => return Err(self.error(format!("Unsupported anything-but pattern: {name}"))),
        };
        let mut texts = Vec::new();
        match self.reader.next() {
            Token::Text(text) => texts.push(text),
            Token::ArrayStart => loop {
                match self.reader.next() {
                    Token::Text(text) => texts.push(text),
                    Token::ArrayEnd if texts.is_empty() => {
                        return Err(self.error("Empty arrays are not allowed"));
                    }
                    Token::ArrayEnd => break,
                    _ => return Err(self.error("prefix/suffix match pattern must be a string")),
                }
            },
            _ => return Err(self.error("prefix/suffix match pattern must be a string")),
        }
        if texts.iter().any(String::is_empty) {
            return Err(self.error("Null prefix/suffix not allowed"));
        }
        self.close()?;
        Ok(texts.into_iter().map(make).collect())
    }

    /// `["=", 1]`, `[">", 0, "<=", 5]`, whose bracket was read.
    fn numeric(&mut self) -> Result<Condition> {
        let operator = match self.reader.next() {
            Token::Text(operator) => operator,
            other => return Err(self.error(format!("Invalid member in numeric match: {}", other.shown()))),
        };
        let first = self.reader.next();
        let infinity = f64::INFINITY;
        let range = match operator.as_str() {
            "=" => {
                let value = self.number(&first, "equals")?;
                self.end_of_numeric("Too many elements in numeric expression")?;
                Range { bottom: value, has_bottom: true, top: value, has_top: true }
            }
            "<" | "<=" => {
                let top = self.number(&first, &operator)?;
                self.end_of_numeric("Too many elements in numeric expression")?;
                Range { bottom: -infinity, has_bottom: true, top, has_top: operator == "<=" }
            }
            ">" | ">=" => {
                let bottom = self.number(&first, &operator)?;
                let has_bottom = operator == ">=";
                let (top, has_top) = match self.reader.next() {
                    Token::ArrayEnd => (infinity, true),
                    next => self.top_of_range(&next, bottom)?,
                };
                Range { bottom, has_bottom, top, has_top }
            }
            _ => return Err(self.error(format!("Unrecognized numeric range operator: {operator}"))),
        };
        Ok(Condition::Numeric(range))
    }

    fn top_of_range(&mut self, operator: &Token, bottom: f64) -> Result<(f64, bool)> {
        let Token::Text(operator) = operator else {
            return Err(self.error(format!("Bad value in numeric range: {}", operator.shown())));
        };
        self.reader.finish();
        if operator != "<" && operator != "<=" {
            return Err(self.error(format!("Bad numeric range operator: {operator}")));
        }
        let top = self.reader.next();
        let top = self.number(&top, operator)?;
        self.end_of_numeric("Too many terms in numeric range expression")?;
        if bottom >= top {
            return Err(self.error("Bottom must be less than top"));
        }
        Ok((top, operator == "<="))
    }

    fn number(&self, token: &Token, of: &str) -> Result<f64> {
        let Token::Number { value, .. } = token else {
            return Err(self.error(format!("Value of {of} must be numeric")));
        };
        if !(-MAX_NUMBER..=MAX_NUMBER).contains(value) {
            return Err(self.error("Value must be between -1.0E9 and 1.0E9, inclusive"));
        }
        Ok(*value)
    }

    fn end_of_numeric(&mut self, otherwise: &str) -> Result<()> {
        match self.reader.next() {
            Token::ArrayEnd => Ok(()),
            _ => Err(self.error(otherwise)),
        }
    }
}
