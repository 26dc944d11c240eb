//! What query and ec2 share: requests are forms, answers are XML.

use asf_schema::{Operation, Schema, ServiceSchema, XmlNamespace};
use http::request::Parts;
use http::{HeaderValue, Method, header};

use super::{ParseError, Request, SerializeError, rpc};
use crate::codec::form::{self, Dialect, FormWriter, Parameters};
use crate::codec::xml::{self, Element, XmlOptions, XmlReader, XmlWriter};
use crate::codec::{CodecError, names::Names};
use crate::error::{ReceivedError, ServiceError};
use crate::shape::{ByteStream, Scalar, Shape};
use crate::{AwsError, Value};

/// Reads a request whose parameters are in the query string, in the body, or in both. `malformed` is the
/// code of the error where they are not of the model.
pub(super) fn parse_request(
    operation: Operation,
    request: &Parts,
    body: &ByteStream,
    dialect: Dialect,
    malformed: &'static str,
    input: &mut dyn Shape,
) -> Result<(), AwsError> {
    let Some(schema) = operation.input() else { return Ok(()) };
    let parameters = Parameters::read(request.uri.query(), rpc::arrived(body))
        .map_err(|error| AwsError::sender("MalformedQueryString", error.to_string()))?;
    form::read_shape(schema, &parameters, dialect, input)
        .map_err(|error| AwsError::sender(malformed, error.to_string()))
}

/// Writes a request as a POST with the parameters in the body.
pub(super) fn serialize_request(
    operation: Operation,
    dialect: Dialect,
    input: &dyn Shape,
) -> Result<Request, SerializeError> {
    let mut body = String::with_capacity(256);
    let mut writer = FormWriter::new(dialect, &mut body);
    writer.parameter("Action", operation.name());
    writer.parameter("Version", operation.service().metadata.api_version);
    if let Some(schema) = operation.input() {
        writer.members(schema, input)?;
    }
    let mut request = Request::new(body.into());
    *request.method_mut() = Method::POST;
    let content_type = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
    request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    Ok(request)
}

/// Namespace of all that a service answers.
pub(super) fn namespace(service: &'static ServiceSchema) -> Option<XmlNamespace> {
    service.metadata.xml_namespace.map(|uri| XmlNamespace { prefix: None, uri })
}

/// Reads a successful response. The members are in the element of the name `wrapper`, or in the root.
pub(super) fn parse_response(
    operation: Operation,
    body: &ByteStream,
    names: Names,
    wrapper: Option<&str>,
    output: &mut dyn Shape,
) -> Result<(), ParseError> {
    let Some(schema) = operation.output() else { return Ok(()) };
    let bytes = rpc::arrived_response(body, false)?;
    read_result(schema, bytes, names, wrapper, output)
        .map_err(|error| ParseError::Malformed(error.to_string()))
}

fn read_result(
    schema: Schema,
    bytes: &[u8],
    names: Names,
    wrapper: Option<&str>,
    output: &mut dyn Shape,
) -> Result<(), CodecError> {
    let mut reader = XmlReader::new(bytes, XmlOptions::LENIENT.names(names))?;
    let root = reader.root()?;
    let Some(wrapper) = wrapper else {
        reader.value(schema, &root, output)?;
        return reader.finish();
    };
    let mut found = false;
    while let Some(child) = reader.child(&root)? {
        if child.name() == wrapper && !found {
            found = true;
            reader.value(schema, &child, output)?;
        } else {
            reader.skip(&child)?;
        }
    }
    match found {
        true => reader.finish(),
        false => Err(CodecError::new(format!("the XML has no element '{wrapper}'"))),
    }
}

/// Codes of errors that no model has: what other protocols call them, query, and ec2. From the lists of
/// common errors in the references of the query services and of EC2; the first three also from
/// `aws-recordings/sqs`, where an answer shows both.
const CODES: &[(&str, &str, &str)] = &[
    ("InvalidParameterValueException", "InvalidParameterValue", "InvalidParameterValue"),
    ("InvalidParameterCombinationException", "InvalidParameterCombination", "InvalidParameterCombination"),
    ("MissingRequiredParameterException", "MissingParameter", "MissingParameter"),
    ("ValidationException", "ValidationError", "InvalidParameterValue"),
    ("SerializationException", "MalformedInput", "InvalidParameterValue"),
    ("UnknownOperationException", "InvalidAction", "InvalidAction"),
    ("AccessDeniedException", "AccessDenied", "UnauthorizedOperation"),
    ("ExpiredTokenException", "ExpiredToken", "RequestExpired"),
    ("IncompleteSignatureException", "IncompleteSignature", "IncompleteSignature"),
    ("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
    ("MissingAuthenticationTokenException", "MissingAuthenticationToken", "MissingAuthenticationToken"),
    ("UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"),
    ("ThrottlingException", "Throttling", "RequestLimitExceeded"),
    ("ServiceUnavailableException", "ServiceUnavailable", "Unavailable"),
];

/// The code of an error: that of its shape (`AWS.SimpleQueueService.NonExistentQueue`, where json has the
/// shape's name), also where it was raised by the name alone.
fn code_of<'e>(
    service: &'static ServiceSchema,
    operation: Option<Operation>,
    dialect: Dialect,
    error: &'e dyn ServiceError,
) -> &'e str {
    let schema = error.schema().or_else(|| rpc::modelled(service, operation, error.code()));
    if let Some(modelled) = schema.and_then(Schema::error) {
        return modelled.code;
    }
    let code = rpc::bare(error.code());
    match (CODES.iter().find(|(name, ..)| *name == code), dialect) {
        (Some((_, query, _)), Dialect::Query) => query,
        (Some((.., ec2)), Dialect::Ec2) => ec2,
        (None, _) => code,
    }
}

/// Writes the element `Error`: type (in query), code, message, and the other members of a modelled error.
pub(super) fn write_error(
    service: &'static ServiceSchema,
    operation: Option<Operation>,
    error: &dyn ServiceError,
    dialect: Dialect,
    out: &mut String,
) {
    let options = XmlOptions::STRICT.names(names_of(dialect));
    let mut writer = XmlWriter::new(options, out);
    writer.open("Error", None);
    if dialect == Dialect::Query {
        writer.text("Type", if error.sender_fault() { "Sender" } else { "Receiver" });
    }
    writer.text("Code", code_of(service, operation, dialect, error));
    if let Some(message) = error.message() {
        writer.text("Message", message);
    }
    if let Some((schema, members)) = error.schema().zip(error.members()) {
        let message = rpc::message_member(Some(schema)).map(|(index, _)| index);
        for member in schema.members() {
            let name = options.names.element(member);
            let written = Some(member.index()) == message || matches!(name, "Type" | "Code" | "Message");
            let Some(part) = members.get(member.index()).filter(|_| !written) else { continue };
            // Half a member would be worse than none: the code is more than nothing.
            let start = out.len();
            if xml::write_member(member, part, options, out).is_err() {
                out.truncate(start);
            }
        }
    }
    XmlWriter::new(options, out).close("Error");
}

fn names_of(dialect: Dialect) -> Names {
    match dialect {
        Dialect::Query => Names::Query,
        Dialect::Ec2 => Names::Wire,
    }
}

/// Reads an error response of either protocol. What cannot be read is left out.
pub(super) fn parse_error(
    operation: Operation,
    response: &http::response::Parts,
    body: &[u8],
    dialect: Dialect,
) -> ReceivedError {
    let options = XmlOptions::LENIENT.names(names_of(dialect));
    let probe = Probe::of(body, options);
    let message = probe.message.clone();
    let mut received = rpc::received(operation, response, probe.code, probe.message, |schema, members| {
        if read_members(schema, body, options, members).is_err() {
            *members = Value::structure(schema);
        }
        // It is `Message` on the wire, however the model has it.
        if let (Some((index, _)), Some(message)) = (rpc::message_member(Some(schema)), &message)
            && members.get(index).is_none()
            && let Some(slot) = members.slot(index)
        {
            // A slot of a value takes any scalar.
            let _ = slot.set(Scalar::Str(message));
        }
    });
    if let Some(sender) = probe.sender
        && sender != received.error.sender_fault()
    {
        let (code, text) = (received.code().to_owned(), received.message().unwrap_or_default().to_owned());
        let error = if sender { AwsError::sender(code, text) } else { AwsError::receiver(code, text) };
        received.error = error.with_status(response.status.as_u16());
    }
    received
}

fn read_members(
    schema: Schema,
    body: &[u8],
    options: XmlOptions,
    members: &mut Value,
) -> Result<(), CodecError> {
    let mut reader = XmlReader::new(body, options)?;
    match error_element(&mut reader)? {
        Some(element) => reader.value(schema, &element, members),
        None => Err(CodecError::new("the XML has no element 'Error'")),
    }
}

/// The element `Error`: in `ErrorResponse`, in `Response` and `Errors`, or at the root.
fn error_element<'x>(reader: &mut XmlReader<'x>) -> Result<Option<Element<'x>>, CodecError> {
    let mut element = reader.root()?;
    'down: while element.name() != "Error" {
        while let Some(child) = reader.child(&element)? {
            if matches!(child.name(), "Error" | "Errors") {
                element = child;
                continue 'down;
            }
            reader.skip(&child)?;
        }
        return Ok(None);
    }
    Ok(Some(element))
}

/// What every error says.
#[derive(Default)]
struct Probe {
    code: Option<String>,
    message: Option<String>,
    sender: Option<bool>,
}

impl Probe {
    /// A body that is not XML is itself the message.
    fn of(body: &[u8], options: XmlOptions) -> Self {
        let mut probe = Self::default();
        if probe.read(body, options).is_err() && probe.code.is_none() && !body.is_empty() {
            probe.message = Some(String::from_utf8_lossy(body).into_owned());
        }
        probe
    }

    fn read(&mut self, body: &[u8], options: XmlOptions) -> Result<(), CodecError> {
        let mut reader = XmlReader::new(body, options)?;
        let Some(element) = error_element(&mut reader)? else { return Ok(()) };
        while let Some(child) = reader.child(&element)? {
            match child.name() {
                "Code" => self.code = Some(reader.text(&child)?.into_owned()),
                "Message" => self.message = Some(reader.text(&child)?.into_owned()),
                "Type" => self.sender = Some(reader.text(&child)? == "Sender"),
                _ => reader.skip(&child)?,
            }
        }
        Ok(())
    }
}
