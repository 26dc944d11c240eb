//! Requests in a form that moto does not read, in one that it does, and its answers in the caller's.
//!
//! moto tells protocols apart by the content type (`determine_request_protocol` in its `core/request.py`, 5.2.5), and
//! reads no CBOR: neither rpc-v2-cbor, which the SDKs speak to CloudWatch, nor `application/x-amz-cbor-1.1`, which
//! Java's speak to Kinesis. Such a call is read by the model and written anew.

use asf_runtime::body::{DecodeOptions, decode};
use asf_runtime::error::ServiceError as _;
use asf_runtime::gateway::handlers::MAX_BODY;
use asf_runtime::ids::Ids;
use asf_runtime::protocol::{self, Exchange, Request, Response};
use asf_runtime::provider::Onward;
use asf_runtime::shape::ByteStream;
use asf_runtime::{AwsError, Value};
use asf_schema::{Operation, ProtocolKind, Schema, ServiceSchema};
use http::{HeaderMap, HeaderName, HeaderValue, header};

const CBOR_1_1: &str = "application/x-amz-cbor-1.1";
const JSON_1_0: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const JSON_1_1: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// Headers of a request that are about its form, and not about who calls what.
const OF_FORM: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::ACCEPT,
    HeaderName::from_static("smithy-protocol"),
    HeaderName::from_static("x-amzn-query-mode"),
];

/// How a call was made that moto is asked in another protocol.
#[derive(Debug)]
pub(crate) struct Caller {
    operation: Operation,
    protocol: ProtocolKind,
    headers: HeaderMap,
    /// The protocol that moto is asked in, and answers in.
    asked_in: ProtocolKind,
}

/// Gives a request the form that moto reads. `None`: the answer is the caller's as it comes.
///
/// # Errors
/// What is wrong with the request, as AWS says it; status 501 for streams of events, and if moto reads none of the
/// service's protocols.
pub(crate) async fn made_readable(onward: &mut Onward) -> Result<Option<Caller>, AwsError> {
    let service = onward.operation.service();
    match onward.protocol {
        ProtocolKind::RpcV2Cbor => {}
        ProtocolKind::Json if is_cbor(onward.request.headers()) => {}
        ProtocolKind::Json => {
            // By `application/json` it understands rest-json; by others, what its model of the service has first.
            name(onward.request.headers_mut(), json_of(service), |given| {
                given == JSON_1_0 || given == JSON_1_1
            });
            return Ok(None);
        }
        ProtocolKind::Query | ProtocolKind::Ec2 => {
            // Without it, in a GET say, it takes the request for what its model of the service has first.
            let is_form = |given: &HeaderValue| given.as_bytes().starts_with(FORM.as_bytes());
            name(onward.request.headers_mut(), FORM, is_form);
            return Ok(None);
        }
        ProtocolKind::RestJson | ProtocolKind::RestXml => return Ok(None),
    }
    let operation = onward.operation;
    let asked_in = read_by_moto(service).ok_or_else(|| unreadable(operation, "its protocols"))?;
    if has_events(operation) {
        return Err(unreadable(operation, "streams of events in CBOR"));
    }
    let request = std::mem::replace(&mut onward.request, Request::new(ByteStream::Empty));
    let (mut head, body) = request.into_parts();
    let body = decode(&mut head.headers, body, DecodeOptions::of(operation))?;
    let body = body.collect(MAX_BODY).await.map_err(AwsError::from)?;
    let mut input = operation.input().map_or(Value::Null, Value::structure);
    protocol::of(onward.protocol).parse_request(operation, &head, body.into(), &mut input)?;
    let written = protocol::of(asked_in).serialize_request(operation, &mut input);
    let mut request = written.map_err(|error| AwsError::serialization(error.to_string()))?;
    let headers = request.headers_mut();
    for (name, value) in &head.headers {
        if !OF_FORM.contains(name) && !headers.contains_key(name) {
            headers.insert(name, value.clone());
        }
    }
    onward.request = request;
    let protocol = std::mem::replace(&mut onward.protocol, asked_in);
    Ok(Some(Caller { operation, protocol, headers: head.headers, asked_in }))
}

impl Caller {
    /// The answer in the caller's protocol.
    ///
    /// # Errors
    /// When it cannot be read or written: it is not what the model says.
    pub(crate) async fn answer(self, response: Response) -> Result<Response, AwsError> {
        let Self { operation, protocol, headers, asked_in } = self;
        let (head, body) = response.into_parts();
        let body = body.collect(MAX_BODY).await.map_err(AwsError::from)?;
        let (theirs, ours) = (protocol::of(asked_in), protocol::of(protocol));
        let request_id = head.headers.get(&REQUEST_ID).and_then(|it| it.to_str().ok());
        let request_id = request_id.map_or_else(|| Ids::random().uuid(), str::to_owned);
        let exchange = Exchange { headers: &headers, request_id: &request_id };
        if theirs.is_error(operation, &head, &body) {
            let error = theirs.parse_error(operation, &head, &body);
            tracing::debug!(
                operation = operation.name(),
                code = error.code(),
                "moto's error is written anew"
            );
            return Ok(ours.serialize_error(operation.service(), Some(operation), &error, exchange));
        }
        let failed = |reason: &dyn std::fmt::Display| {
            AwsError::internal(format!("what moto answers to {} cannot be read: {reason}", operation.name()))
        };
        let mut output = operation.output().map_or(Value::Null, Value::structure);
        theirs.parse_response(operation, &head, body.into(), &mut output).map_err(|error| failed(&error))?;
        ours.serialize_response(operation, &mut output, exchange).map_err(|error| failed(&error))
    }
}

fn is_cbor(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|it| it.as_bytes().get(..CBOR_1_1.len()));
    given.is_some_and(|it| it.eq_ignore_ascii_case(CBOR_1_1.as_bytes()))
}

/// The first of a service's protocols that moto reads.
fn read_by_moto(service: &ServiceSchema) -> Option<ProtocolKind> {
    service.metadata.protocols.iter().copied().find(|it| *it != ProtocolKind::RpcV2Cbor)
}

fn json_of(service: &ServiceSchema) -> HeaderValue {
    if service.metadata.json_version == Some("1.0") { JSON_1_0 } else { JSON_1_1 }
}

/// Sets the content type, unless it is one by which moto knows the protocol.
fn name(headers: &mut HeaderMap, content_type: HeaderValue, is_known: impl Fn(&HeaderValue) -> bool) {
    if !headers.get(header::CONTENT_TYPE).is_some_and(is_known) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
}

fn has_events(operation: Operation) -> bool {
    let has = |schema: Option<Schema>| schema.and_then(Schema::event_stream).is_some();
    has(operation.input()) || has(operation.output())
}

fn unreadable(operation: Operation, what: &str) -> AwsError {
    let message =
        format!("moto has {}.{}, but does not read {what}", operation.service().name, operation.name());
    AwsError::receiver("NotImplemented", message).with_status(501)
}

#[cfg(test)]
mod tests;
