//! What calls cost in a process, without a server: the body is parsed and checked, the provider answers, and the answer
//! is written. For `perf stat -e instructions:u`, `perf record` and callgrind, which want nothing but the calls:
//!
//!     cargo run --release -p asf-dynamodb --example calls -- query 100000
//!
//! The calls are those of `scripts/throughput`, and some more.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement for people"
)]

use std::hint::black_box;
use std::time::Instant;

use asf_dynamodb::DynamoProvider;
use asf_runtime::context::Environment;
use asf_runtime::plugin::Settings;
use asf_runtime::protocol::{self, Exchange};
use asf_runtime::provider::{Answer, Provider, TypedProvider};
use asf_runtime::schema::Operation;
use asf_runtime::validation::validate;
use asf_runtime::{Bytes, RequestContext};
use futures_util::FutureExt as _;

const KEYS: u64 = 10_000;
const TEXT: &str =
    "The quick brown fox jumps over the lazy dog, and the queue keeps what it was told until it is asked.";

/// A call by the operation's name, and its body by the number of the call.
struct Call {
    name: &'static str,
    operation: &'static str,
    body: fn(u64) -> String,
}

const CALLS: &[Call] = &[
    Call { name: "put", operation: "PutItem", body: put },
    Call {
        name: "get",
        operation: "GetItem",
        body: |number| format!(r#"{{"TableName":"table",{}}}"#, key(number)),
    },
    Call { name: "query", operation: "Query", body: query },
    Call { name: "scan", operation: "Scan", body: |_| r#"{"TableName":"table","Limit":10}"#.to_owned() },
    Call { name: "update", operation: "UpdateItem", body: update },
    Call {
        name: "delete",
        operation: "DeleteItem",
        body: |number| format!(r#"{{"TableName":"table",{}}}"#, key(number)),
    },
    Call { name: "batch-get", operation: "BatchGetItem", body: batch_get },
    Call { name: "batch-write", operation: "BatchWriteItem", body: batch_write },
    Call { name: "transact-get", operation: "TransactGetItems", body: transact_get },
    Call { name: "transact-write", operation: "TransactWriteItems", body: transact_write },
];

/// A hundred to a partition.
fn place(number: u64) -> (u64, u64) {
    (number % KEYS / 100, number % 100)
}

fn key(number: u64) -> String {
    let (partition, sort) = place(number);
    format!(r#""Key":{{"p":{{"S":"customer-{partition}"}},"s":{{"N":"{sort}"}}}}"#)
}

/// An item of about 400 bytes.
fn item(number: u64) -> String {
    let (partition, sort) = place(number);
    format!(
        r#""Item":{{"p":{{"S":"customer-{partition}"}},"s":{{"N":"{sort}"}},
        "name":{{"S":"{TEXT}"}},"price":{{"N":"123.45"}},"sold":{{"BOOL":true}},
        "tags":{{"SS":["red","green","blue"]}},"lines":{{"L":[{{"M":{{"sku":{{"S":"A-1"}},"count":{{"N":"3"}}}}}}]}}}}"#
    )
}

fn put(number: u64) -> String {
    format!(r#"{{"TableName":"table",{}}}"#, item(number))
}

fn query(number: u64) -> String {
    let (partition, _) = place(number * 100);
    format!(
        r#"{{"TableName":"table","KeyConditionExpression":"p = :p","Limit":10,
        "ExpressionAttributeValues":{{":p":{{"S":"customer-{partition}"}}}}}}"#
    )
}

fn update(number: u64) -> String {
    format!(
        r##"{{"TableName":"table",{},"UpdateExpression":"SET #n = :n ADD sold_times :one",
        "ExpressionAttributeNames":{{"#n":"name"}},
        "ExpressionAttributeValues":{{":n":{{"S":"{number}"}},":one":{{"N":"1"}}}}}}"##,
        key(number)
    )
}

fn ten(number: u64, one: impl Fn(u64) -> String) -> String {
    (0..10).map(|it| one(number * 10 + it)).collect::<Vec<_>>().join(",")
}

fn batch_get(number: u64) -> String {
    let keys = ten(number, |it| key(it).trim_start_matches(r#""Key":"#).to_owned());
    format!(r#"{{"RequestItems":{{"table":{{"Keys":[{keys}]}}}}}}"#)
}

fn batch_write(number: u64) -> String {
    let puts = ten(number, |it| format!(r#"{{"PutRequest":{{{}}}}}"#, item(it)));
    format!(r#"{{"RequestItems":{{"table":[{puts}]}}}}"#)
}

fn transact_get(number: u64) -> String {
    let gets = ten(number, |it| format!(r#"{{"Get":{{"TableName":"table",{}}}}}"#, key(it)));
    format!(r#"{{"TransactItems":[{gets}]}}"#)
}

fn transact_write(number: u64) -> String {
    let puts = ten(number, |it| format!(r#"{{"Put":{{"TableName":"table",{}}}}}"#, item(it)));
    format!(r#"{{"TransactItems":[{puts}]}}"#)
}

const TABLE: &str = r#"{"TableName":"table","BillingMode":"PAY_PER_REQUEST",
    "AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"}],
    "KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}]}"#;

/// The provider, and what calls come with.
struct World {
    provider: DynamoProvider,
    environment: Environment,
}

impl World {
    fn operation(name: &str) -> Operation {
        DynamoProvider::service_schema().operation(name).unwrap()
    }

    fn context(&self, name: &str) -> RequestContext {
        RequestContext::new(Self::operation(name), self.environment.clone())
    }

    /// What a gateway does of a call, between its head and the answer's.
    fn call(&self, ctx: &RequestContext, body: Bytes) -> usize {
        let (operation, protocol) = (ctx.operation, protocol::of(ctx.protocol));
        let mut input = self.provider.new_input(operation).unwrap();
        protocol.parse_request(operation, &ctx.request, body.into(), &mut *input).unwrap();
        let style = self.provider.validation().unwrap();
        validate(operation.input().unwrap(), &*input, style).unwrap();
        let answer = self.provider.call(ctx, operation, input).now_or_never().unwrap();
        let Answer::Output(mut output) = answer.unwrap() else { return 0 };
        let exchange = Exchange { headers: &ctx.request.headers, request_id: "" };
        let response = protocol.serialize_response(operation, &mut *output, exchange).unwrap();
        black_box(response).body().as_bytes().map_or(0, <[u8]>::len)
    }
}

fn main() {
    let mut words = std::env::args().skip(1);
    let (name, count) = (words.next().unwrap_or_default(), words.next());
    let Some(call) = CALLS.iter().find(|it| it.name == name) else {
        let names: Vec<&str> = CALLS.iter().map(|it| it.name).collect();
        return eprintln!("which of {}, and how often?", names.join(", "));
    };
    let count: u64 = count.and_then(|it| it.parse().ok()).unwrap_or(100_000);
    let world =
        World { provider: DynamoProvider::new(&Settings::default()), environment: Environment::default() };
    world.call(&world.context("CreateTable"), TABLE.into());
    let filling = world.context("PutItem");
    for number in 0..KEYS {
        world.call(&filling, put(number).into());
    }
    let ctx = world.context(call.operation);
    // The client's work is not counted: it is done before, for as many calls as there are different ones.
    let bodies: Vec<Bytes> = (0..KEYS).map(|number| (call.body)(number).into()).collect();
    let begin = Instant::now();
    let mut bytes = 0;
    for body in bodies.iter().cycle().take(count as usize) {
        bytes = world.call(&ctx, body.clone());
    }
    let each = begin.elapsed().as_nanos() / u128::from(count.max(1));
    println!("{name}: {count} calls, {each} ns each, {bytes} bytes in the last answer");
}
