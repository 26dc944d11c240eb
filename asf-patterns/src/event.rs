//! Events as patterns see them: values by flat paths.

use std::collections::HashMap;

use serde_json::Value;

/// A value that a condition can be for.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// Any number: `300` and `300.0` are the same.
    Number(f64),
    /// Anything in quotes.
    Text(String),
}

/// What there is in an event.
#[derive(Clone, Debug, Default)]
pub struct Event {
    leaves: HashMap<String, Vec<Leaf>>,
    arrays: u32,
    absent_is_null: bool,
}

/// A value, and in which elements of which arrays it stands.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) value: Scalar,
    pub(crate) elements: Vec<(u32, u32)>,
}

impl Event {
    /// A JSON object; `None` for anything else.
    #[must_use]
    pub fn of_json(text: &str) -> Option<Self> {
        match serde_json::from_str(text) {
            Ok(value @ Value::Object(_)) => Some(Self::of_value(&value)),
            _ => None,
        }
    }

    /// What a JSON value holds.
    #[must_use]
    pub fn of_value(value: &Value) -> Self {
        let mut event = Self::default();
        event.put(None, value, &mut Vec::new());
        event
    }

    /// Named values without any structure, such as the attributes of a message. What is not there is `null`
    /// (test_sns_filter_policy::test_filter_policy).
    #[must_use]
    pub fn of_attributes(attributes: impl IntoIterator<Item = (String, Vec<Scalar>)>) -> Self {
        let mut event = Self { absent_is_null: true, ..Self::default() };
        for (name, values) in attributes {
            let leaves = event.leaves.entry(name).or_default();
            leaves.extend(values.into_iter().map(|value| Leaf { value, elements: Vec::new() }));
        }
        event
    }

    /// The values at a path.
    pub(crate) fn at(&self, path: &str) -> &[Leaf] {
        self.leaves.get(path).map_or(&[], Vec::as_slice)
    }

    /// Whether a value that is not there is taken for `null`.
    pub(crate) fn absent_is_null(&self) -> bool {
        self.absent_is_null
    }

    fn put(&mut self, path: Option<&str>, value: &Value, within: &mut Vec<(u32, u32)>) {
        let value = match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let below = path.map(|path| format!("{path}.{name}"));
                    self.put(Some(below.as_deref().unwrap_or(name)), member, within);
                }
                return;
            }
            Value::Array(elements) => {
                let array = self.arrays;
                self.arrays += 1;
                for (index, element) in (0..).zip(elements) {
                    within.push((array, index));
                    self.put(path, element, within);
                    within.pop();
                }
                return;
            }
            Value::Null => Scalar::Null,
            Value::Bool(value) => Scalar::Bool(*value),
            Value::Number(number) => Scalar::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Scalar::Text(text.clone()),
        };
        self.leaves
            .entry(path.unwrap_or_default().to_owned())
            .or_default()
            .push(Leaf { value, elements: within.clone() });
    }
}
