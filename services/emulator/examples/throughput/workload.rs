//! What is measured: calls of the services that nearly every user has.
//!
//! State stays about as it is while a workload runs, so that the tenth second is like the first: keys come again, and
//! what piles up (queues behind a topic) keeps to itself.

use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};

use crate::signing::Signer;

/// A kind of call.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    pub(crate) connections: &'static [usize],
    /// Calls that make what the others need.
    pub(crate) prepare: fn() -> Vec<Call>,
    /// The call of this number.
    pub(crate) call: fn(u64) -> Call,
}

/// What is shown.
pub(crate) enum Unit {
    Calls,
    /// Of a body of so many bytes.
    Bytes(usize),
}

/// A request that is not yet addressed.
pub(crate) struct Call {
    pub(crate) service: &'static str,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    pub(crate) signer: Signer,
}

const SMALL: &[usize] = &[1, 16, 256];
const LARGE: &[usize] = &[1, 4];
const KEYS: u64 = 10_000;
const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

pub(crate) const WORKLOADS: &[Workload] = &[
    Workload {
        name: "sts.GetCallerIdentity",
        unit: Unit::Calls,
        connections: SMALL,
        prepare: Vec::new,
        call: identity,
    },
    Workload {
        name: "sqs.SendMessage",
        unit: Unit::Calls,
        connections: SMALL,
        prepare: queue_to_fill,
        call: send,
    },
    Workload {
        name: "sqs.ReceiveMessage",
        unit: Unit::Calls,
        connections: SMALL,
        prepare: filled_queue,
        call: receive,
    },
    Workload {
        name: "dynamodb.PutItem",
        unit: Unit::Calls,
        connections: SMALL,
        prepare: table,
        call: put_item,
    },
    Workload {
        name: "dynamodb.GetItem",
        unit: Unit::Calls,
        connections: SMALL,
        prepare: filled_table,
        call: get_item,
    },
    Workload {
        name: "dynamodb.Query",
        unit: Unit::Calls,
        connections: SMALL,
        prepare: filled_table,
        call: query,
    },
    Workload {
        name: "s3.PutObject.1KiB",
        unit: Unit::Calls,
        connections: SMALL,
        prepare: bucket,
        call: put_small,
    },
    Workload {
        name: "s3.GetObject.1KiB",
        unit: Unit::Calls,
        connections: SMALL,
        prepare: filled_bucket,
        call: get_small,
    },
    Workload {
        name: "s3.PutObject.64MiB",
        unit: Unit::Bytes(64 * MIB),
        connections: LARGE,
        prepare: bucket,
        call: put_large,
    },
    Workload {
        name: "s3.GetObject.64MiB",
        unit: Unit::Bytes(64 * MIB),
        connections: LARGE,
        prepare: large_object,
        call: get_large,
    },
    Workload {
        name: "sns.Publish.10queues",
        unit: Unit::Calls,
        connections: &[1, 16],
        prepare: topic,
        call: publish,
    },
];

fn json(service: &'static str, target: &'static str, version: &'static str, body: String) -> Call {
    Call {
        service,
        method: Method::POST,
        path: "/".to_owned(),
        headers: vec![
            (http::header::CONTENT_TYPE, HeaderValue::from_static(version)),
            (HeaderName::from_static("x-amz-target"), HeaderValue::from_static(target)),
            (HeaderName::from_static("x-amz-date"), HeaderValue::from_static("20260101T000000Z")),
        ],
        body: body.into(),
        signer: Signer::Form,
    }
}

fn form(service: &'static str, body: &'static str) -> Call {
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
    Call {
        service,
        method: Method::POST,
        path: "/".to_owned(),
        headers: vec![(http::header::CONTENT_TYPE, kind)],
        body: Bytes::from_static(body.as_bytes()),
        signer: Signer::Form,
    }
}

fn s3(method: Method, path: String, body: Bytes) -> Call {
    let headers = vec![
        (HeaderName::from_static("x-amz-content-sha256"), HeaderValue::from_static("UNSIGNED-PAYLOAD")),
        (HeaderName::from_static("x-amz-date"), HeaderValue::from_static("20260101T000000Z")),
    ];
    Call { service: "s3", method, path, headers, body, signer: Signer::Form }
}

fn identity(_: u64) -> Call {
    const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
    Call { signer: Signer::Real(BODY), ..form("sts", BODY) }
}

const JSON_1_0: &str = "application/x-amz-json-1.0";
const TEXT: &str =
    "The quick brown fox jumps over the lazy dog, and the queue keeps what it was told until it is asked.";

fn sqs(target: &'static str, body: String) -> Call {
    json("sqs", target, JSON_1_0, body)
}

fn create_queue(name: &str) -> Call {
    sqs("AmazonSQS.CreateQueue", format!(r#"{{"QueueName":"{name}"}}"#))
}

/// Queues are named in place of URLs, whose host is not yet known here.
fn queue_url(name: &str) -> String {
    format!("http://127.0.0.1/000000000000/{name}")
}

fn send_to(queue: &str) -> Call {
    sqs("AmazonSQS.SendMessage", format!(r#"{{"QueueUrl":"{}","MessageBody":"{TEXT}"}}"#, queue_url(queue)))
}

fn queue_to_fill() -> Vec<Call> {
    vec![create_queue("sent")]
}

fn send(_: u64) -> Call {
    send_to("sent")
}

fn filled_queue() -> Vec<Call> {
    std::iter::once(create_queue("received")).chain((0..1_000).map(|_| send_to("received"))).collect()
}

/// Messages stay visible, so that there is always one.
fn receive(_: u64) -> Call {
    let url = queue_url("received");
    sqs("AmazonSQS.ReceiveMessage", format!(r#"{{"QueueUrl":"{url}","VisibilityTimeout":0}}"#))
}

fn dynamodb(target: &'static str, body: String) -> Call {
    json("dynamodb", target, JSON_1_0, body)
}

fn table() -> Vec<Call> {
    vec![create_table("written")]
}

fn create_table(name: &str) -> Call {
    dynamodb(
        "DynamoDB_20120810.CreateTable",
        format!(
            r#"{{"TableName":"{name}","BillingMode":"PAY_PER_REQUEST",
            "AttributeDefinitions":[{{"AttributeName":"p","AttributeType":"S"}},{{"AttributeName":"s","AttributeType":"N"}}],
            "KeySchema":[{{"AttributeName":"p","KeyType":"HASH"}},{{"AttributeName":"s","KeyType":"RANGE"}}]}}"#
        ),
    )
}

/// An item of about 400 bytes: a hundred to a partition.
fn put_in(table: &str, number: u64) -> Call {
    let (partition, sort) = (number % KEYS / 100, number % 100);
    dynamodb(
        "DynamoDB_20120810.PutItem",
        format!(
            r#"{{"TableName":"{table}","Item":{{"p":{{"S":"customer-{partition}"}},"s":{{"N":"{sort}"}},
            "name":{{"S":"{TEXT}"}},"price":{{"N":"123.45"}},"sold":{{"BOOL":true}},
            "tags":{{"SS":["red","green","blue"]}},"lines":{{"L":[{{"M":{{"sku":{{"S":"A-1"}},"count":{{"N":"3"}}}}}}]}}}}}}"#
        ),
    )
}

fn filled_table() -> Vec<Call> {
    std::iter::once(create_table_once()).chain((0..KEYS).map(|number| put_in("read", number))).collect()
}

/// Both workloads that read make it, and the second finds it: asking for it by a call that may come twice.
fn create_table_once() -> Call {
    static FIRST: LazyLock<std::sync::Mutex<bool>> = LazyLock::new(|| std::sync::Mutex::new(true));
    let mut first = FIRST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if std::mem::take(&mut *first) {
        create_table("read")
    } else {
        dynamodb("DynamoDB_20120810.DescribeTable", r#"{"TableName":"read"}"#.to_owned())
    }
}

fn put_item(number: u64) -> Call {
    put_in("written", number)
}

fn get_item(number: u64) -> Call {
    let (partition, sort) = (number % KEYS / 100, number % 100);
    dynamodb(
        "DynamoDB_20120810.GetItem",
        format!(
            r#"{{"TableName":"read","Key":{{"p":{{"S":"customer-{partition}"}},"s":{{"N":"{sort}"}}}}}}"#
        ),
    )
}

fn query(number: u64) -> Call {
    let partition = number % 100;
    dynamodb(
        "DynamoDB_20120810.Query",
        format!(
            r#"{{"TableName":"read","KeyConditionExpression":"p = :p AND s BETWEEN :a AND :b","Limit":10,
            "ExpressionAttributeValues":{{":p":{{"S":"customer-{partition}"}},":a":{{"N":"20"}},":b":{{"N":"80"}}}}}}"#
        ),
    )
}

fn bucket() -> Vec<Call> {
    vec![s3(Method::PUT, "/measured".to_owned(), Bytes::new())]
}

static BODY: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![b'x'; 64 * MIB]));

fn put_small(number: u64) -> Call {
    s3(Method::PUT, format!("/measured/small/{}", number % KEYS), BODY.slice(..KIB))
}

fn filled_bucket() -> Vec<Call> {
    bucket().into_iter().chain((0..KEYS).map(put_small)).collect()
}

fn get_small(number: u64) -> Call {
    s3(Method::GET, format!("/measured/small/{}", number % KEYS), Bytes::new())
}

fn put_large(number: u64) -> Call {
    s3(Method::PUT, format!("/measured/large/{}", number % 4), BODY.clone())
}

fn large_object() -> Vec<Call> {
    bucket().into_iter().chain((0..4).map(put_large)).collect()
}

fn get_large(number: u64) -> Call {
    s3(Method::GET, format!("/measured/large/{}", number % 4), Bytes::new())
}

fn topic() -> Vec<Call> {
    let mut calls = vec![form("sns", "Action=CreateTopic&Name=fan&Version=2010-03-31")];
    for number in 0..10 {
        let name = format!("fan-{number}");
        calls.push(create_queue(&name));
        let body = format!(
            "Action=Subscribe&Version=2010-03-31&Protocol=sqs\
             &TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A000000000000%3Afan\
             &Endpoint=arn%3Aaws%3Asqs%3Aus-east-1%3A000000000000%3A{name}"
        );
        calls.push(Call { body: body.into(), ..form("sns", "") });
    }
    calls
}

fn publish(_: u64) -> Call {
    form(
        "sns",
        "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A000000000000%3Afan&Message=hello",
    )
}
