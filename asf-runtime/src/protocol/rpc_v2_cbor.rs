//! smithy-rpc-v2-cbor: the operation in the path, everything else in a CBOR body.
//!
//! Facts from Smithy's specification of the protocol: both sides send `Smithy-Protocol: rpc-v2-cbor`;
//! what has no input (or output) shape has no body and no content type; a shape without members is an
//! empty map; errors carry an absolute shape id in `__type`.

use asf_schema::{Operation, ProtocolKind, Schema, ServiceSchema};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Uri, header};

use super::json::{Probe, cbor_error};
use super::{Exchange, ParseError, Protocol, Request, Response, SerializeError, rpc};
use crate::codec::cbor::{self, CborOptions};
use crate::error::{ReceivedError, ServiceError};
use crate::shape::{ByteStream, Shape};
use crate::{AwsError, Value};

/// smithy-rpc-v2-cbor.
pub(super) struct RpcV2Cbor;

const PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");
const RPC_V2_CBOR: HeaderValue = HeaderValue::from_static("rpc-v2-cbor");
const CBOR: &str = "application/cbor";
const EVENTS: &str = "application/vnd.amazon.eventstream";

impl Protocol for RpcV2Cbor {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::RpcV2Cbor
    }

    fn parse_request(
        &self,
        operation: Operation,
        _request: &Parts,
        body: ByteStream,
        input: &mut dyn Shape,
    ) -> Result<(), AwsError> {
        let Some(schema) = operation.input() else { return Ok(()) };
        cbor::read_shape(schema, rpc::arrived(&body), CborOptions::STRICT, input)?;
        Ok(())
    }

    fn serialize_response(
        &self,
        operation: Operation,
        output: &mut dyn Shape,
        exchange: Exchange<'_>,
    ) -> Result<Response, SerializeError> {
        let mut body = Vec::new();
        let content_type = match operation.output() {
            Some(schema) => {
                cbor::write_shape(schema, output, CborOptions::STRICT, &mut body)?;
                Some(CBOR)
            }
            None => None,
        };
        let mut response = rpc::response(operation.row().status, content_type, exchange, body);
        response.headers_mut().insert(PROTOCOL, RPC_V2_CBOR);
        Ok(response)
    }

    fn serialize_error(
        &self,
        service: &'static ServiceSchema,
        operation: Option<Operation>,
        error: &dyn ServiceError,
        exchange: Exchange<'_>,
    ) -> Response {
        let named = rpc::error_name(service, operation, error, true, exchange);
        let body = cbor_error(error, &named, CborOptions::STRICT);
        let mut response = rpc::response(error.status(), Some(CBOR), exchange, body);
        response.headers_mut().insert(PROTOCOL, RPC_V2_CBOR);
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
        let mut body = Vec::new();
        if let Some(schema) = operation.input() {
            cbor::write_shape(schema, input, CborOptions::STRICT, &mut body)?;
        }
        let has_body = !body.is_empty();
        let mut request = Request::new(if has_body { body.into() } else { ByteStream::Empty });
        let service = metadata.target_prefix.unwrap_or(operation.service().name);
        let path = format!("/service/{service}/operation/{}", operation.name());
        *request.method_mut() = Method::POST;
        *request.uri_mut() =
            Uri::try_from(path).map_err(|error| SerializeError::new("", error.to_string()))?;
        let events = |schema: Option<Schema>| schema.and_then(Schema::event_stream).is_some();
        let headers = request.headers_mut();
        headers.insert(PROTOCOL, RPC_V2_CBOR);
        let accept = if events(operation.output()) { EVENTS } else { CBOR };
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        if has_body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CBOR));
        }
        if metadata.query_compatible {
            rpc::set(headers, rpc::QUERY_MODE, "true");
        }
        Ok(request)
    }

    fn parse_response(
        &self,
        operation: Operation,
        _response: &http::response::Parts,
        body: ByteStream,
        output: &mut dyn Shape,
    ) -> Result<(), ParseError> {
        let Some(schema) = operation.output() else { return Ok(()) };
        let bytes = rpc::arrived_response(&body, schema.streaming().is_some())?;
        cbor::read_shape(schema, bytes, CborOptions::LENIENT, output)
            .map_err(|error| ParseError::Malformed(error.to_string()))
    }

    fn parse_error(
        &self,
        operation: Operation,
        response: &http::response::Parts,
        body: &[u8],
    ) -> ReceivedError {
        let probe = Probe::of_cbor(body);
        rpc::received(operation, response, probe.name, probe.message, |schema, members| {
            // What cannot be read is left out: the code is more than nothing.
            if cbor::read_shape(schema, body, CborOptions::LENIENT, members).is_err() {
                *members = Value::structure(schema);
            }
        })
    }
}
