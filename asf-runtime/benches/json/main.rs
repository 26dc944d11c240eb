//! Parse and serialise of typed bodies against serde_json's derived types on the same payload, in the
//! same run: DynamoDB PutItem of 1 KB and 100 KB, SQS SendMessage, and CloudWatch over CBOR.

mod shapes;

use std::hint::black_box;

use asf_runtime::codec::cbor::{self, CborOptions};
use asf_runtime::codec::json::{self, JsonOptions};
use asf_runtime::{Shape, Structure, Value};
use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use shapes::{PutItemInput, PutMetricDataInput, SendMessageRequest};

fn benches(c: &mut Criterion) {
    let mut group = c.benchmark_group("PutItem 1 KB");
    both::<PutItemInput>(&mut group, &put_item(1));
    group.finish();
    let mut group = c.benchmark_group("PutItem 100 KB");
    both::<PutItemInput>(&mut group, &put_item(100));
    group.finish();
    let mut group = c.benchmark_group("SendMessage");
    both::<SendMessageRequest>(&mut group, SEND_MESSAGE);
    group.finish();
    let mut group = c.benchmark_group("PutMetricData cbor");
    cbor(&mut group);
    group.finish();
}

/// Ours typed, ours over `Value`, and serde_json derived, both directions.
fn both<T: Structure + Serialize + DeserializeOwned>(group: &mut BenchmarkGroup<'_, WallTime>, body: &str) {
    let schema = T::schema_of();
    let bytes = body.as_bytes();
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    let parse = |value: &mut dyn Shape| json::read_shape(schema, bytes, JsonOptions::STRICT, value);

    group.bench_function("parse typed", |b| {
        b.iter(|| {
            let mut value = T::default();
            parse(&mut value).ok();
            black_box(value)
        });
    });
    group.bench_function("parse serde_json", |b| {
        b.iter(|| serde_json::from_slice::<T>(black_box(bytes)).ok());
    });
    group.bench_function("parse Value", |b| {
        b.iter(|| {
            let mut value = Value::default();
            parse(&mut value).ok();
            black_box(value)
        });
    });

    let mut typed = T::default();
    let mut dynamic = Value::default();
    for value in [&mut typed as &mut dyn Shape, &mut dynamic] {
        parse(value).ok();
    }
    let derived: Option<T> = serde_json::from_slice(bytes).ok();
    let write = |value: &dyn Shape| {
        let mut out = Vec::with_capacity(256);
        json::write_shape(schema, value, JsonOptions::STRICT, &mut out).ok();
        out
    };
    // Both sides have to have done the same work.
    assert_eq!(Some(write(&typed)), serde_json::to_vec(&derived).ok());
    group.bench_function("write typed", |b| b.iter(|| write(black_box(&typed))));
    group.bench_function("write serde_json", |b| {
        b.iter(|| {
            let mut out = Vec::with_capacity(256);
            serde_json::to_writer(&mut out, black_box(&derived)).ok();
            out
        });
    });
    group.bench_function("write Value", |b| b.iter(|| write(black_box(&dynamic))));
}

fn cbor(group: &mut BenchmarkGroup<'_, WallTime>) {
    let schema = PutMetricDataInput::schema_of();
    let mut value = PutMetricDataInput::default();
    json::read_shape(schema, metrics(100).as_bytes(), JsonOptions::STRICT, &mut value).ok();
    let write = |value: &dyn Shape| {
        let mut out = Vec::with_capacity(256);
        cbor::write_shape(schema, value, CborOptions::STRICT, &mut out).ok();
        out
    };
    let body = write(&value);
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("parse typed", |b| {
        b.iter(|| {
            let mut value = PutMetricDataInput::default();
            cbor::read_shape(schema, black_box(&body), CborOptions::STRICT, &mut value).ok();
            value
        });
    });
    group.bench_function("write typed", |b| b.iter(|| write(black_box(&value))));
}

/// About so many KB, in the order in which the spec has the members (serde's derived types write so).
fn put_item(kilobytes: usize) -> String {
    let attributes: Vec<String> = (0..kilobytes)
        .map(|block| {
            format!(
                r#""pk{block}":{{"S":"customer#{block:08}"}},"sk{block}":{{"N":"{block}"}},"active{block}":{{"BOOL":true}},"none{block}":{{"NULL":true}},"tags{block}":{{"SS":["alpha","beta","gamma"]}},"scores{block}":{{"NS":["1","2.5","-3e10"]}},"address{block}":{{"M":{{"street":{{"S":"Hauptstra\u00dfe 1"}},"city":{{"S":"Berlin"}},"zip":{{"N":"10115"}},"geo":{{"L":[{{"N":"52.52"}},{{"N":"13.40"}}]}}}}}},"note{block}":{{"S":"{}"}},"history{block}":{{"L":[{{"M":{{"at":{{"N":"1700000000"}},"what":{{"S":"created"}}}}}},{{"M":{{"at":{{"N":"1700000001"}},"what":{{"S":"updated"}}}}}}]}}"#,
                "The quick brown fox jumps over the lazy dog. ".repeat(8),
            )
        })
        .collect();
    format!(
        r#"{{"TableName":"orders","Item":{{{}}},"ReturnConsumedCapacity":"TOTAL","ConditionExpression":"attribute_not_exists(pk)"}}"#,
        attributes.join(",")
    )
}

const SEND_MESSAGE: &str = r#"{"QueueUrl":"http://localhost:4566/000000000000/orders","MessageBody":"{\"order\":{\"id\":42,\"items\":[\"a\",\"b\"]}}","DelaySeconds":5,"MessageAttributes":{"kind":{"StringValue":"order","DataType":"String"},"size":{"StringValue":"42","DataType":"Number"}}}"#;

fn metrics(count: usize) -> String {
    let data: Vec<String> = (0..count)
        .map(|index| {
            format!(
                r#"{{"MetricName":"Latency","Dimensions":[{{"Name":"Host","Value":"web-{index}"}}],"Timestamp":1700000000.25,"Value":{index}.5,"Unit":"Milliseconds"}}"#
            )
        })
        .collect();
    format!(r#"{{"Namespace":"App","MetricData":[{}]}}"#, data.join(","))
}

criterion_group!(all, benches);
criterion_main!(all);
