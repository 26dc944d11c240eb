//! Filter policies: SNS's limits on patterns, and messages as patterns see them.

use std::sync::OnceLock;

use asf_patterns::{Event, Pattern, Scalar};
use serde_json::Value;

use crate::error::Fault;
use crate::message_attributes::{Content, MessageAttributes};

/// "Filter policy constraints" in the developer guide, as the two below.
const MAX_KEYS: usize = 5;
const MAX_COMBINATIONS: usize = 150;
const MAX_SIZE: usize = 256 << 10;

/// What a policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Attributes,
    Body,
}

impl Scope {
    pub(crate) const DEFAULT: &str = "MessageAttributes";

    pub(crate) fn of(attribute: Option<&str>) -> Self {
        if attribute == Some("MessageBody") { Self::Body } else { Self::Attributes }
    }
}

/// Whether setting a policy to this takes it away.
pub(crate) fn is_none(text: &str) -> bool {
    text.trim().is_empty()
        || serde_json::from_str::<Value>(text)
            .is_ok_and(|it| it.as_object().is_some_and(serde_json::Map::is_empty))
}

/// Checks a policy.
///
/// # Errors
/// What is wrong, to stand behind `Invalid parameter: ` (test_sns_filter_policy::test_policy_complexity,
/// test_sns_filter_policy::test_sub_filter_policy_nested_property).
pub(crate) fn check(text: &str, scope: Scope) -> Result<Pattern, String> {
    let of_policy = |reason: &dyn std::fmt::Display| format!("FilterPolicy: {reason}");
    if text.len() > MAX_SIZE {
        return Err(of_policy(&"Filter policy is too large"));
    }
    let pattern = Pattern::parse(text).map_err(|error| of_policy(&error))?;
    if scope == Scope::Attributes && pattern.is_nested() {
        return Err("Filter policy scope MessageAttributes does not support nested filter policy".to_owned());
    }
    if pattern.keys() > MAX_KEYS {
        return Err(of_policy(&format_args!("Filter policy can not have more than {MAX_KEYS} keys")));
    }
    if pattern.combinations() > MAX_COMBINATIONS {
        return Err(of_policy(&"Filter policy is too complex"));
    }
    Ok(pattern)
}

/// A policy that a subscription has.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pattern: Pattern,
    scope: Scope,
}

impl Filter {
    /// That of a subscription's attributes; none, if it has none.
    pub(crate) fn of(policy: Option<&str>, scope: Option<&str>) -> Option<Result<Self, Fault>> {
        let policy = policy?;
        let pattern = Pattern::parse(policy).map_err(Fault::invalid);
        Some(pattern.map(|pattern| Self { pattern, scope: Scope::of(scope) }))
    }
}

/// A message as filters see it. Each view is made once, when the first filter needs it.
#[derive(Debug)]
pub(crate) struct Filtered<'a> {
    body: &'a str,
    attributes: &'a MessageAttributes,
    by_body: OnceLock<Option<Event>>,
    by_attributes: OnceLock<Event>,
}

impl<'a> Filtered<'a> {
    pub(crate) fn new(body: &'a str, attributes: &'a MessageAttributes) -> Self {
        Self { body, attributes, by_body: OnceLock::new(), by_attributes: OnceLock::new() }
    }

    pub(crate) fn passes(&self, filter: &Filter) -> bool {
        match filter.scope {
            Scope::Attributes => {
                let event = self.by_attributes.get_or_init(|| event(self.attributes));
                filter.pattern.matches(event)
            }
            // What is no JSON object passes no filter of bodies.
            Scope::Body => {
                let event = self.by_body.get_or_init(|| Event::of_json(self.body));
                event.as_ref().is_some_and(|event| filter.pattern.matches(event))
            }
        }
    }
}

/// Attributes by their types: texts, numbers, and arrays of both, booleans and null
/// ("Amazon SNS message attributes", "Message attribute data types").
fn event(attributes: &MessageAttributes) -> Event {
    Event::of_attributes(attributes.iter().map(|(name, attribute)| {
        let base = attribute.data_type.as_str();
        let values = match &attribute.content {
            Content::Binary(_) => Vec::new(),
            Content::Text(text) if base == "String.Array" => array(text),
            Content::Text(text) if base.starts_with("Number") => {
                vec![text.trim().parse().map_or_else(|_| Scalar::Text(text.clone()), Scalar::Number)]
            }
            Content::Text(text) => vec![Scalar::Text(text.clone())],
        };
        (name.clone(), values)
    }))
}

fn array(text: &str) -> Vec<Scalar> {
    let scalar = |value: Value| match value {
        Value::Null => Some(Scalar::Null),
        Value::Bool(value) => Some(Scalar::Bool(value)),
        Value::Number(number) => number.as_f64().map(Scalar::Number),
        Value::String(text) => Some(Scalar::Text(text)),
        Value::Array(_) | Value::Object(_) => None,
    };
    match serde_json::from_str(text) {
        Ok(Value::Array(values)) => values.into_iter().filter_map(scalar).collect(),
        Ok(value) => scalar(value).into_iter().collect(),
        Err(_) => Vec::new(),
    }
}
