//! What a call costs from the raw request to the raw answer, without sockets: the whole chain over the
//! smallest operations there are. No subscriber listens, so lines of the log cost next to nothing here.

#![allow(clippy::expect_used, reason = "a bench that cannot do its work has to stop")]

use std::hint::black_box;
use std::sync::Arc;

use asf_runtime::context::Environment;
use asf_runtime::gateway::{Gateway, Services, aws_chain};
use asf_runtime::plugin::Settings;
use asf_runtime::protocol::{Request, Response};
use asf_runtime::provider::Providers;
use asf_runtime::shape::ByteStream;
use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::FutureExt as _;

fn benches(c: &mut Criterion) {
    let whole = asf_emulator::gateway(Default::default(), Default::default());
    let whole = whole.expect("the defaults are valid");
    bench(c, "sts.GetCallerIdentity", &whole, get_caller_identity);
    bench(c, "sts.GetCallerIdentity, the chain alone", &chain(true), get_caller_identity);
    bench(c, "sts.GetCallerIdentity, the chain alone and not observed", &chain(false), get_caller_identity);
    let sqs = chain(true);
    for queue in [r#"{"QueueName": "q"}"#, r#"{"QueueName": "empty"}"#] {
        answer(&sqs, of_sqs("CreateQueue", queue));
    }
    bench(c, "sqs.SendMessage, the chain alone", &sqs, send_message);
    bench(c, "sqs.ReceiveMessage of an empty queue, the chain alone", &sqs, receive_message);
}

fn answer(gateway: &Gateway, request: Request) -> Response {
    let response = gateway.process(request).now_or_never().expect("it waits for nothing");
    assert_eq!(response.status(), 200);
    response
}

fn bench(c: &mut Criterion, name: &str, gateway: &Gateway, request: fn() -> Request) {
    c.bench_function(name, |bencher| {
        bencher.iter_batched(
            request,
            |request| answer(gateway, black_box(request)),
            criterion::BatchSize::SmallInput,
        );
    });
}

/// The chain alone, with or without metrics, journal and faults: the difference is what they cost.
fn chain(is_observed: bool) -> Gateway {
    let services = Services {
        router: asf_specs::router(),
        catalogue: asf_specs::service,
        providers: Arc::new(Providers::registered(Settings::default())),
        enabled: None,
    };
    let mut chain = aws_chain(Arc::new(services));
    for list in [&mut chain.request, &mut chain.finalizers] {
        list.retain(|it| {
            is_observed || !["begin observing", "faults", "finish observing"].contains(&it.name())
        });
    }
    Gateway::new(chain, Environment::default())
}

/// As boto3 sends it.
fn get_caller_identity() -> Request {
    signed("sts")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .header("content-length", "43")
        .body(ByteStream::from("Action=GetCallerIdentity&Version=2011-06-15"))
        .expect("it is well formed")
}

fn send_message() -> Request {
    of_sqs("SendMessage", r#"{"QueueUrl": "http://localhost:4566/000000000000/q", "MessageBody": "hello"}"#)
}

fn receive_message() -> Request {
    of_sqs("ReceiveMessage", r#"{"QueueUrl": "http://localhost:4566/000000000000/empty"}"#)
}

/// As boto3 sends it.
fn of_sqs(operation: &str, body: &'static str) -> Request {
    signed("sqs")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("AmazonSQS.{operation}"))
        .header("content-length", body.len())
        .body(ByteStream::from(body))
        .expect("it is well formed")
}

/// What all of boto3's requests have.
fn signed(service: &str) -> http::request::Builder {
    http::Request::post("/")
        .header("host", "localhost:4566")
        .header("user-agent", "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux lang/python#3.12")
        .header("x-amz-date", "20260101T000000Z")
        .header(
            "authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, Signature=0123456789abcdef"
            ),
        )
}

criterion_group!(gateway, benches);
criterion_main!(gateway);
