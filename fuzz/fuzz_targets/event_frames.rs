//! Event streams. The first byte says what the rest is: any bytes of a body; headers and payload of messages
//! whose checksums are right; or the payload of an event. Whatever is accepted has to be writable again.
#![no_main]

use std::sync::LazyLock;

use asf_runtime::body::ChecksumAlgorithm;
use asf_runtime::eventstream::{Message, read_request, read_response};
use asf_runtime::schema::{Operation, ProtocolKind, Schema};
use asf_runtime::shape::ByteStream;
use asf_runtime::Value;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use libfuzzer_sys::fuzz_target;

/// Operations with events in each protocol, in the request as well where there are any.
static OPERATIONS: LazyLock<Vec<(Operation, ProtocolKind)>> = LazyLock::new(|| {
    [
        ("kinesis", "SubscribeToShard", ProtocolKind::Json),
        ("kinesis", "SubscribeToShard", ProtocolKind::RpcV2Cbor),
        ("s3", "SelectObjectContent", ProtocolKind::RestXml),
        ("lexv2-runtime", "StartConversation", ProtocolKind::RestJson),
    ]
    .into_iter()
    .filter_map(|(service, operation, kind)| Some((asf_specs::service(service)?.operation(operation)?, kind)))
    .collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((how, rest)) = data.split_first() else { return };
    let (operation, kind) = OPERATIONS[usize::from(how >> 2) % OPERATIONS.len()];
    let body = match how & 3 {
        0 => rest.to_vec(),
        1 => framed(rest),
        _ => event(operation.output(), rest),
    };
    if let Ok(message) = Message::decode(Bytes::copy_from_slice(&body)) {
        assert_eq!(message.encode().ok().as_deref(), Some(body.as_slice()));
    }
    let size = usize::from(how >> 4) + 1;
    let pieces = || {
        let pieces: Vec<_> = body.chunks(size).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
        ByteStream::from_stream(stream::iter(pieces), None)
    };
    let request = read_request(operation, kind, pieces()).now_or_never();
    let response = read_response(operation, kind, pieces()).now_or_never();
    for (_, events) in [request, response].into_iter().flatten().flatten() {
        let Some(mut events) = events else { continue };
        while let Some(Some(event)) = events.next().now_or_never() {
            let Ok(read) = event else { continue };
            let _ = read(&mut Value::Null);
        }
    }
});

/// Messages with right lengths and checksums. Each takes two bytes for the lengths of headers and payload.
fn framed(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let [headers, payload, tail @ ..] = rest {
        let (headers, payload) = (usize::from(*headers), usize::from(*payload));
        let (content, tail) = tail.split_at((headers + payload).min(tail.len()));
        let mut frame = Vec::new();
        frame.extend_from_slice(&(content.len() as u32 + 16).to_be_bytes());
        frame.extend_from_slice(&(headers as u32).to_be_bytes());
        for part in [content, &[]] {
            let crc = ChecksumAlgorithm::Crc32.digest(&frame);
            frame.extend_from_slice(crc.as_bytes());
            frame.extend_from_slice(part);
        }
        body.append(&mut frame);
        rest = tail;
    }
    body
}

/// An event of the union whose first byte picks the type, or an exception.
fn event(output: Option<Schema>, rest: &[u8]) -> Vec<u8> {
    let union = output.and_then(Schema::event_stream).map(|it| it.target());
    let (Some(union), Some((pick, payload))) = (union, rest.split_first()) else { return Vec::new() };
    let member = union.member(usize::from(*pick) % union.len());
    let kind = if member.target().error().is_some() { "exception" } else { "event" };
    let message = Message::new(payload.to_vec())
        .with(":message-type", kind)
        .with(format!(":{kind}-type"), member.name())
        .with(":content-type", if pick & 0x80 == 0 { "application/json" } else { "application/x-amz-cbor-1.1" });
    message.encode().map(Vec::from).unwrap_or_default()
}
