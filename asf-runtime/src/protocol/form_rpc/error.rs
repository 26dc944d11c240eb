//! Errors of query and ec2: the element `Error`, and the codes that the other protocols call otherwise.

use asf_schema::{Operation, Schema, ServiceSchema};

use super::super::rpc;
use super::names_of;
use crate::codec::CodecError;
use crate::codec::form::Dialect;
use crate::codec::xml::{self, Element, XmlOptions, XmlReader, XmlWriter};
use crate::error::{ReceivedError, ServiceError};
use crate::shape::{Scalar, Shape};
use crate::{AwsError, Value};

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
pub(in crate::protocol) fn write_error(
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

/// Reads an error response of either protocol. What cannot be read is left out.
pub(in crate::protocol) fn parse_error(
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
