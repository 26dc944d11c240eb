//! AWS's wire protocols, both directions.
//!
//! [`Protocol`] is the one interface; [`of`] gives its implementation for a kind. Protocol code walks
//! schemas and [`Shape`]s and knows no service; the codecs below it (JSON, XML, forms, CBOR) know no
//! protocol.

mod ec2;
mod form_rpc;
mod host;
mod json;
mod query;
mod rest;
mod rpc;
mod rpc_v2_cbor;

use asf_schema::{Operation, ProtocolKind};
use http::HeaderMap;
use http::request::Parts;

use crate::error::ServiceError;
use crate::shape::{ByteStream, StreamError};
use crate::{AwsError, Shape};

pub use host::host_prefix;
pub(crate) use rest::is_s3;

/// A request or response with its body, which is a stream where the operation has it so.
pub type Request = http::Request<ByteStream>;
/// See [`Request`].
pub type Response = http::Response<ByteStream>;

/// The implementation of a protocol.
#[must_use]
pub fn of(kind: ProtocolKind) -> &'static dyn Protocol {
    match kind {
        ProtocolKind::Ec2 => &ec2::Ec2,
        ProtocolKind::Json => &json::AwsJson,
        ProtocolKind::Query => &query::Query,
        ProtocolKind::RpcV2Cbor => &rpc_v2_cbor::RpcV2Cbor,
        ProtocolKind::RestJson => &rest::RestJson,
        ProtocolKind::RestXml => &rest::RestXml,
    }
}

/// What of the request bears on the answer.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// Headers of the request.
    pub headers: &'a HeaderMap,
    /// Id of the request, for the headers and bodies that carry it.
    pub request_id: &'a str,
}

/// One of AWS's wire protocols.
///
/// The body handed to the parsing side is complete ([`ByteStream::Full`] or `Empty`), unless the input
/// (or output) has a streaming member: then it may still be coming, and is passed on as it is. Content
/// codings (gzip, aws-chunked) are taken off before.
pub trait Protocol: Send + Sync {
    /// Which one it is.
    fn kind(&self) -> ProtocolKind;

    /// Server: reads a request into an operation's input. The input is empty ([`Shape::begin`] is
    /// called here); an operation without input accepts any body.
    ///
    /// # Errors
    /// What the client is told: `SerializationException` and its like.
    fn parse_request(
        &self,
        operation: Operation,
        request: &Parts,
        body: ByteStream,
        input: &mut dyn Shape,
    ) -> Result<(), AwsError>;

    /// Server: writes a successful response. Streams are taken out of the output.
    ///
    /// # Errors
    /// [`SerializeError`] when the output cannot be expressed (a NUL in a header, say): a fault of ours.
    fn serialize_response(
        &self,
        operation: Operation,
        output: &mut dyn Shape,
        exchange: Exchange<'_>,
    ) -> Result<Response, SerializeError>;

    /// Server: writes an error. `operation` is not known for requests that name none.
    fn serialize_error(
        &self,
        service: &'static asf_schema::ServiceSchema,
        operation: Option<Operation>,
        error: &dyn ServiceError,
        exchange: Exchange<'_>,
    ) -> Response;

    /// Client: writes a request. The URI has the path and query only; the caller adds the host (with
    /// the operation's host prefix filled in by [`host_prefix`]) and signs.
    ///
    /// # Errors
    /// [`SerializeError`] when the input cannot be expressed (an empty label in a path, say).
    fn serialize_request(
        &self,
        operation: Operation,
        input: &mut dyn Shape,
    ) -> Result<Request, SerializeError>;

    /// Client: reads a successful response into an operation's output.
    ///
    /// # Errors
    /// [`ParseError`] when the response is not of the form that the model asks for.
    fn parse_response(
        &self,
        operation: Operation,
        response: &http::response::Parts,
        body: ByteStream,
        output: &mut dyn Shape,
    ) -> Result<(), ParseError>;

    /// Client: whether a response is an error, of which the status need not tell. The body is the whole of it,
    /// or empty where it is a stream.
    fn is_error(&self, operation: Operation, response: &http::response::Parts, body: &[u8]) -> bool {
        let _ = (operation, body);
        response.status.is_client_error() || response.status.is_server_error()
    }

    /// Client: reads an error response.
    fn parse_error(
        &self,
        operation: Operation,
        response: &http::response::Parts,
        body: &[u8],
    ) -> crate::error::ReceivedError;
}

/// A value that cannot be written in a protocol.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct SerializeError {
    /// The member, as a path: `Messages[0].Body`.
    pub path: String,
    /// Why it cannot be written.
    pub reason: String,
}

impl SerializeError {
    /// A value at a path that cannot be written for a reason.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

impl From<crate::codec::CodecError> for SerializeError {
    fn from(error: crate::codec::CodecError) -> Self {
        Self::new(error.path(), error.message())
    }
}

/// A response that is not of the form that the model asks for.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// The text or value at a place is wrong.
    #[error("the response is malformed: {0}")]
    Malformed(String),
    /// The body ended early.
    #[error(transparent)]
    Stream(#[from] StreamError),
}
