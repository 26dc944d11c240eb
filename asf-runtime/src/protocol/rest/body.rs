//! What the body of a message is, and bodies that are no document: texts, bytes, streams.

use asf_schema::{Kind, Member, MemberFlags, Schema};

use crate::codec::{CodecError, in_body};
use crate::shape::{ByteStream, Mismatch, Scalar, Shape};

/// What travels in the body of a message with these members.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    /// Nothing.
    None,
    /// The members that have no other place, as a document.
    Members,
    /// One member, as a document: a structure, union, list, map or document.
    Document(Member),
    /// One member that is the text of the body.
    Text(Member),
    /// One member that is the bytes of the body, streaming or not.
    Bytes(Member),
    /// Events, which are framed elsewhere.
    Events,
}

impl Body {
    /// The body of an input.
    pub(super) fn of_input(schema: Option<Schema>) -> Self {
        schema.map_or(Self::None, |schema| Self::of(schema, false))
    }

    /// The body of an output or error.
    pub(super) fn of_output(schema: Option<Schema>) -> Self {
        schema.map_or(Self::None, |schema| Self::of(schema, true))
    }

    fn of(schema: Schema, output: bool) -> Self {
        let mut found = Self::None;
        for member in schema.members() {
            if member.has(MemberFlags::EVENT_STREAM) {
                return Self::Events;
            }
            if member.has(MemberFlags::PAYLOAD) {
                found = match member.target().kind() {
                    Kind::Blob => Self::Bytes(member),
                    kind if kind.is_simple() && !member.has(MemberFlags::JSON_VALUE) => Self::Text(member),
                    _ => Self::Document(member),
                };
            } else if matches!(found, Self::None) && in_body(member.location(), output) {
                found = Self::Members;
            }
        }
        found
    }
}

/// Puts a body into the member that is its text or its bytes. An empty body leaves the member absent.
pub(super) fn read(member: Member, body: ByteStream, into: &mut dyn Shape) -> Result<(), CodecError> {
    if body.length() == Some(0) && !matches!(body, ByteStream::Chunks { .. }) {
        return Ok(());
    }
    let slot = into.slot(member.index()).ok_or(Mismatch)?;
    if member.has(MemberFlags::STREAMING) && member.target().kind() == Kind::Blob {
        return Ok(slot.put_stream(body)?);
    }
    match (member.target().kind(), body) {
        (Kind::Blob, ByteStream::Full(bytes)) => Ok(slot.set(Scalar::Blob(&bytes))?),
        (_, ByteStream::Full(bytes)) => {
            let text = std::str::from_utf8(&bytes).map_err(|_| CodecError::new("the body is not UTF-8"))?;
            Ok(slot.set(Scalar::Str(text))?)
        }
        _ => Err(CodecError::new("the body has not arrived")),
    }
}

/// Takes a body out of the member that is its text or its bytes.
pub(super) fn take(member: Member, from: &mut dyn Shape) -> ByteStream {
    if from.get(member.index()).is_none() {
        return ByteStream::Empty;
    }
    let Some(part) = from.slot(member.index()) else { return ByteStream::Empty };
    match part.scalar() {
        Some(Scalar::Blob(bytes)) => bytes.clone().into(),
        Some(Scalar::Str(text)) => text.to_owned().into(),
        _ => part.take_stream().unwrap_or_default(),
    }
}

/// Whether a status forbids a body (RFC 9110).
pub(super) fn is_forbidden(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 205 | 304)
}

/// The status that the model gives an answer. Some models say 204 of operations that have something to say
/// (Billing Conductor's `ListTagsForResource`): no client would get to see it.
pub(super) fn modelled_status(status: u16, schema: Option<Schema>, output: &dyn Shape) -> u16 {
    let says = |it: Member| in_body(it.location(), true) && output.get(it.index()).is_some();
    match schema {
        Some(schema) if is_forbidden(status) && schema.members().any(says) => 200,
        _ => status,
    }
}

/// The bytes of a body that is a document.
pub(super) fn arrived(body: &ByteStream) -> Result<&[u8], CodecError> {
    body.as_bytes().ok_or_else(|| CodecError::new("the body has not arrived"))
}
