//! Routing of the requests that an emulator sees most, and of those that say least of themselves.

#![allow(clippy::unwrap_used)]

use std::hint::black_box;

use asf_routing::RouteRequest;
use criterion::{Criterion, criterion_group, criterion_main};
use http::HeaderMap;

/// What SDKs send with every request.
fn headers(service: &str, more: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let signature = format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
    let common = [
        ("host", "localhost:4566"),
        ("user-agent", "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux lang/python#3.11"),
        ("x-amz-date", "20260101T000000Z"),
        ("accept-encoding", "identity"),
        ("amz-sdk-invocation-id", "1d4e5a31-8c3c-4e0b-9c0e-3d9a0d0a6f5e"),
        ("amz-sdk-request", "attempt=1"),
        ("content-length", "120"),
    ];
    let signed = (!service.is_empty()).then_some(("authorization", signature.as_str()));
    for (name, value) in common.into_iter().chain(signed).chain(more.iter().copied()) {
        headers.insert(name, value.parse().unwrap());
    }
    headers
}

fn route(criterion: &mut Criterion) {
    let form = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let json = ("content-type", "application/x-amz-json-1.0");
    let mut group = criterion.benchmark_group("route");
    for (name, service, method, uri, more, body) in [
        ("sqs.SendMessage", "sqs", "POST", "/", &[json, ("x-amz-target", "AmazonSQS.SendMessage")][..], ""),
        (
            "dynamodb.PutItem",
            "dynamodb",
            "POST",
            "/",
            &[json, ("x-amz-target", "DynamoDB_20120810.PutItem")],
            "",
        ),
        ("s3.ListObjectsV2", "s3", "GET", "/my-bucket?list-type=2&prefix=a%2Fb&max-keys=100", &[], ""),
        (
            "s3.PutObject",
            "s3",
            "PUT",
            "/my-bucket/folder/key.json",
            &[("content-type", "application/json")],
            "",
        ),
        (
            "ec2.DescribeInstances",
            "ec2",
            "POST",
            "/",
            &[form],
            "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-0123456789abcdef0",
        ),
        (
            "cloudwatch.PutMetricData",
            "monitoring",
            "POST",
            "/service/GraniteServiceVersion20100801/operation/PutMetricData",
            &[("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor")],
            "",
        ),
        ("lambda.Invoke", "lambda", "POST", "/2015-03-31/functions/my-function/invocations", &[], ""),
        (
            "chime-sdk-messaging.SearchChannels",
            "chime",
            "POST",
            "/channels?operation=search",
            &[("content-type", "application/json")],
            "",
        ),
        (
            "s3.GetObject",
            "s3",
            "GET",
            "/folder/key.json",
            &[("host", "my-bucket.s3.us-east-1.localhost.localstack.cloud:4566")],
            "",
        ),
        (
            "sts.AssumeRoleWithWebIdentity",
            "",
            "POST",
            "/",
            &[form],
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Fr",
        ),
        ("s3.GetObject (unsigned)", "", "GET", "/my-bucket/folder/key.json", &[], ""),
    ] {
        let headers = headers(service, more);
        let request = RouteRequest::new(method, uri, &headers, body.as_bytes());
        let route = asf_specs::router().route(&request).unwrap();
        assert!(name.starts_with(&format!("{}.{}", route.service, route.operation)), "{name}: {route:?}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| asf_specs::router().route(black_box(&request)));
        });
    }
    group.finish();
}

criterion_group!(benches, route);
criterion_main!(benches);
