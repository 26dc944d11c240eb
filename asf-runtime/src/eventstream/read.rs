//! Messages -> events and errors.

use asf_schema::{Kind, Member, MemberFlags, Schema, ShapeFlags};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

use super::frame::Message;
use super::header::HeaderValue;
use super::payload::Format;
use super::write::message_member;
use crate::codec::{CodecError, text};
use crate::error::ReceivedError;
use crate::shape::{EventRead, EventReads, Mismatch, Scalar, Shape, StreamError};
use crate::{AwsError, Timestamp, Value};

/// Reads the events of a stream.
#[derive(Clone, Copy)]
pub(super) struct EventReader {
    /// The union of the events.
    pub(super) union: Schema,
    /// Format of payloads.
    pub(super) format: Format,
    /// The stream comes from a client.
    pub(super) strict: bool,
}

impl EventReader {
    /// The events of a stream of messages, up to the first error.
    pub(super) fn events(
        self,
        messages: impl Stream<Item = Result<Message, StreamError>> + Send + Unpin + 'static,
    ) -> EventReads {
        stream::unfold(Some(messages), move |messages| async move {
            let mut messages = messages?;
            loop {
                return match messages.next().await?.and_then(|message| self.event(message)) {
                    Ok(None) => continue,
                    Ok(Some(event)) => Some((Ok(event), Some(messages))),
                    Err(error) => Some((Err(error), None)),
                };
            }
        })
        .boxed()
    }

    /// One message: an event that is still to be read, nothing of interest, or the error that it carries.
    fn event(self, message: Message) -> Result<Option<EventRead>, StreamError> {
        match message.text(":message-type") {
            Some("event") => {}
            Some("exception") => return Err(self.exception(&message)),
            Some("error") => return Err(unmodelled(&message)),
            Some(other) => return Err(malformed(format!("there is no message of type '{other}'"))),
            None => return Err(malformed("a message has no :message-type")),
        }
        let Some(name) = message.text(":event-type") else {
            return Err(malformed("an event has no :event-type"));
        };
        if is_initial(name) {
            return Ok(None);
        }
        let Some(member) = self.union.member_named(name).filter(|it| !it.target().has(ShapeFlags::EXCEPTION))
        else {
            return match self.strict {
                true => Err(malformed(format!("there is no event of type '{name}'"))),
                // One of a model that is newer than ours: the union without any member.
                false => Ok(Some(Box::new(move |into| {
                    into.begin(self.union);
                    Ok(())
                }))),
            };
        };
        Ok(Some(Box::new(move |into| {
            self.read(member, &message, into)
                .map_err(|error| malformed(format!("the event {}: {error}", member.name())))
        })))
    }

    fn read(self, member: Member, message: &Message, into: &mut dyn Shape) -> Result<(), CodecError> {
        let format = self.format.of_message(message);
        let schema = member.target();
        into.begin(self.union);
        let event = into.slot(member.index()).ok_or(Mismatch)?;
        match schema.members().find(|it| it.has(MemberFlags::EVENT_PAYLOAD)) {
            None => format.read(schema, &message.payload, self.strict, event)?,
            Some(payload) => {
                event.begin(schema);
                let part = event.slot(payload.index()).ok_or(Mismatch)?;
                match payload.target().kind() {
                    Kind::Blob => part.set(Scalar::Blob(&message.payload))?,
                    Kind::String => part.set(Scalar::Str(utf8(&message.payload)?))?,
                    _ => format.read_member(payload, &message.payload, self.strict, part)?,
                }
            }
        }
        for header in schema.members().filter(|it| it.has(MemberFlags::EVENT_HEADER)) {
            if let Some(value) = message.header(header.name()) {
                let part = event.slot(header.index()).ok_or(Mismatch)?;
                read_header(header, value, part).map_err(|error| error.within(header.name()))?;
            }
        }
        Ok(())
    }

    /// An exception: one of the union's, or one that the service has elsewhere.
    fn exception(self, message: &Message) -> StreamError {
        let name = message.text(":exception-type").unwrap_or_default();
        let member = self.union.member_named(name).map(Member::target);
        let schema = member.or_else(|| self.union.service().shape(name));
        let schema = schema.filter(|it| it.has(ShapeFlags::EXCEPTION));
        let mut members = Value::default();
        let mut error = AwsError::sender(name.to_owned(), "");
        if let Some(schema) = schema {
            let format = self.format.of_message(message);
            // What cannot be read is left out: the code is more than nothing.
            if format.read(schema, &message.payload, false, &mut members).is_err() {
                members = Value::structure(schema);
            }
            let text = message_member(schema).and_then(|it| members.member(it.name())?.as_str());
            let text = text.unwrap_or_default().to_owned();
            error = match schema.error() {
                Some(row) if row.sender_fault => AwsError::sender(row.code, text).with_status(row.status),
                Some(row) => AwsError::receiver(row.code, text).with_status(row.status),
                None => AwsError::sender(name.to_owned(), text),
            };
        }
        StreamError::Service(Box::new(ReceivedError { error, schema, members }))
    }
}

/// Whether an event of this type is the first message of the rpc protocols.
pub(super) fn is_initial(event_type: &str) -> bool {
    matches!(event_type, "initial-request" | "initial-response")
}

/// The payload of the first message, if it is the one of the rpc protocols; else the message.
pub(super) fn initial(message: Message) -> Result<Bytes, Message> {
    let is_it =
        message.text(":message-type") == Some("event") && message.text(":event-type").is_some_and(is_initial);
    if is_it { Ok(message.payload) } else { Err(message) }
}

fn unmodelled(message: &Message) -> StreamError {
    let text = |name| message.text(name).unwrap_or_default().to_owned();
    StreamError::Service(Box::new(AwsError::sender(text(":error-code"), text(":error-message"))))
}

fn malformed(reason: impl std::fmt::Display) -> StreamError {
    StreamError::Malformed(format!("event stream: {reason}"))
}

fn utf8(bytes: &[u8]) -> Result<&str, CodecError> {
    std::str::from_utf8(bytes).map_err(|_| CodecError::new("the payload is not UTF-8"))
}

fn read_header(member: Member, value: &HeaderValue, into: &mut dyn Shape) -> Result<(), CodecError> {
    let kind = member.target().kind();
    let number = match value {
        HeaderValue::Byte(it) => Some(i64::from(*it)),
        HeaderValue::Short(it) => Some(i64::from(*it)),
        HeaderValue::Int(it) => Some(i64::from(*it)),
        HeaderValue::Long(it) => Some(*it),
        _ => None,
    };
    let scalar = match (kind, value) {
        (Kind::Boolean, HeaderValue::Bool(it)) => Some(Scalar::Bool(*it)),
        (Kind::Byte | Kind::Short | Kind::Integer | Kind::Long, _) => {
            number.and_then(|it| text::in_range(kind, it)).map(Scalar::Int)
        }
        (Kind::String, HeaderValue::String(it)) => Some(Scalar::Str(it)),
        (Kind::Blob, HeaderValue::Bytes(it)) => Some(Scalar::Blob(it)),
        (Kind::Timestamp, HeaderValue::Timestamp(it)) => Some(Scalar::Time(Timestamp::from_millis(*it))),
        _ => None,
    };
    into.set(scalar.ok_or_else(|| CodecError::new("the header has another type"))?)?;
    Ok(())
}
