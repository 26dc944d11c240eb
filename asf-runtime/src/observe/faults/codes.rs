//! Errors by code: what a service's model makes of one, and which one means "slow down".

use asf_schema::{Operation, ProtocolKind, Schema, ServiceSchema};

use super::spec::{ErrorSpec, SpecError};
use crate::AwsError;
use crate::Value;
use crate::error::{ReceivedError, ServiceError};
use crate::value::StructValue;

/// What is answered where a rule does not name a code.
const UNAVAILABLE: &str = "ServiceUnavailable";
const MESSAGE: &str = "This error was asked for by a fault rule.";
const SLOW_DOWN: &str = "Rate exceeded";

/// Codes that all services may answer, with their status: "Common error types" of AWS's API references
/// (from memory), and the throttling codes that botocore retries (`_retry.json`).
const COMMON: [(&str, u16); 21] = [
    ("AccessDeniedException", 400),
    ("ExpiredTokenException", 403),
    ("IncompleteSignature", 403),
    ("InternalError", 500),
    ("InternalFailure", 500),
    ("InternalServerError", 500),
    ("InvalidClientTokenId", 403),
    ("MalformedHttpRequestException", 400),
    ("OptInRequired", 403),
    ("RequestAbortedException", 400),
    ("RequestExpired", 400),
    ("RequestLimitExceeded", 503),
    ("RequestTimeout", 400),
    ("RequestTimeoutException", 408),
    (UNAVAILABLE, 503),
    ("ServiceUnavailableException", 503),
    ("SlowDown", 503),
    ("Throttling", 400),
    ("ThrottlingException", 400),
    ("UnrecognizedClientException", 403),
    ("ValidationError", 400),
];

/// Names of modelled errors that mean "slow down", the most telling first (botocore's `_retry.json`, and
/// names that models have for the same).
const THROTTLING: [&str; 14] = [
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "ThrottledException",
    "Throttling",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
    "ThrottlingError",
    "ApiThrottlingException",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "TooManyRequestsFault",
];

/// The error of a rule, as this service has it.
pub(super) fn error(
    service: &'static ServiceSchema,
    operation: Option<Operation>,
    spec: &ErrorSpec,
) -> Box<dyn ServiceError> {
    let code = spec.code.as_deref().unwrap_or(UNAVAILABLE);
    let message = spec.message.clone().unwrap_or_else(|| MESSAGE.to_owned());
    match find(service, operation, code) {
        Some(schema) => modelled(schema, message, spec.status_code),
        None => {
            let status = spec.status_code.or_else(|| common(code)).unwrap_or(400);
            plain(code.to_owned(), message, status)
        }
    }
}

/// The error by which a service says that there were too many calls.
pub(super) fn throttled(
    service: &'static ServiceSchema,
    operation: Option<Operation>,
) -> Box<dyn ServiceError> {
    let modelled_one = |errors: &mut dyn Iterator<Item = Schema>| {
        let rank = |it: &Schema| THROTTLING.iter().position(|name| is_named(*it, name));
        errors.filter_map(|it| Some((rank(&it)?, it))).min_by_key(|(rank, _)| *rank).map(|(_, it)| it)
    };
    let of_operation = operation.and_then(|it| modelled_one(&mut it.errors()));
    if let Some(schema) = of_operation.or_else(|| modelled_one(&mut errors(service))) {
        return modelled(schema, SLOW_DOWN.to_owned(), None);
    }
    // What services answer that have it in no model: EC2, the older query services, S3, and the others.
    let (code, status) = match service.metadata.protocol() {
        ProtocolKind::Ec2 => ("RequestLimitExceeded", 503),
        ProtocolKind::Query => ("Throttling", 400),
        ProtocolKind::RestXml => ("SlowDown", 503),
        _ => ("ThrottlingException", 400),
    };
    plain(code.to_owned(), SLOW_DOWN.to_owned(), status)
}

/// Whether a code is one that calls of this service can be answered with.
pub(super) fn check(
    service: &'static ServiceSchema,
    operation: Option<Operation>,
    spec: &ErrorSpec,
) -> Result<(), SpecError> {
    let Some(code) = spec.code.as_deref().filter(|_| spec.status_code.is_none()) else { return Ok(()) };
    if find(service, operation, code).is_some() || common(code).is_some() {
        return Ok(());
    }
    let codes = errors(service).flat_map(|it| [Some(it.name()), it.error().map(|it| it.code)]).flatten();
    Err(SpecError::Unknown {
        what: format!("error of {} (without a statusCode)", service.name),
        name: code.to_owned(),
        nearest: nearest(code, codes.chain(COMMON.iter().map(|(code, _)| *code))),
    })
}

/// Whether a code is one that calls of any service can be answered with.
pub(super) fn check_without_service(spec: &ErrorSpec) -> Result<(), SpecError> {
    match spec.code.as_deref().filter(|_| spec.status_code.is_none()) {
        Some(code) if common(code).is_none() => Err(SpecError::NoModel { code: code.to_owned() }),
        _ => Ok(()),
    }
}

/// The most similar name, if there is one that is similar at all.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let similarity = |it: &str| strsim::jaro_winkler(&it.to_ascii_lowercase(), &lower);
    let best = names.map(|it| (similarity(it), it)).max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 > 0.75).then(|| best.1.to_owned())
}

fn common(code: &str) -> Option<u16> {
    COMMON.iter().find(|(name, _)| *name == code).map(|(_, status)| *status)
}

fn errors(service: &'static ServiceSchema) -> impl Iterator<Item = Schema> {
    service.shapes().filter(|it| it.error().is_some())
}

fn is_named(schema: Schema, name: &str) -> bool {
    schema.name() == name || schema.error().is_some_and(|it| it.code == name)
}

/// The shape of an error: one of the operation's, else one of the service's.
fn find(service: &'static ServiceSchema, operation: Option<Operation>, code: &str) -> Option<Schema> {
    let of_operation = operation.and_then(|it| it.errors().find(|it| is_named(*it, code)));
    of_operation.or_else(|| errors(service).find(|it| is_named(*it, code)))
}

fn modelled(schema: Schema, message: String, status: Option<u16>) -> Box<dyn ServiceError> {
    let mut members = StructValue::new(schema);
    if let Some(member) = schema.members().find(|it| it.name().eq_ignore_ascii_case("message")) {
        // It is a member, because that is where it was found.
        let _ = members.insert(member.name(), message.clone().into());
    }
    let (code, modelled_status) = schema.error().map_or((schema.name(), 400), |it| (it.code, it.status));
    let status = status.unwrap_or(modelled_status);
    let error = aws_error(code.to_owned(), message, status);
    Box::new(ReceivedError { error, schema: Some(schema), members: Value::Struct(members) })
}

fn plain(code: String, message: String, status: u16) -> Box<dyn ServiceError> {
    aws_error(code, message, status).into()
}

fn aws_error(code: String, message: String, status: u16) -> AwsError {
    if status < 500 {
        AwsError::sender(code, message).with_status(status)
    } else {
        AwsError::receiver(code, message).with_status(status)
    }
}
