//! Spans in OTLP's JSON (opentelemetry.io, "OTLP Specification", "JSON Protobuf Encoding": ids in hexadecimal,
//! 64-bit numbers as text). Attributes are those of the semantic conventions for RPC and AWS.

use serde_json::{Value, json};

use super::span::Span;

/// A server, as OTLP has it among the kinds of spans.
const KIND_SERVER: u8 = 2;
const STATUS_ERROR: u8 = 2;

/// A request for the export of spans.
pub(super) fn request(service_name: &str, spans: &[Span]) -> Value {
    let spans: Vec<Value> = spans.iter().map(span).collect();
    json!({
        "resourceSpans": [{
            "resource": { "attributes": [text("service.name", service_name), text("cloud.provider", "aws")] },
            "scopeSpans": [{
                "scope": { "name": "asf", "version": env!("CARGO_PKG_VERSION") },
                "spans": spans,
            }],
        }],
    })
}

fn span(span: &Span) -> Value {
    let ended = i128::from(span.ended.seconds()) * 1_000_000_000 + i128::from(span.ended.subsec_nanos());
    let began = ended - i128::try_from(span.elapsed.as_nanos()).unwrap_or_default();
    let name = match span.operation {
        "" => span.service.to_owned(),
        operation => format!("{}.{operation}", span.service),
    };
    let mut attributes = vec![
        text("rpc.system", "aws-api"),
        text("rpc.service", span.service_id),
        text("rpc.method", span.operation),
        text("http.request.method", &span.method),
        json!({ "key": "http.response.status_code", "value": { "intValue": span.status.to_string() } }),
        text("aws.request_id", &span.request_id),
        text("aws.service", span.service),
        text("cloud.account.id", &span.account),
        text("cloud.region", &span.region),
        text("asf.source", span.source),
    ];
    attributes.extend(span.code.as_deref().map(|code| text("error.type", code)));
    let mut shown = json!({
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "name": name,
        "kind": KIND_SERVER,
        "startTimeUnixNano": began.to_string(),
        "endTimeUnixNano": ended.to_string(),
        "attributes": attributes,
    });
    if let Some(parent) = &span.parent_id {
        shown["parentSpanId"] = parent.as_str().into();
    }
    // Of a server only its own failures are errors; what a caller did wrong is not.
    if span.status >= 500 {
        shown["status"] = json!({ "code": STATUS_ERROR, "message": span.code });
    }
    shown
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}
