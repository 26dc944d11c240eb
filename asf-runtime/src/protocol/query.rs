//! query: the operation and its input as form parameters, the answer as XML.
//!
//! Facts from Smithy's specification of awsQuery: the result stands in an element of its own inside
//! `<Operation>Response`, the request's id in `ResponseMetadata`; errors are in `ErrorResponse`, with the
//! id beside them.

use asf_schema::{Operation, ProtocolKind, ServiceSchema};
use http::request::Parts;

use super::{Exchange, ParseError, Protocol, Request, Response, SerializeError, form_rpc, rpc};
use crate::AwsError;
use crate::codec::form::Dialect;
use crate::codec::names::Names;
use crate::codec::xml::{XmlOptions, XmlWriter};
use crate::error::{ReceivedError, ServiceError};
use crate::shape::{ByteStream, Shape};

/// query.
pub(super) struct Query;

const TEXT_XML: &str = "text/xml";
const OPTIONS: XmlOptions = XmlOptions::STRICT.names(Names::Query);

impl Protocol for Query {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::Query
    }

    fn parse_request(
        &self,
        operation: Operation,
        request: &Parts,
        body: ByteStream,
        input: &mut dyn Shape,
    ) -> Result<(), AwsError> {
        form_rpc::parse_request(operation, request, &body, Dialect::Query, "MalformedInput", input)
    }

    fn serialize_response(
        &self,
        operation: Operation,
        output: &mut dyn Shape,
        exchange: Exchange<'_>,
    ) -> Result<Response, SerializeError> {
        let mut body = String::with_capacity(512);
        let mut writer = XmlWriter::new(OPTIONS, &mut body);
        let root = format!("{}Response", operation.name());
        writer.open(&root, form_rpc::namespace(operation.service()).as_ref());
        if let Some(wrapper) = operation.row().result_wrapper {
            writer.open(wrapper, None);
            if let Some(schema) = operation.output() {
                writer.members(schema, output, false)?;
            }
            writer.close(wrapper);
        } else if let Some(schema) = operation.output() {
            writer.members(schema, output, false)?;
        }
        writer.open("ResponseMetadata", None);
        writer.text("RequestId", exchange.request_id);
        writer.close("ResponseMetadata");
        writer.close(&root);
        Ok(rpc::response(operation.row().status, Some(TEXT_XML), exchange, body.into_bytes()))
    }

    fn serialize_error(
        &self,
        service: &'static ServiceSchema,
        operation: Option<Operation>,
        error: &dyn ServiceError,
        exchange: Exchange<'_>,
    ) -> Response {
        let mut body = String::with_capacity(512);
        XmlWriter::new(OPTIONS, &mut body).open("ErrorResponse", form_rpc::namespace(service).as_ref());
        form_rpc::write_error(service, operation, error, Dialect::Query, &mut body);
        let mut writer = XmlWriter::new(OPTIONS, &mut body);
        writer.text("RequestId", exchange.request_id);
        writer.close("ErrorResponse");
        rpc::response(error.status(), Some(TEXT_XML), exchange, body.into_bytes())
    }

    fn serialize_request(
        &self,
        operation: Operation,
        input: &mut dyn Shape,
    ) -> Result<Request, SerializeError> {
        form_rpc::serialize_request(operation, Dialect::Query, input)
    }

    fn parse_response(
        &self,
        operation: Operation,
        _response: &http::response::Parts,
        body: ByteStream,
        output: &mut dyn Shape,
    ) -> Result<(), ParseError> {
        form_rpc::parse_response(operation, &body, Names::Query, operation.row().result_wrapper, output)
    }

    fn parse_error(
        &self,
        operation: Operation,
        response: &http::response::Parts,
        body: &[u8],
    ) -> ReceivedError {
        form_rpc::parse_error(operation, response, body, Dialect::Query)
    }
}
