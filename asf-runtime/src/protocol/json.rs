//! awsJson 1.0 and 1.1: the operation in `X-Amz-Target`, everything else in a JSON body.
//!
//! Kinesis's old dialect belongs here too: a request of `application/x-amz-cbor-1.1` is the same in
//! CBOR, with timestamps in milliseconds, and is answered in kind.

use asf_schema::{Operation, ProtocolKind, Schema, ServiceSchema};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::rpc::{self, ErrorName};
use super::{Exchange, ParseError, Protocol, Request, Response, SerializeError};
use crate::codec::CodecError;
use crate::codec::cbor::{self, CborOptions, CborWriter};
use crate::codec::json::{self, JsonOptions};
use crate::error::{ReceivedError, ServiceError};
use crate::shape::{ByteStream, Shape};
use crate::{AwsError, Value};

/// awsJson 1.0 and 1.1.
pub(super) struct AwsJson;

/// Header that names the operation: `<target prefix>.<operation>`.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const CBOR_1_1: &str = "application/x-amz-cbor-1.1";

/// What the bodies of an exchange are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    /// `application/x-amz-cbor-1.1`
    Cbor,
}

impl Format {
    /// What a message with these headers has.
    fn of(headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        match content_type.get(..CBOR_1_1.len()) {
            Some(start) if start.eq_ignore_ascii_case(CBOR_1_1.as_bytes()) => Self::Cbor,
            _ => Self::Json,
        }
    }

    fn content_type(self, service: &'static ServiceSchema) -> &'static str {
        match (self, service.metadata.json_version) {
            (Self::Cbor, _) => CBOR_1_1,
            (Self::Json, Some("1.0")) => "application/x-amz-json-1.0",
            (Self::Json, _) => "application/x-amz-json-1.1",
        }
    }

    fn read(
        self,
        schema: Schema,
        bytes: &[u8],
        strict: bool,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        match self {
            Self::Json => {
                json::read_shape(schema, bytes, JsonOptions { strict, ..JsonOptions::STRICT }, into)
            }
            Self::Cbor => {
                cbor::read_shape(schema, bytes, CborOptions { strict, ..CborOptions::MILLIS }, into)
            }
        }
    }

    /// The body of a structure; an empty one where there is no schema.
    fn write(self, schema: Option<Schema>, value: &dyn Shape) -> Result<Vec<u8>, CodecError> {
        let mut out = Vec::with_capacity(256);
        match (self, schema) {
            (Self::Json, Some(schema)) => json::write_shape(schema, value, JsonOptions::STRICT, &mut out)?,
            (Self::Json, None) => out.extend_from_slice(b"{}"),
            (Self::Cbor, Some(schema)) => cbor::write_shape(schema, value, CborOptions::MILLIS, &mut out)?,
            (Self::Cbor, None) => out.push(0xa0),
        }
        Ok(out)
    }
}

impl Protocol for AwsJson {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::Json
    }

    fn parse_request(
        &self,
        operation: Operation,
        request: &Parts,
        body: ByteStream,
        input: &mut dyn Shape,
    ) -> Result<(), AwsError> {
        let Some(schema) = operation.input() else { return Ok(()) };
        Format::of(&request.headers).read(schema, rpc::arrived(&body), true, input)?;
        Ok(())
    }

    fn serialize_response(
        &self,
        operation: Operation,
        output: &mut dyn Shape,
        exchange: Exchange<'_>,
    ) -> Result<Response, SerializeError> {
        let format = Format::of(exchange.headers);
        let body = format.write(operation.output(), output)?;
        let content_type = format.content_type(operation.service());
        Ok(rpc::response(operation.row().status, Some(content_type), exchange, body))
    }

    fn serialize_error(
        &self,
        service: &'static ServiceSchema,
        operation: Option<Operation>,
        error: &dyn ServiceError,
        exchange: Exchange<'_>,
    ) -> Response {
        let format = Format::of(exchange.headers);
        let absolute = service.metadata.json_version == Some("1.0");
        let named = rpc::error_name(service, operation, error, absolute, exchange);
        let body = match format {
            Format::Json => json_error(error, &named),
            Format::Cbor => cbor_error(error, &named, CborOptions::MILLIS),
        };
        let content_type = format.content_type(service);
        let mut response = rpc::response(error.status(), Some(content_type), exchange, body);
        if let Some(code) = named.query_code {
            rpc::set(response.headers_mut(), rpc::QUERY_ERROR, &code);
        }
        response
    }

    fn serialize_request(
        &self,
        operation: Operation,
        input: &mut dyn Shape,
    ) -> Result<Request, SerializeError> {
        let metadata = &operation.service().metadata;
        let body = Format::Json.write(operation.input(), input)?;
        let mut request = Request::new(body.into());
        *request.method_mut() = Method::POST;
        let target = format!("{}.{}", metadata.target_prefix.unwrap_or_default(), operation.name());
        let headers = request.headers_mut();
        rpc::set(headers, TARGET, &target);
        rpc::set(headers, header::CONTENT_TYPE, Format::Json.content_type(operation.service()));
        if metadata.query_compatible {
            rpc::set(headers, rpc::QUERY_MODE, "true");
        }
        Ok(request)
    }

    fn parse_response(
        &self,
        operation: Operation,
        response: &http::response::Parts,
        body: ByteStream,
        output: &mut dyn Shape,
    ) -> Result<(), ParseError> {
        let Some(schema) = operation.output() else { return Ok(()) };
        let bytes = rpc::arrived_response(&body, schema.streaming().is_some())?;
        Format::of(&response.headers)
            .read(schema, bytes, false, output)
            .map_err(|error| ParseError::Malformed(error.to_string()))
    }

    fn parse_error(
        &self,
        operation: Operation,
        response: &http::response::Parts,
        body: &[u8],
    ) -> ReceivedError {
        let format = Format::of(&response.headers);
        let probe = match format {
            Format::Json => Probe::of_json(body),
            Format::Cbor => Probe::of_cbor(body),
        };
        rpc::received(operation, response, probe.name, probe.message, |schema, members| {
            // What cannot be read is left out: the code is more than nothing.
            if format.read(schema, body, false, members).is_err() {
                *members = Value::structure(schema);
            }
        })
    }
}

/// What the body of an error says without a schema.
#[derive(Default)]
pub(super) struct Probe {
    pub(super) name: Option<String>,
    pub(super) message: Option<String>,
}

impl Probe {
    /// A body that is not JSON is itself the message, as botocore has it.
    pub(super) fn of_json(body: &[u8]) -> Self {
        match serde_json::from_slice::<serde_json::Value>(body) {
            Ok(json) => Self::of(&json),
            Err(_) if body.is_empty() => Self::default(),
            Err(_) => Self { name: None, message: Some(String::from_utf8_lossy(body).into_owned()) },
        }
    }

    pub(super) fn of_cbor(body: &[u8]) -> Self {
        cbor::read_document(body).map(|document| Self::of(&document)).unwrap_or_default()
    }

    fn of(document: &serde_json::Value) -> Self {
        let text =
            |names: [&str; 2]| names.iter().find_map(|it| document.get(*it)?.as_str()).map(str::to_owned);
        Self { name: text(["__type", "code"]), message: text(["message", "Message"]) }
    }
}

/// The body of an error: its type, its members, and its message where the members have none.
fn json_error(error: &dyn ServiceError, named: &ErrorName) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.push(b'{');
    json::write_key("__type", &mut out);
    json::write_str(&named.name, &mut out);
    let mut message_written = false;
    if let (Some(schema), Some(members)) = (error.schema(), error.members()) {
        let start = out.len();
        message_written =
            rpc::message_member(Some(schema)).is_some_and(|(index, _)| members.get(index).is_some());
        if json::write_members(schema, members, JsonOptions::STRICT, false, &mut out).is_err() {
            out.truncate(start);
            message_written = false;
        }
    }
    if let (false, Some(message)) = (message_written, error.message()) {
        json::write_key(rpc::message_key(named.schema), &mut out);
        json::write_str(message, &mut out);
    }
    out.push(b'}');
    out
}

/// The same in CBOR.
pub(super) fn cbor_error(error: &dyn ServiceError, named: &ErrorName, options: CborOptions) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    let modelled = error.schema().zip(error.members());
    // Written apart, so that members which cannot be written leave no half of them behind.
    let mut members_out = Vec::new();
    let written = modelled.is_some_and(|(schema, members)| {
        CborWriter::new(options, &mut members_out).members(schema, members).is_ok()
    });
    let message_written = written
        && modelled.is_some_and(|(schema, members)| {
            rpc::message_member(Some(schema)).is_some_and(|(index, _)| members.get(index).is_some())
        });
    let mut writer = CborWriter::new(options, &mut out);
    writer.begin();
    writer.text("__type", &named.name);
    if let (false, Some(message)) = (message_written, error.message()) {
        writer.text(rpc::message_key(named.schema), message);
    }
    if written {
        out.append(&mut members_out);
    }
    CborWriter::new(options, &mut out).end();
    out
}
