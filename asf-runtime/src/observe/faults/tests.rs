//! Rules, through the AWS chain and the endpoints.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::{Value as Json, json};

use super::{Faults, MAX_RULES, Models, RuleSpec, add_routes};
use crate::Timestamp;
use crate::clock::ManualClock;
use crate::context::Environment;
use crate::gateway::edge::EdgeRouter;
use crate::gateway::{AwsChainOptions, Gateway, tests};
use crate::ids::Ids;
use crate::observe::Observe;
use crate::protocol::Request;
use crate::shape::ByteStream;

const NOW: i64 = 1_700_000_000;
const ECHO: &str = r#"{"text":"hi"}"#;

struct Process {
    gateway: Gateway,
    clock: Arc<ManualClock>,
    faults: Faults,
}

fn process() -> Process {
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(NOW)));
    let environment = Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(1)) };
    let (edge, observe) = (EdgeRouter::new(), Observe::default());
    let models = Models::new(Arc::new(tests::things()), ["things", "thoughts"]);
    add_routes(&edge, &observe.faults, &models).unwrap();
    let faults = observe.faults.clone();
    let options = AwsChainOptions { edge, observe, ..AwsChainOptions::default() };
    Process { gateway: tests::gateway_in(options, environment), clock, faults }
}

impl Process {
    fn json(&self, method: &str, path: &str, body: &str) -> (u16, Json) {
        let request = http::Request::builder().method(method).uri(path);
        let request = request.body(ByteStream::from(body.to_owned())).unwrap();
        let (parts, body) = self.gateway.process(request).now_or_never().unwrap().into_parts();
        let body = body.collect(1 << 20).now_or_never().unwrap().unwrap();
        (parts.status.as_u16(), serde_json::from_slice(&body).unwrap_or_default())
    }

    fn add(&self, rule: &Json) {
        let (status, answer) = self.json("POST", "/_asf/faults", &rule.to_string());
        assert_eq!(status, 201, "{rule}: {answer}");
    }

    /// Status, source and body of a call.
    fn call(&self, operation: &str, region: &str) -> (u16, String, String) {
        let response = self.gateway.process(call(operation, region)).now_or_never().unwrap();
        let (parts, body) = response.into_parts();
        let source = parts.headers["x-asf-source"].to_str().unwrap().to_owned();
        let body = body.collect(1 << 20).now_or_never().unwrap().unwrap();
        (parts.status.as_u16(), source, String::from_utf8(body.to_vec()).unwrap())
    }

    fn echo(&self) -> u16 {
        self.call("Echo", "us-east-1").0
    }
}

fn call(operation: &str, region: &str) -> Request {
    http::Request::post("/")
        .header("x-amz-target", format!("Things.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential=111122223333/20260101/{region}/things/aws4_request"),
        )
        .body(ByteStream::from(ECHO))
        .unwrap()
}

#[test]
fn what_is_no_rule() {
    let process = process();
    for (rule, expected) in [
        ("[]]", "the body is no JSON"),
        ("[[]]", "the body has to be a rule, or a list of rules"),
        ("7", "the body has to be a rule, or a list of rules"),
        (r#"{"service": "things"}"#, "a rule needs one of error, latency and throttle"),
        (r#"{"serviec": "things", "latency": 1}"#, "unknown field `serviec`"),
        (
            r#"{"service": "thnigs", "latency": 1}"#,
            r#"service "thnigs" does not exist; did you mean "things"?"#,
        ),
        (r#"{"service": "zzz", "latency": 1}"#, r#"service "zzz" does not exist"#),
        (
            r#"{"service": "things", "operation": "Ehco", "latency": 1}"#,
            r#"operation of things "Ehco" does not exist; did you mean "Echo"?"#,
        ),
        (
            r#"{"service": "things", "error": "Goen"}"#,
            r#"error of things (without a statusCode) "Goen" does not exist; did you mean "Gone"?"#,
        ),
        (r#"{"error": "Gone"}"#, r#""Gone" is not one that all services have"#),
        (r#"{"error": {"code": "Gone", "stat": 1}}"#, "error: unknown field `stat`"),
        (r#"{"error": {"statusCode": 200}}"#, "error.statusCode: expected a status from 400 to 599"),
        (r#"{"latency": -1}"#, "latency: expected milliseconds"),
        (r#"{"latency": {"uniform": {"min": 2, "max": 1}}}"#, "latency: expected milliseconds"),
        (r#"{"latency": {"pareto": {"scale": 2, "shape": 0}}}"#, "latency: expected milliseconds"),
        (r#"{"latency": {"gamma": 1}}"#, "latency: unknown variant `gamma`"),
        (r#"{"latency": 1, "probability": 1.5}"#, "probability: expected a number from 0 to 1"),
        (r#"{"latency": 1, "times": 0}"#, "times: expected a number of times"),
        (r#"{"latency": 1, "until": "tomorrow"}"#, "until: an ISO 8601 date or epoch seconds"),
        (r#"{"latency": 1, "account": "12"}"#, r#"account: "12" is no account"#),
        (r#"{"throttle": {"rate": 0}}"#, "throttle.rate: expected"),
        (r#"{"throttle": {"rate": 1, "burst": 0.5}}"#, "throttle.burst: expected"),
        (r#"[{"latency": 1}, {"throttle": {}}]"#, "missing field `rate`"),
        (r#"{"id": "", "latency": 1}"#, "id: expected 1 to 64 characters"),
    ] {
        for method in ["POST", "PUT"] {
            let (status, answer) = process.json(method, "/_asf/faults", rule);
            let message = answer["error"].as_str().unwrap_or_default();
            assert!(status == 400 && message.contains(expected), "{method} {rule}: {status} {answer}");
        }
    }
    assert_eq!(process.json("GET", "/_asf/faults", ""), (200, json!({"faults": []})));
}

#[test]
fn errors() {
    let unavailable = "ServiceUnavailable";
    for (rule, operation, region, expected) in [
        // Of the operation, by shape and by code; the message is a member, by its name in the model.
        (
            json!({"service": "things", "error": {"code": "Gone", "message": "so sad"}}),
            "Echo",
            "us-east-1",
            Some((404, r#""Message":"so sad""#)),
        ),
        (json!({"service": "things", "error": "Things.Gone"}), "Echo", "us-east-1", Some((404, "#Gone"))),
        // Of the service, from another operation.
        (
            json!({"service": "things", "error": "TooManyRequestsException"}),
            "WhoAmI",
            "us-east-1",
            Some((429, "TooManyRequestsException")),
        ),
        // Of all services.
        (json!({"error": "InternalFailure"}), "WhoAmI", "us-east-1", Some((500, "InternalFailure"))),
        (json!({"error": {"message": "out"}}), "WhoAmI", "us-east-1", Some((503, unavailable))),
        // Of none.
        (json!({"error": {"code": "Odd", "statusCode": 418}}), "WhoAmI", "us-east-1", Some((418, "Odd"))),
        (
            json!({"service": "things", "error": {"code": "Gone", "statusCode": 410}}),
            "Echo",
            "us-east-1",
            Some((410, "#Gone")),
        ),
        // Calls that a rule is about, and those that it is not.
        (json!({"operation": "Echo", "error": {}}), "Echo", "us-east-1", Some((503, unavailable))),
        (json!({"operation": "Echo", "error": {}}), "WhoAmI", "us-east-1", None),
        (json!({"region": "eu-west-1", "error": {}}), "Echo", "eu-west-1", Some((503, unavailable))),
        (json!({"region": "eu-west-1", "error": {}}), "Echo", "us-east-1", None),
        (json!({"account": "111122223333", "error": {}}), "Echo", "us-east-1", Some((503, unavailable))),
        (json!({"account": "111122224444", "error": {}}), "Echo", "us-east-1", None),
        (json!({"error": {}, "probability": 0}), "Echo", "us-east-1", None),
        // The first one that has an error.
        (
            json!([{"throttle": {"rate": 1}}, {"error": "Throttling"}, {"error": {}}]),
            "Echo",
            "us-east-1",
            Some((400, "Throttling")),
        ),
    ] {
        let process = process();
        process.add(&rule);
        let (status, source, body) = process.call(operation, region);
        match expected {
            Some((expected, text)) => {
                assert_eq!((status, source.as_str()), (expected, "fault"), "{rule}: {body}");
                assert!(body.contains(text), "{rule}: {body}");
            }
            None => assert_eq!((status, source.as_str()), (200, "native"), "{rule}: {body}"),
        }
    }
}

#[test]
fn ends_of_rules() {
    let process = process();
    process.add(&json!({"id": "twice", "error": {}, "times": 2}));
    assert_eq!([(); 4].map(|()| process.echo()), [503, 503, 200, 200]);
    let (_, rule) = process.json("GET", "/_asf/faults/twice", "");
    assert_eq!(rule, json!({"id": "twice", "error": {}, "times": 2, "hits": 2, "over": true}));
    // Changed, it begins anew; null takes a member out.
    assert_eq!(process.json("PATCH", "/_asf/faults/twice", r#"{"times": 1}"#).0, 200);
    assert_eq!([(); 2].map(|()| process.echo()), [503, 200]);
    let until = json!({"times": null, "until": NOW + 60});
    let (_, rule) = process.json("PATCH", "/_asf/faults/twice", &until.to_string());
    assert_eq!(rule["until"], "2023-11-14T22:14:20Z");
    assert_eq!(process.echo(), 503);
    process.clock.advance(Duration::from_secs(60));
    assert_eq!(process.echo(), 200);
}

#[test]
fn endpoints() {
    let process = process();
    let [all, one] = ["/_asf/faults", "/_asf/faults/a"];
    let rules = r#"[{"id": "a", "error": {}}, {"latency": 5}]"#;
    let (status, added) = process.json("POST", all, rules);
    assert_eq!((status, added["faults"][0]["id"].as_str()), (201, Some("a")));
    assert_eq!(added["faults"][1]["id"].as_str().unwrap().len(), 8);
    for (method, path, body, status) in [
        ("POST", all, r#"{"id": "a", "error": {}}"#, 409),
        ("PUT", all, r#"[{"id": "b", "error": {}}, {"id": "b", "error": {}}]"#, 409),
        ("PATCH", one, r#"{"probability": 2}"#, 400),
        ("PATCH", one, "[]", 400),
        ("PATCH", one, r#"{"error": null}"#, 400),
        ("PATCH", "/_asf/faults/x", "{}", 404),
        ("GET", "/_asf/faults/x", "", 404),
        ("DELETE", "/_asf/faults/x", "", 404),
        ("POST", "/_asf/faults/a", "{}", 405),
    ] {
        assert_eq!(process.json(method, path, body).0, status, "{method} {path} {body}");
    }
    // Nothing of that has changed anything.
    assert_eq!(process.json("GET", all, "").1["faults"], added["faults"]);
    assert_eq!(process.json("DELETE", one, "").0, 204);
    let (_, left) = process.json("GET", all, "");
    assert_eq!(left["faults"].as_array().unwrap().len(), 1);
    let (_, replaced) = process.json("PUT", all, r#"{"id": "c", "error": {}}"#);
    assert_eq!(replaced["faults"].as_array().unwrap().len(), 1);
    assert_eq!(process.echo(), 503);
    assert_eq!(process.json("DELETE", all, "").0, 204);
    assert_eq!(process.echo(), 200);
    assert!(!process.faults.is_active());

    let rule = RuleSpec { error: Some(Default::default()), ..RuleSpec::default() };
    let added = (0..=MAX_RULES).filter(|_| process.faults.add(rule.clone()).is_ok()).count();
    assert_eq!(added, MAX_RULES);
    assert_eq!(process.json("POST", all, r#"{"error": {}}"#).0, 400);
}

/// A seed draws the same again, whatever else draws meanwhile.
#[test]
fn probabilities() {
    let drawn = |seed: u64, others: usize| {
        let process = process();
        process.add(&json!({"error": {}, "probability": 0.3, "seed": seed}));
        (0..200)
            .map(|_| {
                (0..others).for_each(|_| drop(process.gateway.environment().ids.uuid()));
                process.echo() == 503
            })
            .collect::<Vec<bool>>()
    };
    let first = drawn(7, 0);
    assert_eq!(first, drawn(7, 1));
    assert_ne!(first, drawn(8, 0));
    let hits = first.iter().filter(|it| **it).count();
    assert!((30..=90).contains(&hits), "{hits} of 200");
}

#[test]
fn throttling() {
    let process = process();
    process.add(&json!({"service": "things", "throttle": {"rate": 1, "burst": 2}}));
    assert_eq!([(); 3].map(|()| process.echo()), [200, 200, 429]);
    let (_, source, body) = process.call("Echo", "us-east-1");
    assert!(source == "fault" && body.contains("TooManyRequestsException"), "{source} {body}");
    process.clock.advance(Duration::from_secs(1));
    assert_eq!([(); 2].map(|()| process.echo()), [200, 429]);
    let patch = json!({"throttle": {"rate": 1, "error": {"code": "SlowDown"}}});
    let (_, rules) = process.json("GET", "/_asf/faults", "");
    let path = format!("/_asf/faults/{}", rules["faults"][0]["id"].as_str().unwrap());
    assert_eq!(rules["faults"][0]["hits"], 3);
    assert_eq!(process.json("PATCH", &path, &patch.to_string()).0, 200);
    assert_eq!([(); 2].map(|()| process.echo()), [200, 503]);
}

#[tokio::test]
async fn latency() {
    let process = process();
    process.add(&json!({"latency": 600_000}));
    process.add(&json!({"operation": "Echo", "latency": {"fixed": 120_000}, "error": {}}));
    let mut answering = Box::pin(process.gateway.process(call("Echo", "us-east-1")));
    for (advance, is_answered) in [(0, false), (600, false), (119, false), (1, true)] {
        process.clock.advance(Duration::from_secs(advance));
        let answered = (&mut answering).now_or_never();
        assert_eq!(
            answered.map(|it| it.status().as_u16()),
            is_answered.then_some(503),
            "after {advance} s more"
        );
    }
    // A clock that stands still keeps no one longer than the machine's time does.
    let (status, _) = process.json("PUT", "/_asf/faults", r#"{"latency": 2}"#);
    assert_eq!(status, 200);
    assert_eq!(process.gateway.process(call("Echo", "us-east-1")).await.status(), 200);
}

#[test]
fn distributions() {
    let mean = |latency: Json| {
        let latency: super::Latency = serde_json::from_value(latency).unwrap();
        let ids = Ids::seeded(3);
        let draws: Vec<f64> =
            (0..20_000).map(|_| latency.draw(|| super::rule::unit(&ids)).as_secs_f64() * 1e3).collect();
        let least = draws.iter().copied().fold(f64::INFINITY, f64::min);
        let most = draws.iter().copied().fold(0.0, f64::max);
        (least, draws.iter().sum::<f64>() / draws.len() as f64, most)
    };
    for (latency, least, expected, most) in [
        (json!(200), 200.0, 200.0, 200.0),
        (json!({"fixed": 1.5}), 1.5, 1.5, 1.5),
        (json!({"uniform": {"min": 100, "max": 300}}), 100.0, 200.0, 300.0),
        (json!({"normal": {"mean": 200, "deviation": 10}}), 140.0, 200.0, 260.0),
        // Its mean is scale * shape / (shape - 1).
        (json!({"pareto": {"scale": 100, "shape": 3}}), 100.0, 150.0, 900_000.0),
        (json!({"normal": {"mean": 0, "deviation": 0}}), 0.0, 0.0, 0.0),
    ] {
        let (found_least, found, found_most) = mean(latency.clone());
        assert!(
            found_least >= least - 1e-6 && found_most <= most + 1e-6,
            "{latency}: {found_least} {found_most}"
        );
        assert!((found - expected).abs() <= expected * 0.03 + 1e-6, "{latency}: {found}");
    }
}

#[test]
fn chaos_of_localstack() {
    let process = process();
    let path = "/_localstack/chaos/faults";
    let other = json!({"id": "ours", "region": "eu-west-1", "error": "SlowDown"});
    process.add(&other);
    let [first, second] = [
        json!({"service": "things", "operation": "WhoAmI"}),
        json!({"service": "things", "error": {"statusCode": 400, "code": "Gone"}}),
    ];
    let put = json!([first]);
    assert_eq!(process.json("POST", path, &put.to_string()), (200, put.clone()));
    assert_eq!(process.json("GET", path, ""), (200, put));
    let (status, _, body) = process.call("WhoAmI", "us-east-1");
    assert!(status == 503 && body.contains("ServiceUnavailable"), "{status} {body}");
    assert_eq!(process.echo(), 200);
    assert_eq!(process.json("PATCH", path, &json!([second]).to_string()), (200, json!([first, second])));
    let (status, _, body) = process.call("Echo", "us-east-1");
    assert!(status == 400 && body.contains("#Gone"), "{status} {body}");
    assert_eq!(process.json("DELETE", path, r#"[{"service": "no"}]"#).0, 404);
    assert_eq!(process.json("DELETE", path, &json!([first]).to_string()), (200, json!([second])));
    assert_eq!(process.json("POST", path, r#"[{"service": "thing"}]"#).0, 400);
    assert_eq!(process.json("POST", path, r#"[{"times": 2}]"#).0, 400);
    // An empty rule is everything, an empty list is nothing; ours is left alone.
    assert_eq!(process.json("POST", path, "[{}]"), (200, json!([{}])));
    assert_eq!(process.echo(), 503);
    assert_eq!(process.json("POST", path, "[]"), (200, json!([])));
    assert_eq!(process.echo(), 200);
    assert!(process.call("Echo", "eu-west-1").2.contains("SlowDown"));
}

#[tokio::test]
async fn effects_of_localstack() {
    let process = process();
    let path = "/_localstack/chaos/effects";
    assert_eq!(process.json("GET", path, ""), (200, json!({"latency": 0})));
    for wrong in [r#"{"latency": -1}"#, r#"{"latency": 1000000}"#, r#"{"loss": 1}"#, "[]"] {
        assert_eq!(process.json("POST", path, wrong).0, 400, "{wrong}");
    }
    let wanted = json!({"latency": 60_000, "jitter": 10_000});
    assert_eq!(process.json("POST", path, &wanted.to_string()), (200, wanted));
    let mut answering = Box::pin(process.gateway.process(call("Echo", "us-east-1")));
    for (advance, is_answered) in [(0, false), (49, false), (21, true)] {
        process.clock.advance(Duration::from_secs(advance));
        let answered = (&mut answering).now_or_never();
        assert_eq!(answered.is_some(), is_answered, "after {advance} s more");
    }
    // The endpoints themselves are not slower, so that it can be undone.
    assert_eq!(process.json("POST", path, "{}"), (200, json!({"latency": 0})));
    assert_eq!(process.echo(), 200);
    assert!(!process.faults.is_active());
}
