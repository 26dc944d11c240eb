//! Event streams: messages of `application/vnd.amazon.eventstream`, and the events of a service in them.
//!
//! The functions here go around a [`Protocol`](crate::protocol::Protocol), which knows of no events. On the
//! server: [`read_request`], `parse_request`, [`put_events`]; then `serialize_response`,
//! [`write_response`]. On the client the other two, in the same way. Operations without an event stream pass
//! through untouched.
//!
//! The rest protocols have the members that are no events in the head of the HTTP message. The rpc
//! protocols have them in a message before the events, `initial-request` or `initial-response`, whose payload
//! is the body that the protocol reads and writes.
//!
//! The framing is our own: AWS's crate for it brings seven others along, and leaves limits to its caller.

mod frame;
mod header;
mod payload;
mod read;
mod write;

use asf_schema::{Operation, ProtocolKind, Schema};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use http::{HeaderMap, HeaderValue as HttpValue, header::CONTENT_LENGTH, header::CONTENT_TYPE};

pub use frame::{FrameError, MAX_HEADERS_LEN, MAX_PAYLOAD_LEN, Message};
pub use header::{HeaderValue, Headers};

use crate::Shape;
use crate::body::stage::{Stage, Staged};
use crate::protocol::{Request, Response};
use crate::shape::{ByteStream, DynEvents, EventReads, Mismatch, StreamError};
use frame::{Frames, SignedFrames};
use payload::Format;
use read::EventReader;
use write::EventWriter;

/// Content type of event streams.
pub const CONTENT_TYPE_EVENTS: &str = "application/vnd.amazon.eventstream";

/// Server: takes a request's body apart, into the body that the protocol is to parse and the events that
/// are still to come, for [`put_events`]. In the rpc protocols it waits for the first message. Signatures
/// around messages are taken off.
///
/// # Errors
/// What the first message is malformed by, or the connection failed with.
pub async fn read_request(
    operation: Operation,
    kind: ProtocolKind,
    body: ByteStream,
) -> Result<(ByteStream, Option<EventReads>), StreamError> {
    match reader(operation, operation.input(), kind, true) {
        Some(reader) => read(reader, kind, Staged::new(body, SignedFrames::new())).await,
        None => Ok((body, None)),
    }
}

/// Client: the same for the body of a successful response. Events that the model does not have are unions
/// without a member.
///
/// # Errors
/// What the first message is malformed by, or the connection failed with.
pub async fn read_response(
    operation: Operation,
    kind: ProtocolKind,
    body: ByteStream,
) -> Result<(ByteStream, Option<EventReads>), StreamError> {
    match reader(operation, operation.output(), kind, false) {
        Some(reader) => read(reader, kind, Staged::new(body, Frames::new())).await,
        None => Ok((body, None)),
    }
}

/// Puts the events of a request or response into the input or output, after the protocol has filled it.
///
/// # Errors
/// [`Mismatch`] if the value is not of this schema.
pub fn put_events(schema: Schema, into: &mut dyn Shape, events: EventReads) -> Result<(), Mismatch> {
    let member = schema.event_stream().ok_or(Mismatch)?;
    into.slot(member.index()).ok_or(Mismatch)?.put_events(events)
}

/// Server: makes the body of a response out of the events in the output, after the protocol has written
/// `response`. Events are asked for as the client reads. An error ends the stream: as an exception if the
/// union of the events has it, else by code and message.
#[must_use]
pub fn write_response(
    operation: Operation,
    kind: ProtocolKind,
    output: &mut dyn Shape,
    response: Response,
) -> Response {
    let Some((schema, events)) = take_events(operation.output(), output) else { return response };
    let (mut parts, body) = response.into_parts();
    let writer = EventWriter { union: schema, format: format(operation, kind, &parts.headers) };
    let body = write(writer, kind, "initial-response", events, &mut parts.headers, body);
    Response::from_parts(parts, body)
}

/// Client: the same for a request. The messages are not signed.
#[must_use]
pub fn write_request(
    operation: Operation,
    kind: ProtocolKind,
    input: &mut dyn Shape,
    request: Request,
) -> Request {
    let Some((schema, events)) = take_events(operation.input(), input) else { return request };
    let (mut parts, body) = request.into_parts();
    let writer = EventWriter { union: schema, format: format(operation, kind, &parts.headers) };
    let body = write(writer, kind, "initial-request", events, &mut parts.headers, body);
    Request::from_parts(parts, body)
}

fn format(operation: Operation, kind: ProtocolKind, headers: &HeaderMap) -> Format {
    Format::of(kind, operation.service(), headers)
}

fn reader(
    operation: Operation,
    schema: Option<Schema>,
    kind: ProtocolKind,
    strict: bool,
) -> Option<EventReader> {
    let union = schema?.event_stream()?.target();
    // Messages say of themselves if they are of Kinesis's dialect.
    Some(EventReader { union, format: format(operation, kind, &HeaderMap::new()), strict })
}

async fn read<S: Stage<Item = Message>>(
    reader: EventReader,
    kind: ProtocolKind,
    mut messages: Staged<S>,
) -> Result<(ByteStream, Option<EventReads>), StreamError> {
    if kind.is_rest() {
        return Ok((ByteStream::Empty, Some(reader.events(messages))));
    }
    let Some(first) = messages.next().await.transpose()? else {
        return Ok((ByteStream::Empty, Some(stream::empty().boxed())));
    };
    Ok(match read::initial(first) {
        Ok(body) => (body.into(), Some(reader.events(messages))),
        // Without it there are no members but the events, or there is an error instead of them.
        Err(first) => {
            let messages = stream::iter([Ok(first)]).chain(messages);
            (ByteStream::Empty, Some(reader.events(messages)))
        }
    })
}

/// The union of the events, and the events that are there.
fn take_events(schema: Option<Schema>, from: &mut dyn Shape) -> Option<(Schema, DynEvents)> {
    let member = schema?.event_stream()?;
    let events = from.slot(member.index()).and_then(Shape::take_events);
    Some((member.target(), events.unwrap_or_else(|| stream::empty().boxed())))
}

fn write(
    writer: EventWriter,
    kind: ProtocolKind,
    initial: &'static str,
    events: DynEvents,
    headers: &mut HeaderMap,
    body: ByteStream,
) -> ByteStream {
    let first = (!kind.is_rest()).then(|| {
        let content_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let content_type = content_type.unwrap_or(writer.format.content_type()).to_owned();
        let body = match body {
            ByteStream::Full(bytes) => bytes,
            // The protocol has written all there is.
            ByteStream::Empty | ByteStream::Chunks { .. } => Bytes::new(),
        };
        write::initial(initial, body, content_type)
    });
    headers.insert(CONTENT_TYPE, HttpValue::from_static(CONTENT_TYPE_EVENTS));
    headers.remove(CONTENT_LENGTH);
    ByteStream::from_stream(writer.frames(first, events), None)
}

#[cfg(test)]
mod tests;
