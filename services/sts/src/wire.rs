//! Between the domain and the generated types: errors, credentials, and members of inputs.

use asf_api_sts as api;
use asf_runtime::AwsError;

use crate::error::{Failure, FailureKind};
use crate::roles::Issued;
use crate::session::Session;

impl From<Failure> for api::StsError {
    fn from(Failure { kind, message }: Failure) -> Self {
        match kind {
            FailureKind::AccessDenied => AwsError::sender("AccessDenied", message).with_status(403).into(),
            FailureKind::ExpiredToken => AwsError::sender("ExpiredToken", message).with_status(403).into(),
            FailureKind::InvalidClientTokenId => {
                AwsError::sender("InvalidClientTokenId", message).with_status(403).into()
            }
            FailureKind::InvalidParameterValue => AwsError::sender("InvalidParameterValue", message).into(),
            FailureKind::Validation => AwsError::sender("ValidationError", message).into(),
            FailureKind::ExpiredIdentityToken => api::ExpiredTokenException::new(message).into(),
            FailureKind::ExpiredTradeInToken => api::ExpiredTradeInTokenException::new(message).into(),
            FailureKind::InvalidAuthorizationMessage => {
                api::InvalidAuthorizationMessageException::new(message).into()
            }
            FailureKind::InvalidIdentityToken => api::InvalidIdentityTokenException::new(message).into(),
            FailureKind::JwtPayloadSizeExceeded => api::JwtPayloadSizeExceededException::new(message).into(),
            FailureKind::MalformedPolicyDocument => {
                api::MalformedPolicyDocumentException::new(message).into()
            }
            FailureKind::PackedPolicyTooLarge => api::PackedPolicyTooLargeException::new(message).into(),
            FailureKind::SessionDurationEscalation => {
                api::SessionDurationEscalationException::new(message).into()
            }
        }
    }
}

/// What a client signs with, until when.
pub(crate) fn credentials(session: &Session) -> Option<api::Credentials> {
    Some(api::Credentials {
        access_key_id: Some(session.credentials.access_key_id.clone()),
        secret_access_key: Some(session.credentials.secret_access_key.clone()),
        session_token: Some(session.credentials.session_token.clone()),
        expiration: Some(session.expiration),
    })
}

/// Who a session of a role is.
pub(crate) fn assumed_role_user(issued: &Issued) -> Option<api::AssumedRoleUser> {
    let identity = &issued.session.identity;
    Some(api::AssumedRoleUser {
        assumed_role_id: Some(identity.user_id.clone()),
        arn: Some(identity.arn.clone()),
    })
}

pub(crate) fn policy_arns(list: Option<Vec<api::PolicyDescriptorType>>) -> Vec<String> {
    list.into_iter().flatten().filter_map(|policy| policy.arn).collect()
}

pub(crate) fn tags(list: Option<Vec<api::Tag>>) -> Vec<(String, String)> {
    let pair = |tag: api::Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
    list.into_iter().flatten().map(pair).collect()
}

pub(crate) fn contexts(list: Option<Vec<api::ProvidedContext>>) -> Vec<(String, String)> {
    let pair = |context: api::ProvidedContext| {
        (context.provider_arn.unwrap_or_default(), context.context_assertion.unwrap_or_default())
    };
    list.into_iter().flatten().map(pair).collect()
}
