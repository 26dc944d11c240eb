//! Metrics, journal, usage and traces, of calls through the AWS chain.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::journal::Journal;
use super::otlp::Traces;
use super::{Observe, add_routes, usage};
use crate::Timestamp;
use crate::clock::ManualClock;
use crate::context::Environment;
use crate::gateway::edge::EdgeRouter;
use crate::gateway::{AwsChainOptions, Gateway, tests};
use crate::protocol::Request;
use crate::shape::ByteStream;

struct Process {
    gateway: Gateway,
    observe: Observe,
    clock: Arc<ManualClock>,
}

fn process(observe: Observe) -> Process {
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_700_000_000)));
    let environment = Environment { clock: clock.clone(), ..Environment::default() };
    let edge = EdgeRouter::new();
    add_routes(&edge, &observe).unwrap();
    let options = AwsChainOptions { edge, observe: observe.clone(), ..AwsChainOptions::default() };
    Process { gateway: tests::gateway_in(options, environment), observe, clock }
}

impl Process {
    fn call(&self, operation: &str) -> u16 {
        self.gateway.process(call(operation)).now_or_never().unwrap().status().as_u16()
    }

    fn text(&self, method: &str, path: &str) -> (u16, String) {
        let request = http::Request::builder().method(method).uri(path).body(ByteStream::Empty).unwrap();
        let (parts, body) = self.gateway.process(request).now_or_never().unwrap().into_parts();
        let body = body.collect(1 << 20).now_or_never().unwrap().unwrap();
        (parts.status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
    }

    fn requests(&self, query: &str) -> (u16, Json) {
        let (status, text) = self.text("GET", &format!("/_asf/requests{query}"));
        (status, serde_json::from_str(&text).unwrap())
    }
}

/// 13 bytes, signed with a secret and by an account.
fn call(operation: &str) -> Request {
    http::Request::post("/")
        .header("x-amz-target", format!("Things.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("user-agent", "a test")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/things/aws4_request, Signature=53c237",
        )
        .body(ByteStream::from(r#"{"text":"hi"}"#))
        .unwrap()
}

#[test]
fn metrics() {
    let process = process(Observe::default());
    for (operation, status) in
        [("Echo", 200), ("Echo", 200), ("Fail", 400), ("Nothing", 501), ("NoSuch", 400), ("Panic", 500)]
    {
        assert_eq!(process.call(operation), status, "{operation}");
    }
    // One that the client does not wait for.
    drop(process.gateway.process(call("Echo")));
    let pending =
        http::Request::post("/").body(ByteStream::from_stream(futures_util::stream::pending(), None));
    let mut cut_off = Box::pin(process.gateway.process({
        let mut request = pending.unwrap();
        *request.headers_mut() = call("Echo").into_parts().0.headers;
        request
    }));
    assert!((&mut cut_off).now_or_never().is_none());
    let (status, text) = process.text("GET", "/_asf/metrics");
    assert_eq!(status, 200);
    assert!(text.contains("\nasf_requests_in_flight 2\n"), "{text}");
    drop(cut_off);
    let (_, text) = process.text("GET", "/_asf/metrics");
    for line in [
        r#"asf_requests_total{service="things",operation="Echo",status="200",source="native"} 2"#,
        r#"asf_requests_total{service="things",operation="Fail",status="400",source="native"} 1"#,
        r#"asf_requests_total{service="things",operation="Panic",status="500",source="native"} 1"#,
        r#"asf_requests_total{service="things",operation="Nothing",status="501",source="none"} 1"#,
        r#"asf_requests_total{service="",operation="",status="200",source=""} 1"#,
        r#"asf_request_errors_total{service="things",operation="Fail"} 1"#,
        r#"asf_request_errors_total{service="things",operation="Echo"} 0"#,
        r#"asf_request_duration_seconds_bucket{service="things",operation="Echo",le="+Inf"} 2"#,
        r#"asf_request_duration_seconds_bucket{service="things",operation="Echo",le="30"} 2"#,
        r#"asf_request_duration_seconds_count{service="things",operation="Echo"} 2"#,
        r#"asf_request_bytes_total{service="things",operation="Echo"} 26"#,
        r#"asf_response_bytes_total{service="things",operation="Echo"} 26"#,
        "asf_requests_in_flight 1",
        "asf_requests_cut_off_total 1",
        "asf_connections_open 0",
        r#"asf_faults_injected_total{kind="error"} 0"#,
        "# TYPE asf_request_duration_seconds histogram",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    #[cfg(target_os = "linux")]
    for name in ["process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total"] {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        assert!(value.is_some_and(|it| it >= 0.0), "{name}\n{text}");
    }
    assert_eq!(
        usage(&process.observe.metrics),
        json!({"things": {"Echo": 2, "Fail": 1, "Nothing": 1, "Panic": 1}})
    );
}

/// Threads count in tables of their own, and nothing is lost.
#[test]
fn metrics_of_many_threads() {
    let process = process(Observe::default());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(process.call("Echo"), 200)));
        }
    });
    assert_eq!(usage(&process.observe.metrics), json!({"things": {"Echo": 400}}));
    assert_eq!(process.requests("").1["requests"].as_array().unwrap().len(), 400);
}

#[test]
fn journal() {
    let process = process(Observe { journal: Journal::new(4), ..Observe::default() });
    let size = |query: &str| process.requests(query).1["requests"].as_array().unwrap().len();
    assert_eq!(size(""), 0);
    for operation in ["WhoAmI", "Nothing", "Echo", "Fail", "Panic"] {
        process.call(operation);
        process.clock.advance(Duration::from_secs(1));
    }
    let (_, all) = process.requests("");
    let operations: Vec<&str> =
        all["requests"].as_array().unwrap().iter().map(|it| it["operation"].as_str().unwrap()).collect();
    // The oldest is overwritten; asking is no call.
    assert_eq!(operations, ["Panic", "Fail", "Echo", "Nothing"]);
    assert_eq!(all["size"], 4);
    let mut fail = all["requests"][1].clone();
    let id = fail["requestId"].take();
    assert_eq!(id.as_str().unwrap().len(), 36);
    assert!(fail["durationMs"].take().as_f64().unwrap() >= 0.0);
    assert!(fail["bytesOut"].take().as_u64().unwrap() > 0);
    assert_eq!(
        fail,
        json!({
            "time": "2023-11-14T22:13:23Z",
            "requestId": null,
            "account": "111122223333",
            "region": "eu-west-1",
            "service": "things",
            "operation": "Fail",
            "status": 400,
            "error": "Sorry",
            "durationMs": null,
            "source": "native",
            "userAgent": "a test",
            "bytesIn": 13,
            "bytesOut": null,
        })
    );
    // What a provider was lent comes back, even if it panics.
    assert_eq!(all["requests"][0]["userAgent"], "a test");
    assert_eq!(all["requests"][0]["requestId"].as_str().unwrap().len(), 36);
    assert!(!all.to_string().contains("53c237"), "{all}");
    for (query, expected) in [
        ("?service=things", 4),
        ("?service=sqs", 0),
        ("?operation=Echo", 1),
        ("?status=400", 1),
        ("?status=5xx", 2),
        ("?error=Sorry", 1),
        ("?account=111122223333&region=eu-west-1", 4),
        ("?region=us-east-1", 0),
        ("?limit=3", 3),
        ("?since=1700000003", 2),
        ("?since=2023-11-14T22:13:24Z", 1),
        ("?status=5xx&operation=Panic&", 1),
    ] {
        assert_eq!(size(query), expected, "{query}");
    }
    for query in ["?status=many", "?status=9xx", "?since=soon", "?limit=-1", "?servcie=sqs"] {
        assert_eq!(process.requests(query).0, 400, "{query}");
    }
    assert_eq!(process.text("DELETE", "/_asf/requests").0, 204);
    assert_eq!(size(""), 0);
    process.call("Echo");
    assert_eq!(size(""), 1);
}

#[test]
fn no_journal() {
    let process = self::process(Observe { journal: Journal::new(0), ..Observe::default() });
    process.call("Echo");
    assert_eq!(process.requests(""), (200, json!({"size": 0, "requests": []})));
}

/// What a client sends, however long, takes no more than its place.
#[test]
fn long_texts_are_cut() {
    let process = process(Observe::default());
    let mut request = call("Echo");
    let agent = format!("{}é{}", "a".repeat(255), "b".repeat(10_000));
    let agent = http::HeaderValue::from_bytes(agent.as_bytes()).unwrap();
    request.headers_mut().insert("user-agent", agent);
    process.gateway.process(request).now_or_never().unwrap();
    let (_, all) = process.requests("");
    // A header that is no ASCII is none that can be shown.
    assert_eq!(all["requests"][0]["userAgent"], Json::Null);
    let mut request = call("Echo");
    request.headers_mut().insert("user-agent", "a".repeat(10_000).parse().unwrap());
    process.gateway.process(request).now_or_never().unwrap();
    assert_eq!(process.requests("").1["requests"][0]["userAgent"].as_str().unwrap().len(), 256);
}

/// Every route is described, and everything described is a route.
#[test]
fn document() {
    let (edge, observe) = (EdgeRouter::new(), Observe::default());
    add_routes(&edge, &observe).unwrap();
    let models = super::faults::Models::new(Arc::new(tests::things()), ["things"]);
    super::faults::add_routes(&edge, &observe.faults, &models).unwrap();
    let document = edge.openapi("1");
    let mut described = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            described.push(format!("{} {path}", method.to_ascii_uppercase()));
            assert!(operation["operationId"].is_string(), "{path}");
        }
    }
    let mut routes: Vec<String> = edge.rules().iter().map(|(_, rule)| rule.to_string()).collect();
    described.sort_unstable();
    routes.sort_unstable();
    assert_eq!(described, routes);
    for reference in document.to_string().split("\"$ref\":\"#").skip(1) {
        let reference = reference.split('"').next().unwrap();
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

/// A collector that hands on what it gets, and answers with a status.
async fn collector(status: u16) -> (String, mpsc::UnboundedReceiver<(String, Json)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (got, gotten) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let got = got.clone();
            let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let got = got.clone();
                async move {
                    let path = request.uri().path().to_owned();
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    got.send((path, serde_json::from_slice(&body).unwrap())).unwrap();
                    http::Response::builder()
                        .status(status)
                        .body(http_body_util::Empty::<bytes::Bytes>::new())
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    (url, gotten)
}

fn attribute<'a>(span: &'a Json, key: &str) -> Option<&'a str> {
    let attributes = span["attributes"].as_array().unwrap();
    let found = attributes.iter().find(|it| it["key"] == key)?;
    found["value"].as_object().unwrap().values().next().unwrap().as_str()
}

#[tokio::test]
async fn traces() {
    let (url, mut got) = collector(200).await;
    let traces = Traces::new(&format!("{url}/"), "my-aws").unwrap();
    let process = process(Observe { traces: Some(traces.clone()), ..Observe::default() });
    let send = async |operation: &str, header: &str, value: &str| {
        let mut request = call(operation);
        if !header.is_empty() {
            let name = http::HeaderName::try_from(header).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        process.gateway.process(request).await;
    };
    send("Echo", "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").await;
    send("Fail", "x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8").await;
    send("Panic", "", "").await;
    send("Echo", "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00").await;
    send("Echo", "x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0").await;
    // No call, no span.
    process.text("GET", "/_asf/metrics");
    traces.flush().await;
    let (path, body) = got.recv().await.unwrap();
    assert_eq!(path, "/v1/traces");
    let resource = &body["resourceSpans"][0];
    assert_eq!(attribute(&resource["resource"], "service.name"), Some("my-aws"));
    let spans = resource["scopeSpans"][0]["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 3, "{body}");
    for (span, name, trace, parent, status, error) in [
        (
            &spans[0],
            "things.Echo",
            Some("4bf92f3577b34da6a3ce929d0e0e4736"),
            json!("00f067aa0ba902b7"),
            "200",
            None,
        ),
        (
            &spans[1],
            "things.Fail",
            Some("5759e988bd862e3fe1be46a994272793"),
            json!("53995c3f42cd8ad8"),
            "400",
            Some("Sorry"),
        ),
        (&spans[2], "things.Panic", None, Json::Null, "500", Some("InternalFailure")),
    ] {
        assert_eq!(span["name"], name);
        assert_eq!(span["kind"], 2);
        let id = span["traceId"].as_str().unwrap();
        assert!(id.len() == 32 && trace.is_none_or(|it| it == id), "{name} {id}");
        assert_eq!(span["parentSpanId"], parent, "{name}");
        let request_id = attribute(span, "aws.request_id").unwrap().replace('-', "");
        assert_eq!(span["spanId"].as_str().unwrap(), &request_id[16..], "{name}");
        assert_eq!(attribute(span, "rpc.system"), Some("aws-api"));
        assert_eq!(attribute(span, "rpc.service"), Some("Things"));
        assert_eq!(attribute(span, "http.response.status_code"), Some(status));
        assert_eq!(attribute(span, "cloud.account.id"), Some("111122223333"));
        assert_eq!(attribute(span, "cloud.region"), Some("eu-west-1"));
        assert_eq!(attribute(span, "error.type"), error);
        assert_eq!(span["status"]["code"], if status == "500" { json!(2) } else { Json::Null }, "{name}");
        let nanos = |key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
        assert!(nanos("startTimeUnixNano") <= nanos("endTimeUnixNano"));
    }
    assert_eq!(traces.counts(), (3, 0));
    let (_, text) = process.text("GET", "/_asf/metrics");
    assert!(text.contains("asf_otlp_spans_total{result=\"exported\"} 3\n"), "{text}");
}

/// Without a collector calls are answered as ever, and what finds no room is dropped.
#[tokio::test]
async fn no_collector() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    for url in [url, collector(503).await.0] {
        let traces = Traces::new(&url, "asf").unwrap();
        let process = process(Observe { traces: Some(traces.clone()), ..Observe::default() });
        // Nobody sends while this does not yield; the queue has room for 2048.
        for _ in 0..2100 {
            assert_eq!(process.call("Echo"), 200);
        }
        assert_eq!(traces.counts(), (0, 52), "{url}");
        traces.flush().await;
        assert_eq!(traces.counts(), (0, 2100), "{url}");
    }
}

#[test]
fn endpoints_of_collectors() {
    for (endpoint, is_one) in [
        ("http://localhost:4318", true),
        ("http://[::1]:4318/base/", true),
        ("https://localhost:4318", false),
        ("localhost:4318", false),
        ("http://", false),
        ("", false),
    ] {
        assert_eq!(Traces::new(endpoint, "asf").is_ok(), is_one, "{endpoint}");
    }
}
