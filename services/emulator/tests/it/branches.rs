//! Branches of the running state: apart from each other and from what they were made from, reached at ports of their
//! own and through the main one, and gone without a trace.

use std::net::TcpListener;
use std::sync::{Arc, Weak};

use asf_emulator::branches::{Branch, BranchName, Wishes};
use asf_emulator::{Emulator, Surroundings};
use asf_runtime::gateway::Gateway;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::plugin::Settings;
use asf_runtime::protocol::Request;
use asf_runtime::store::{State, Stores};
use asf_sqs::tables::SqsStore;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::persistence::{Asf, Endpoint};
use crate::place::Place;

fn emulator(settings: &[(&str, &str)]) -> Emulator {
    let settings: Settings = settings.iter().copied().collect();
    asf_emulator::controlled_emulator(settings, Surroundings::default()).unwrap()
}

/// A call to a gateway: headers, status, JSON.
async fn call(
    gateway: &Gateway,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Value,
) -> (StatusCode, Value) {
    let mut request = http::Request::builder().method(method).uri(path).header("host", "localhost:4566");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request: Request = request.body(body.into()).unwrap();
    let (head, body) = gateway.process(request).await.into_parts();
    let body = body.collect(1 << 20).await.unwrap();
    (head.status, serde_json::from_slice(&body).unwrap_or_default())
}

/// A call of SQS, with more headers.
async fn sqs(
    gateway: &Gateway,
    account: &str,
    headers: &[(&str, &str)],
    operation: &str,
    body: Value,
) -> Value {
    let target = format!("AmazonSQS.{operation}");
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0"
    );
    let own = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", &target),
        ("authorization", &signed),
    ];
    let (status, answer) = call(gateway, Method::POST, "/", &[&own, headers].concat(), body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn create(gateway: &Gateway, queue: &str) -> String {
    let answer = sqs(gateway, "test", &[], "CreateQueue", json!({ "QueueName": queue })).await;
    answer["QueueUrl"].as_str().unwrap().to_owned()
}

fn names(answer: &Value) -> Vec<String> {
    let urls = answer["QueueUrls"].as_array().cloned().unwrap_or_default();
    urls.iter().map(|url| url.as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
}

async fn queues(gateway: &Gateway) -> Vec<String> {
    names(&sqs(gateway, "test", &[], "ListQueues", json!({})).await)
}

async fn branch(emulator: &Emulator, name: &str) -> Arc<Branch> {
    let wishes = Wishes { name: Some(name.parse().unwrap()), ..Wishes::default() };
    emulator.branches.create(wishes).await.unwrap()
}

fn named(name: &str) -> BranchName {
    name.parse().unwrap()
}

#[tokio::test]
async fn they_are_apart() {
    let emulator = emulator(&[]);
    let main = &emulator.gateway;
    create(main, "shared").await;
    let (a, b) = (branch(&emulator, "a").await, branch(&emulator, "b").await);
    create(a.gateway(), "of-a").await;
    create(b.gateway(), "of-b").await;
    create(main, "of-main").await;
    let url = json!("http://localhost/000000000000/shared");
    sqs(a.gateway(), "test", &[], "SendMessage", json!({ "QueueUrl": url, "MessageBody": "x" })).await;
    sqs(b.gateway(), "test", &[], "DeleteQueue", json!({ "QueueUrl": url })).await;
    assert_eq!(queues(a.gateway()).await, ["of-a", "shared"]);
    assert_eq!(queues(b.gateway()).await, ["of-b"]);
    assert_eq!(queues(main).await, ["of-main", "shared"]);
    let received = sqs(main, "test", &[], "ReceiveMessage", json!({ "QueueUrl": url })).await;
    assert_eq!(received["Messages"], Value::Null);

    // A branch of a branch begins where that is, and stays when that goes.
    let (status, made) = call(a.gateway(), Method::POST, "/_asf/state/branches/c", &[], json!({})).await;
    assert_eq!((status.as_u16(), &made["parent"]), (201, &json!("a")), "{made}");
    assert!(emulator.branches.remove(&named("a")).await);
    let c = emulator.branches.get(&named("c")).unwrap();
    assert_eq!(queues(c.gateway()).await, ["of-a", "shared"]);
    let received = sqs(c.gateway(), "test", &[], "ReceiveMessage", json!({ "QueueUrl": url })).await;
    assert_eq!(received["Messages"][0]["Body"], "x");
}

/// By a header, or by who calls.
#[tokio::test]
async fn through_the_main_port() {
    let emulator = emulator(&[]);
    let main = &emulator.gateway;
    create(main, "shared").await;
    let wishes = json!({ "accounts": "111111111111-111111111119" });
    let (status, made) = call(main, Method::POST, "/_asf/state/branches", &[], wishes).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!((&made["name"], &made["url"]), (&json!("branch-1"), &json!(null)));
    let header = [("x-asf-branch", "branch-1")];
    let queue = json!({ "QueueName": "of-branch" });
    sqs(main, "test", &header, "CreateQueue", queue.clone()).await;
    sqs(main, "111111111115", &[], "CreateQueue", queue.clone()).await;
    sqs(main, "111111111120", &[], "CreateQueue", queue).await;
    let of_branch = emulator.branches.get(&named("branch-1")).unwrap();
    let list =
        |gateway, account| async move { names(&sqs(gateway, account, &[], "ListQueues", json!({})).await) };
    assert_eq!(queues(main).await, ["shared"]);
    assert_eq!(queues(of_branch.gateway()).await, ["of-branch", "shared"]);
    assert_eq!(list(of_branch.gateway(), "111111111115").await, ["of-branch"]);
    assert_eq!(list(of_branch.gateway(), "111111111120").await, [""; 0]);
    assert_eq!(list(main, "111111111120").await, ["of-branch"]);

    let (status, refused) = call(main, Method::GET, "/", &[("x-asf-branch", "no")], Value::Null).await;
    assert_eq!((status.as_u16(), &refused["message"]), (404, &json!("there is no branch \"no\"")));
    for (path, body, expected) in [
        ("/_asf/state/branches/branch-1", json!({}), 409),
        ("/_asf/state/branches/x", json!({ "accounts": "111111111119" }), 409),
        ("/_asf/state/branches/x", json!({ "accounts": "x" }), 400),
        ("/_asf/state/branches/x", json!({ "ports": 1 }), 400),
        ("/_asf/state/branches/@x", json!({}), 400),
    ] {
        let (status, answer) = call(main, Method::POST, path, &[], body).await;
        assert_eq!(status, expected, "{path} {answer}");
    }
    let (status, _) = call(main, Method::DELETE, "/_asf/state/branches/branch-1", &[], Value::Null).await;
    assert_eq!(status, 200);
    let (status, _) = call(main, Method::GET, "/", &header, Value::Null).await;
    assert_eq!(status, 404);
    // Asked by its own gateway, it is thrown away all the same.
    let (status, _) = call(main, Method::POST, "/_asf/state/branches/x", &[], json!({})).await;
    assert_eq!(status, 201);
    let itself = [("x-asf-branch", "x")];
    let (status, _) = call(main, Method::DELETE, "/_asf/state/branches/x", &itself, Value::Null).await;
    assert_eq!(status, 200);
    while emulator.branches.get(&named("x")).is_some() {
        tokio::task::yield_now().await;
    }
    // The accounts are the main state's again.
    assert_eq!(list(main, "111111111115").await, [""; 0]);
    let (_, listed) = call(main, Method::GET, "/_asf/state/branches", &[], Value::Null).await;
    assert_eq!(listed, json!({ "branches": [] }));
}

/// Time, faults and counters are a branch's own; its time begins as its parent's.
#[tokio::test]
async fn what_is_around_it_is_its_own() {
    let emulator = emulator(&[]);
    let main = &emulator.gateway;
    let clock = |gateway, action: Value| async move {
        let method = if action.is_null() { Method::GET } else { Method::POST };
        call(gateway, method, "/_asf/clock", &[], action).await.1["now"].as_str().unwrap().to_owned()
    };
    clock(main, json!({ "action": "freeze" })).await;
    clock(main, json!({ "action": "set", "to": "2030-01-01T00:00:00Z" })).await;
    let a = branch(&emulator, "a").await;
    assert!(clock(a.gateway(), Value::Null).await.starts_with("2030-01-01T00:00:00"));
    clock(a.gateway(), json!({ "action": "advance", "by": "1d" })).await;
    assert!(clock(a.gateway(), Value::Null).await.starts_with("2030-01-02T00:00:00"));
    assert!(clock(main, Value::Null).await.starts_with("2030-01-01T00:00:00"));
}

/// A weak hold of something that only a state has.
fn entry_of(state: &State, queue: &str) -> Weak<asf_sqs::tables::QueueRecord> {
    let stores: Stores<SqsStore> = state.stores();
    let store = stores.at(AccountId::DEFAULT, &Region::default());
    Arc::downgrade(&store.queues.get(&queue.to_owned()).unwrap())
}

#[tokio::test]
async fn nothing_stays_of_one_that_is_thrown_away() {
    // An address that no other test has, or one of them might take the port when it is free.
    let host = if cfg!(target_os = "linux") { "127.0.0.77:4566" } else { "127.0.0.1:4566" };
    let emulator = emulator(&[("GATEWAY_LISTEN", host)]);
    create(&emulator.gateway, "shared").await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let wishes = Wishes { name: Some(named("a")), port: Some(0), ..Wishes::default() };
    let a = emulator.branches.create(wishes).await.unwrap();
    let url = a.place().unwrap().url();
    let address = url.trim_start_matches("http://").to_owned();
    create(a.gateway(), "of-a").await;

    // A task of its own: a message a second goes from the dead-letter queue back.
    let arn = "arn:aws:sqs:us-east-1:000000000000:of-a";
    let policy = json!({ "maxReceiveCount": 1, "deadLetterTargetArn": arn }).to_string();
    let source = json!({ "QueueName": "source", "Attributes": { "RedrivePolicy": policy } });
    sqs(a.gateway(), "test", &[], "CreateQueue", source).await;
    for body in ["x", "y", "z"] {
        let queue = "http://localhost/000000000000/of-a";
        sqs(a.gateway(), "test", &[], "SendMessage", json!({ "QueueUrl": queue, "MessageBody": body })).await;
    }
    let task = json!({ "SourceArn": arn, "MaxNumberOfMessagesPerSecond": 1 });
    sqs(a.gateway(), "test", &[], "StartMessageMoveTask", task).await;
    // A call that waits for what does not come, over its port and over the main one.
    let long =
        json!({ "QueueUrl": "http://localhost/000000000000/shared", "WaitTimeSeconds": 20 }).to_string();
    let text = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-amz-json-1.0\r\n\
         X-Amz-Target: AmazonSQS.ReceiveMessage\r\nContent-Length: {}\r\n\r\n{long}",
        long.len()
    );
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, text.as_bytes()).await.unwrap();
    let mut waiting = Box::pin(call(
        &emulator.gateway,
        Method::POST,
        "/",
        &[
            ("x-asf-branch", "a"),
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "AmazonSQS.ReceiveMessage"),
        ],
        serde_json::from_str(&long).unwrap(),
    ));
    assert!(futures_util::FutureExt::now_or_never(&mut waiting).is_none());
    // The one over the port is under way when its connection is.
    while a.gateway().observe().metrics.connections().open.load(std::sync::atomic::Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    assert!(tasks() > before);

    let (entry, gateway) = (entry_of(a.state(), "of-a"), Arc::downgrade(a.gateway()));
    assert!(entry.upgrade().is_some());
    drop(a);
    assert!(emulator.branches.remove(&named("a")).await);
    let (status, _) = waiting.await;
    assert_eq!(status, 404);
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    drop(TcpListener::bind(&address).unwrap());
    // Tasks that were told to end do so when they are next run.
    while tasks() > before {
        tokio::task::yield_now().await;
    }
    assert!(gateway.upgrade().is_none(), "somebody has a hold of the gateway");
    assert!(entry.upgrade().is_none(), "somebody has a hold of the state");
    assert_eq!(queues(&emulator.gateway).await, ["shared"]);
}

/// URLs lead back to where they came from.
#[tokio::test]
async fn urls_name_its_port() {
    let emulator = emulator(&[("LOCALSTACK_HOST", "emu.test:4566")]);
    assert_eq!(create(&emulator.gateway, "q").await, "http://emu.test:4566/000000000000/q");
    let wishes = Wishes { port: Some(0), ..Wishes::default() };
    let branch = emulator.branches.create(wishes).await.unwrap();
    let url = branch.place().unwrap().url();
    let port = url.rsplit(':').next().unwrap();
    assert_eq!(create(branch.gateway(), "q").await, format!("http://emu.test:{port}/000000000000/q"));
    let taken = Wishes { port: Some(port.parse().unwrap()), ..Wishes::default() };
    let refused = emulator.branches.create(taken).await.unwrap_err().to_string();
    assert!(refused.contains("cannot listen on"), "{refused}");
    emulator.branches.remove(branch.name()).await;
}

fn at(url: &Value) -> Endpoint {
    Endpoint { address: url.as_str().unwrap().trim_start_matches("http://").to_owned() }
}

/// The commands, with a state that is kept: a branch is not.
#[test]
fn commands() {
    let place = Place::new();
    let asf = Asf::start(&place, &[]);
    asf.create("us-east-1", "one");
    let made = asf.state_json(&place, &["branch", "a"]);
    assert_eq!((&made["name"], &made["parent"]), (&json!("a"), &json!(null)));
    let branch = at(&made["url"]);
    assert_eq!(branch.queues("us-east-1"), ["one"]);
    branch.create("us-east-1", "two");
    assert_eq!(asf.queues("us-east-1"), ["one"]);

    let count = |differences: &Value, what: &str| -> u64 {
        differences
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["attribute"] == "queues")
            .map(|it| it[what].as_u64().unwrap())
            .sum()
    };
    let since = asf.state_json(&place, &["diff", "--branch", "a", "--entries"]);
    assert_eq!((count(&since, "added"), count(&since, "removed")), (1, 0), "{since}");
    assert!(since.to_string().contains("two"), "{since}");
    assert_eq!(asf.state(&place, &["save", "of-a", "--branch", "a"]).code, 0);
    assert_eq!(asf.state_json(&place, &["diff", "of-a", "@a"]), json!([]));
    assert_eq!(count(&asf.state_json(&place, &["diff", "@a"]), "removed"), 1);
    // Files here, names there, in each combination.
    assert_eq!(asf.state(&place, &["save", "./main.asf"]).code, 0);
    assert_eq!(asf.state(&place, &["save", "./a.asf", "--branch", "a"]).code, 0);
    for sides in [["./main.asf", "./a.asf"], ["./main.asf", "of-a"], ["./main.asf", "@a"]] {
        let differences = asf.state_json(&place, &[&["diff"], &sides[..]].concat());
        assert_eq!((count(&differences, "added"), count(&differences, "removed")), (1, 0), "{sides:?}");
    }
    assert_eq!(count(&asf.state_json(&place, &["diff", "./a.asf"]), "removed"), 1);
    for arguments in [&["inspect", "@a"][..], &["inspect", "--branch", "a"], &["inspect", "./a.asf"]] {
        let inspected = asf.state_json(&place, arguments);
        let tables = inspected["tables"].as_array().unwrap();
        let queues = tables.iter().find(|it| it["attribute"] == "queues").unwrap();
        assert_eq!(queues["entries"], 2, "{arguments:?} {inspected}");
        assert!(inspected["file_size"].as_u64().is_some(), "{inspected}");
    }
    assert_eq!(
        asf.state(&place, &["load", "./main.asf", "--strategy", "overwrite", "--branch", "a"]).code,
        0
    );
    assert_eq!(branch.queues("us-east-1"), ["one"]);
    assert_eq!(asf.state(&place, &["reset", "--branch", "a"]).code, 0);
    assert_eq!((branch.queues("us-east-1"), asf.queues("us-east-1")), (vec![], vec!["one".to_owned()]));

    let listed = asf.state_json(&place, &["branches"]);
    assert_eq!((&listed[0]["name"], &listed[0]["url"]), (&json!("a"), &made["url"]));
    let gone = asf.state(&place, &["branch", "--delete", "a"]);
    assert_eq!((gone.code, &*gone.stdout), (0, "a is gone\n"), "{gone:?}");
    for arguments in [&["branch", "--delete", "a"][..], &["diff", "@a"], &["save", "x", "--branch", "a"]] {
        let result = asf.state(&place, arguments);
        assert!(result.code == 1 && result.stderr.contains("there is no branch"), "{arguments:?} {result:?}");
    }
    assert_eq!(asf.state(&place, &["diff"]).code, 2);

    let made = asf.state_json(&place, &["branch"]);
    let branch = at(&made["url"]);
    branch.create("us-east-1", "passing");
    asf.process.kill();
    let again = Asf::start(&place, &[]);
    assert_eq!(again.queues("us-east-1"), ["one"]);
    assert_eq!(again.state_json(&place, &["branches"]), json!([]));
}
