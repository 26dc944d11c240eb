//! What each protocol puts on the wire, as snapshots: requests, responses and errors of one small
//! service that has a bit of everything. Each message is also read back by the other side, and has to
//! come out as it went in; so client and server are tested against each other and against the snapshot.

mod sqs_query;
mod wire;

use asf_runtime::Value;
use asf_runtime::error::{AwsError, ReceivedError, ServiceError};
use asf_runtime::protocol::{self, Exchange};
use asf_runtime::schema::{Operation, ProtocolKind, ServiceSchema, load_service_value};
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use http::HeaderMap;
use serde_json::{Value as Json, json};

use wire::{full_body, show_request, show_response};

const REQUEST_ID: &str = "11111111-2222-4333-8444-555555555555";

/// The service, speaking one protocol.
fn service(protocol: ProtocolKind, extra: &Json) -> &'static ServiceSchema {
    let mut spec: Json = serde_json::from_str(include_str!("shapes.json")).unwrap();
    spec["metadata"] = json!({
        "apiVersion": "2026-01-02", "endpointPrefix": "things", "serviceId": "Things",
        "serviceFullName": "Amazon Things", "protocol": protocol.as_str(), "jsonVersion": "1.1",
        "targetPrefix": "Things_20260102", "xmlNamespace": "https://things.example.com/doc/2026-01-02/",
        "signatureVersion": "v4",
    });
    for (key, value) in extra.as_object().into_iter().flatten() {
        spec["metadata"][key] = value.clone();
    }
    load_service_value("things", &spec).unwrap()
}

fn request_params() -> Json {
    json!({
        "Name": "a b/ü", "Trace": "t-1", "Since": 1_700_000_000, "Colours": ["red", "green"],
        "Text": "<&>\"' 日本\n", "Number": -7, "Big": 9_007_199_254_740_993_i64, "Ratio": 0.1, "Flag": false,
        "Data": "AAEC/w==", "At": 1_700_000_000.5, "AtIso": 1_700_000_000, "List": ["x", ""],
        "Nested": {"Inner": {"Numbers": [1, 2]}, "Choice": {"Count": 3}, "Secret": "s"},
        "Flat": ["f1", "f2"], "Token": "11111111-1111-4111-8111-111111111111",
    })
}

fn result() -> Json {
    json!({
        "ETag": "\"e\"", "Text": "<&>\"' 日本", "Number": 2_147_483_647, "Ratio": 1.5, "Flag": true,
        "Data": "AAEC/w==", "At": 1_700_000_000.25, "List": ["x"],
        "Nested": {"Choice": {"Word": "w"}, "Numbers": [0]}, "Flat": ["f1"],
    })
}

/// Writes a request, reads it back, and shows it.
fn request(operation: Operation, params: &Json, kind: ProtocolKind) -> String {
    let protocol = protocol::of(kind);
    let schema = operation.input();
    let value = |json: &Json| schema.map_or(Value::Null, |schema| from_neutral(schema, json).unwrap());
    let message = protocol.serialize_request(operation, &mut value(params)).unwrap();
    let shown = show_request(&message);
    let (parts, body) = message.into_parts();
    let mut read = Value::Null;
    protocol.parse_request(operation, &parts, full_body(body), &mut read).unwrap();
    if let Some(schema) = schema {
        assert_eq!(to_neutral(schema, &read), *params, "read back from:\n{shown}");
    }
    shown
}

/// Writes a response, reads it back, and shows it.
fn response(operation: Operation, result: &Json, kind: ProtocolKind) -> String {
    let protocol = protocol::of(kind);
    let schema = operation.output();
    let value = |json: &Json| schema.map_or(Value::Null, |schema| from_neutral(schema, json).unwrap());
    let exchange = Exchange { headers: &HeaderMap::new(), request_id: REQUEST_ID };
    let message = protocol.serialize_response(operation, &mut value(result), exchange).unwrap();
    let shown = show_response(&message);
    let (parts, body) = message.into_parts();
    let mut read = Value::Null;
    protocol.parse_response(operation, &parts, full_body(body), &mut read).unwrap();
    if let Some(schema) = schema {
        assert_eq!(to_neutral(schema, &read), *result, "read back from:\n{shown}");
    }
    shown
}

/// Writes an error, reads it back, and shows it.
fn error(operation: Operation, error: &dyn ServiceError, kind: ProtocolKind, headers: &HeaderMap) -> String {
    let protocol = protocol::of(kind);
    let exchange = Exchange { headers, request_id: REQUEST_ID };
    let message = protocol.serialize_error(operation.service(), Some(operation), error, exchange);
    let shown = show_response(&message);
    let (parts, body) = message.into_parts();
    let read = protocol.parse_error(operation, &parts, full_body(body).as_bytes().unwrap());
    assert_eq!(read.code(), error.code(), "read back from:\n{shown}");
    assert_eq!(read.message(), error.message(), "read back from:\n{shown}");
    assert_eq!(read.status(), error.status());
    assert_eq!(read.schema(), error.schema());
    if let (Some(schema), Some(left), Some(right)) = (error.schema(), error.members(), read.members()) {
        assert_eq!(to_neutral(schema, right), to_neutral(schema, left), "read back from:\n{shown}");
    }
    shown
}

fn modelled(service: &'static ServiceSchema) -> ReceivedError {
    let schema = service.shape("ThingNotFound").unwrap();
    let members = from_neutral(schema, &json!({"message": "no <thing> & nothing", "Name": ""})).unwrap();
    let error = AwsError::sender("NoSuchThing", "no <thing> & nothing").with_status(404);
    ReceivedError { error, schema: Some(schema), members }
}

/// Everything that a protocol writes, one message after the other.
fn everything(kind: ProtocolKind, extra: &Json) -> String {
    let service = service(kind, extra);
    let put = service.operation("PutThing").unwrap();
    let ping = service.operation("Ping").unwrap();
    let mut params = request_params();
    let mut result = result();
    if kind == ProtocolKind::Ec2 || kind == ProtocolKind::Query {
        // These cannot tell an empty text in a list from none.
        params["List"] = json!(["x", "y"]);
        result["ETag"] = json!("e");
    }
    let plain = AwsError::receiver("InternalFailure", "we are sorry");
    let none = HeaderMap::new();
    [
        ("request", request(put, &params, kind)),
        ("least request", request(put, &json!({"Name": "n", "Token": "t"}), kind)),
        ("request without input", request(ping, &json!({}), kind)),
        ("response", response(put, &result, kind)),
        ("empty response", response(put, &json!({}), kind)),
        ("response without output", response(ping, &json!({}), kind)),
        ("modelled error", error(put, &modelled(service), kind, &none)),
        ("other error", error(put, &plain, kind, &none)),
    ]
    .map(|(what, message)| format!("---- {what}\n{message}\n"))
    .concat()
}

#[test]
fn json_1_1() {
    insta::assert_snapshot!(everything(ProtocolKind::Json, &json!({})));
}

#[test]
fn json_1_0() {
    insta::assert_snapshot!(everything(ProtocolKind::Json, &json!({"jsonVersion": "1.0"})));
}

#[test]
fn rest_json() {
    insta::assert_snapshot!(everything(ProtocolKind::RestJson, &json!({})));
}

#[test]
fn rest_xml() {
    insta::assert_snapshot!(everything(ProtocolKind::RestXml, &json!({})));
}

#[test]
fn rest_xml_of_s3() {
    insta::assert_snapshot!(everything(
        ProtocolKind::RestXml,
        &json!({"signatureVersion": "s3", "noErrorWrapping": true})
    ));
}

#[test]
fn query() {
    insta::assert_snapshot!(everything(ProtocolKind::Query, &json!({})));
}

#[test]
fn ec2() {
    insta::assert_snapshot!(everything(ProtocolKind::Ec2, &json!({})));
}

#[test]
fn rpc_v2_cbor() {
    insta::assert_snapshot!(everything(ProtocolKind::RpcV2Cbor, &json!({})));
}

/// Services that once spoke query tell clients the old code in a header, to those who ask.
#[test]
fn query_compatible_errors() {
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-query-mode", http::HeaderValue::from_static("true"));
    let shown = [ProtocolKind::Json, ProtocolKind::RpcV2Cbor].map(|kind| {
        let service = service(kind, &json!({"awsQueryCompatible": {}, "jsonVersion": "1.0"}));
        error(service.operation("PutThing").unwrap(), &modelled(service), kind, &headers)
    });
    insta::assert_snapshot!(shown.join("\n"));
}
