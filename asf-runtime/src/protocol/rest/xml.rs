//! rest-xml: XML bodies. S3, which was there first, does some things its own way.

use asf_schema::{
    Member, MemberFlags, Operation, ProtocolKind, Schema, ServiceSchema, ShapeFlags, XmlNamespace,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::body::{self, Body};
use super::text::Sender;
use super::xml_error::{error_document, in_error, is_bare_error, probe, refused_body, refused_head};
use super::{head, media_type};
use crate::codec::CodecError;
use crate::codec::xml::{self, XmlOptions, XmlReader, XmlWriter};
use crate::error::{ReceivedError, ServiceError};
use crate::protocol::{Exchange, ParseError, Protocol, Request, Response, SerializeError, rpc};
use crate::shape::{ByteStream, Mismatch, Scalar, Shape};
use crate::{AwsError, Value};

/// rest-xml.
pub(in crate::protocol) struct RestXml;

/// S3's header with the id of the request, and the one beside it, which its support asks for.
const S3_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const S3_HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");
/// What each document starts with.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// S3 and S3 Control, which signs as S3: they have ids and errors of their own
/// (`aws-recordings/s3control::TestS3ControlAccessPoint::test_access_point_lifecycle`).
pub(crate) fn is_s3(service: &'static ServiceSchema) -> bool {
    service.metadata.no_error_wrapping || service.metadata.signing_name == "s3"
}

impl Protocol for RestXml {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::RestXml
    }

    fn parse_request(
        &self,
        operation: Operation,
        request: &Parts,
        body: ByteStream,
        input: &mut dyn Shape,
    ) -> Result<(), AwsError> {
        let Some(schema) = operation.input() else { return Ok(()) };
        let service = operation.service();
        input.begin(schema);
        head::read_request(operation, schema, request, Sender::XmlClient, input)
            .map_err(|error| refused_head(service, error))?;
        let root = operation.row().input_xml_name;
        read_body(schema, Body::of_input(Some(schema)), body, root, XmlOptions::STRICT, input)
            .map_err(|error| refused_body(service, error))
    }

    fn serialize_response(
        &self,
        operation: Operation,
        output: &mut dyn Shape,
        exchange: Exchange<'_>,
    ) -> Result<Response, SerializeError> {
        let service = operation.service();
        let status = body::modelled_status(operation.row().status, operation.output(), output);
        let mut response = empty_response(service, status, exchange);
        let Some(schema) = operation.output() else { return Ok(response) };
        if let Some(status) = head::status(schema, output) {
            rpc::set_status(&mut response, status);
        }
        head::write_headers(schema, output, response.headers_mut())?;
        if body::is_forbidden(response.status().as_u16()) {
            return Ok(response);
        }
        let kind = Body::of_output(Some(schema));
        let names = Names::of_output(operation, schema);
        let body = match kind {
            Body::Members if schema.has(ShapeFlags::UNWRAPPED_XML_OUTPUT) => {
                unwrapped(schema, &names, output)?
            }
            _ => write_body(schema, kind, &names, output)?,
        };
        media_type::set(schema, kind, media_type::XML, &body, response.headers_mut());
        *response.body_mut() = body;
        Ok(response)
    }

    fn serialize_error(
        &self,
        service: &'static ServiceSchema,
        _operation: Option<Operation>,
        error: &dyn ServiceError,
        exchange: Exchange<'_>,
    ) -> Response {
        let mut response = empty_response(service, error.status(), exchange);
        if let (Some(schema), Some(members)) = (error.schema(), error.members()) {
            let mut headers = HeaderMap::new();
            // An error with a header less is better than none at all.
            if head::write_headers(schema, members, &mut headers).is_ok() {
                response.headers_mut().extend(headers);
            }
        }
        for detail in error.details().iter().filter(|detail| detail.is_header) {
            let name = HeaderName::from_bytes(detail.name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(detail.text.as_str())) {
                response.headers_mut().insert(name, value);
            }
        }
        // To a HEAD request HTTP sends no body: the server leaves it out, and clients take the status for the
        // code. Callers in the process get to see both.
        if !body::is_forbidden(error.status()) {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type::XML));
            *response.body_mut() = error_document(service, error, exchange).into();
        }
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
        let is_set =
            |it: Member| it.location() == asf_schema::Location::Body && input.get(it.index()).is_some();
        if matches!(kind, Body::Members) && !schema.members().any(is_set) {
            return Ok(request);
        }
        let body = write_body(schema, kind, &Names::of_input(operation, schema), input)?;
        media_type::set(schema, kind, media_type::XML, &body, request.headers_mut());
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
        let kind = Body::of_output(Some(schema));
        let read = match kind {
            Body::Members if schema.has(ShapeFlags::UNWRAPPED_XML_OUTPUT) => {
                read_unwrapped(schema, &body, output)
            }
            _ => read_body(schema, kind, body, None, XmlOptions::LENIENT, output),
        };
        read.map_err(|error| ParseError::Malformed(error.to_string()))
    }

    fn is_error(&self, operation: Operation, response: &http::response::Parts, body: &[u8]) -> bool {
        if response.status.is_client_error() || response.status.is_server_error() {
            return true;
        }
        // S3 begins some answers before it knows how they end: CopyObject and CompleteMultipartUpload can fail
        // with status 200 (Amazon S3 API Reference, `CopyObject`). A body that is the object says nothing.
        let is_document = !matches!(Body::of_output(operation.output()), Body::Bytes(_) | Body::Text(_));
        operation.service().metadata.no_error_wrapping && is_document && is_bare_error(body)
    }

    fn parse_error(
        &self,
        operation: Operation,
        response: &http::response::Parts,
        body: &[u8],
    ) -> ReceivedError {
        // A body that cannot be read is the same as none: the status is the code then, as botocore has it.
        let (code, message) = probe(body).unwrap_or_default();
        let text = message.clone();
        rpc::received(operation, response, code, message, |schema, members| {
            let read = match body.is_empty() {
                true => {
                    members.begin(schema);
                    Ok(())
                }
                false => in_error(body, |reader, error| reader.value(schema, error, members)),
            };
            let read = read.and_then(|()| Ok(head::read_response(schema, response, members)?));
            if read.is_err() {
                *members = Value::structure(schema);
            }
            // The message is in `Message`, whatever the model calls it.
            if let (Some((index, _)), Some(text)) = (rpc::message_member(Some(schema)), text)
                && members.get(index).is_none()
                && let Some(slot) = members.slot(index)
            {
                // A string takes a text.
                let _ = slot.set(Scalar::Str(&text));
            }
        })
    }
}

/// A response with the ids that all have.
fn empty_response(service: &'static ServiceSchema, status: u16, exchange: Exchange<'_>) -> Response {
    let mut response = Response::new(ByteStream::Empty);
    rpc::set_status(&mut response, status);
    let headers = response.headers_mut();
    if is_s3(service) {
        rpc::set(headers, S3_REQUEST_ID, exchange.request_id);
        rpc::set(headers, S3_HOST_ID, &host_id(exchange));
    } else {
        rpc::set(headers, rpc::REQUEST_ID, exchange.request_id);
    }
    response
}

/// The id of the host that answered. To clients it is opaque; ours is made of the request's.
pub(super) fn host_id(exchange: Exchange<'_>) -> String {
    STANDARD.encode(exchange.request_id)
}

/// What the document of an input or output is called where no member says so.
struct Names {
    root: &'static str,
    namespace: Option<XmlNamespace>,
    declaration: &'static str,
    options: XmlOptions,
}

impl Names {
    fn of_output(operation: Operation, schema: Schema) -> Self {
        let row = operation.row();
        let service = operation.service().metadata.xml_namespace;
        let namespace = service.map(|uri| XmlNamespace { prefix: None, uri });
        Self {
            root: row.output_xml_name.or(schema.row().xml_name).unwrap_or(schema.name()),
            namespace: schema.xml_namespace().copied().or(namespace),
            declaration: DECLARATION,
            options: XmlOptions::STRICT.output(),
        }
    }

    fn of_input(operation: Operation, schema: Schema) -> Self {
        let row = operation.row();
        Self {
            root: row.input_xml_name.or(schema.row().xml_name).unwrap_or(schema.name()),
            namespace: row.input_xml_namespace.or(schema.xml_namespace()).copied(),
            declaration: "",
            options: XmlOptions::STRICT,
        }
    }

    /// The name of the document that is a member, where the model gives one.
    fn given(member: Member) -> Option<&'static str> {
        if member.has(MemberFlags::NAMED) { Some(member.wire_name()) } else { member.target().row().xml_name }
    }
}

fn write_body(
    schema: Schema,
    kind: Body,
    names: &Names,
    from: &mut dyn Shape,
) -> Result<ByteStream, SerializeError> {
    let mut out = String::new();
    match kind {
        Body::None | Body::Events => {}
        Body::Members => {
            out.reserve(512);
            out.push_str(names.declaration);
            let namespace = names.namespace.as_ref();
            xml::write_body(names.root, namespace, schema, from, names.options, &mut out)?;
        }
        Body::Document(member) => {
            let Some(part) = from.get(member.index()) else { return Ok(ByteStream::Empty) };
            let target = member.target();
            let name = Names::given(member).unwrap_or(target.name());
            let namespace = member.xml_namespace().or(target.xml_namespace()).or(names.namespace.as_ref());
            out.reserve(512);
            out.push_str(names.declaration);
            xml::write_element(name, namespace, target, part, XmlOptions::STRICT, &mut out)
                .map_err(|error| error.within(member.name()))?;
        }
        Body::Text(member) | Body::Bytes(member) => return Ok(body::take(member, from)),
    }
    Ok(out.into())
}

/// The document of an output whose only member is the root element itself.
fn unwrapped(schema: Schema, names: &Names, from: &dyn Shape) -> Result<ByteStream, SerializeError> {
    let mut out = names.declaration.to_owned();
    let member = schema.members().next();
    let part = member.and_then(|it| Some((it, from.get(it.index())?)));
    let mut writer = XmlWriter::new(XmlOptions::STRICT, &mut out);
    match part {
        Some((member, part)) => {
            writer.element(names.root, names.namespace.as_ref(), member.target(), part)?;
        }
        None => {
            writer.open(names.root, names.namespace.as_ref());
            writer.close(names.root);
        }
    }
    Ok(out.into())
}

fn read_unwrapped(schema: Schema, body: &ByteStream, into: &mut dyn Shape) -> Result<(), CodecError> {
    let bytes = body::arrived(body)?;
    let Some(member) = schema.members().next().filter(|_| !bytes.is_empty()) else { return Ok(()) };
    let mut reader = XmlReader::new(bytes, XmlOptions::LENIENT)?;
    let root = reader.root()?;
    let text = reader.text(&root)?;
    reader.finish()?;
    // An element without text is a member that is absent: the location of buckets in us-east-1.
    if !text.is_empty() {
        let slot = into.slot(member.index()).ok_or(Mismatch)?;
        slot.set(Scalar::Str(&text))?;
    }
    Ok(())
}

fn read_body(
    schema: Schema,
    kind: Body,
    body: ByteStream,
    root: Option<&'static str>,
    options: XmlOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    match kind {
        Body::None | Body::Events => Ok(()),
        Body::Members => xml::read_body(schema, body::arrived(&body)?, XmlOptions { root, ..options }, into),
        Body::Document(member) => {
            let bytes = body::arrived(&body)?;
            if bytes.is_empty() {
                return Ok(());
            }
            let slot = into.slot(member.index()).ok_or(Mismatch)?;
            read_document(member, bytes, options, slot).map_err(|error| error.within(member.name()))
        }
        Body::Text(member) | Body::Bytes(member) => {
            body::read(member, body, into).map_err(|error| error.within(member.name()))
        }
    }
}

/// Reads a document that is a member. In requests its root element has the name of the member or, as Smithy
/// has it, that of the shape; without a name in the model it may have any.
fn read_document(
    member: Member,
    bytes: &[u8],
    options: XmlOptions,
    into: &mut dyn Shape,
) -> Result<(), CodecError> {
    let mut reader = XmlReader::new(bytes, options)?;
    let root = reader.root()?;
    let target = member.target();
    let wrong = |given: &str| root.name() != given && root.name() != target.name();
    if let Some(given) = Names::given(member).filter(|it| options.strict && wrong(it)) {
        return Err(CodecError::new(format!("the root element is not '{given}'")));
    }
    reader.value(target, &root, into)?;
    reader.finish()
}
