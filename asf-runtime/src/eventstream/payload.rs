//! Payloads of events: documents in the format of the protocol.

use asf_schema::{Member, ProtocolKind, Schema, ServiceSchema};
use http::HeaderMap;

use super::frame::Message;
use crate::codec::CodecError;
use crate::codec::cbor::{self, CborOptions};
use crate::codec::json::{self, JsonOptions};
use crate::codec::xml::{self, XmlOptions};
use crate::shape::Shape;

const CBOR_1_1: &str = "application/x-amz-cbor-1.1";

/// A format of documents, with its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// json and rest-json.
    Json(&'static str),
    /// rest-xml.
    Xml,
    /// smithy-rpc-v2-cbor.
    Cbor,
    /// Kinesis's old dialect of json, see `protocol::json`.
    CborMillis,
}

impl Format {
    /// The format of a protocol. `headers` are those of the message around the stream: in awsJson, they may
    /// ask for Kinesis's dialect.
    pub(super) fn of(kind: ProtocolKind, service: &ServiceSchema, headers: &HeaderMap) -> Self {
        match (kind, service.metadata.json_version) {
            (ProtocolKind::RpcV2Cbor, _) => Self::Cbor,
            (ProtocolKind::RestJson, _) => Self::Json("application/json"),
            (ProtocolKind::Json, _)
                if headers
                    .get(http::header::CONTENT_TYPE)
                    .is_some_and(|it| it.as_bytes().starts_with(CBOR_1_1.as_bytes())) =>
            {
                Self::CborMillis
            }
            (ProtocolKind::Json, Some("1.0")) => Self::Json("application/x-amz-json-1.0"),
            (ProtocolKind::Json, _) => Self::Json("application/x-amz-json-1.1"),
            (ProtocolKind::RestXml | ProtocolKind::Query | ProtocolKind::Ec2, _) => Self::Xml,
        }
    }

    /// The format of one message: that of the protocol, unless the message says that it is Kinesis's dialect.
    pub(super) fn of_message(self, message: &Message) -> Self {
        match message.text(":content-type") {
            Some(CBOR_1_1) => Self::CborMillis,
            _ => self,
        }
    }

    /// `:content-type`. S3 says `text/xml` in `SelectObjectContent`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json(content_type) => content_type,
            Self::Xml => "text/xml",
            Self::Cbor => "application/cbor",
            Self::CborMillis => CBOR_1_1,
        }
    }

    /// The document of a structure. In XML, one that has no members is no document at all.
    pub(super) fn write(self, schema: Schema, value: &dyn Shape) -> Result<Vec<u8>, CodecError> {
        let mut out = Vec::new();
        match self {
            Self::Json(_) => json::write_shape(schema, value, JsonOptions::STRICT, &mut out)?,
            Self::Cbor => cbor::write_shape(schema, value, CborOptions::STRICT, &mut out)?,
            Self::CborMillis => cbor::write_shape(schema, value, CborOptions::MILLIS, &mut out)?,
            Self::Xml if schema.is_empty() => {}
            Self::Xml => {
                let name = schema.row().xml_name.unwrap_or(schema.name());
                let mut text = String::new();
                let options = XmlOptions::STRICT;
                xml::write_element(name, schema.xml_namespace(), schema, value, options, &mut text)?;
                out = text.into();
            }
        }
        Ok(out)
    }

    /// Reads the document of a structure. `strict`: it comes from a client.
    pub(super) fn read(
        self,
        schema: Schema,
        bytes: &[u8],
        strict: bool,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        match self {
            Self::Json(_) => {
                json::read_shape(schema, bytes, JsonOptions { strict, ..JsonOptions::STRICT }, into)
            }
            Self::Xml => xml::read_shape(schema, bytes, XmlOptions { strict, ..XmlOptions::STRICT }, into),
            Self::Cbor => {
                cbor::read_shape(schema, bytes, CborOptions { strict, ..CborOptions::STRICT }, into)
            }
            Self::CborMillis => {
                cbor::read_shape(schema, bytes, CborOptions { strict, ..CborOptions::MILLIS }, into)
            }
        }
    }

    /// The document of a member that is the payload, of any kind but blob and string.
    pub(super) fn write_member(self, member: Member, value: &dyn Shape) -> Result<Vec<u8>, CodecError> {
        if member.target().kind().has_members() {
            return self.write(member.target(), value);
        }
        let mut out = Vec::new();
        match self {
            Self::Json(_) => json::write_member(member, value, JsonOptions::STRICT, &mut out)?,
            Self::Cbor => cbor::write_shape(member.target(), value, CborOptions::STRICT, &mut out)?,
            Self::CborMillis => cbor::write_shape(member.target(), value, CborOptions::MILLIS, &mut out)?,
            Self::Xml => {
                let mut text = String::new();
                xml::write_member(member, value, XmlOptions::STRICT, &mut text)?;
                out = text.into();
            }
        }
        Ok(out)
    }

    /// Reads the document of a member that is the payload, of any kind but blob and string.
    pub(super) fn read_member(
        self,
        member: Member,
        bytes: &[u8],
        strict: bool,
        into: &mut dyn Shape,
    ) -> Result<(), CodecError> {
        match self {
            _ if member.target().kind().has_members() => self.read(member.target(), bytes, strict, into),
            Self::Json(_) => {
                json::read_member(member, bytes, JsonOptions { strict, ..JsonOptions::STRICT }, into)
            }
            Self::Xml => xml::read_member(member, bytes, XmlOptions { strict, ..XmlOptions::STRICT }, into),
            Self::Cbor | Self::CborMillis => self.read(member.target(), bytes, strict, into),
        }
    }
}
