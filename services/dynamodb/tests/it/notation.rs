//! Short ways to write items and values: `a: 1, b: 'x', c: {d: [true, null]}, e: <1, 2>, f: 0x00ff`.

use std::collections::BTreeSet;

use asf_dynamodb::error::{DynamoError, ErrorKind};
use asf_dynamodb::expression::Placeholders;
use asf_dynamodb::models::{AttributeValue, Item};
use asf_dynamodb::number::Number;

/// The attributes of an item.
pub(crate) fn item(text: &str) -> Item {
    let mut reader = Reader(text);
    let item = reader.members("");
    assert_eq!(reader.0.trim(), "", "rest of {text}");
    item
}

/// A value.
pub(crate) fn value(text: &str) -> AttributeValue {
    let mut reader = Reader(text);
    let value = reader.value();
    assert_eq!(reader.0.trim(), "", "rest of {text}");
    value
}

pub(crate) fn number(text: &str) -> Number {
    text.parse().unwrap()
}

/// Placeholders: `#a=b` and `:v=1`, separated by semicolons.
pub(crate) fn placeholders(text: &str) -> Placeholders {
    let all =
        || text.split(';').map(str::trim).filter(|it| !it.is_empty()).filter_map(|it| it.split_once('='));
    let names: Vec<(String, String)> =
        all().filter(|(key, _)| key.starts_with('#')).map(|(key, name)| (key.into(), name.into())).collect();
    let values: Vec<(String, AttributeValue)> =
        all().filter(|(key, _)| key.starts_with(':')).map(|(key, it)| (key.into(), value(it))).collect();
    Placeholders::new((!names.is_empty()).then_some(names), (!values.is_empty()).then_some(values)).unwrap()
}

/// The message of a validation error.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, DynamoError>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind.code(), ErrorKind::Validation.code(), "{error}");
    error.message
}

struct Reader<'t>(&'t str);

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        self.0 = self.0.trim_start();
        self.0.chars().next()
    }

    fn take(&mut self, text: &str) -> bool {
        self.peek();
        let found = self.0.strip_prefix(text);
        self.0 = found.unwrap_or(self.0);
        found.is_some()
    }

    fn word(&mut self) -> String {
        self.peek();
        let end = self
            .0
            .find(|it: char| !it.is_ascii_alphanumeric() && !"_.+-".contains(it))
            .unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        assert_ne!(word, "", "a word in {rest}");
        self.0 = rest;
        word.to_owned()
    }

    fn members(&mut self, end: &str) -> Item {
        let mut members = Item::new();
        while !(if end.is_empty() { self.peek().is_none() } else { self.take(end) }) {
            let name = self.word();
            assert!(self.take(":"), "a colon in {}", self.0);
            members.insert(name, self.value());
            self.take(",");
        }
        members
    }

    fn values(&mut self, end: &str) -> Vec<AttributeValue> {
        let mut values = Vec::new();
        while !self.take(end) {
            values.push(self.value());
            self.take(",");
        }
        values
    }

    fn value(&mut self) -> AttributeValue {
        if self.take("'") {
            let (text, rest) = self.0.split_once('\'').unwrap();
            self.0 = rest;
            return AttributeValue::S(text.to_owned());
        }
        if self.take("{") {
            return AttributeValue::M(self.members("}"));
        }
        if self.take("[") {
            return AttributeValue::L(self.values("]"));
        }
        if self.take("<") {
            return set(self.values(">"));
        }
        let word = self.word();
        match word.as_str() {
            "null" => AttributeValue::Null,
            "true" => AttributeValue::Bool(true),
            "false" => AttributeValue::Bool(false),
            _ => match word.strip_prefix("0x") {
                Some(hex) => {
                    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                    AttributeValue::B((0..hex.len()).step_by(2).map(byte).collect())
                }
                None => AttributeValue::N(number(&word)),
            },
        }
    }
}

fn set(values: Vec<AttributeValue>) -> AttributeValue {
    match values.first().unwrap() {
        AttributeValue::S(_) => {
            let members = values.into_iter().map(|it| match it {
                AttributeValue::S(it) => it,
                other => panic!("{other} in a set of strings"),
            });
            AttributeValue::SS(members.collect())
        }
        AttributeValue::N(_) => {
            let members: BTreeSet<Number> = values
                .into_iter()
                .map(|it| match it {
                    AttributeValue::N(it) => it,
                    other => panic!("{other} in a set of numbers"),
                })
                .collect();
            AttributeValue::NS(members)
        }
        _ => {
            let members = values.into_iter().map(|it| match it {
                AttributeValue::B(it) => it,
                other => panic!("{other} in a set of binary values"),
            });
            AttributeValue::BS(members.collect())
        }
    }
}
