//! Path, query and header bindings of the rest protocols: the input is a request line and headers.
#![no_main]

use std::sync::LazyLock;

use asf_runtime::Value;
use asf_runtime::protocol;
use asf_runtime::schema::{Operation, ProtocolKind};
use asf_runtime::shape::ByteStream;
use http::{HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

static OPERATIONS: LazyLock<Vec<(Operation, ProtocolKind)>> = LazyLock::new(|| {
    [
        ("s3", "GetObject", ProtocolKind::RestXml),
        ("s3", "PutObject", ProtocolKind::RestXml),
        ("s3", "ListObjectsV2", ProtocolKind::RestXml),
        ("lambda", "Invoke", ProtocolKind::RestJson),
        ("iotevents-data", "DescribeAlarm", ProtocolKind::RestJson),
        ("apigateway", "GetExport", ProtocolKind::RestJson),
        ("pinpoint", "GetCampaignDateRangeKpi", ProtocolKind::RestJson),
    ]
    .into_iter()
    .filter_map(|(service, operation, protocol)| {
        Some((asf_specs::service(service)?.operation(operation)?, protocol))
    })
    .collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((pick, rest)) = data.split_first() else { return };
    let (operation, kind) = OPERATIONS[usize::from(*pick) % OPERATIONS.len()];
    let mut lines = rest.split(|&byte| byte == b'\n');
    let Some(uri) = lines.next().and_then(|line| http::Uri::try_from(line).ok()) else { return };
    let Ok(mut request) = http::Request::get(uri).body(()) else { return };
    for line in lines {
        let mut parts = line.splitn(2, |&byte| byte == b':');
        let name = parts.next().and_then(|name| HeaderName::from_bytes(name).ok());
        let value = parts.next().and_then(|value| HeaderValue::from_bytes(value).ok());
        if let (Some(name), Some(value)) = (name, value) {
            request.headers_mut().append(name, value);
        }
    }
    let (parts, ()) = request.into_parts();
    let mut input = Value::Null;
    let _ = protocol::of(kind).parse_request(operation, &parts, ByteStream::Empty, &mut input);
});
