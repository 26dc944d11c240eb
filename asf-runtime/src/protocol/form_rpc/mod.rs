//! What query and ec2 share: requests are forms, answers are XML.

mod error;

use asf_schema::{Operation, Schema, ServiceSchema, XmlNamespace};
use http::request::Parts;
use http::{HeaderValue, Method, header};

use super::{ParseError, Request, SerializeError, rpc};
use crate::AwsError;
use crate::codec::CodecError;
use crate::codec::form::{self, Dialect, FormWriter, Parameters};
use crate::codec::names::Names;
use crate::codec::xml::{XmlOptions, XmlReader};
use crate::shape::{ByteStream, Shape};

pub(super) use error::{parse_error, write_error};

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
    let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
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
    if bytes.is_empty() {
        // Some services answer so where there is nothing to say; botocore takes it for an empty output.
        output.begin(schema);
        return Ok(());
    }
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
    if bytes.is_empty() {
        // Smithy's protocol tests have answers without a body where the output has no members.
        output.begin(schema);
        return Ok(());
    }
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

/// Which names elements have in answers.
fn names_of(dialect: Dialect) -> Names {
    match dialect {
        Dialect::Query => Names::Query,
        Dialect::Ec2 => Names::Wire,
    }
}

#[cfg(test)]
mod tests;
