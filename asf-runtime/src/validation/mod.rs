//! Constraints of the model (required, length, range, pattern, enum), checked before a handler runs.
//!
//! The schema says what has to hold; a [`Style`] says how the service complains when it does not.

mod check;
mod pattern;
mod wording;

use asf_schema::{ProtocolKind, Schema, ServiceSchema};

pub use pattern::{PatternError, compile_pattern};

use crate::{AwsError, Shape};

/// How a service words its complaints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The error's code.
    pub code: &'static str,
    /// The form of the message.
    pub form: Form,
    /// Paths start with the name of the input (`createRestApiInput.name`).
    pub with_input_name: bool,
}

/// The form of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `1 validation error detected: Value 'x' at 'tags.1.member.key' failed to satisfy constraint: ..`
    ///
    /// Members are in lower camel case, items are counted from 1. Items of lists and entries of maps
    /// that are simple values are reported at the list or map, together with everything that is asked
    /// of them. Seen in the recordings of DynamoDB, Lambda, CloudWatch, Step Functions, Kinesis and others.
    Coral,
    /// `1 validation error detected. Value at '/tags/0/key' failed to satisfy constraint: ..`
    ///
    /// The wording of Smithy's own server framework, in its protocol tests.
    Smithy,
}

impl Style {
    /// Most services that speak json or rest-json.
    pub const CORAL: Self = Self { code: "ValidationException", form: Form::Coral, with_input_name: false };
    /// Services that speak query: the code is `ValidationError` (recordings of CloudWatch, SNS, CloudFormation).
    pub const QUERY: Self = Self { code: "ValidationError", ..Self::CORAL };
    /// API Gateway puts the name of the input before each path (recording
    /// `apigateway/test_apigateway_common.json`).
    pub const WITH_INPUT_NAME: Self = Self { with_input_name: true, ..Self::CORAL };
    /// The style that services of a protocol share; none for ec2 and rest-xml, whose services check in their
    /// own words (recordings of S3 and EC2).
    #[must_use]
    pub fn of(service: &ServiceSchema) -> Option<Self> {
        match service.metadata.protocol() {
            ProtocolKind::Query => Some(Self::QUERY),
            ProtocolKind::Ec2 | ProtocolKind::RestXml => None,
            ProtocolKind::Json | ProtocolKind::RestJson | ProtocolKind::RpcV2Cbor => Some(Self::CORAL),
        }
    }

    /// Smithy's server framework.
    pub const SMITHY: Self = Self { code: "ValidationException", form: Form::Smithy, with_input_name: false };
}

/// Checks a value against the constraints of its schema, everything below it included.
///
/// Patterns have to match the whole of a text, as AWS has it (`dynamodb` answers the table name
/// `/x` with the pattern `[a-zA-Z0-9_.-]+`). A pattern that cannot be compiled, or takes too many steps
/// to decide, is taken as matched.
///
/// # Errors
/// The service's validation error, which names every constraint that is not met.
pub fn validate(schema: Schema, value: &dyn Shape, style: Style) -> Result<(), AwsError> {
    let violations = check::violations(schema, value, style);
    if violations.is_empty() {
        return Ok(());
    }
    Err(AwsError::sender(style.code, wording::message(&violations, style.form)))
}

/// The error for members of an input that are not there, by their indices, whether or not the model
/// requires them: a handler does.
#[must_use]
pub fn missing(schema: Schema, members: &[usize], style: Style) -> AwsError {
    let violations = check::missing(schema, members, style);
    AwsError::sender(style.code, wording::message(&violations, style.form))
}

#[cfg(test)]
mod tests;
