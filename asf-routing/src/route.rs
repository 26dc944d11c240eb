//! Where a request goes, and why it goes nowhere.

use asf_schema::ProtocolKind;

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route<'r> {
    /// botocore's folder name of the service.
    pub service: &'r str,
    /// The operation's name in the spec.
    pub operation: &'r str,
    /// The protocol that the client speaks.
    pub protocol: ProtocolKind,
}

/// Why a request goes nowhere, as the client is told: in `protocol`, which is the best guess there is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct RouteError {
    /// The service, where that much is known.
    pub service: Option<String>,
    /// The protocol that the client speaks, as far as it can be told.
    pub protocol: ProtocolKind,
    /// `UnknownOperationException`, `InvalidAction`...
    pub code: &'static str,
    /// The text for people.
    pub message: String,
    /// HTTP status.
    pub status: u16,
}
