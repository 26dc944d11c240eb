//! `asf state`, and the endpoints that it asks: what was saved comes back, and stays.

use std::io::Write as _;

use crate::persistence::{Asf, Endpoint};
use crate::place::{Place, Result};

impl Endpoint {
    pub(crate) fn sqs(&self, operation: &str, region: &str, body: &str) -> String {
        let headers = format!(
            "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.{operation}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/{region}/sqs/aws4_request, \
             SignedHeaders=host, Signature=0\r\n"
        );
        let answer = self.post("/", &headers, body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    pub(crate) fn create(&self, region: &str, queue: &str) {
        self.sqs("CreateQueue", region, &format!(r#"{{"QueueName":"{queue}"}}"#));
    }

    /// The names of queues.
    pub(crate) fn queues(&self, region: &str) -> Vec<String> {
        let answer: serde_json::Value = serde_json::from_str(&self.sqs("ListQueues", region, "{}")).unwrap();
        let urls = answer["QueueUrls"].as_array().cloned().unwrap_or_default();
        urls.iter().map(|url| url.as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
    }

    pub(crate) fn state(&self, place: &Place, arguments: &[&str]) -> Result {
        let arguments: Vec<_> = ["state"].iter().chain(arguments).copied().collect();
        place.run_with(&arguments, &[("GATEWAY_LISTEN", &self.address)])
    }

    pub(crate) fn state_json(&self, place: &Place, arguments: &[&str]) -> serde_json::Value {
        let result = self.state(place, &[arguments, &["--format", "json"]].concat());
        assert_eq!(result.code, 0, "{result:?}");
        serde_json::from_str(&result.stdout).unwrap()
    }
}

#[test]
fn what_was_saved_comes_back_and_stays() {
    let place = Place::new();
    let first = Asf::start(&place, &[]);
    let session = first.assume_role();
    first.create("us-east-1", "one");
    let url = format!("http://{}/000000000000/one", first.address);
    first.sqs("SendMessage", "us-east-1", &format!(r#"{{"QueueUrl":"{url}","MessageBody":"hello"}}"#));
    let saved = first.state(&place, &["save", "base"]);
    assert_eq!((saved.code, &*saved.stdout), (0, "base was saved\n"), "{saved:?}");
    first.create("us-east-1", "two");
    first.create("eu-west-1", "far");
    let differences = first.state_json(&place, &["diff", "base", "--entries"]);
    let added: u64 = differences.as_array().unwrap().iter().map(|it| it["added"].as_u64().unwrap()).sum();
    assert!(added >= 2, "{differences}");
    assert!(differences.to_string().contains("eu-west-1"), "{differences}");

    // By account and region: what is elsewhere stays.
    first.state_json(&place, &["load", "base"]);
    assert_eq!(
        (first.queues("us-east-1"), first.queues("eu-west-1")),
        (vec!["one".into()], vec!["far".into()])
    );
    first.create("us-east-1", "two");
    first.state_json(&place, &["load", "base", "--strategy", "service-merge"]);
    assert_eq!(first.queues("us-east-1"), ["one", "two"]);
    first.state_json(&place, &["load", "base", "--strategy", "overwrite"]);
    assert_eq!(first.state_json(&place, &["diff", "base"]), serde_json::json!([]));
    assert_eq!((first.queues("us-east-1"), first.queues("eu-west-1")), (vec!["one".into()], vec![]));
    assert!(first.knows(&session));
    let received = first.sqs("ReceiveMessage", "us-east-1", &format!(r#"{{"QueueUrl":"{url}"}}"#));
    assert!(received.contains("hello"), "{received}");

    // It was written down as any change.
    first.process.kill();
    let second = Asf::start(&place, &[]);
    assert_eq!((second.queues("us-east-1"), second.queues("eu-west-1")), (vec!["one".into()], vec![]));
    assert!(second.knows(&session));
}

#[test]
fn files_and_names() {
    let place = Place::new();
    let asf = Asf::start(&place, &[]);
    asf.create("us-east-1", "one");
    let saved = asf.state(&place, &["save", "./one.asf", "--services", "sqs"]);
    assert_eq!(saved.code, 0, "{saved:?}");
    let inspected = asf.state_json(&place, &["inspect", "./one.asf"]);
    assert_eq!(inspected["services"], serde_json::json!(["sqs"]));
    assert_eq!(inspected["tables"][0]["service"], "sqs");
    assert_eq!(asf.state(&place, &["reset"]).code, 0);
    assert!(asf.queues("us-east-1").is_empty());
    let loaded = asf.state(&place, &["load", "./one.asf"]);
    assert!(loaded.code == 0 && loaded.stdout.ends_with("entries were loaded\n"), "{loaded:?}");
    assert_eq!(asf.queues("us-east-1"), ["one"]);

    assert_eq!(asf.state(&place, &["save", "a"]).code, 0);
    let listed = asf.state_json(&place, &["list"]);
    assert_eq!((listed[0]["name"].as_str(), listed.as_array().unwrap().len()), (Some("a"), 1));
    assert_eq!(asf.state(&place, &["remove", "a"]).code, 0);
    assert_eq!(asf.state_json(&place, &["list"]), serde_json::json!([]));
    for (arguments, expected) in [
        (&["load", "a"][..], "there is no pod a"),
        (&["inspect", "a"], "there is no pod a"),
        (&["remove", "a"], "there is no pod a"),
        (&["save", ".."], "is no name of a pod"),
        (&["save", "b", "--services", "none"], "it has nothing of a service \"none\""),
        (&["diff", "a"], "there is no pod a"),
    ] {
        let result = asf.state(&place, arguments);
        assert!(result.code == 1 && result.stderr.contains(expected), "{arguments:?} {result:?}");
    }

    // A file that somebody else made.
    let path = place.path("work/bad.asf");
    std::fs::File::create(&path).unwrap().write_all(b"ASFSTATE\x09\0\0\0").unwrap();
    let refused = asf.state(&place, &["load", "./bad.asf", "--strategy", "overwrite"]);
    assert!(refused.code == 1 && refused.stderr.contains("its format is 9"), "{refused:?}");
    assert_eq!(asf.queues("us-east-1"), ["one"]);
}

/// As LocalStack's clients ask.
#[test]
fn paths_of_localstack() {
    let place = Place::new();
    let asf = Asf::start(&place, &[]);
    asf.create("us-east-1", "one");
    let saved = asf.post("/_localstack/pods/mine", "", "{}");
    assert!(saved.starts_with("HTTP/1.1 200"), "{saved}");
    assert!(asf.post("/_localstack/state/reset", "", "").starts_with("HTTP/1.1 200"));
    let put =
        "PUT /_localstack/pods/mine HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    let loaded = asf.call(put);
    assert!(loaded.starts_with("HTTP/1.1 200"), "{loaded}");
    assert_eq!(asf.queues("us-east-1"), ["one"]);
    let listed = asf.call("GET /_localstack/pods HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(listed.contains(r#""pod_name":"mine""#), "{listed}");
    let wrong = asf.post("/_localstack/pods?strategy=none", "", "");
    assert!(wrong.starts_with("HTTP/1.1 400") && wrong.contains("account-region-merge"), "{wrong}");
}
