//! Events of every protocol, written, read, and refused.

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{HeaderMap, Request, Response};

use super::*;
use crate::body::aws_chunked::tests::{collected, pieces};
use crate::error::{ReceivedError, ServiceError};
use crate::protocol::{self, Exchange};
use crate::schema::{ServiceSchema, load_service};
use crate::value::StructValue;
use crate::value::neutral::{from_neutral, to_neutral};
use crate::{AwsError, Timestamp, Value};

const KINDS: [ProtocolKind; 4] =
    [ProtocolKind::Json, ProtocolKind::RpcV2Cbor, ProtocolKind::RestJson, ProtocolKind::RestXml];

fn service() -> &'static ServiceSchema {
    static SERVICE: std::sync::OnceLock<&'static ServiceSchema> = std::sync::OnceLock::new();
    SERVICE.get_or_init(|| {
        let header = |shape: &str| serde_json::json!({"shape": shape, "eventheader": true});
        let spec = serde_json::json!({
            "metadata": {"protocol": "json", "jsonVersion": "1.1", "apiVersion": "1", "endpointPrefix": "x",
                         "serviceId": "X", "targetPrefix": "X", "protocols": KINDS.map(ProtocolKind::as_str)},
            "operations": {
                "Talk": {"name": "Talk", "http": {"method": "POST", "requestUri": "/"},
                         "input": {"shape": "Talk"}, "output": {"shape": "Talk"}},
                "Plain": {"name": "Plain", "http": {"method": "POST", "requestUri": "/"},
                          "input": {"shape": "Document"}, "output": {"shape": "Document"}}
            },
            "shapes": {
                "Talk": {"type": "structure", "payload": "events", "members": {
                    "name": {"shape": "String", "location": "header", "locationName": "x-name"},
                    "events": {"shape": "Events"}}},
                "Events": {"type": "structure", "eventstream": true, "members": {
                    "document": {"shape": "Document"}, "blob": {"shape": "BlobEvent"},
                    "text": {"shape": "TextEvent"}, "nested": {"shape": "NestedEvent"},
                    "list": {"shape": "ListEvent"}, "headers": {"shape": "HeadersEvent"},
                    "nothing": {"shape": "Nothing"}, "broken": {"shape": "BrokenException"}}},
                "Document": {"type": "structure", "event": true, "members": {
                    "s": {"shape": "String"}, "n": {"shape": "Integer"}, "t": {"shape": "Time"}}},
                "BlobEvent": {"type": "structure", "event": true, "members": {
                    "bytes": {"shape": "Blob", "eventpayload": true}}},
                "TextEvent": {"type": "structure", "event": true, "members": {
                    "text": {"shape": "String", "eventpayload": true}, "kind": header("String")}},
                "NestedEvent": {"type": "structure", "event": true, "members": {
                    "details": {"shape": "Document", "eventpayload": true}}},
                "ListEvent": {"type": "structure", "event": true, "members": {
                    "items": {"shape": "Strings", "eventpayload": true}}},
                "HeadersEvent": {"type": "structure", "event": true, "members": {
                    "rest": {"shape": "String"}, "b": header("Boolean"), "y": header("Byte"),
                    "s": header("Short"), "i": header("Integer"), "l": header("Long"), "t": header("Time"),
                    "text": header("String"), "blob": header("Blob")}},
                "Nothing": {"type": "structure", "event": true, "members": {}},
                "BrokenException": {"type": "structure", "exception": true, "members": {
                    "message": {"shape": "String"}, "n": {"shape": "Integer"}},
                    "error": {"code": "Broken", "httpStatusCode": 409, "senderFault": true}},
                "OtherException": {"type": "structure", "exception": true,
                    "members": {"Message": {"shape": "String"}}},
                "Strings": {"type": "list", "member": {"shape": "String"}},
                "String": {"type": "string"}, "Blob": {"type": "blob"}, "Time": {"type": "timestamp"},
                "Boolean": {"type": "boolean"}, "Byte": {"type": "byte"}, "Short": {"type": "short"},
                "Integer": {"type": "integer"}, "Long": {"type": "long"}
            }
        });
        load_service("x", spec.to_string().as_bytes()).unwrap()
    })
}

fn talk() -> Operation {
    service().operation("Talk").unwrap()
}

fn event(json: &serde_json::Value) -> Value {
    from_neutral(service().shape("Events").unwrap(), json).unwrap()
}

/// One of each, with the payload and its type in JSON and in XML.
fn events() -> Vec<(serde_json::Value, &'static str, &'static str, &'static str)> {
    vec![
        (
            serde_json::json!({"document": {"s": "a", "n": 1, "t": 1.5}}),
            r#"{"s":"a","n":1,"t":1.5}"#,
            "<Document><s>a</s><n>1</n><t>1970-01-01T00:00:01.500Z</t></Document>",
            "document",
        ),
        (serde_json::json!({"document": {}}), "{}", "<Document/>", "document"),
        (serde_json::json!({"blob": {"bytes": "aGk="}}), "hi", "hi", "application/octet-stream"),
        (serde_json::json!({"text": {"text": "hi", "kind": "k"}}), "hi", "hi", "text/plain"),
        (
            serde_json::json!({"nested": {"details": {"n": 2}}}),
            r#"{"n":2}"#,
            "<Document><n>2</n></Document>",
            "document",
        ),
        (
            serde_json::json!({"list": {"items": ["a", "b"]}}),
            r#"["a","b"]"#,
            "<items><member>a</member><member>b</member></items>",
            "document",
        ),
        (
            serde_json::json!({"headers": {"rest": "r", "b": false, "y": -1, "s": -2, "i": -3, "l": -4,
                               "t": 1.5, "text": "é", "blob": "aGk="}}),
            r#"{"rest":"r"}"#,
            "<HeadersEvent><rest>r</rest></HeadersEvent>",
            "document",
        ),
        (serde_json::json!({"nothing": {}}), "{}", "", "document"),
    ]
}

type Outcome = Result<Box<dyn Shape>, Box<dyn ServiceError>>;

fn output(events: impl IntoIterator<Item = Outcome>) -> Value {
    let mut output = StructValue::new(service().shape("Talk").unwrap());
    output.insert("name", "n".into()).unwrap();
    let events: Vec<_> = events.into_iter().collect();
    output.insert("events", Value::EventsOut(stream::iter(events).boxed())).unwrap();
    Value::Struct(output)
}

fn sent(value: Value) -> Outcome {
    Ok(Box::new(value))
}

fn messages(bytes: Bytes) -> Vec<Message> {
    let frames = Staged::new(bytes.into(), Frames::new());
    frames.map(Result::unwrap).collect::<Vec<_>>().now_or_never().unwrap()
}

/// The messages of a response with these events.
fn written(kind: ProtocolKind, events: impl IntoIterator<Item = Outcome>) -> Vec<Message> {
    let mut output = output(events);
    let headers = HeaderMap::new();
    let exchange = Exchange { headers: &headers, request_id: "id" };
    let response = protocol::of(kind).serialize_response(talk(), &mut output, exchange).unwrap();
    let response = write_response(talk(), kind, &mut output, response);
    assert_eq!(response.headers()["content-type"], CONTENT_TYPE_EVENTS);
    messages(collected(response.into_body()).unwrap())
}

/// The events that come of messages, in JSON, and the error at the end.
fn read_all(reads: EventReads) -> Vec<Result<serde_json::Value, StreamError>> {
    let union = service().shape("Events").unwrap();
    let events = reads.map(|event| {
        let mut value = Value::default();
        event?(&mut value)?;
        Ok(to_neutral(union, &value))
    });
    events.collect::<Vec<_>>().now_or_never().unwrap()
}

fn bytes(messages: impl IntoIterator<Item = Message>) -> ByteStream {
    let frames: Vec<_> = messages.into_iter().map(|it| it.encode().unwrap()).collect();
    pieces(frames.iter().map(|it| &it[..]))
}

fn message_of(kind: &str, value: &str) -> Message {
    Message::default().with(":message-type", kind.to_owned().as_str()).with(":event-type", value)
}

#[test]
fn events_as_messages() {
    for kind in KINDS {
        let mut found = written(kind, events().into_iter().map(|(json, ..)| sent(event(&json)))).into_iter();
        let document_type = match kind {
            ProtocolKind::Json => "application/x-amz-json-1.1",
            ProtocolKind::RpcV2Cbor => "application/cbor",
            ProtocolKind::RestJson => "application/json",
            _ => "text/xml",
        };
        if !kind.is_rest() {
            let first = found.next().unwrap();
            assert_eq!(first.text(":event-type"), Some("initial-response"));
            assert_eq!(first.text(":message-type"), Some("event"));
            assert_eq!(first.text(":content-type"), Some(document_type));
            let expected: &[u8] = match kind {
                ProtocolKind::Json => br#"{"x-name":"n"}"#,
                _ => b"\xbf\x66x-name\x61n\xff",
            };
            assert_eq!(first.payload, expected);
        }
        for (json, in_json, in_xml, content_type) in events() {
            let message = found.next().unwrap();
            let name = json.as_object().unwrap().keys().next().unwrap();
            assert_eq!(message.text(":event-type"), Some(name.as_str()), "{kind}");
            assert_eq!(message.text(":message-type"), Some("event"));
            let payload = if kind == ProtocolKind::RestXml { in_xml } else { in_json };
            let is_document = content_type == "document";
            let content_type = if is_document { document_type } else { content_type };
            let content_type = (!payload.is_empty()).then_some(content_type);
            assert_eq!(message.text(":content-type"), content_type, "{kind} {json}");
            if kind != ProtocolKind::RpcV2Cbor || !is_document {
                assert_eq!(message.payload, payload, "{kind} {json}");
            }
            if name == "headers" {
                for (name, value) in [
                    ("b", HeaderValue::Bool(false)),
                    ("y", HeaderValue::Byte(-1)),
                    ("s", HeaderValue::Short(-2)),
                    ("i", HeaderValue::Int(-3)),
                    ("l", HeaderValue::Long(-4)),
                    ("t", HeaderValue::Timestamp(1500)),
                    ("text", "é".into()),
                    ("blob", HeaderValue::Bytes(Bytes::from_static(b"hi"))),
                ] {
                    assert_eq!(message.header(name), Some(&value));
                }
            }
        }
        assert_eq!(found.next(), None);
    }
}

/// From the client to the server and back, through the protocols.
#[test]
fn there_and_back() {
    let schema = service().shape("Talk").unwrap();
    let expected: Vec<_> = events().into_iter().map(|(json, ..)| json).collect();
    let sent = || output(events().into_iter().map(|(json, ..)| sent(event(&json))));
    let check = |mut value: Value, reads: Option<EventReads>| {
        put_events(schema, &mut value, reads.unwrap()).unwrap();
        assert_eq!(value.member("name").and_then(Value::as_str), Some("n"));
        let Value::Struct(members) = &mut value else { panic!("no structure") };
        let Some(Value::EventsIn(reads)) = members.remove("events") else { panic!("no events") };
        let events: Vec<_> = read_all(reads).into_iter().map(Result::unwrap).collect();
        assert_eq!(events, expected);
    };
    for kind in KINDS {
        for size in [1, 20, 10_000] {
            let mut input = sent();
            let request = protocol::of(kind).serialize_request(talk(), &mut input).unwrap();
            let request = write_request(talk(), kind, &mut input, request);
            assert_eq!(request.headers()["content-type"], CONTENT_TYPE_EVENTS);
            let (parts, body) = request.into_parts();
            let body = collected(body).unwrap();
            let read = read_request(talk(), kind, pieces(body.chunks(size)));
            let (body, reads) = read.now_or_never().unwrap().unwrap();
            let mut input = Value::default();
            protocol::of(kind).parse_request(talk(), &parts, body, &mut input).unwrap();
            check(input, reads);

            let mut output = sent();
            let exchange = Exchange { headers: &parts.headers, request_id: "id" };
            let response = protocol::of(kind).serialize_response(talk(), &mut output, exchange).unwrap();
            let (parts, body) = write_response(talk(), kind, &mut output, response).into_parts();
            let body = collected(body).unwrap();
            let read = read_response(talk(), kind, pieces(body.chunks(size)));
            let (body, reads) = read.now_or_never().unwrap().unwrap();
            let mut output = Value::default();
            protocol::of(kind).parse_response(talk(), &parts, body, &mut output).unwrap();
            check(output, reads);
        }
    }
}

#[test]
fn what_has_no_events_is_not_touched() {
    let plain = service().operation("Plain").unwrap();
    for kind in KINDS {
        let request = Request::builder().header("content-length", "2").body("hi".into()).unwrap();
        let request = write_request(plain, kind, &mut Value::Null, request);
        assert_eq!(request.headers()["content-length"], "2");
        assert_eq!(request.body().as_bytes().unwrap(), b"hi");
        let response = write_response(plain, kind, &mut Value::Null, Response::new("hi".into()));
        assert_eq!(response.body().as_bytes().unwrap(), b"hi");
        for read in [
            read_request(plain, kind, "hi".into()).now_or_never().unwrap().unwrap(),
            read_response(plain, kind, "hi".into()).now_or_never().unwrap().unwrap(),
        ] {
            assert_eq!(read.0.as_bytes().unwrap(), b"hi");
            assert!(read.1.is_none());
        }
    }
}

#[test]
fn errors_end_the_stream() {
    let broken = service().shape("BrokenException").unwrap();
    let mut members = StructValue::new(broken);
    members.insert("message", "m".into()).unwrap();
    members.insert("n", 7.into()).unwrap();
    let modelled = ReceivedError {
        error: AwsError::sender("Broken", "m"),
        schema: Some(broken),
        members: Value::Struct(members),
    };
    let exception = |payload| ("exception", ":exception-type", "broken", payload);
    let error = |code| ("error", ":error-code", code, "");
    let cases: Vec<(Outcome, _)> = vec![
        (Err(modelled.into()), exception(r#"{"message":"m","n":7}"#)),
        (Err(AwsError::sender("Broken", "m").into()), exception(r#"{"message":"m"}"#)),
        (Err(AwsError::sender("BrokenException", "m").into()), exception(r#"{"message":"m"}"#)),
        (Err(AwsError::sender("Broken", "m").without_message().into()), exception("{}")),
        (sent(event(&serde_json::json!({"broken": {"n": 1}}))), exception(r#"{"n":1}"#)),
        (Err(AwsError::sender("Other", "m").into()), error("Other")),
        (Err(AwsError::sender("Other", "m".repeat(40_000)).into()), error("Other")),
        (sent(Value::structure(service().shape("Events").unwrap())), error("InternalFailure")),
        (
            sent(event(&serde_json::json!({"blob": {"bytes": "aGk="}, }))),
            ("event", ":event-type", "blob", "hi"),
        ),
    ];
    for (outcome, (kind, header, value, payload)) in cases {
        let mut messages = written(
            ProtocolKind::RestJson,
            [
                sent(event(&serde_json::json!({"nothing": {}}))),
                outcome,
                Err(AwsError::internal("not to be sent").into()),
            ],
        );
        messages.remove(0);
        assert_eq!(messages[0].text(":message-type"), Some(kind));
        assert_eq!(messages[0].text(header), Some(value));
        assert_eq!(messages[0].payload, payload);
        assert_eq!(messages.len(), if kind == "event" { 2 } else { 1 });
    }
}

/// After an error the source of the events is left alone: it may never say anything again.
#[test]
fn nothing_is_asked_after_an_error() {
    let events = stream::iter([Err(AwsError::internal("m").into())]).chain(stream::pending());
    let mut output = Value::structure(service().shape("Talk").unwrap());
    let Value::Struct(members) = &mut output else { panic!("no structure") };
    members.insert("events", Value::EventsOut(events.boxed())).unwrap();
    let response = write_response(talk(), ProtocolKind::RestXml, &mut output, Response::default());
    assert_eq!(messages(collected(response.into_body()).unwrap()).len(), 1);

    let error = message_of("error", "").encode().unwrap();
    let body = stream::iter([Ok(error)]).chain(stream::pending());
    let read = read_response(talk(), ProtocolKind::RestXml, ByteStream::from_stream(body, None));
    let (_, reads) = read.now_or_never().unwrap().unwrap();
    assert_eq!(read_all(reads.unwrap()).len(), 1);
}

#[test]
fn too_large_an_event() {
    let mut members = StructValue::new(service().shape("BlobEvent").unwrap());
    members.insert("bytes", Value::Blob(vec![0; MAX_PAYLOAD_LEN + 1].into())).unwrap();
    let mut large = StructValue::new(service().shape("Events").unwrap());
    large.insert("blob", Value::Struct(members)).unwrap();
    let found =
        written(ProtocolKind::RestXml, [sent(Value::Struct(large)), Err(AwsError::internal("").into())]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text(":error-code"), Some("InternalFailure"));
}

/// What a client gets to see of errors in a stream, and what a server of one.
#[test]
fn errors_are_read() {
    let exception = |name: &str, payload: &'static str| {
        Message::new(payload).with(":message-type", "exception").with(":exception-type", name)
    };
    for (message, code, text, status, is_modelled) in [
        (exception("broken", r#"{"message":"m","n":7}"#), "Broken", "m", 409, true),
        (exception("broken", "no JSON"), "Broken", "", 409, true),
        (exception("OtherException", r#"{"Message":"m"}"#), "OtherException", "m", 400, true),
        (exception("Unknown", r#"{"Message":"m"}"#), "Unknown", "", 400, false),
        (exception("document", "{}"), "document", "", 400, false),
        (
            Message::default()
                .with(":message-type", "error")
                .with(":error-code", "C")
                .with(":error-message", "m"),
            "C",
            "m",
            400,
            false,
        ),
    ] {
        for kind in [ProtocolKind::Json, ProtocolKind::RestJson] {
            let body =
                bytes([message_of("event", "nothing"), message.clone(), message_of("event", "nothing")]);
            let (body, reads) = read_response(talk(), kind, body).now_or_never().unwrap().unwrap();
            assert_eq!(body.length(), Some(0));
            let mut found = read_all(reads.unwrap());
            let Some(Err(StreamError::Service(error))) = found.pop() else { panic!("no error") };
            assert_eq!((error.code(), error.message(), error.status()), (code, Some(text), status));
            assert_eq!(error.schema().is_some(), is_modelled);
            assert_eq!(found.len(), 1);
        }
    }
}

#[test]
fn what_is_malformed() {
    let json = |payload: &'static str| Message { payload: payload.into(), ..message_of("event", "document") };
    for (message, on_server, on_client) in [
        (Message::default(), false, false),
        (Message::default().with(":message-type", "event"), false, false),
        (message_of("other", "nothing"), false, false),
        (message_of("event", "unknown"), false, true),
        (message_of("event", "broken"), false, true),
        (message_of("event", "nothing"), true, true),
        (json(r#"{"n":1}"#), true, true),
        (json(r#"{"n":"#), false, false),
        (json(r#"{"n":"1"}"#), false, false),
        (json(""), true, true),
        (Message { payload: "\u{ff}".into(), ..message_of("event", "text") }, true, true),
        (Message { payload: Bytes::from_static(b"\xff"), ..message_of("event", "text") }, false, false),
        (message_of("event", "headers").with("b", HeaderValue::Bool(true)), true, true),
        (message_of("event", "headers").with("b", "true"), false, false),
        (message_of("event", "headers").with("y", HeaderValue::Int(128)), false, false),
        (message_of("event", "headers").with("s", HeaderValue::Byte(1)), true, true),
        (message_of("event", "headers").with("t", HeaderValue::Long(1)), false, false),
    ] {
        let kind = ProtocolKind::RestJson;
        let server = read_request(talk(), kind, bytes([message.clone()])).now_or_never().unwrap().unwrap();
        let client = read_response(talk(), kind, bytes([message.clone()])).now_or_never().unwrap().unwrap();
        for (read, is_fine) in [(server, on_server), (client, on_client)] {
            let found = read_all(read.1.unwrap());
            assert_eq!(found.len(), 1, "{message:?}");
            match &found[0] {
                Ok(_) => assert!(is_fine, "{message:?}"),
                Err(StreamError::Malformed(_)) => assert!(!is_fine, "{message:?}: {found:?}"),
                Err(other) => panic!("{other}"),
            }
        }
    }
    // A first message that is none is said at once, where it is waited for.
    for kind in [ProtocolKind::Json, ProtocolKind::RpcV2Cbor] {
        let read = read_request(talk(), kind, "this is no message".into()).now_or_never().unwrap();
        assert!(matches!(read, Err(StreamError::Malformed(_))));
    }
}

#[test]
fn rpc_streams_without_a_first_message() {
    for body in [bytes([]), bytes([message_of("event", "nothing")])] {
        let (body, reads) = read_request(talk(), ProtocolKind::Json, body).now_or_never().unwrap().unwrap();
        assert_eq!(body.as_bytes(), Some(&b""[..]));
        assert!(read_all(reads.unwrap()).into_iter().all(|it| it.is_ok()));
    }
}

/// Kinesis's dialect of awsJson, by the content type of the response and of each message.
#[test]
fn cbor_in_aws_json() {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/x-amz-cbor-1.1".parse().unwrap());
    let mut output = output([sent(event(&serde_json::json!({"document": {"t": 1.5}})))]);
    let exchange = Exchange { headers: &headers, request_id: "id" };
    let response =
        protocol::of(ProtocolKind::Json).serialize_response(talk(), &mut output, exchange).unwrap();
    let response = write_response(talk(), ProtocolKind::Json, &mut output, response);
    let body = collected(response.into_body()).unwrap();
    for message in messages(body.clone()) {
        assert_eq!(message.text(":content-type"), Some("application/x-amz-cbor-1.1"));
    }
    let read = read_response(talk(), ProtocolKind::Json, body.into()).now_or_never().unwrap();
    assert_eq!(
        read_all(read.unwrap().1.unwrap()).pop().unwrap().unwrap(),
        serde_json::json!({"document": {"t": 1.5}})
    );
}

/// A union that is a type of its own, as generated code has them.
#[derive(Debug, Default, PartialEq)]
struct Typed {
    at: Option<Timestamp>,
}

#[derive(Debug, Default, PartialEq)]
enum TypedEvents {
    Document(Typed),
    #[default]
    Unknown,
}

impl Shape for Typed {
    fn get(&self, index: usize) -> Option<&dyn Shape> {
        self.at.as_ref().filter(|_| index == 2).map(|it| it as &dyn Shape)
    }

    fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
        (index == 2).then(|| self.at.get_or_insert(Timestamp::from_seconds(0)) as &mut dyn Shape)
    }
}

impl Shape for TypedEvents {
    fn get(&self, index: usize) -> Option<&dyn Shape> {
        match (index, self) {
            (0, Self::Document(it)) => Some(it),
            _ => None,
        }
    }

    fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
        if index != 0 {
            return None;
        }
        *self = Self::Document(Typed::default());
        match self {
            Self::Document(it) => Some(it),
            Self::Unknown => None,
        }
    }
}

struct TypedTalk {
    events: crate::shape::EventStream<TypedEvents>,
}

impl Shape for TypedTalk {
    fn slot(&mut self, index: usize) -> Option<&mut dyn Shape> {
        (index == 1).then_some(&mut self.events as &mut dyn Shape)
    }
}

#[test]
fn typed_events() {
    let at = Timestamp::from_millis(1500);
    let sent = [
        Ok(TypedEvents::Document(Typed { at: Some(at) })),
        Err(StreamError::Service(AwsError::sender("Broken", "m").into())),
    ];
    let mut output = TypedTalk { events: crate::shape::EventStream::new(stream::iter(sent)) };
    let response = write_response(talk(), ProtocolKind::RpcV2Cbor, &mut output, Response::default());
    let unknown = message_of("event", "unknown").encode().unwrap();
    let body = [unknown, collected(response.into_body()).unwrap()].concat();
    let read = read_response(talk(), ProtocolKind::RpcV2Cbor, body.into()).now_or_never().unwrap();
    let mut input = TypedTalk { events: Default::default() };
    put_events(service().shape("Talk").unwrap(), &mut input, read.unwrap().1.unwrap()).unwrap();
    let mut next = || input.events.next().now_or_never().unwrap();
    assert_eq!(next().unwrap().unwrap(), TypedEvents::Unknown);
    assert_eq!(next().unwrap().unwrap(), TypedEvents::Document(Typed { at: Some(at) }));
    let Some(Err(StreamError::Service(error))) = next() else { panic!("no error") };
    assert_eq!((error.code(), error.message()), ("Broken", Some("m")));
    assert!(next().is_none());
}
