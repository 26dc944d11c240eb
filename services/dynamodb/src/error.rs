//! What a request is refused with, as the domain says it. The provider turns these into the service's
//! modelled errors.
//!
//! The words are AWS's: clients compare them. Where they come from is said at each place: recordings, or
//! "conformance" (captures against AWS in nubo-db/dynamodb-conformance, MIT), or `(asserted)` (what AWS
//! answered according to test suites that were run against it, such as those of dynalite, Apache-2.0), or "quirks"
//! (what AWS answered in October 2026, found by aws-controllers-k8s/dynamodb-controller, docs/api-quirks,
//! Apache-2.0, by the numbers of its findings), or "from memory". Since June 2026 some regions put `1 validation error
//! detected: ` in front of what they find in the request alone (conformance: 2026-06-09-validation-rewording); the
//! recordings and the clients know the bare words, so these are what we answer.

/// An error of an operation on tables or items: which, and AWS's words for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", self.kind.code())]
pub struct DynamoError {
    /// Which error it is.
    pub kind: ErrorKind,
    /// The text for people.
    pub message: String,
}

/// The errors of DynamoDB that the domain raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are those of the service's error shapes")]
pub enum ErrorKind {
    LimitExceeded,
    ResourceInUse,
    ResourceNotFound,
    Validation,
    /// A `ValidationException` too, for what is wrong with a request whatever else is: a transaction is refused for
    /// it, and not cancelled (conformance: transactWriteItems, itemSizeBySurface).
    ValidationOfRequest,
}

impl ErrorKind {
    /// The code as clients see it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LimitExceeded => "LimitExceededException",
            Self::ResourceInUse => "ResourceInUseException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::Validation | Self::ValidationOfRequest => "ValidationException",
        }
    }
}

impl DynamoError {
    /// An error with AWS's words for it.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A `ValidationException`.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Validation, message)
    }

    /// A `ValidationException` that comes before all else.
    pub(crate) fn of_request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::ValidationOfRequest, message)
    }

    /// `One or more parameter values were invalid: ..`
    pub(crate) fn parameter(reason: impl std::fmt::Display) -> Self {
        Self::validation(format!("One or more parameter values were invalid: {reason}"))
    }

    /// The same error, its text changed.
    pub(crate) fn map(self, change: impl FnOnce(&str) -> String) -> Self {
        Self { message: change(&self.message), ..self }
    }
}
