//! ec2: as query, with another naming of parameters and another frame around answers.
//!
//! Facts from Smithy's specification of ec2Query: members stand in `<Operation>Response` itself, beside
//! the request's id; errors are in `Response` and `Errors`, without a type, and the id is called
//! `RequestID` there.

use asf_schema::{Operation, ProtocolKind, ServiceSchema};
use http::request::Parts;

use super::{Exchange, ParseError, Protocol, Request, Response, SerializeError, form_rpc, rpc};
use crate::AwsError;
use crate::codec::form::Dialect;
use crate::codec::names::Names;
use crate::codec::xml::{XmlOptions, XmlWriter};
use crate::error::{ReceivedError, ServiceError};
use crate::shape::{ByteStream, Shape};

/// ec2.
pub(super) struct Ec2;

const TEXT_XML: &str = "text/xml;charset=UTF-8";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const OPTIONS: XmlOptions = XmlOptions::STRICT;

impl Protocol for Ec2 {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::Ec2
    }

    fn parse_request(
        &self,
        operation: Operation,
        request: &Parts,
        body: ByteStream,
        input: &mut dyn Shape,
    ) -> Result<(), AwsError> {
        form_rpc::parse_request(operation, request, &body, Dialect::Ec2, "InvalidParameterValue", input)
    }

    fn serialize_response(
        &self,
        operation: Operation,
        output: &mut dyn Shape,
        exchange: Exchange<'_>,
    ) -> Result<Response, SerializeError> {
        let mut body = String::with_capacity(512);
        body.push_str(DECLARATION);
        let mut writer = XmlWriter::new(OPTIONS, &mut body);
        let root = format!("{}Response", operation.name());
        writer.open(&root, form_rpc::namespace(operation.service()).as_ref());
        writer.text("requestId", exchange.request_id);
        if let Some(schema) = operation.output() {
            writer.members(schema, output, false)?;
        }
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
        body.push_str(DECLARATION);
        body.push_str("<Response><Errors>");
        form_rpc::write_error(service, operation, error, Dialect::Ec2, &mut body);
        let mut writer = XmlWriter::new(OPTIONS, &mut body);
        writer.close("Errors");
        writer.text("RequestID", exchange.request_id);
        writer.close("Response");
        rpc::response(error.status(), Some(TEXT_XML), exchange, body.into_bytes())
    }

    fn serialize_request(
        &self,
        operation: Operation,
        input: &mut dyn Shape,
    ) -> Result<Request, SerializeError> {
        form_rpc::serialize_request(operation, Dialect::Ec2, input)
    }

    fn parse_response(
        &self,
        operation: Operation,
        _response: &http::response::Parts,
        body: ByteStream,
        output: &mut dyn Shape,
    ) -> Result<(), ParseError> {
        form_rpc::parse_response(operation, &body, Names::Wire, None, output)
    }

    fn parse_error(
        &self,
        operation: Operation,
        response: &http::response::Parts,
        body: &[u8],
    ) -> ReceivedError {
        form_rpc::parse_error(operation, response, body, Dialect::Ec2)
    }
}
