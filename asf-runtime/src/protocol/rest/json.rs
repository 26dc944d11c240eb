//! rest-json: JSON bodies, and errors named by a header.

use asf_schema::{Kind, Operation, ProtocolKind, Schema, ServiceSchema};
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use super::body::{self, Body};
use super::text::Sender;
use super::{head, media_type};
use crate::codec::CodecError;
use crate::codec::json::{self, JsonOptions};
use crate::error::{ReceivedError, ServiceError};
use crate::protocol::json::Probe;
use crate::protocol::{Exchange, ParseError, Protocol, Request, Response, SerializeError, rpc};
use crate::shape::{ByteStream, Shape};
use crate::{AwsError, Value};

/// rest-json.
pub(in crate::protocol) struct RestJson;

/// Header that names an error.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

impl Protocol for RestJson {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::RestJson
    }

    fn parse_request(
        &self,
        operation: Operation,
        request: &Parts,
        body: ByteStream,
        input: &mut dyn Shape,
    ) -> Result<(), AwsError> {
        let schema = operation.input();
        let kind = Body::of_input(schema);
        media_type::check(operation, kind, &request.headers, is_empty(&body))?;
        let Some(schema) = schema else { return Ok(()) };
        input.begin(schema);
        head::read_request(operation, schema, request, Sender::JsonClient, input)
            .map_err(CodecError::from)?;
        read_body(schema, kind, body, JsonOptions::STRICT, input)?;
        Ok(())
    }

    fn serialize_response(
        &self,
        operation: Operation,
        output: &mut dyn Shape,
        exchange: Exchange<'_>,
    ) -> Result<Response, SerializeError> {
        let schema = operation.output();
        let status = body::modelled_status(operation.row().status, schema, output);
        let mut response = rpc::response(status, None, exchange, Vec::new());
        let Some(schema) = schema else { return Ok(response) };
        if let Some(status) = head::status(schema, output) {
            rpc::set_status(&mut response, status);
        }
        head::write_headers(schema, output, response.headers_mut())?;
        if body::is_forbidden(response.status().as_u16()) {
            return Ok(response);
        }
        // An output is an object even where all of it travels elsewhere: "servers are expected to respond
        // with a JSON object regardless of if the output parameters are empty" (Smithy's protocol tests).
        let kind = match Body::of_output(Some(schema)) {
            Body::None => Body::Members,
            kind => kind,
        };
        let body = write_body(schema, kind, JsonOptions::STRICT.output(), output)?;
        media_type::set(schema, kind, media_type::JSON, &body, response.headers_mut());
        *response.body_mut() = body;
        Ok(response)
    }

    fn serialize_error(
        &self,
        _service: &'static ServiceSchema,
        _operation: Option<Operation>,
        error: &dyn ServiceError,
        exchange: Exchange<'_>,
    ) -> Response {
        let body = if body::is_forbidden(error.status()) { Vec::new() } else { error_body(error) };
        let content_type = (!body.is_empty()).then_some(media_type::JSON);
        let mut response = rpc::response(error.status(), content_type, exchange, body);
        if let (Some(schema), Some(members)) = (error.schema(), error.members()) {
            let mut headers = HeaderMap::new();
            // An error with a header less is better than none at all.
            if head::write_headers(schema, members, &mut headers).is_ok() {
                response.headers_mut().extend(headers);
            }
        }
        // After the members: some services (account, oam) have this very header as a member, and clients
        // know the error by it.
        rpc::set(response.headers_mut(), ERROR_TYPE, error.code());
        response
    }

    fn serialize_request(
        &self,
        operation: Operation,
        input: &mut dyn Shape,
    ) -> Result<Request, SerializeError> {
        let schema = operation.input();
        let mut request = head::write_request(operation, schema, input)?;
        let Some(schema) = schema else { return Ok(request) };
        let kind = Body::of_input(Some(schema));
        let mut body = write_body(schema, kind, JsonOptions::STRICT, input)?;
        if let Body::Document(member) = kind
            && member.target().kind() == Kind::Structure
            && is_empty(&body)
        {
            // As botocore has it: an absent payload is an empty object.
            body = ByteStream::from("{}");
        }
        media_type::set(schema, kind, media_type::JSON, &body, request.headers_mut());
        *request.body_mut() = body;
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
        output.begin(schema);
        head::read_response(schema, response, output)?;
        read_body(schema, Body::of_output(Some(schema)), body, JsonOptions::LENIENT, output)
            .map_err(|error| ParseError::Malformed(error.to_string()))
    }

    fn parse_error(
        &self,
        operation: Operation,
        response: &http::response::Parts,
        body: &[u8],
    ) -> ReceivedError {
        let probe = Probe::of_json(body);
        let named = response.headers.get(ERROR_TYPE).and_then(|it| it.to_str().ok()).map(str::to_owned);
        rpc::received(operation, response, named.or(probe.name), probe.message, |schema, members| {
            members.begin(schema);
            // What cannot be read is left out: the code is more than nothing.
            let read = head::read_response(schema, response, members)
                .map_err(CodecError::from)
                .and_then(|()| json::read_body(schema, body, JsonOptions::LENIENT, members));
            if read.is_err() {
                *members = Value::structure(schema);
            }
        })
    }
}

fn is_empty(body: &ByteStream) -> bool {
    body.length() == Some(0)
}

fn read_body(
    schema: Schema,
    kind: Body,
    body: ByteStream,
    options: JsonOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    match kind {
        Body::None | Body::Events => Ok(()),
        Body::Members => json::read_body(schema, body::arrived(&body)?, options, into),
        Body::Document(member) => {
            let bytes = body::arrived(&body)?;
            // A payload that is absent is an empty object on the wire (RestJsonHttpWithEmptyStructurePayload
            // of Smithy's protocol tests), unless it has to be there.
            let nothing = match (member.target().kind(), member.is_required()) {
                (Kind::Structure, false) => is_empty_object(bytes),
                _ => bytes.is_empty(),
            };
            if nothing {
                return Ok(());
            }
            let slot = into.slot(member.index()).ok_or(crate::shape::Mismatch)?;
            json::read_member(member, bytes, options, slot).map_err(|error| error.within(member.name()))
        }
        Body::Text(member) | Body::Bytes(member) => {
            body::read(member, body, into).map_err(|error| error.within(member.name()))
        }
    }
}

/// Whether a body is nothing, or `{}`.
fn is_empty_object(bytes: &[u8]) -> bool {
    let mut letters = bytes.iter().filter(|it| !it.is_ascii_whitespace());
    matches!((letters.next(), letters.next(), letters.next()), (None, ..) | (Some(b'{'), Some(b'}'), None))
}

fn write_body(
    schema: Schema,
    kind: Body,
    options: JsonOptions,
    from: &mut dyn Shape,
) -> Result<ByteStream, SerializeError> {
    let mut out = Vec::new();
    match kind {
        Body::None | Body::Events => {}
        Body::Members => {
            out.reserve(256);
            json::write_body(schema, from, options, &mut out)?;
        }
        Body::Document(member) => {
            if let Some(part) = from.get(member.index()) {
                json::write_member(member, part, options, &mut out)
                    .map_err(|error| error.within(member.name()))?;
            }
        }
        Body::Text(member) | Body::Bytes(member) => return Ok(body::take(member, from)),
    }
    Ok(out.into())
}

/// The body of an error: its members, and its message where the members have none.
fn error_body(error: &dyn ServiceError) -> Vec<u8> {
    let mut out = vec![b'{'];
    let mut message_written = false;
    if let (Some(schema), Some(members)) = (error.schema(), error.members()) {
        message_written =
            rpc::message_member(Some(schema)).is_some_and(|(index, _)| members.get(index).is_some());
        if json::write_members(schema, members, JsonOptions::STRICT.output(), true, &mut out).is_err() {
            out.truncate(1);
            message_written = false;
        }
    }
    if let (false, Some(message)) = (message_written, error.message()) {
        json::write_key(rpc::message_key(error.schema()), &mut out);
        json::write_str(message, &mut out);
    }
    out.push(b'}');
    out
}
