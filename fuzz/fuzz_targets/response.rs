//! Responses and errors of every protocol, as a client or the fallback reads them.
#![no_main]

use std::sync::LazyLock;

use asf_runtime::Value;
use asf_runtime::protocol;
use asf_runtime::schema::{Operation, ProtocolKind};
use libfuzzer_sys::fuzz_target;

static OPERATIONS: LazyLock<Vec<(Operation, ProtocolKind)>> = LazyLock::new(|| {
    [
        ("dynamodb", "Query", ProtocolKind::Json),
        ("sqs", "ReceiveMessage", ProtocolKind::Query),
        ("cloudwatch", "GetMetricData", ProtocolKind::RpcV2Cbor),
        ("ec2", "DescribeInstances", ProtocolKind::Ec2),
        ("lambda", "GetFunction", ProtocolKind::RestJson),
        ("s3", "ListObjectVersions", ProtocolKind::RestXml),
        ("s3", "GetBucketLocation", ProtocolKind::RestXml),
        ("iam", "GetRole", ProtocolKind::Query),
    ]
    .into_iter()
    .filter_map(|(service, operation, protocol)| {
        Some((asf_specs::service(service)?.operation(operation)?, protocol))
    })
    .collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((pick, body)) = data.split_first() else { return };
    let (operation, kind) = OPERATIONS[usize::from(*pick) % OPERATIONS.len()];
    let status = if pick & 0x80 == 0 { 200 } else { 400 };
    let Ok(response) = http::Response::builder().status(status).body(()) else { return };
    let (parts, ()) = response.into_parts();
    let protocol = protocol::of(kind);
    if status == 400 {
        let _ = protocol.parse_error(operation, &parts, body);
        return;
    }
    let mut output = Value::Null;
    let body = bytes::Bytes::copy_from_slice(body).into();
    let _ = protocol.parse_response(operation, &parts, body, &mut output);
});
