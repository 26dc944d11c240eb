//! Who may answer the operations of a service, and in which order they are asked.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use asf_schema::Operation;

use super::Provider;

/// Where a backend stands in the chain of its service. The first that implements an operation answers it;
/// within a tier, the one that was added first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Before the native provider: an extension that replaces operations of it.
    Override,
    /// The native provider.
    Native,
    /// Behind it: an extension that has what it does not have.
    Extension,
}

/// Which backend answered: what `x-asf-source` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The service's native provider.
    Native,
    /// No one.
    None,
    /// A rule that asks for an error.
    Fault,
    /// Another, by name: `extension:hello`.
    Named(&'static str),
}

impl Source {
    /// A provider that an extension has brought.
    #[must_use]
    pub fn extension(name: &str) -> Self {
        Self::named(&format!("extension:{name}"))
    }

    /// A backend of this name. Names live as long as the process, each once: they stand in counters and journals
    /// beside every call, and there are as many as backends.
    #[must_use]
    pub fn named(name: &str) -> Self {
        static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(name) {
            return Self::Named(known);
        }
        let name: &'static str = Box::leak(name.into());
        names.insert(name);
        Self::Named(name)
    }

    /// As it stands in the header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::None => "none",
            Self::Fault => "fault",
            Self::Named(name) => name,
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Names a backend that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BackendId(pub(super) u64);

/// The backend that answers an operation.
#[derive(Clone)]
pub struct Answering {
    /// Who answers.
    pub provider: Arc<dyn Provider>,
    /// The operation in the provider's own model: that may be another than the caller's.
    pub operation: Operation,
    /// What it is called.
    pub source: Source,
}

impl std::fmt::Debug for Answering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answering")
            .field("operation", &self.operation)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
