//! `DecodeAuthorizationMessage`: the reasons of a refusal, packed for a client that may not read them and
//! unpacked for one that may.

use serde_json::{Value, json};

use crate::error::{Failure, FailureKind};
use crate::principals::Identity;
use crate::sealed;

const PURPOSE: &str = "authorization message";

/// Why a call was refused: for whoever enforces permissions to encode into the message of an error, such
/// as EC2's `UnauthorizedOperation`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationMessage {
    /// Whether a statement denies, rather than none allowing.
    pub explicit_deny: bool,
    /// The statements that matched, as JSON objects.
    pub matched_statements: Vec<Value>,
    /// Who called.
    pub principal: Identity,
    /// `ec2:RunInstances`
    pub action: String,
    /// The ARN of what it was about.
    pub resource: String,
    /// Condition keys with their values.
    pub conditions: Vec<(String, Vec<String>)>,
}

impl AuthorizationMessage {
    /// The JSON text that `DecodeAuthorizationMessage` answers: names and order of AWS's (its API
    /// reference, and aws/aws-sdk-go#1536).
    #[must_use]
    pub fn to_json(&self) -> String {
        let conditions: Vec<Value> = self
            .conditions
            .iter()
            .map(|(key, values)| {
                let values: Vec<Value> = values.iter().map(|value| json!({ "value": value })).collect();
                json!({ "key": key, "values": { "items": values } })
            })
            .collect();
        json!({
            "allowed": false,
            "explicitDeny": self.explicit_deny,
            "matchedStatements": { "items": self.matched_statements },
            "failures": { "items": [] },
            "context": {
                "principal": {
                    "id": self.principal.user_id,
                    "name": self.principal.arn.rsplit('/').next().unwrap_or_default(),
                    "arn": self.principal.arn,
                },
                "action": self.action,
                "resource": self.resource,
                "conditions": { "items": conditions },
            },
        })
        .to_string()
    }
}

/// Encodes the reasons of a refusal, for "Encoded authorization failure message: ..".
#[must_use]
pub fn encode_authorization_message(message: &AuthorizationMessage) -> String {
    sealed::seal(PURPOSE, &message.to_json())
}

/// The JSON text of an encoded message.
///
/// # Errors
/// `InvalidAuthorizationMessageException` if [`encode_authorization_message`] did not make it: messages of
/// AWS's own are encrypted.
pub fn decode_authorization_message(encoded: &str) -> Result<String, Failure> {
    sealed::open(PURPOSE, encoded)
        .ok_or_else(|| Failure::new(FailureKind::InvalidAuthorizationMessage, "Message is not valid"))
}
