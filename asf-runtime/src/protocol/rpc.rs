//! What the protocols without HTTP bindings share: awsJson and smithy-rpc-v2-cbor put the whole input
//! and output into the body, and say in the body's `__type` which error it is.
//!
//! Event streams: the structure of an input or output with an event stream travels in the first message
//! of the stream (`initial-request`, `initial-response`), whose payload is a body of the protocol. The
//! bodies that come here are those payloads; the events themselves are framed elsewhere.

use asf_schema::{Kind, Operation, Schema, ServiceSchema};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{Exchange, ParseError, Response};
use crate::error::{ReceivedError, ServiceError};
use crate::shape::ByteStream;
use crate::{AwsError, Value};

/// Header of requests that ask for the error codes of the query protocol.
pub(super) const QUERY_MODE: HeaderName = HeaderName::from_static("x-amzn-query-mode");
/// Header of errors with the code of the query protocol: `<code>;Sender` or `<code>;Receiver`.
pub(super) const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");
/// Header with the id of the request.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// A response with what all responses have.
pub(super) fn response(
    status: u16,
    content_type: Option<&'static str>,
    exchange: Exchange<'_>,
    body: Vec<u8>,
) -> Response {
    let mut response = Response::new(if body.is_empty() { ByteStream::Empty } else { body.into() });
    set_status(&mut response, status);
    if let Some(content_type) = content_type {
        response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    set(response.headers_mut(), REQUEST_ID, exchange.request_id);
    response
}

/// Sets the status; one that there is not in HTTP is a fault of ours.
pub(super) fn set_status(response: &mut Response, status: u16) {
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
}

/// Sets a header, if the text can be one.
pub(super) fn set(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// The bytes of a request's body. A stream that has not arrived is the events after the input.
pub(super) fn arrived(body: &ByteStream) -> &[u8] {
    body.as_bytes().unwrap_or_default()
}

/// The bytes of a response's body.
pub(super) fn arrived_response(body: &ByteStream, has_stream: bool) -> Result<&[u8], ParseError> {
    match body.as_bytes() {
        Some(bytes) => Ok(bytes),
        None if has_stream => Ok(&[]),
        None => Err(ParseError::Malformed("the body has not arrived".to_owned())),
    }
}

/// An error as the body and the headers name it.
pub(super) struct ErrorName {
    /// `__type`.
    pub(super) name: String,
    /// Code and fault as in the query protocol, for services that are query compatible. Sent unless the
    /// request declines it: SDKs expected it before they asked with `x-amzn-query-mode: true`. It is
    /// there where both codes are the same, too (`InvalidAttributeName` in `aws-recordings/sqs`).
    pub(super) query_code: Option<String>,
    /// The error's shape, if it is modelled.
    pub(super) schema: Option<Schema>,
}

/// How an error is named.
///
/// - `__type` has the name of the error's shape, never the query code. awsJson 1.0 and rpc-v2-cbor put
///   the absolute shape id there, awsJson 1.1 the bare name (Smithy's specifications of the protocols).
/// - The namespace of an absolute id is `com.amazonaws.<service>`, as SQS has it
///   (`com.amazonaws.sqs#QueueDoesNotExist`). Where the target prefix carries a version, the namespace
///   is that of the signing name with the version: `com.amazonaws.dynamodb.v20120810#...`, from
///   `DynamoDB_20120810`. Errors of AWS's own framework are in `com.amazon.coral.service`, its
///   validation in `com.amazon.coral.validate` (as DynamoDB answers).
/// - A code with a `#` is the id itself, and so overrides all this.
/// - A service that is query compatible has both names for some errors that are not modelled; those
///   known are in [`QUERY_NAMES`].
pub(super) fn error_name(
    service: &'static ServiceSchema,
    operation: Option<Operation>,
    error: &dyn ServiceError,
    absolute: bool,
    exchange: Exchange<'_>,
) -> ErrorName {
    let code = error.code();
    let schema = error.schema().or_else(|| modelled(service, operation, code));
    let query_compatible = service.metadata.query_compatible;
    let names = QUERY_NAMES.iter().find(|(query, name)| *query == code || *name == code);
    let (query_code, name) = match (schema, names) {
        (Some(schema), _) => (schema.error().map_or(code, |it| it.code), schema.name()),
        (None, Some((query, name))) if query_compatible => (*query, *name),
        (None, _) => (bare(code), code),
    };
    let declined = exchange.headers.get(QUERY_MODE).is_some_and(|it| it.as_bytes() != b"true");
    let fault = if error.sender_fault() { "Sender" } else { "Receiver" };
    ErrorName {
        name: match absolute && !name.contains('#') {
            true => format!("{}#{name}", namespace(service, schema, name)),
            false => name.to_owned(),
        },
        query_code: (query_compatible && !declined).then(|| format!("{query_code};{fault}")),
        schema,
    }
}

/// Errors that no model has, by their code in the query protocol and their name in the others: what SQS
/// and CloudWatch answered where botocore shows `Code` and `QueryErrorCode`
/// (`aws-recordings/sqs`, `aws-recordings/cloudwatch`).
const QUERY_NAMES: &[(&str, &str)] = &[
    ("InvalidParameterValue", "InvalidParameterValueException"),
    ("InvalidParameterCombination", "InvalidParameterCombinationException"),
    ("MissingParameter", "MissingRequiredParameterException"),
    ("ValidationError", "ValidationException"),
];

/// The modelled error of a name or code: one of the operation's, else any of the service's.
pub(super) fn modelled(
    service: &'static ServiceSchema,
    operation: Option<Operation>,
    code: &str,
) -> Option<Schema> {
    let code = bare(code);
    let is_it = |schema: &Schema| schema.error().is_some_and(|it| it.code == code || schema.name() == code);
    let of_operation = operation.and_then(|it| it.errors().find(is_it));
    of_operation.or_else(|| service.shapes().find(is_it))
}

fn namespace(service: &'static ServiceSchema, schema: Option<Schema>, name: &str) -> String {
    let framework = schema.is_none().then_some(name).and_then(|name| match name {
        "ValidationException" => Some("com.amazon.coral.validate"),
        "SerializationException"
        | "UnknownOperationException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException"
        | "AccessDeniedException"
        | "ExpiredTokenException"
        | "InternalFailure"
        | "ServiceUnavailableException"
        | "ThrottlingException" => Some("com.amazon.coral.service"),
        _ => None,
    });
    if let Some(framework) = framework {
        return framework.to_owned();
    }
    let metadata = &service.metadata;
    let version = metadata.target_prefix.and_then(|it| it.rsplit_once('_')).map(|(_, version)| version);
    match version {
        Some(date) if date.len() == 8 && date.bytes().all(|it| it.is_ascii_digit()) => {
            format!("com.amazonaws.{}.v{date}", metadata.signing_name)
        }
        _ => format!("com.amazonaws.{}", service.name.replace('-', "")),
    }
}

/// A code without namespace and trailing URI: `a.b#Code:http://...` is `Code`.
pub(super) fn bare(code: &str) -> &str {
    let code = code.split_once(':').map_or(code, |(code, _)| code);
    code.rsplit_once('#').map_or(code, |(_, code)| code)
}

/// The wire name under which an error's message stands: as the model has it (`message`, `Message`).
pub(super) fn message_key(schema: Option<Schema>) -> &'static str {
    message_member(schema).map_or("message", |index_and_name| index_and_name.1)
}

/// Index and wire name of the message among the members of an error.
pub(super) fn message_member(schema: Option<Schema>) -> Option<(usize, &'static str)> {
    let is_message = |it: &asf_schema::Member| {
        it.wire_name().eq_ignore_ascii_case("message") && it.target().kind() == Kind::String
    };
    schema?.members().find(is_message).map(|it| (it.index(), it.wire_name()))
}

/// An error that was read from a response: `name` is what the body or a header call it, `read` fills
/// the members of the error's shape.
pub(super) fn received(
    operation: Operation,
    response: &http::response::Parts,
    name: Option<String>,
    message: Option<String>,
    read: impl FnOnce(Schema, &mut Value),
) -> ReceivedError {
    let status = response.status.as_u16();
    let service = operation.service();
    let header = |name: &str| response.headers.get(name).and_then(|it| it.to_str().ok());
    let name = name.or_else(|| header("x-amzn-errortype").map(str::to_owned));
    let name =
        name.as_deref().map(bare).filter(|it| !it.is_empty()).map_or(status.to_string(), str::to_owned);
    let schema = modelled(service, Some(operation), &name);
    let mut members = Value::default();
    if let Some(schema) = schema {
        read(schema, &mut members);
    }
    let query = header(QUERY_ERROR.as_str()).and_then(|it| it.split_once(';'));
    let modelled = schema.and_then(Schema::error);
    let code = match (query, modelled) {
        (Some((code, _)), _) => code.to_owned(),
        (None, Some(error)) => error.code.to_owned(),
        (None, None) => name,
    };
    let sender = match (query, modelled) {
        (Some((_, fault)), _) => fault == "Sender",
        (None, Some(error)) => error.sender_fault,
        (None, None) => status < 500,
    };
    let message = message.unwrap_or_default();
    let error = if sender { AwsError::sender(code, message) } else { AwsError::receiver(code, message) };
    ReceivedError { error: error.with_status(status), schema, members }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_errors() {
        let load = |name: &str, json: &str, prefix: &str, compatible: bool| {
            let mut spec = serde_json::json!({
                "metadata": {"protocol": "json", "jsonVersion": json, "apiVersion": "1", "serviceId": "X",
                             "endpointPrefix": name, "targetPrefix": prefix},
                "operations": {},
                "shapes": {"Gone": {"type": "structure", "exception": true, "members": {}},
                           "Old": {"type": "structure", "exception": true, "members": {},
                                   "error": {"code": "X.Old", "httpStatusCode": 400, "senderFault": true}}}
            });
            if compatible {
                spec["metadata"]["awsQueryCompatible"] = serde_json::json!({});
            }
            asf_schema::load_service(name, spec.to_string().as_bytes()).unwrap()
        };
        let dynamodb = load("dynamodb", "1.0", "DynamoDB_20120810", false);
        let sqs = load("sqs", "1.0", "AmazonSQS", true);
        let mut headers = HeaderMap::new();
        headers.insert(QUERY_MODE, HeaderValue::from_static("true"));
        for (service, code, absolute, name, query) in [
            (dynamodb, "Gone", true, "com.amazonaws.dynamodb.v20120810#Gone", None),
            (dynamodb, "Gone", false, "Gone", None),
            (dynamodb, "ValidationException", true, "com.amazon.coral.validate#ValidationException", None),
            (
                dynamodb,
                "SerializationException",
                true,
                "com.amazon.coral.service#SerializationException",
                None,
            ),
            (dynamodb, "a.b#Own", true, "a.b#Own", None),
            (sqs, "X.Old", true, "com.amazonaws.sqs#Old", Some("X.Old;Sender")),
            (sqs, "Old", true, "com.amazonaws.sqs#Old", Some("X.Old;Sender")),
            (sqs, "Gone", true, "com.amazonaws.sqs#Gone", Some("Gone;Sender")),
            (
                sqs,
                "MissingParameter",
                true,
                "com.amazonaws.sqs#MissingRequiredParameterException",
                Some("MissingParameter;Sender"),
            ),
            (sqs, "Other", true, "com.amazonaws.sqs#Other", Some("Other;Sender")),
        ] {
            let exchange = Exchange { headers: &headers, request_id: "id" };
            let error = AwsError::sender(code, "");
            let found = error_name(service, None, &error, absolute, exchange);
            assert_eq!((found.name.as_str(), found.query_code.as_deref()), (name, query), "{code}");
        }
        headers.insert(QUERY_MODE, HeaderValue::from_static("false"));
        let exchange = Exchange { headers: &headers, request_id: "id" };
        let found = error_name(sqs, None, &AwsError::sender("Old", ""), true, exchange);
        assert_eq!(found.query_code, None);
    }
}
