//! Calls in CBOR of services that only moto has, which reads none: as the SDKs call CloudWatch, and Java's call Kinesis.

use asf_runtime::client::Remote;
use asf_runtime::codec::cbor::{CborOptions, write_shape};
use asf_runtime::error::ServiceError as _;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::protocol;
use asf_runtime::provider::{Onward, Source};
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use asf_runtime::{AwsError, Value};
use asf_schema::ProtocolKind;
use serde_json::{Value as Json, json};

use super::{Emulator, moto};

const OLD: &str = "application/x-amz-cbor-1.1";

/// A client that speaks CBOR, and nothing else.
struct Client<'a>(&'a Emulator);

impl Client<'_> {
    /// In the main protocol of a service.
    fn call(&self, service: &str, name: &str, parameters: &Json) -> Result<Json, (u16, String)> {
        let kind = asf_specs::service(service).unwrap().metadata.protocol();
        self.speaking(kind, service, name, parameters)
    }

    /// The answer in no protocol's words, or status and code of the error.
    fn speaking(
        &self,
        kind: ProtocolKind,
        service: &str,
        name: &str,
        parameters: &Json,
    ) -> Result<Json, (u16, String)> {
        let operation = asf_specs::service(service).and_then(|it| it.operation(name)).unwrap();
        let input = operation.input().unwrap();
        let mut value = from_neutral(input, parameters).unwrap();
        let protocol = protocol::of(kind);
        let mut request = protocol.serialize_request(operation, &mut value).unwrap();
        let content_type = if kind == ProtocolKind::Json {
            let mut body = Vec::new();
            write_shape(input, &value, CborOptions::MILLIS, &mut body).unwrap();
            *request.body_mut() = body.into();
            request.headers_mut().insert("content-type", OLD.parse().unwrap());
            OLD
        } else {
            "application/cbor"
        };
        let onward = Onward {
            operation,
            protocol: kind,
            account_id: AccountId::DEFAULT,
            region: Region::new("us-east-1"),
            request,
        };
        let remote = Remote::new(self.0.url(), Source::named("under test")).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (head, body) = runtime
            .block_on(async {
                let (head, body) = remote.send(onward).await?.into_parts();
                Ok::<_, AwsError>((head, body.collect(1 << 20).await.map_err(AwsError::from)?))
            })
            .unwrap();
        assert_eq!(head.headers["x-asf-source"], "moto", "{name}: {head:?}");
        if !body.is_empty() {
            assert_eq!(head.headers["content-type"], content_type, "{name}");
        }
        if protocol.is_error(operation, &head, &body) {
            let error = protocol.parse_error(operation, &head, &body);
            return Err((head.status.as_u16(), error.code().to_owned()));
        }
        let Some(output) = operation.output() else { return Ok(Json::Null) };
        let mut read = Value::structure(output);
        protocol.parse_response(operation, &head, body.into(), &mut read).unwrap();
        Ok(to_neutral(output, &read))
    }
}

#[test]
fn kinesis_and_cloudwatch() {
    let (volume, _) = moto();
    let settings = [("LOCALSTACK_VOLUME_DIR", volume.as_str())];
    let emulator = Emulator::start_with(settings.into_iter().collect());
    let client = Client(&emulator);

    let kinesis = |name: &str, parameters: Json| client.call("kinesis", name, &parameters);
    kinesis("CreateStream", json!({ "StreamName": "s", "ShardCount": 1 })).unwrap();
    assert_eq!(kinesis("ListStreams", json!({})).unwrap()["StreamNames"], json!(["s"]));
    let put = json!({ "StreamName": "s", "PartitionKey": "p", "Data": "AAH/aGVsbG8=" });
    let shard = kinesis("PutRecord", put).unwrap()["ShardId"].clone();
    let from = json!({ "StreamName": "s", "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
    let iterator = kinesis("GetShardIterator", from).unwrap()["ShardIterator"].clone();
    let records = kinesis("GetRecords", json!({ "ShardIterator": iterator })).unwrap();
    let record = &records["Records"][0];
    assert_eq!((&record["Data"], &record["PartitionKey"]), (&json!("AAH/aGVsbG8="), &json!("p")));
    // Of this century, so neither in milliseconds nor in days.
    let arrived = record["ApproximateArrivalTimestamp"].as_f64().unwrap();
    assert!((1e9..1e10).contains(&arrived), "{records}");
    let error = kinesis("DescribeStream", json!({ "StreamName": "none" })).unwrap_err();
    assert_eq!(error, (400, "ResourceNotFoundException".to_owned()));

    let cloudwatch = |name: &str, parameters: Json| client.call("cloudwatch", name, &parameters);
    let data = json!([{ "MetricName": "m", "Value": 1.5, "Timestamp": 1_700_000_000, "Unit": "Count" }]);
    cloudwatch("PutMetricData", json!({ "Namespace": "n", "MetricData": data })).unwrap();
    let of = json!({
        "Namespace": "n", "MetricName": "m", "Period": 60, "Statistics": ["Sum", "SampleCount"],
        "StartTime": 1_699_999_000, "EndTime": 1_700_001_000,
    });
    let points = cloudwatch("GetMetricStatistics", of).unwrap()["Datapoints"].clone();
    assert_eq!((&points[0]["Sum"], &points[0]["SampleCount"]), (&json!(1.5), &json!(1.0)), "{points}");
    let error = cloudwatch("GetDashboard", json!({ "DashboardName": "none" })).unwrap_err();
    assert_eq!(error, (404, "ResourceNotFound".to_owned()));

    // SDKs that are newer than our models speak it to services that spoke json before.
    let list = client.speaking(ProtocolKind::RpcV2Cbor, "acm-pca", "ListCertificateAuthorities", &json!({}));
    assert_eq!(list, Ok(json!({ "CertificateAuthorities": [] })));
}
