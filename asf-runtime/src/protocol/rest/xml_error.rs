//! Errors of rest-xml: how they are written, how they are found again, and what S3 calls a request that it
//! cannot read.

use std::borrow::Cow;

use asf_schema::{Schema, ServiceSchema, XmlNamespace};

use super::head::HeadError;
use super::xml::{DECLARATION, host_id, is_s3};
use crate::AwsError;
use crate::codec::xml::{self, Element, XmlOptions, XmlReader, XmlWriter};
use crate::codec::{CodecError, in_body};
use crate::error::ServiceError;
use crate::protocol::{Exchange, rpc};
use crate::shape::Shape;

/// What S3 says of an argument that is none: `aws-recordings/s3` has the code throughout, the words for
/// numbers are those of its API reference (`Provided max-keys not an integer or within integer range`).
pub(super) fn refused_head(service: &'static ServiceSchema, error: HeadError) -> AwsError {
    if !is_s3(service) {
        return CodecError::from(error).into();
    }
    let message = match error.number() {
        Some(name) => format!("Provided {name} not an integer or within integer range"),
        None => CodecError::from(error).to_string(),
    };
    AwsError::sender("InvalidArgument", message)
}

/// What S3 says of a body that is not as it should be
/// (`aws-recordings/s3/test_s3_api.json::TestS3BucketEncryption::test_s3_default_bucket_encryption_exc`).
pub(super) fn refused_body(service: &'static ServiceSchema, error: CodecError) -> AwsError {
    if !is_s3(service) {
        return error.into();
    }
    AwsError::sender(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}

/// The document of an error: `<Error>` itself in S3, inside `<ErrorResponse>` elsewhere.
pub(super) fn error_document(
    service: &'static ServiceSchema,
    error: &dyn ServiceError,
    exchange: Exchange<'_>,
) -> String {
    let s3 = is_s3(service);
    let wrapped = !service.metadata.no_error_wrapping;
    let mut out = String::with_capacity(512);
    out.push_str(DECLARATION);
    let mut writer = XmlWriter::new(XmlOptions::STRICT, &mut out);
    if wrapped {
        let namespace = service.metadata.xml_namespace.map(|uri| XmlNamespace { prefix: None, uri });
        writer.open("ErrorResponse", namespace.as_ref());
    }
    writer.open("Error", None);
    if !s3 {
        writer.text("Type", if error.sender_fault() { "Sender" } else { "Receiver" });
    }
    writer.text("Code", error.code());
    // S3 has the element even where there is no text
    // (`aws-recordings/s3/test_s3.json::TestS3::test_s3_bucket_acl_exceptions`).
    if let Some(message) = error.message().or(s3.then_some("")) {
        writer.text("Message", message);
    }
    if let (Some(schema), Some(members)) = (error.schema(), error.members()) {
        error_members(schema, members, &mut out);
    }
    let mut writer = XmlWriter::new(XmlOptions::STRICT, &mut out);
    for detail in error.details().iter().filter(|detail| !detail.is_header) {
        writer.text(&detail.name, &detail.text);
    }
    if wrapped {
        writer.close("Error");
    }
    writer.text("RequestId", exchange.request_id);
    if s3 {
        writer.text("HostId", &host_id(exchange));
    }
    writer.close(if wrapped { "ErrorResponse" } else { "Error" });
    out
}

/// The members of an error besides code and message. One that cannot be written is left out.
fn error_members(schema: Schema, members: &dyn Shape, out: &mut String) {
    let message = rpc::message_member(Some(schema)).map(|(index, _)| index);
    for member in schema.members() {
        if !in_body(member.location(), true)
            || Some(member.index()) == message
            || member.wire_name() == "Code"
        {
            continue;
        }
        let Some(part) = members.get(member.index()) else { continue };
        let start = out.len();
        if xml::write_member(member, part, XmlOptions::STRICT, out).is_err() {
            out.truncate(start);
        }
    }
}

/// Whether a document is `<Error>`, without anything around it.
pub(super) fn is_bare_error(body: &[u8]) -> bool {
    let root = XmlReader::new(body, XmlOptions::LENIENT).and_then(|mut reader| {
        let root = reader.root()?;
        Ok(root.name() == "Error")
    });
    root.unwrap_or(false)
}

/// Finds the element of an error: the root, or what is inside `<ErrorResponse>`, and does something with it.
pub(super) fn in_error<'x>(
    body: &'x [u8],
    work: impl FnOnce(&mut XmlReader<'x>, &Element<'x>) -> Result<(), CodecError>,
) -> Result<(), CodecError> {
    let mut reader = XmlReader::new(body, XmlOptions::LENIENT)?;
    let root = reader.root()?;
    if root.name() == "Error" {
        return work(&mut reader, &root);
    }
    while let Some(child) = reader.child(&root)? {
        if child.name() == "Error" {
            return work(&mut reader, &child);
        }
        reader.skip(&child)?;
    }
    Err(CodecError::new("the document has no error"))
}

/// Code and message of an error.
pub(super) fn probe(body: &[u8]) -> Result<(Option<String>, Option<String>), CodecError> {
    let (mut code, mut message) = (None, None);
    in_error(body, |reader, error| {
        while let Some(child) = reader.child(error)? {
            match child.name() {
                "Code" => code = Some(reader.text(&child).map(Cow::into_owned)?),
                "Message" | "message" => message = Some(reader.text(&child).map(Cow::into_owned)?),
                _ => reader.skip(&child)?,
            }
        }
        Ok(())
    })?;
    Ok((code, message))
}
