use std::io::Write as _;

use asf_runtime::codec::cbor::{CborOptions, read_document, write_shape};
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value as Json, json};

use super::*;

fn operation(service: &str, name: &str) -> Operation {
    asf_specs::service(service).and_then(|it| it.operation(name)).unwrap()
}

fn onward(operation: Operation, protocol: ProtocolKind, request: Request) -> Onward {
    let (account_id, region) = (AccountId::DEFAULT, Region::new("us-east-1"));
    Onward { operation, protocol, account_id, region, request }
}

/// Kinesis as Java's SDKs call it, which no client side of ours writes.
fn kinesis(name: &str, parameters: &Json) -> Onward {
    let operation = operation("kinesis", name);
    let input = operation.input().unwrap();
    let value = from_neutral(input, parameters).unwrap();
    let mut body = Vec::new();
    write_shape(input, &value, CborOptions::MILLIS, &mut body).unwrap();
    let request = http::Request::post("/")
        .header("content-type", CBOR_1_1)
        .header("x-amz-target", format!("Kinesis_20131202.{name}"))
        .header("content-length", body.len())
        .header("authorization", "theirs")
        .body(body.into());
    onward(operation, ProtocolKind::Json, request.unwrap())
}

fn cloudwatch(name: &str, parameters: &Json) -> Onward {
    let operation = operation("cloudwatch", name);
    let mut value = from_neutral(operation.input().unwrap(), parameters).unwrap();
    let request = protocol::of(ProtocolKind::RpcV2Cbor).serialize_request(operation, &mut value).unwrap();
    onward(operation, ProtocolKind::RpcV2Cbor, request)
}

async fn body_of(body: ByteStream) -> Vec<u8> {
    body.collect(MAX_BODY).await.unwrap().to_vec()
}

async fn json_of_body(body: ByteStream) -> Json {
    serde_json::from_slice(&body_of(body).await).unwrap()
}

/// What moto would say, in the caller's protocol.
async fn answered(
    caller: Caller,
    status: u16,
    headers: &[(&str, &str)],
    body: &Json,
) -> (http::response::Parts, Vec<u8>) {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let response = caller.answer(response.body(body.to_string().into()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    (head, body_of(body).await)
}

#[tokio::test]
async fn cbor_of_old() {
    let mut onward =
        kinesis("PutRecord", &json!({ "StreamName": "s", "Data": "aGVsbG8=", "PartitionKey": "p" }));
    let caller = made_readable(&mut onward).await.unwrap().unwrap();
    let (head, body) = onward.request.into_parts();
    assert_eq!(head.headers["content-type"], "application/x-amz-json-1.1");
    assert_eq!(head.headers["x-amz-target"], "Kinesis_20131202.PutRecord");
    assert_eq!(head.headers["authorization"], "theirs");
    assert!(!head.headers.contains_key("content-length"));
    let sent = json_of_body(body).await;
    assert_eq!(sent, json!({ "StreamName": "s", "Data": "aGVsbG8=", "PartitionKey": "p" }));

    let answer = json!({ "ShardId": "shardId-0", "SequenceNumber": "1" });
    let id = [("x-amzn-requestid", "moto's"), ("content-type", "application/x-amz-json-1.1")];
    let (head, body) = answered(caller, 200, &id, &answer).await;
    assert_eq!(
        (head.status.as_u16(), &head.headers["content-type"]),
        (200, &HeaderValue::from_static(CBOR_1_1))
    );
    assert_eq!(head.headers["x-amzn-requestid"], "moto's");
    assert_eq!(read_document(&body).unwrap(), answer);
}

/// Times are milliseconds there, and bytes no text.
#[tokio::test]
async fn times_and_bytes() {
    let mut onward = kinesis("GetRecords", &json!({ "ShardIterator": "i" }));
    let operation = onward.operation;
    let caller = made_readable(&mut onward).await.unwrap().unwrap();
    let record = json!({
        "SequenceNumber": "1", "ApproximateArrivalTimestamp": 1.5, "Data": "aGVsbG8=", "PartitionKey": "p",
    });
    let answer = json!({ "Records": [record], "MillisBehindLatest": 0 });
    let (head, body) = answered(caller, 200, &[], &answer).await;
    let output = operation.output().unwrap();
    let mut read = Value::structure(output);
    let theirs = protocol::of(ProtocolKind::Json);
    theirs.parse_response(operation, &head, body.clone().into(), &mut read).unwrap();
    assert_eq!(to_neutral(output, &read), answer);
    // As bytes, and not in base64.
    assert!(body.windows(6).any(|it| it == b"\x45hello"), "{body:?}");
}

#[tokio::test]
async fn rpc_v2_cbor() {
    let sent = json!({ "Namespace": "n", "MetricData": [{ "MetricName": "m", "Value": 1.5, "Timestamp": 1_700_000_000 }] });
    let mut onward = cloudwatch("PutMetricData", &sent);
    let caller = made_readable(&mut onward).await.unwrap().unwrap();
    assert_eq!(onward.protocol, ProtocolKind::Json);
    let (head, body) = onward.request.into_parts();
    assert_eq!((head.method.as_str(), head.uri.path()), ("POST", "/"));
    assert_eq!(head.headers["x-amz-target"], "GraniteServiceVersion20100801.PutMetricData");
    assert_eq!(head.headers["content-type"], "application/x-amz-json-1.0");
    assert!(!head.headers.contains_key("smithy-protocol"));
    assert_eq!(json_of_body(body).await, sent);

    let (head, body) = answered(caller, 200, &[], &json!({})).await;
    assert_eq!(
        (head.status.as_u16(), &head.headers["smithy-protocol"]),
        (200, &HeaderValue::from_static("rpc-v2-cbor"))
    );
    assert_eq!(body, b"", "it has no output");
}

#[tokio::test]
async fn errors() {
    let mut onward = kinesis("DescribeStream", &json!({ "StreamName": "none" }));
    let caller = made_readable(&mut onward).await.unwrap().unwrap();
    let error = json!({ "__type": "ResourceNotFoundException", "message": "Stream none not found" });
    let (head, body) = answered(caller, 400, &[], &error).await;
    assert_eq!(
        (head.status.as_u16(), &head.headers["content-type"]),
        (400, &HeaderValue::from_static(CBOR_1_1))
    );
    assert_eq!(read_document(&body).unwrap(), error);

    // One that the model has under two names.
    let mut onward = cloudwatch("DeleteDashboards", &json!({ "DashboardNames": ["none"] }));
    let caller = made_readable(&mut onward).await.unwrap().unwrap();
    let error = json!({ "__type": "DashboardNotFoundError", "message": "no such" });
    let code = [("x-amzn-query-error", "ResourceNotFound;Sender")];
    let (head, body) = answered(caller, 404, &code, &error).await;
    assert_eq!(head.status, 404);
    assert_eq!(head.headers["x-amzn-query-error"], "ResourceNotFound;Sender");
    let expected =
        json!({ "__type": "com.amazonaws.cloudwatch#DashboardNotFoundError", "message": "no such" });
    assert_eq!(read_document(&body).unwrap(), expected);
}

/// The body may be pressed: SDKs do that to `PutMetricData`.
#[tokio::test]
async fn gzip() {
    let mut onward = cloudwatch("PutMetricData", &json!({}));
    // `{"Namespace": "n"}` in CBOR.
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(b"\xa1\x69Namespace\x61n").unwrap();
    let body = gzip.finish().unwrap();
    onward.request.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
    *onward.request.body_mut() = body.into();
    made_readable(&mut onward).await.unwrap().unwrap();
    let (head, body) = onward.request.into_parts();
    assert_eq!(json_of_body(body).await, json!({ "Namespace": "n" }));
    assert!(!head.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn what_cannot_be_read() {
    let mut onward = kinesis("ListStreams", &json!({}));
    *onward.request.body_mut() = "no CBOR".into();
    let error = made_readable(&mut onward).await.unwrap_err();
    assert_eq!((error.code(), error.status()), ("SerializationException", 400));

    let mut onward = kinesis(
        "SubscribeToShard",
        &json!({ "ConsumerARN": "arn:aws:x", "ShardId": "s", "StartingPosition": { "Type": "LATEST" } }),
    );
    let error = made_readable(&mut onward).await.unwrap_err();
    assert_eq!(error.status(), 501, "{error}");

    let mut onward = kinesis("ListStreams", &json!({}));
    let caller = made_readable(&mut onward).await.unwrap().unwrap();
    let response = http::Response::new(ByteStream::from("{\"StreamNames\": 1}"));
    let error = caller.answer(response).await.unwrap_err();
    assert!(error.to_string().contains("what moto answers to ListStreams cannot be read"), "{error}");
}

/// moto goes by the content type, and knows few.
#[tokio::test]
async fn content_types() {
    for (service, name, protocol, given, expected) in [
        ("kms", "ListKeys", ProtocolKind::Json, Some("application/json"), "application/x-amz-json-1.1"),
        (
            "kms",
            "ListKeys",
            ProtocolKind::Json,
            Some("application/x-amz-json-1.0"),
            "application/x-amz-json-1.0",
        ),
        ("sqs", "ListQueues", ProtocolKind::Json, None, "application/x-amz-json-1.0"),
        ("cloudwatch", "ListMetrics", ProtocolKind::Query, None, "application/x-www-form-urlencoded"),
        (
            "cloudwatch",
            "ListMetrics",
            ProtocolKind::Query,
            Some("application/x-www-form-urlencoded; charset=utf-8"),
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
        ("lambda", "Invoke", ProtocolKind::RestJson, Some("text/plain"), "text/plain"),
    ] {
        let mut request = Request::new("{}".into());
        if let Some(given) = given {
            request.headers_mut().insert("content-type", HeaderValue::from_static(given));
        }
        let mut onward = onward(operation(service, name), protocol, request);
        assert!(made_readable(&mut onward).await.unwrap().is_none(), "{name}");
        assert_eq!(onward.request.headers()["content-type"], expected, "{service} {given:?}");
        assert_eq!(json_of_body(onward.request.into_body()).await, json!({}));
    }
}
