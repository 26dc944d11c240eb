//! Why an extension cannot be used.

use crate::gateway::edge::RuleError;

/// Why an extension cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// Another extension has its name.
    #[error("there is an extension {0} already")]
    NameTaken(String),
    /// `ASF_DISABLED_PLUGINS` names it.
    #[error("extensions/{0} is disabled (ASF_DISABLED_PLUGINS)")]
    Disabled(String),
    /// A route cannot be added.
    #[error(transparent)]
    Route(#[from] RuleError),
    /// It panicked.
    #[error("{0}")]
    Panicked(String),
    /// Anything else that it needs and does not have.
    #[error(transparent)]
    Other(#[from] Box<dyn std::error::Error + Send + Sync>),
}

impl ExtensionError {
    /// A reason of the extension's own.
    pub fn other(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(reason.into())
    }
}
