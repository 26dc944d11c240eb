//! botocore's protocol tests (`tests/corpus`), through both directions of every protocol.

mod cases;
mod compare;

use std::collections::BTreeMap;

use asf_routing::{RouteRequest, Router};
use asf_runtime::Value;
use asf_runtime::error::{AwsError, ReceivedError, ServiceError};
use asf_runtime::protocol::{self, Exchange};
use asf_runtime::schema::{Operation, ProtocolKind, Schema};
use asf_runtime::shape::ByteStream;
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt as _;
use http::HeaderMap;
use serde_json::{Value as Json, json};

use cases::{Case, cases};
use compare::{normalised, parameters, same_body};

/// Which cases are left out of a direction, and why: `left-out.json`.
fn left_out(direction: &str) -> BTreeMap<String, String> {
    let all: Json = serde_json::from_str(include_str!("../../corpus/left-out.json")).unwrap();
    serde_json::from_value(all[direction].clone()).unwrap()
}

/// Runs a direction over all cases that are for it; every failure is shown, not the first only.
fn run(direction: &str, cases: &[Case], test: impl Fn(&Case) -> Result<(), String>) {
    let left_out = left_out(direction);
    let is_there = |id: &str| cases.iter().any(|case| case.id == id);
    let mut failures: Vec<_> =
        left_out.keys().filter(|id| !is_there(id)).map(|id| format!("{id}: there is no such case")).collect();
    let mut ran = 0;
    for case in cases {
        let result = test(case);
        match left_out.get(&case.id) {
            // A case that passes after all has no business in the list.
            Some(_) if result.is_ok() => failures.push(format!("{}: passes, but is left out", case.id)),
            Some(_) => {}
            None => {
                ran += 1;
                failures.extend(result.err().map(|error| format!("{}: {error}", case.id)));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {ran} cases failed:\n{}", failures.len(), failures.join("\n"));
}

fn same(
    protocol: ProtocolKind,
    schema: Option<Schema>,
    expected: &Value,
    found: &Value,
) -> Result<(), String> {
    let Some(schema) = schema else { return Ok(()) };
    let form = |value: &Value| normalised(protocol, schema, &to_neutral(schema, value));
    let (expected, found) = (form(expected), form(found));
    (expected == found).then_some(()).ok_or_else(|| format!("expected {expected}, found {found}"))
}

fn bytes(body: ByteStream) -> Vec<u8> {
    body.collect(1 << 20).now_or_never().unwrap().unwrap().to_vec()
}

/// The text of a body in the corpus.
fn body(protocol: ProtocolKind, json: &Json) -> Vec<u8> {
    let text = match json {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    };
    match protocol {
        ProtocolKind::RpcV2Cbor => STANDARD.decode(text).unwrap(),
        _ => text.into_bytes(),
    }
}

fn headers(json: &Json) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in json.as_object().into_iter().flatten() {
        let name: http::HeaderName = name.parse().unwrap();
        headers.append(name, value.as_str().unwrap().parse().unwrap());
    }
    headers
}

/// What botocore sends, the router finds and our server reads.
#[test]
fn requests_read() {
    run("requests read", &cases("input"), |case| {
        let serialized = &case.json["serialized"];
        let bytes = body(case.protocol, &serialized["body"]);
        let uri = serialized["uri"].as_str().unwrap_or("/");
        let method = serialized["method"].as_str().unwrap_or(case.operation.row().method);
        let mut request = http::Request::builder().method(method).uri(uri).body(()).unwrap();
        *request.headers_mut() = headers(&serialized["headers"]);
        let metadata = &case.operation.service().metadata;
        // What every botocore sends and the cases leave out.
        let implied = match case.protocol {
            ProtocolKind::Query | ProtocolKind::Ec2 => Some("application/x-www-form-urlencoded"),
            ProtocolKind::Json => Some("application/x-amz-json-1.1"),
            ProtocolKind::RestJson if bytes.first().is_some_and(|it| b"{[".contains(it)) => {
                Some("application/json")
            }
            _ => None,
        };
        let headers = request.headers_mut();
        if let (Some(implied), false) = (implied, headers.contains_key("content-type")) {
            headers.insert("content-type", implied.parse().unwrap());
        }
        if case.protocol == ProtocolKind::Json && !headers.contains_key("x-amz-target") {
            let target = format!("{}.{}", metadata.target_prefix.unwrap(), case.operation.name());
            headers.insert("x-amz-target", target.parse().unwrap());
        }
        let (parts, ()) = request.into_parts();
        let router = Router::of(case.operation.service());
        let route = router
            .route(&RouteRequest::new(method, uri, &parts.headers, &bytes))
            .map_err(|error| error.to_string())?;
        if (route.operation, route.protocol) != (case.operation.name(), case.protocol) {
            return Err(format!("routed to {route:?}"));
        }
        let mut found = Value::Null;
        protocol::of(case.protocol)
            .parse_request(case.operation, &parts, bytes.into(), &mut found)
            .map_err(|error| error.to_string())?;
        let schema = case.operation.input();
        same(case.protocol, schema, &Case::value(schema, &case.json["params"]), &found)
    });
}

/// What botocore sends, our client sends.
#[test]
fn requests_written() {
    run("requests written", &cases("input"), |case| {
        let serialized = &case.json["serialized"];
        let mut input = Case::value(case.operation.input(), &case.json["params"]);
        let request = protocol::of(case.protocol)
            .serialize_request(case.operation, &mut input)
            .map_err(|error| error.to_string())?;
        let (parts, found) = request.into_parts();
        let (expected, found) = (body(case.protocol, &serialized["body"]), bytes(found));
        if !same_body(case.protocol, case.operation.input(), &expected, &found) {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            return Err(format!("body {:?}, expected {:?}", text(&found), text(&expected)));
        }
        let split = |uri: &str| {
            let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
            (path.to_owned(), parameters(query.as_bytes()))
        };
        let (expected, found) = (serialized["uri"].as_str().unwrap_or("/"), parts.uri.to_string());
        if split(expected) != split(&found) {
            return Err(format!("uri {found}, expected {expected}"));
        }
        same_headers(&serialized["headers"], &parts.headers)
    });
}

/// What botocore reads, our client reads.
#[test]
fn responses_read() {
    run("responses read", &cases("output"), |case| {
        let protocol = protocol::of(case.protocol);
        let response = &case.json["response"];
        let (mut parts, ()) = http::Response::new(()).into_parts();
        let status = response["status_code"].as_u64().unwrap_or(200);
        parts.status = http::StatusCode::from_u16(u16::try_from(status).unwrap()).unwrap();
        parts.headers = headers(&response["headers"]);
        let bytes = body(case.protocol, &response["body"]);
        if case.json["error"].is_object() {
            let found = protocol.parse_error(case.operation, &parts, &bytes);
            return expect_error(case, &found);
        }
        let mut found = Value::Null;
        protocol
            .parse_response(case.operation, &parts, bytes.into(), &mut found)
            .map_err(|error| error.to_string())?;
        let schema = case.operation.output();
        same(case.protocol, schema, &Case::value(schema, &case.json["result"]), &found)
    });
}

/// What botocore reads, our server writes: the same values, in messages that our client reads. (That
/// botocore reads them too is shown by the tests through real clients.)
#[test]
fn responses_written() {
    run("responses written", &cases("output"), |case| {
        let protocol = protocol::of(case.protocol);
        let exchange = Exchange { headers: &HeaderMap::new(), request_id: "id" };
        if case.json["error"].is_object() {
            let error = error_of(case);
            let service = case.operation.service();
            let response = protocol.serialize_error(service, Some(case.operation), &error, exchange);
            let (parts, body) = response.into_parts();
            return expect_error(case, &protocol.parse_error(case.operation, &parts, &bytes(body)));
        }
        let schema = case.operation.output();
        let expected = Case::value(schema, &case.json["result"]);
        let mut output = Case::value(schema, &case.json["result"]);
        let response = protocol
            .serialize_response(case.operation, &mut output, exchange)
            .map_err(|error| error.to_string())?;
        let (parts, body) = response.into_parts();
        let mut found = Value::Null;
        protocol
            .parse_response(case.operation, &parts, bytes(body).into(), &mut found)
            .map_err(|error| error.to_string())?;
        same(case.protocol, schema, &expected, &found)
    });
}

/// Every header that is expected; others may be there.
fn same_headers(expected: &Json, found: &HeaderMap) -> Result<(), String> {
    for (name, value) in expected.as_object().into_iter().flatten() {
        let all: Vec<_> = found.get_all(name).iter().filter_map(|it| it.to_str().ok()).collect();
        // Naming the characters is as good as not naming them: forms have no others.
        let spaced = |text: &str| text.replace(", ", ",").replace("; charset=utf-8", "");
        if spaced(&all.join(",")) != spaced(value.as_str().unwrap()) {
            return Err(format!("header {name} is {all:?}, expected {value}"));
        }
    }
    Ok(())
}

/// The error of a case as a server has it.
fn error_of(case: &Case) -> ReceivedError {
    let schema = modelled(case.operation, case.json["errorCode"].as_str().unwrap());
    let error = case.json["error"].clone();
    let status = case.json["response"]["status_code"].as_u64().unwrap_or(400);
    let text = |key: &str| case.json[key].as_str().unwrap_or_default().to_owned();
    let told = AwsError::sender(text("errorCode"), text("errorMessage"));
    ReceivedError {
        error: told.with_status(u16::try_from(status).unwrap()),
        schema,
        members: schema.map_or(Value::Null, |it| from_neutral(it, &known(it, &error)).unwrap()),
    }
}

/// The error with this code or name in the model.
fn modelled(operation: Operation, code: &str) -> Option<Schema> {
    let is_it = |it: &Schema| it.error().is_some_and(|error| error.code == code || it.name() == code);
    operation.service().shapes().find(is_it)
}

/// Without what the model does not have: the cases put `Message` and `Code` everywhere.
fn known(schema: Schema, error: &Json) -> Json {
    let members = error.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| schema.member_named(name).is_some())
        .map(|(name, json)| (name.clone(), json.clone()))
        .collect()
}

fn expect_error(case: &Case, found: &ReceivedError) -> Result<(), String> {
    let code = case.json["errorCode"].as_str().unwrap_or_default();
    let modelled = modelled(case.operation, code);
    let codes = [Some(code), modelled.and_then(Schema::error).map(|it| it.code), modelled.map(Schema::name)];
    if !codes.contains(&Some(found.code())) {
        return Err(format!("code {:?}, expected {code:?}", found.code()));
    }
    let message = case.json["errorMessage"].as_str().unwrap_or_default();
    if found.message().unwrap_or_default() != message {
        return Err(format!("message {:?}, expected {message:?}", found.message()));
    }
    let Some(schema) = modelled else { return Ok(()) };
    let expected = normalised(case.protocol, schema, &known(schema, &case.json["error"]));
    let members = found.members().map_or(json!({}), |it| to_neutral(schema, it));
    let found = normalised(case.protocol, schema, &members);
    // The text is compared above; not every case has it among the members.
    let without_text = |mut json: Json| {
        for name in ["message", "Message"] {
            json.as_object_mut().unwrap().remove(name);
        }
        json
    };
    let (expected, found) = (without_text(expected), without_text(found));
    (expected == found).then_some(()).ok_or_else(|| format!("members {found}, expected {expected}"))
}
