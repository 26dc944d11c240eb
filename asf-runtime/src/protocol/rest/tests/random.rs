//! Bytes of any kind: whatever comes, there is an answer.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;

const ROUNDS: usize = 3_000;

fn operation(protocol: ProtocolKind, payload: Option<&str>) -> Operation {
    let operations = json!({"Op": {"http": {"method": "POST", "requestUri": "/{a}/{g+}/x?kind"},
        "input": {"shape": "Io"}, "output": {"shape": "Io"}, "errors": [{"shape": "Bad"}]}});
    let mut io = json!({"type": "structure", "members": {
        "a": {"shape": "S", "location": "uri", "locationName": "a"},
        "g": {"shape": "I", "location": "uri", "locationName": "g"},
        "q": {"shape": "Ss", "location": "querystring", "locationName": "q"},
        "m": {"shape": "Lists", "location": "querystring"},
        "h": {"shape": "Ts", "location": "header", "locationName": "h"},
        "l": {"shape": "Ss", "location": "header", "locationName": "l"},
        "p": {"shape": "Map", "location": "headers", "locationName": "p-"},
        "b": {"shape": "Union"}, "c": {"shape": "Lists"}, "d": {"shape": "Bytes"}, "e": {"shape": "Inner"}}});
    if let Some(payload) = payload {
        io["payload"] = json!(payload);
    }
    let shapes = json!({"Io": io, "Bad": {"type": "structure", "exception": true, "members": {
        "message": {"shape": "S"}, "n": {"shape": "I", "location": "header", "locationName": "n"}}}});
    let metadata = json!({"noErrorWrapping": protocol == ProtocolKind::RestXml});
    service(protocol, &metadata, &operations, &shapes).operation("Op").unwrap()
}

/// A text in which pieces that mean something stand beside others that do not.
fn text(random: &mut StdRng, pieces: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..random.random_range(0..12) {
        match random.random_range(0..4) {
            0 => out.push(random.random()),
            _ => out.extend_from_slice(pieces[random.random_range(0..pieces.len())].as_bytes()),
        }
    }
    out
}

#[test]
fn nothing_panics() {
    let heads = [
        "/",
        "%",
        "%2",
        "%2F",
        "%ff",
        "?",
        "&",
        "=",
        "+",
        "q",
        "kind",
        "a",
        "x",
        ",",
        "\"",
        "\\",
        " ",
        "1",
        "Mon, 16 Dec 2019 23:48:18 GMT",
        "ü",
    ];
    let bodies = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "null",
        "b",
        "c",
        "d",
        "int",
        "1",
        "<",
        ">",
        "/",
        "<Io>",
        "</Io>",
        "<b>",
        "</b>",
        "<c>",
        "<entry>",
        "<key>",
        "&amp;",
        "&#0;",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<Error>",
        "<Code>",
        "</Code>",
        "<?xml",
        "?>",
        "<!DOCTYPE",
        "\u{feff}",
    ];
    let mut random = StdRng::seed_from_u64(7);
    for protocol in [ProtocolKind::RestJson, ProtocolKind::RestXml] {
        for payload in [None, Some("b"), Some("d"), Some("e")] {
            let operation = operation(protocol, payload);
            for _ in 0..ROUNDS / 4 {
                let mut uri = b"/".to_vec();
                uri.extend(text(&mut random, &heads));
                let mut request = http::Request::builder().method("POST");
                if let Ok(uri) = http::Uri::try_from(uri) {
                    request = request.uri(uri);
                }
                let mut response = http::Response::builder().status(random.random_range(100..600));
                for name in ["h", "l", "p-", "p-x", "n", "content-type", "x-amzn-errortype"] {
                    if let Ok(value) = http::HeaderValue::from_bytes(&text(&mut random, &heads)) {
                        request = request.header(name, value.clone());
                        response = response.header(name, value);
                    }
                }
                let body = text(&mut random, &bodies);
                let (request, ()) = request.body(()).unwrap().into_parts();
                let (response, ()) = response.body(()).unwrap().into_parts();
                let protocol = of(operation);
                let mut value = Value::Null;
                if protocol.parse_request(operation, &request, body.clone().into(), &mut value).is_ok() {
                    // What was read can be written, or there is a reason why not.
                    let _ = protocol.serialize_request(operation, &mut value);
                }
                let mut value = Value::Null;
                let _ = protocol.parse_response(operation, &response, body.clone().into(), &mut value);
                let error = protocol.parse_error(operation, &response, &body);
                assert!(!error.code().is_empty());
            }
        }
    }
}
