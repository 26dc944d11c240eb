//! What can go wrong in the domain. The provider turns these into the service's errors.

/// An error of an operation of STS: which, and the text for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {message}")]
pub struct Failure {
    /// Which error it is.
    pub kind: FailureKind,
    /// The text for people.
    pub message: String,
}

/// The errors that the domain raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// `AccessDenied`, 403.
    AccessDenied,
    /// `ExpiredToken`, 403: the caller's own session is over.
    ExpiredToken,
    /// `ExpiredTokenException`, 400: the assertion or token of an identity provider is.
    ExpiredIdentityToken,
    /// `ExpiredTradeInTokenException`, 400.
    ExpiredTradeInToken,
    /// `InvalidAuthorizationMessageException`, 400.
    InvalidAuthorizationMessage,
    /// `InvalidClientTokenId`, 403.
    InvalidClientTokenId,
    /// `InvalidIdentityToken`, 400.
    InvalidIdentityToken,
    /// `InvalidParameterValue`, 400.
    InvalidParameterValue,
    /// `JWTPayloadSizeExceededException`, 400.
    JwtPayloadSizeExceeded,
    /// `MalformedPolicyDocument`, 400.
    MalformedPolicyDocument,
    /// `PackedPolicyTooLarge`, 400.
    PackedPolicyTooLarge,
    /// `SessionDurationEscalationException`, 403.
    SessionDurationEscalation,
    /// `ValidationError`, 400.
    Validation,
}

impl Failure {
    /// An error with its text.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// `AccessDenied`
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::new(FailureKind::AccessDenied, message)
    }

    /// AWS's words for a principal without a permission.
    pub(crate) fn not_authorized(caller: &str, action: &str, resource: &str) -> Self {
        Self::access_denied(format!(
            "User: {caller} is not authorized to perform: {action} on resource: {resource}"
        ))
    }

    /// `ValidationError`
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Validation, message)
    }

    /// A constraint that is not in the model, in the words of those that are.
    pub(crate) fn constraint(value: &str, member: &str, constraint: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: \
             Member must {constraint}"
        ))
    }
}
