//! What comes out of requests and responses, and what is refused. The cases are those of Smithy's protocol
//! tests (the malformed ones too) and what AWS answered.

mod bindings;
mod malformed;
mod random;
mod s3;

use std::fmt::Write as _;

use asf_schema::{Operation, ProtocolKind, ServiceSchema};
use futures_util::FutureExt as _;
use http::HeaderMap;
use serde_json::{Value as Json, json};

use crate::error::ServiceError as _;
use crate::protocol::{self, Exchange, Protocol, Response};
use crate::shape::ByteStream;
use crate::value::neutral::{from_neutral, to_neutral};
use crate::{AwsError, Value};

/// A service with these operations and shapes, beside the simple ones.
fn service(
    protocol: ProtocolKind,
    metadata: &Json,
    operations: &Json,
    shapes: &Json,
) -> &'static ServiceSchema {
    let mut spec = json!({
        "metadata": {"protocol": protocol.as_str(), "apiVersion": "2026-01-02", "endpointPrefix": "x",
                     "serviceId": "X"},
        "operations": operations,
        "shapes": {
            "S": {"type": "string"}, "I": {"type": "integer"}, "L": {"type": "long"}, "Byte": {"type": "byte"},
            "Short": {"type": "short"}, "F": {"type": "float"}, "D": {"type": "double"}, "B": {"type": "boolean"},
            "Bytes": {"type": "blob"}, "Stream": {"type": "blob", "streaming": true}, "T": {"type": "timestamp"},
            "Iso": {"type": "timestamp", "timestampFormat": "iso8601"},
            "Rfc": {"type": "timestamp", "timestampFormat": "rfc822"},
            "Unix": {"type": "timestamp", "timestampFormat": "unixTimestamp"},
            "Doc": {"type": "structure", "members": {}, "document": true},
            "Ss": {"type": "list", "member": {"shape": "S"}}, "Is": {"type": "list", "member": {"shape": "I"}},
            "Bs": {"type": "list", "member": {"shape": "B"}}, "Ts": {"type": "list", "member": {"shape": "T"}},
            "Map": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "S"}},
            "Lists": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "Ss"}},
            "Inner": {"type": "structure", "members": {"a": {"shape": "S"}, "n": {"shape": "I"}}},
            "Union": {"type": "structure", "union": true, "members": {"int": {"shape": "I"}, "string": {"shape": "S"}}},
        },
    });
    for (part, from) in [("metadata", metadata), ("shapes", shapes)] {
        for (key, value) in from.as_object().into_iter().flatten() {
            spec[part][key] = value.clone();
        }
    }
    for (name, operation) in spec["operations"].as_object_mut().into_iter().flatten() {
        operation["name"] = json!(name);
    }
    asf_schema::load_service_value("x", &spec).unwrap()
}

/// Reads a request.
fn parse(operation: Operation, uri: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Json, AwsError> {
    let mut request = http::Request::builder().method(operation.row().method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let protocol = protocol::of(operation.service().metadata.protocol());
    let mut input = Value::Null;
    protocol.parse_request(operation, &parts, body.to_vec().into(), &mut input)?;
    Ok(operation.input().map_or_else(|| json!({}), |schema| to_neutral(schema, &input)))
}

/// Writes a response.
fn respond(operation: Operation, result: &Json) -> Response {
    let mut output = operation.output().map_or(Value::Null, |schema| from_neutral(schema, result).unwrap());
    let headers = HeaderMap::new();
    let exchange = Exchange { headers: &headers, request_id: "id" };
    of(operation).serialize_response(operation, &mut output, exchange).unwrap()
}

fn of(operation: Operation) -> &'static dyn Protocol {
    protocol::of(operation.service().metadata.protocol())
}

/// A message as text: status, headers in alphabetical order, body.
fn shown(response: Response) -> String {
    let (parts, body) = response.into_parts();
    let mut headers: Vec<String> = parts
        .headers
        .iter()
        .filter(|(name, _)| !name.as_str().contains("request") && *name != "x-amz-id-2")
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    let mut out = format!("{} [{}] ", parts.status.as_u16(), headers.join(", "));
    let body = full(body);
    let _ = write!(out, "{}", String::from_utf8_lossy(&body));
    out
}

/// The body in one piece; it is there already.
fn full(body: ByteStream) -> Vec<u8> {
    body.collect(1 << 20).now_or_never().unwrap().unwrap().to_vec()
}

/// Status and code of what was refused.
fn refusal(result: Result<Json, AwsError>) -> Result<Json, (u16, String)> {
    result.map_err(|error| (error.status(), error.code().to_owned()))
}
