//! Which operations of a service an extension answers.

use asf_runtime::schema::Operation;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Unexpected, Visitor};

/// Which operations of a service an extension answers: `"*"`, or a list of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Served {
    /// All that have no event stream.
    All,
    /// These.
    Named(Vec<String>),
}

impl Served {
    /// These operations.
    pub fn named<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::Named(names.into_iter().map(Into::into).collect())
    }

    /// Whether an operation is one of them.
    #[must_use]
    pub fn has(&self, operation: Operation) -> bool {
        match self {
            Self::All => !has_event_stream(operation),
            Self::Named(names) => names.iter().any(|it| it == operation.name()),
        }
    }
}

/// Whether events go with a call or its answer: they have no JSON.
pub(crate) fn has_event_stream(operation: Operation) -> bool {
    [operation.input(), operation.output()].into_iter().flatten().any(|it| it.event_stream().is_some())
}

impl std::fmt::Display for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Named(names) => f.write_str(&names.join(",")),
        }
    }
}

impl<'de> Deserialize<'de> for Served {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Names)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Served;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("\"*\" or a list of operations")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Served, E> {
        if text == "*" { Ok(Served::All) } else { Err(E::invalid_value(Unexpected::Str(text), &self)) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Served, A::Error> {
        let mut all = Vec::new();
        while let Some(name) = names.next_element::<String>()? {
            all.push(name);
        }
        if all.is_empty() { Err(A::Error::invalid_length(0, &self)) } else { Ok(Served::Named(all)) }
    }
}
