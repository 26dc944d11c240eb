//! Patterns over events: what SNS calls a filter policy and EventBridge an event pattern.
//!
//! ```
//! use asf_patterns::{Event, Pattern};
//!
//! let pattern = Pattern::parse(r#"{"object": {"key": [{"prefix": "auto-"}]}}"#)?;
//! let event = Event::of_json(r#"{"object": {"key": "auto-test"}}"#).unwrap();
//! assert!(pattern.matches(&event));
//! # Ok::<(), asf_patterns::PatternError>(())
//! ```
//!
//! A pattern has the form of the event: an object is looked into, an array holds the conditions of which one has to
//! hold for the value in its place. AWS evaluates both kinds with the same open library, whose ways show in what AWS
//! answers and are followed here:
//!
//! - **Paths are flat.** `{"a": {"b": ..}}` and `{"a.b": ..}` are the same, in patterns as in events
//!   (test_sns_filter_policy::test_filter_policy_on_message_body_dot_attribute).
//! - **Arrays are looked through**, however deep; a condition holds for an array if it holds for one of its
//!   elements, and several conditions hold together only within the same element
//!   (test_sns_filter_policy::test_filter_policy_on_message_body_array_of_object_attributes).
//! - **Errors have places**: the column at which AWS's reader stood when it found the mistake.
//!
//! Nothing here does I/O, and nothing grows beyond what goes in: alternatives (`$or`) and the search through arrays
//! have limits.

mod cidr;
mod compile;
mod condition;
mod error;
mod event;
mod matching;
mod token;

pub use error::PatternError;
pub use event::{Event, Scalar};

use std::sync::Arc;

use condition::Condition;

/// More alternatives than any service admits: more is an error before it takes memory.
const MAX_RULES: usize = 1_000;

/// What an event has to be like.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// One of them has to hold; there is more than one if there is an `$or`.
    rules: Vec<Rule>,
    keys: usize,
    is_nested: bool,
}

/// Conditions that have to hold together.
#[derive(Clone, Debug, Default)]
struct Rule {
    fields: Vec<Field>,
}

/// The conditions for a path, of which one has to hold.
#[derive(Clone, Debug)]
struct Field {
    path: Arc<str>,
    /// How many keys the path was written with.
    depth: usize,
    conditions: Arc<[Condition]>,
}

impl Pattern {
    /// Reads and checks a pattern.
    ///
    /// # Errors
    /// It is no JSON, or no pattern, in AWS's words.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        compile::compile(text)
    }

    /// Whether an event is like this.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        self.rules.iter().any(|rule| matching::matches(rule, event))
    }

    /// How many keys there are at the top, those within an `$or` included: what SNS limits to five ("Filter policy
    /// constraints" in the developer guide: nested keys do not count).
    #[must_use]
    pub fn keys(&self) -> usize {
        self.keys
    }

    /// Whether keys stand within keys.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        self.is_nested
    }

    /// How many combinations of values there are, which SNS limits to 150: for each alternative the product, over its
    /// keys, of the number of values and the depth of the key ("Filter policy constraints" in the developer guide).
    #[must_use]
    pub fn combinations(&self) -> usize {
        let of = |rule: &Rule| {
            let factors = rule.fields.iter().map(|it| it.conditions.len().saturating_mul(it.depth));
            factors.fold(1_usize, usize::saturating_mul)
        };
        self.rules.iter().map(of).fold(0, usize::saturating_add)
    }
}
