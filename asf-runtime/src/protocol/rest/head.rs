//! Everything of a message but its body: path, query string, headers, status code.

use asf_schema::{Kind, Location, Member, Operation, Schema};
use http::{HeaderMap, Uri, request, response};

use super::text::Sender;
use super::{header, label, query};
use crate::codec::CodecError;
use crate::protocol::{ParseError, Request, SerializeError};
use crate::shape::{ByteStream, Scalar, Shape};

/// A part of a message's head that is not as the model has it.
#[derive(Debug)]
pub(super) struct HeadError {
    /// The member, where it is one's.
    member: Option<Member>,
    error: CodecError,
}

impl HeadError {
    pub(super) fn new(error: CodecError) -> Self {
        Self { member: None, error }
    }

    pub(super) fn at(member: Member, error: CodecError) -> Self {
        Self { member: Some(member), error }
    }

    /// The name on the wire of a number that is none.
    pub(super) fn number(&self) -> Option<&'static str> {
        let member = self.member?;
        let integers = [Kind::Byte, Kind::Short, Kind::Integer, Kind::Long];
        integers.contains(&member.target().kind()).then_some(member.wire_name())
    }
}

impl From<HeadError> for CodecError {
    fn from(error: HeadError) -> Self {
        match error.member {
            Some(member) => error.error.within(member.name()),
            None => error.error,
        }
    }
}

impl From<HeadError> for ParseError {
    fn from(error: HeadError) -> Self {
        Self::Malformed(CodecError::from(error).to_string())
    }
}

/// Reads the head of a request into an input that has begun.
pub(super) fn read_request(
    operation: Operation,
    schema: Schema,
    request: &request::Parts,
    sender: Sender,
    into: &mut dyn Shape,
) -> Result<(), HeadError> {
    label::read(operation, schema, request.uri.path(), sender, into)?;
    if let Some(arguments) = request.uri.query() {
        query::read(operation, schema, arguments, sender, into)?;
    }
    read_headers(schema, &request.headers, sender, into)
}

/// Reads the head of a response into an output (or the members of an error) that has begun.
pub(super) fn read_response(
    schema: Schema,
    response: &response::Parts,
    into: &mut dyn Shape,
) -> Result<(), HeadError> {
    read_headers(schema, &response.headers, Sender::Service, into)?;
    for member in schema.members().filter(|it| it.location() == Location::StatusCode) {
        let status = Scalar::Int(i64::from(response.status.as_u16()));
        if let Some(slot) = into.slot(member.index()) {
            slot.set(status).map_err(|error| HeadError::at(member, error.into()))?;
        }
    }
    Ok(())
}

fn read_headers(
    schema: Schema,
    headers: &HeaderMap,
    sender: Sender,
    into: &mut dyn Shape,
) -> Result<(), HeadError> {
    for member in schema.members() {
        match member.location() {
            Location::Header => header::read(member, headers, sender, into)?,
            Location::Headers => header::read_prefixed(member, headers, into)?,
            _ => {}
        }
    }
    Ok(())
}

/// A request with the head of an input, and no body yet.
pub(super) fn write_request(
    operation: Operation,
    schema: Option<Schema>,
    input: &dyn Shape,
) -> Result<Request, SerializeError> {
    let mut uri = String::with_capacity(64);
    label::write(operation, schema, input, &mut uri)?;
    query::write(operation, schema, input, &mut uri)?;
    let mut request = Request::new(ByteStream::Empty);
    *request.uri_mut() =
        Uri::try_from(uri).map_err(|error| SerializeError::new("", format!("the URI: {error}")))?;
    *request.method_mut() = http::Method::from_bytes(operation.row().method.as_bytes())
        .map_err(|error| SerializeError::new("", format!("the method: {error}")))?;
    if let Some(schema) = schema {
        write_headers(schema, input, request.headers_mut())?;
    }
    Ok(request)
}

/// Writes the members that travel in headers.
pub(super) fn write_headers(
    schema: Schema,
    value: &dyn Shape,
    headers: &mut HeaderMap,
) -> Result<(), SerializeError> {
    for (location, write) in [
        (Location::Header, header::write as fn(Member, &dyn Shape, &mut HeaderMap) -> _),
        (Location::Headers, header::write_prefixed),
    ] {
        for member in schema.members().filter(|it| it.location() == location) {
            if let Some(part) = value.get(member.index()) {
                write(member, part, headers)?;
            }
        }
    }
    Ok(())
}

/// The status that an output asks for.
pub(super) fn status(schema: Schema, output: &dyn Shape) -> Option<u16> {
    let member = schema.members().find(|it| it.location() == Location::StatusCode)?;
    match output.get(member.index()).and_then(Shape::scalar) {
        Some(Scalar::Int(status)) => u16::try_from(status).ok().filter(|it| (100..1000).contains(it)),
        _ => None,
    }
}
