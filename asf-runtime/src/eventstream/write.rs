//! Events and errors -> messages.

use asf_schema::{Kind, Member, MemberFlags, Schema, ShapeFlags};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

use super::frame::{FrameError, Message};
use super::header::{HeaderValue, shortened};
use super::payload::Format;
use crate::codec::CodecError;
use crate::error::ServiceError;
use crate::shape::{DynEvents, Mismatch, Scalar, Shape, StreamError, copy_shape};
use crate::{AwsError, Value};

/// Writes the events of a stream.
#[derive(Clone, Copy)]
pub(super) struct EventWriter {
    /// The union of the events.
    pub(super) union: Schema,
    /// Format of payloads.
    pub(super) format: Format,
}

impl EventWriter {
    /// The bytes of a stream: what comes first, and the events up to the first error.
    pub(super) fn frames(
        self,
        first: Option<Message>,
        events: DynEvents,
    ) -> impl Stream<Item = Result<Bytes, StreamError>> + Send + 'static {
        let first = stream::iter(first.map(|message| Ok(message.encode()?)));
        let events = stream::unfold(Some(events), move |events| async move {
            let mut events = events?;
            let (message, is_last) = self.message(events.next().await?);
            let (frame, is_last) = match message.encode() {
                Ok(frame) => (Ok(frame), is_last),
                Err(error) => (self.failure(&error), true),
            };
            Some((frame, (!is_last).then_some(events)))
        });
        first.chain(events)
    }

    /// The message of an event, and whether it is the last one.
    fn message(self, event: Result<Box<dyn Shape>, Box<dyn ServiceError>>) -> (Message, bool) {
        let written = match event {
            Ok(event) => self.event(&*event),
            Err(error) => self.error(&*error).map(|message| (message, true)),
        };
        written.unwrap_or_else(|error| {
            (unmodelled(&AwsError::internal(format!("the event cannot be written: {error}"))), true)
        })
    }

    /// An event that is too large for a message.
    fn failure(self, error: &FrameError) -> Result<Bytes, StreamError> {
        let error = AwsError::internal(format!("the event cannot be written: {error}"));
        Ok(unmodelled(&error).encode()?)
    }

    /// The message of the member that a union has.
    fn event(self, event: &dyn Shape) -> Result<(Message, bool), CodecError> {
        let present = self.union.members().find_map(|it| Some((it, event.get(it.index())?)));
        let (member, value) = present.ok_or_else(|| CodecError::new("the event has no member"))?;
        let schema = member.target();
        if schema.has(ShapeFlags::EXCEPTION) {
            return Ok((self.exception(member, value)?, true));
        }
        let mut message = Message::default().with(":event-type", member.name());
        for header in schema.members().filter(|it| it.has(MemberFlags::EVENT_HEADER)) {
            if let Some(part) = value.get(header.index()) {
                message = message.with(header.name(), header_value(header, part)?);
            }
        }
        let (payload, content_type) = self.payload(schema, value)?;
        if let Some(content_type) = content_type {
            message = message.with(":content-type", content_type);
        }
        message.payload = payload;
        Ok((message.with(":message-type", "event"), false))
    }

    /// The payload of an event and its type: the member that is marked as it, or a document of all members
    /// that are no headers.
    fn payload(self, schema: Schema, value: &dyn Shape) -> Result<(Bytes, Option<&'static str>), CodecError> {
        let Some(member) = schema.members().find(|it| it.has(MemberFlags::EVENT_PAYLOAD)) else {
            let has_headers = schema.members().any(|it| it.has(MemberFlags::EVENT_HEADER));
            let document = match has_headers {
                true => self.format.write(schema, &without_headers(schema, value)?)?,
                false => self.format.write(schema, value)?,
            };
            let content_type = (!document.is_empty()).then_some(self.format.content_type());
            return Ok((document.into(), content_type));
        };
        let Some(part) = value.get(member.index()) else { return Ok((Bytes::new(), None)) };
        Ok(match (member.target().kind(), part.scalar()) {
            (Kind::Blob, Some(Scalar::Blob(bytes))) => (bytes.clone(), Some("application/octet-stream")),
            (Kind::String, Some(Scalar::Str(text))) => {
                (Bytes::copy_from_slice(text.as_bytes()), Some("text/plain"))
            }
            (Kind::Blob | Kind::String, _) => return Err(Mismatch.into()),
            _ => (self.format.write_member(member, part)?.into(), Some(self.format.content_type())),
        })
    }

    /// An error: as the exception of the union that it is, else by code and message.
    fn error(self, error: &dyn ServiceError) -> Result<Message, CodecError> {
        let Some(member) = self.exception_of(error) else { return Ok(unmodelled(error)) };
        match error.members() {
            Some(members) => self.exception(member, members),
            None => {
                let schema = member.target();
                let mut members = crate::value::StructValue::new(schema);
                if let (Some(place), Some(message)) = (message_member(schema), error.message()) {
                    members.insert(place.name(), message.into())?;
                }
                self.exception(member, &Value::Struct(members))
            }
        }
    }

    /// The member of the union for an error: of its shape, or, if it has none, of its code.
    fn exception_of(self, error: &dyn ServiceError) -> Option<Member> {
        let (schema, code) = (error.schema(), error.code());
        let is_it = |target: Schema| match schema {
            // Both sides are indexed by one schema; that of another version may have other members.
            Some(schema) => schema.name() == target.name() && schema.len() == target.len(),
            None => target.name() == code || target.error().is_some_and(|it| it.code == code),
        };
        self.union.members().find(|it| it.target().has(ShapeFlags::EXCEPTION) && is_it(it.target()))
    }

    fn exception(self, member: Member, value: &dyn Shape) -> Result<Message, CodecError> {
        let document = self.format.write(member.target(), value)?;
        Ok(Message::new(document)
            .with(":exception-type", member.name())
            .with(":content-type", self.format.content_type())
            .with(":message-type", "exception"))
    }
}

/// The member of an error that is the text for people.
pub(super) fn message_member(schema: Schema) -> Option<Member> {
    schema
        .members()
        .find(|it| it.wire_name().eq_ignore_ascii_case("message") && it.target().kind() == Kind::String)
}

fn unmodelled(error: &dyn ServiceError) -> Message {
    Message::default()
        .with(":error-code", shortened(error.code()))
        .with(":error-message", shortened(error.message().unwrap_or_default()))
        .with(":message-type", "error")
}

fn without_headers(schema: Schema, value: &dyn Shape) -> Result<Value, CodecError> {
    let mut document = Value::default();
    copy_shape(schema, value, &mut document)?;
    if let Value::Struct(members) = &mut document {
        for header in schema.members().filter(|it| it.has(MemberFlags::EVENT_HEADER)) {
            members.remove(header.name());
        }
    }
    Ok(document)
}

fn header_value(member: Member, value: &dyn Shape) -> Result<HeaderValue, CodecError> {
    let kind = member.target().kind();
    let wrong = || CodecError::from(Mismatch).within(member.name());
    Ok(match value.scalar().ok_or_else(wrong)? {
        Scalar::Bool(it) => HeaderValue::Bool(it),
        Scalar::Int(it) if kind == Kind::Byte => HeaderValue::Byte(i8::try_from(it).map_err(|_| wrong())?),
        Scalar::Int(it) if kind == Kind::Short => HeaderValue::Short(i16::try_from(it).map_err(|_| wrong())?),
        Scalar::Int(it) if kind == Kind::Integer => HeaderValue::Int(i32::try_from(it).map_err(|_| wrong())?),
        Scalar::Int(it) => HeaderValue::Long(it),
        Scalar::Str(it) => HeaderValue::String(it.to_owned()),
        Scalar::Blob(it) => HeaderValue::Bytes(it.clone()),
        Scalar::Time(it) => HeaderValue::Timestamp(it.millis()),
        Scalar::Float(_) | Scalar::Document(_) => return Err(wrong()),
    })
}

/// The first message of the rpc protocols, with the members that are no events.
pub(super) fn initial(event_type: &'static str, body: Bytes, content_type: String) -> Message {
    Message::new(body)
        .with(":event-type", event_type)
        .with(":content-type", HeaderValue::String(content_type))
        .with(":message-type", "event")
}
