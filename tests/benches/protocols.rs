//! Whole messages over generated types, as a server reads and writes them: headers, paths and bodies, in
//! each protocol. (`asf-runtime/benches/json` has the bodies alone, beside serde_json.)

#![allow(clippy::expect_used, reason = "a bench that cannot do its work has to stop")]

use std::hint::black_box;

use asf_runtime::protocol::{self, Exchange, Protocol};
use asf_runtime::provider::TypedOperation;
use asf_runtime::schema::ProtocolKind;
use asf_runtime::shape::{ByteStream, copy_shape};
use asf_runtime::value::neutral::from_neutral;
use asf_runtime::{Bytes, Shape};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http::HeaderMap;
use serde_json::{Value as Json, json};

fn benches(c: &mut Criterion) {
    use asf_api_cloudwatch::operations::PutMetricData;
    use asf_api_dynamodb::operations::{PutItem, Query};
    use asf_api_ec2::operations::{DescribeInstances, RunInstances};
    use asf_api_lambda::operations::Invoke;
    use asf_api_s3::operations::{ListObjectsV2, PutObject};
    use asf_api_sqs::operations::{ReceiveMessage, SendMessage};

    parse::<SendMessage>(c, "sqs.SendMessage", ProtocolKind::Json, &send_message());
    parse::<SendMessage>(c, "sqs.SendMessage", ProtocolKind::Query, &send_message());
    parse::<PutItem>(c, "dynamodb.PutItem 1 KB", ProtocolKind::Json, &put_item(1));
    parse::<PutItem>(c, "dynamodb.PutItem 100 KB", ProtocolKind::Json, &put_item(100));
    parse::<ListObjectsV2>(
        c,
        "s3.ListObjectsV2",
        ProtocolKind::RestXml,
        &json!({"Bucket": "b", "Prefix": "p/"}),
    );
    parse::<PutObject>(c, "s3.PutObject", ProtocolKind::RestXml, &put_object());
    parse::<Invoke>(
        c,
        "lambda.Invoke",
        ProtocolKind::RestJson,
        &json!({"FunctionName": "f", "Payload": "e30="}),
    );
    parse::<RunInstances>(c, "ec2.RunInstances", ProtocolKind::Ec2, &run_instances());
    parse::<PutMetricData>(c, "cloudwatch.PutMetricData 100", ProtocolKind::RpcV2Cbor, &metrics(100));

    serialize::<SendMessage>(c, "sqs.SendMessage", ProtocolKind::Json, &sent());
    serialize::<SendMessage>(c, "sqs.SendMessage", ProtocolKind::Query, &sent());
    serialize::<ReceiveMessage>(c, "sqs.ReceiveMessage 10", ProtocolKind::Json, &received());
    serialize::<Query>(
        c,
        "dynamodb.Query 100 KB",
        ProtocolKind::Json,
        &json!({"Items": [put_item(100)["Item"]]}),
    );
    serialize::<ListObjectsV2>(c, "s3.ListObjectsV2 1000", ProtocolKind::RestXml, &objects(1000));
    serialize::<DescribeInstances>(c, "ec2.DescribeInstances 100", ProtocolKind::Ec2, &instances(100));
}

/// Server: a request's head and body into the operation's typed input.
fn parse<O: TypedOperation>(c: &mut Criterion, name: &str, kind: ProtocolKind, params: &Json) {
    let (operation, protocol) = (O::operation(), protocol::of(kind));
    let mut input: O::Input = typed(operation.input(), params);
    let request = protocol.serialize_request(operation, &mut input).expect("a request");
    let (parts, body) = request.into_parts();
    let body = Bytes::copy_from_slice(body.as_bytes().expect("a whole body"));
    let read = || {
        let mut input = O::Input::default();
        let body = ByteStream::from(black_box(&body).clone());
        protocol.parse_request(operation, &parts, body, &mut input).expect("a good request");
        input
    };
    // What is timed has to be the reading of everything.
    let again = protocol.serialize_request(operation, &mut read()).expect("a request");
    assert_eq!(again.body().as_bytes(), Some(&*body), "{name}");
    let mut group = c.benchmark_group(format!("parse {name} {kind}"));
    group.throughput(Throughput::Bytes(body.len().max(1) as u64));
    group.bench_function("typed", |b| b.iter(read));
    group.finish();
}

/// Server: the operation's typed output into a response.
fn serialize<O: TypedOperation>(c: &mut Criterion, name: &str, kind: ProtocolKind, result: &Json) {
    let (operation, protocol): (_, &dyn Protocol) = (O::operation(), protocol::of(kind));
    let mut output: O::Output = typed(operation.output(), result);
    let headers = HeaderMap::new();
    let exchange = Exchange { headers: &headers, request_id: "11111111-2222-4333-8444-555555555555" };
    let mut write =
        || protocol.serialize_response(operation, black_box(&mut output), exchange).expect("a response");
    let length = write().body().length().unwrap_or_default();
    assert!(length > 0, "{name}");
    let mut group = c.benchmark_group(format!("serialize {name} {kind}"));
    group.throughput(Throughput::Bytes(length));
    group.bench_function("typed", |b| b.iter(&mut write));
    group.finish();
}

fn typed<T: Shape + Default>(schema: Option<asf_runtime::schema::Schema>, json: &Json) -> T {
    let schema = schema.expect("a shape");
    let value = from_neutral(schema, json).expect("a value of the shape");
    let mut typed = T::default();
    copy_shape(schema, &value, &mut typed).expect("the same shape");
    typed
}

fn send_message() -> Json {
    json!({
        "QueueUrl": "http://localhost:4566/000000000000/orders",
        "MessageBody": "{\"order\":{\"id\":42,\"items\":[\"a\",\"b\"]}}",
        "DelaySeconds": 5,
        "MessageAttributes": {
            "kind": {"StringValue": "order", "DataType": "String"},
            "size": {"StringValue": "42", "DataType": "Number"},
        },
    })
}

fn sent() -> Json {
    json!({"MD5OfMessageBody": "5d41402abc4b2a76b9719d911017c592", "MessageId": "11111111-2222-4333-8444-555555555555"})
}

fn received() -> Json {
    let message = |index: usize| {
        json!({
            "MessageId": format!("11111111-2222-4333-8444-{index:012}"), "ReceiptHandle": "x".repeat(200),
            "MD5OfBody": "5d41402abc4b2a76b9719d911017c592", "Body": "{\"order\":{\"id\":42}}",
            "Attributes": {"SentTimestamp": "1700000000000", "ApproximateReceiveCount": "1"},
        })
    };
    json!({"Messages": (0..10).map(message).collect::<Vec<_>>()})
}

/// An item of about so many KB.
fn put_item(kilobytes: usize) -> Json {
    let mut item = serde_json::Map::new();
    for block in 0..kilobytes {
        let mut add = |name: &str, value: Json| item.insert(format!("{name}{block}"), value);
        add("pk", json!({"S": format!("customer#{block:08}")}));
        add("sk", json!({"N": block.to_string()}));
        add("active", json!({"BOOL": true}));
        add("tags", json!({"SS": ["alpha", "beta", "gamma"]}));
        add("scores", json!({"NS": ["1", "2.5", "-3e10"]}));
        add(
            "address",
            json!({"M": {
                "street": {"S": "Hauptstraße 1"}, "city": {"S": "Berlin"}, "zip": {"N": "10115"},
                "geo": {"L": [{"N": "52.52"}, {"N": "13.40"}]},
            }}),
        );
        add("note", json!({"S": "The quick brown fox jumps over the lazy dog. ".repeat(8)}));
    }
    json!({"TableName": "orders", "Item": item, "ConditionExpression": "attribute_not_exists(pk)"})
}

fn put_object() -> Json {
    json!({
        "Bucket": "assets", "Key": "a/b c/d.txt", "ContentType": "text/plain", "CacheControl": "no-cache",
        "Metadata": {"one": "1", "two": "2"}, "Body": "aGVsbG8=",
    })
}

fn objects(count: usize) -> Json {
    let object = |index: usize| {
        json!({
            "Key": format!("logs/2026/11/24/part-{index:06}.json.gz"), "LastModified": 1_700_000_000,
            "ETag": "\"d41d8cd98f00b204e9800998ecf8427e\"", "Size": 123_456 + index, "StorageClass": "STANDARD",
        })
    };
    json!({
        "Name": "assets", "Prefix": "logs/", "MaxKeys": 1000, "KeyCount": count, "IsTruncated": true,
        "NextContinuationToken": "token", "Contents": (0..count).map(object).collect::<Vec<_>>(),
    })
}

fn run_instances() -> Json {
    json!({
        "ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 2, "InstanceType": "t3.micro",
        "SecurityGroupIds": ["sg-1", "sg-2"], "SubnetId": "subnet-1", "ClientToken": "token",
        "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "Encrypted": true}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}],
    })
}

fn instances(count: usize) -> Json {
    let instance = |index: usize| {
        json!({
            "InstanceId": format!("i-{index:017x}"), "ImageId": "ami-12345678", "InstanceType": "t3.micro",
            "State": {"Code": 16, "Name": "running"}, "LaunchTime": 1_700_000_000,
            "PrivateIpAddress": "10.0.0.1", "PrivateDnsName": "ip-10-0-0-1.ec2.internal",
            "Placement": {"AvailabilityZone": "us-east-1a", "Tenancy": "default"},
            "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web"}],
            "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeId": "vol-1", "Status": "attached"}}],
            "Tags": [{"Key": "Name", "Value": format!("web-{index}")}, {"Key": "team", "Value": "a & b"}],
            "EbsOptimized": false, "Monitoring": {"State": "disabled"}, "SubnetId": "subnet-1", "VpcId": "vpc-1",
        })
    };
    json!({"Reservations": [{
        "ReservationId": "r-1", "OwnerId": "000000000000", "Instances": (0..count).map(instance).collect::<Vec<_>>(),
    }]})
}

fn metrics(count: usize) -> Json {
    let datum = |index: usize| {
        json!({
            "MetricName": "Latency", "Dimensions": [{"Name": "Host", "Value": format!("web-{index}")}],
            "Timestamp": 1_700_000_000.25, "Value": index as f64 + 0.5, "Unit": "Milliseconds",
        })
    };
    json!({"Namespace": "App", "MetricData": (0..count).map(datum).collect::<Vec<_>>()})
}

criterion_group!(all, benches);
criterion_main!(all);
