//! Requests of every protocol: the first byte picks the operation, the rest is the body, or, after a
//! first line, path, headers and body. Whatever is accepted has to be writable again.
#![no_main]

use std::sync::LazyLock;

use asf_runtime::protocol;
use asf_runtime::schema::{Operation, ProtocolKind};
use asf_runtime::validation::{Style, validate};
use asf_runtime::Value;
use libfuzzer_sys::fuzz_target;

/// Operations whose inputs have a bit of everything, in each protocol.
static OPERATIONS: LazyLock<Vec<(Operation, ProtocolKind, &str)>> = LazyLock::new(|| {
    [
        ("dynamodb", "PutItem", ProtocolKind::Json, "/"),
        ("dynamodb", "TransactWriteItems", ProtocolKind::Json, "/"),
        ("sqs", "SendMessageBatch", ProtocolKind::Json, "/"),
        ("sqs", "SendMessageBatch", ProtocolKind::Query, "/"),
        ("cloudwatch", "PutMetricData", ProtocolKind::RpcV2Cbor, "/service/GraniteServiceVersion20100801/operation/PutMetricData"),
        ("cloudwatch", "PutMetricData", ProtocolKind::Query, "/"),
        ("ec2", "RunInstances", ProtocolKind::Ec2, "/"),
        ("lambda", "CreateFunction", ProtocolKind::RestJson, "/2015-03-31/functions"),
        ("bedrock-runtime", "Converse", ProtocolKind::RestJson, "/model/m/converse"),
        ("s3", "PutBucketLifecycleConfiguration", ProtocolKind::RestXml, "/b?lifecycle"),
        ("s3", "SelectObjectContent", ProtocolKind::RestXml, "/b/k?select&select-type=2"),
        ("route53", "ChangeResourceRecordSets", ProtocolKind::RestXml, "/2013-04-01/hostedzone/Z/rrset/"),
        ("cloudfront", "CreateDistribution", ProtocolKind::RestXml, "/2020-05-31/distribution"),
    ]
    .into_iter()
    .filter_map(|(service, operation, protocol, uri)| {
        Some((asf_specs::service(service)?.operation(operation)?, protocol, uri))
    })
    .collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((pick, body)) = data.split_first() else { return };
    let (operation, kind, uri) = OPERATIONS[usize::from(*pick) % OPERATIONS.len()];
    let Ok(request) = http::Request::post(uri).body(()) else { return };
    let (parts, ()) = request.into_parts();
    let mut input = Value::Null;
    let body = bytes::Bytes::copy_from_slice(body).into();
    let protocol = protocol::of(kind);
    if protocol.parse_request(operation, &parts, body, &mut input).is_err() {
        return;
    }
    if let Some(schema) = operation.input() {
        let _ = validate(schema, &input, Style::CORAL);
    }
    let _ = protocol.serialize_request(operation, &mut input);
});
