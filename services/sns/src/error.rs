//! What can go wrong, as the domain says it. The provider makes the service's modelled errors of it.

/// An error of an operation: which, and AWS's words for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {message}")]
pub struct Fault {
    /// Which error it is.
    pub kind: ErrorKind,
    /// The text for people.
    pub message: String,
}

/// The errors that the domain raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are those of the service's error shapes")]
pub enum ErrorKind {
    Authorization,
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    EmptyBatchRequest,
    EndpointDisabled,
    InvalidBatchEntryId,
    InvalidParameter,
    InvalidParameterValue,
    NotFound,
    OptedOut,
    PlatformApplicationDisabled,
    ResourceNotFound,
    TagLimitExceeded,
    Throttled,
    TooManyEntriesInBatchRequest,
    UserError,
    Verification,
}

impl Fault {
    /// An error with AWS's words for it.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// `Invalid parameter: ..`
    pub(crate) fn invalid(what: impl std::fmt::Display) -> Self {
        Self::new(ErrorKind::InvalidParameter, format!("Invalid parameter: {what}"))
    }

    /// `Invalid parameter: .. Reason: ..`
    pub(crate) fn reason(what: impl std::fmt::Display, reason: impl std::fmt::Display) -> Self {
        Self::invalid(format_args!("{what} Reason: {reason}"))
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, format!("{what} does not exist"))
    }
}
