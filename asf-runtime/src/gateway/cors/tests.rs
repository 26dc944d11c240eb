//! Pages and settings, as tables.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

use super::{Cors, CorsSettings, OwnCors};
use crate::gateway::AwsChainOptions;
use crate::gateway::edge::{EdgeRouter, Rule, endpoint, respond};
use crate::gateway::tests::gateway_with;
use crate::protocol::{Request, Response};
use crate::shape::ByteStream;

fn settings(text: &str) -> CorsSettings {
    let list = |name: &str| {
        let value = text.split(' ').find_map(|it| it.strip_prefix(name)).unwrap_or_default();
        value.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    CorsSettings {
        disable_checks: text.contains("no-checks"),
        disable_headers: text.contains("no-headers"),
        extra_allowed_origins: list("origins="),
        extra_allowed_headers: list("headers="),
        extra_expose_headers: list("expose="),
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request {
    let mut request =
        http::Request::builder().method(method).uri(path).header("x-amz-target", "Things.WhoAmI");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(ByteStream::Empty).unwrap()
}

fn answer(options: AwsChainOptions, request: Request) -> (StatusCode, HeaderMap) {
    let (parts, _) = gateway_with(options).process(request).now_or_never().unwrap().into_parts();
    (parts.status, parts.headers)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).map(|it| it.to_str().unwrap()).unwrap_or_default()
}

/// Status of a call by a page, and the origin that the answer allows.
fn call(set: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let options = AwsChainOptions { cors: Cors::new(settings(set)), ..AwsChainOptions::default() };
    let (status, headers) = answer(options, request("POST", "/", headers));
    (status.as_u16(), text(&headers, "access-control-allow-origin").to_owned())
}

#[test]
fn origins() {
    for (origin, is_allowed) in [
        ("https://app.localstack.cloud", true),
        ("http://app.localstack.cloud", true),
        ("https://app.localstack.cloud:444", false),
        ("https://localstack.cloud", false),
        ("http://localhost", true),
        ("https://localhost", true),
        ("HTTP://LOCALHOST", true),
        ("http://localhost:3000", true),
        ("http://127.0.0.1:4566", true),
        ("http://[::1]:4566", true),
        ("http://app.localhost:4566", true),
        ("https://localhost.localstack.cloud:4566", true),
        ("http://site.s3-website.localhost.localstack.cloud:4566", true),
        ("http://notlocalhost", false),
        ("http://localhost.evil.test", false),
        ("http://xlocalhost.localstack.cloud", false),
        ("http://127.0.0.1.evil.test", false),
        ("http://evil.test", false),
        ("http://localhost@evil.test", false),
        ("http://localhost:x", false),
        ("ftp://localhost", false),
        ("app://.", false),
        ("null", false),
        ("", false),
        // Ours by an address, but not by a name, which may be anyone's.
        ("http://192.168.1.5:4566", false),
    ] {
        let expected = if is_allowed { (200, origin.to_owned()) } else { (403, String::new()) };
        assert_eq!(call("", &[("origin", origin)]), expected, "{origin}");
        assert_eq!(call("no-checks", &[("origin", origin)]), (200, origin.to_owned()), "{origin}");
    }
}

#[test]
fn settings_and_callers() {
    for (set, headers, status, allowed) in [
        ("", &[][..], 200, ""),
        ("", &[("origin", "http://localhost")], 200, "http://localhost"),
        ("no-headers", &[("origin", "http://localhost")], 200, ""),
        ("no-headers", &[("origin", "http://evil.test")], 403, ""),
        ("no-headers no-checks", &[("origin", "http://evil.test")], 200, ""),
        ("origins=http://a.test,app://.", &[("origin", "http://a.test")], 200, "http://a.test"),
        ("origins=http://a.test,app://.", &[("origin", "http://A.test")], 200, "http://A.test"),
        ("origins=http://a.test/", &[("origin", "http://a.test")], 200, "http://a.test"),
        ("origins=http://a.test,app://.", &[("origin", "app://.")], 200, "app://."),
        ("origins=http://a.test", &[("origin", "http://a.test:81")], 403, ""),
        ("origins=http://a.test", &[("origin", "http://b.test")], 403, ""),
        ("origins=*", &[("origin", "null")], 200, "null"),
        ("", &[("origin", "http://10.0.0.7:4566"), ("host", "10.0.0.7:4566")], 200, "http://10.0.0.7:4566"),
        ("", &[("origin", "http://10.0.0.7:4567"), ("host", "10.0.0.7:4566")], 403, ""),
        ("", &[("origin", "http://evil.test:4566"), ("host", "evil.test:4566")], 403, ""),
        // The origin counts, where there is one.
        ("", &[("origin", "http://localhost"), ("referer", "http://evil.test/")], 200, "http://localhost"),
        ("", &[("referer", "http://evil.test/page?x=http://localhost")], 403, ""),
        ("", &[("referer", "http://evil.test")], 403, ""),
        ("", &[("referer", "http://localhost:3000/page")], 200, ""),
        ("no-checks", &[("referer", "http://evil.test/")], 200, ""),
        ("origins=http://a.test", &[("referer", "http://a.test/page")], 200, ""),
        ("", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], 403, ""),
        ("", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], 200, ""),
        ("", &[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors")], 200, ""),
        ("", &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")], 200, ""),
        ("no-checks", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], 200, ""),
    ] {
        assert_eq!(call(set, headers), (status, allowed.to_owned()), "{set:?} {headers:?}");
    }
}

const PREFLIGHT: &[(&str, &str)] = &[
    ("origin", "http://localhost:3000"),
    ("access-control-request-method", "PUT"),
    ("access-control-request-headers", "X-Amz-Date, x-amz-meta-colour"),
    ("access-control-request-private-network", "true"),
];

#[test]
fn preflights() {
    let cors = Cors::new(settings("headers=x-mine,bad\u{1}name expose=x-shown"));
    let options = AwsChainOptions { cors, ..AwsChainOptions::default() };
    let (status, headers) = answer(options, request("OPTIONS", "/bucket/key", PREFLIGHT));
    assert_eq!(status, 204);
    for (name, expected) in [
        ("access-control-allow-origin", "http://localhost:3000"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "HEAD,GET,PUT,POST,DELETE,OPTIONS,PATCH"),
        ("access-control-allow-private-network", "true"),
        ("vary", "Origin"),
    ] {
        assert_eq!(text(&headers, name), expected, "{name}");
    }
    // A name of the settings that is none takes the header with it, not the answer.
    assert_eq!(text(&headers, "access-control-allow-headers"), "");
    assert!(text(&headers, "access-control-expose-headers").ends_with(",x-shown"));

    let options =
        AwsChainOptions { cors: Cors::new(settings("headers=x-mine")), ..AwsChainOptions::default() };
    let (_, headers) = answer(options, request("OPTIONS", "/", PREFLIGHT));
    let allowed: Vec<&str> = text(&headers, "access-control-allow-headers").split(',').collect();
    for (name, count) in [("x-mine", 1), ("x-amz-date", 1), ("x-amz-meta-colour", 1), ("x-other", 0)] {
        assert_eq!(allowed.iter().filter(|it| **it == name).count(), count, "{name} in {allowed:?}");
    }

    let foreign = [PREFLIGHT.get(1..).unwrap(), &[("origin", "http://evil.test")]].concat();
    let (status, headers) = answer(AwsChainOptions::default(), request("OPTIONS", "/", &foreign));
    assert_eq!((status.as_u16(), text(&headers, "access-control-allow-origin")), (403, ""));
}

#[test]
fn what_pages_may_read() {
    let origin = [("origin", "http://localhost")];
    let (_, headers) = answer(AwsChainOptions::default(), request("POST", "/", &origin));
    let exposed: Vec<&str> = text(&headers, "access-control-expose-headers").split(',').collect();
    for name in ["etag", "x-amzn-requestid", "x-asf-source"] {
        assert_eq!(exposed.iter().filter(|it| **it == name).count(), 1, "{name} in {exposed:?}");
    }
    // Without a page there is nothing to tell.
    let (_, headers) = answer(AwsChainOptions::default(), request("POST", "/", &[]));
    assert!(
        !headers.keys().any(|it| it.as_str().starts_with("access-control") || it == "vary"),
        "{headers:?}"
    );
}

/// Routes are protected, unless they say that they answer for CORS themselves.
#[test]
fn routes() {
    let edge = EdgeRouter::new();
    let own = || {
        endpoint(|_| async {
            let mut response = respond::empty(StatusCode::ACCEPTED);
            response.headers_mut().insert("access-control-allow-origin", "own".parse().unwrap());
            response
        })
    };
    edge.add(Rule::new("/_asf/ours"), endpoint(|_| async { respond::empty(StatusCode::OK) })).unwrap();
    edge.add(Rule::new("/site").own_cors(), own()).unwrap();
    edge.add(Rule::new("/api").methods([Method::PUT]).own_cors(), own()).unwrap();
    edge.add(Rule::new("/api").methods([Method::OPTIONS]).own_cors(), own()).unwrap();
    edge.add(Rule::new("/silent").own_cors(), endpoint(|_| async { respond::empty(StatusCode::OK) }))
        .unwrap();
    for (method, path, origin, status, allowed) in [
        ("GET", "/_asf/ours", "http://evil.test", 403, ""),
        ("GET", "/_asf/ours", "http://localhost", 200, "http://localhost"),
        ("GET", "/_asf/none", "http://evil.test", 403, ""),
        ("GET", "/site", "http://evil.test", 202, "own"),
        ("GET", "/site", "http://localhost", 202, "own"),
        ("OPTIONS", "/site", "http://evil.test", 202, "own"),
        ("OPTIONS", "/api", "http://evil.test", 202, "own"),
        ("GET", "/silent", "http://localhost", 200, ""),
        ("OPTIONS", "/_asf/ours", "http://localhost", 204, "http://localhost"),
    ] {
        let options = AwsChainOptions { edge: edge.clone(), ..AwsChainOptions::default() };
        let headers = [("origin", origin), ("access-control-request-method", "PUT")];
        let (found, headers) = answer(options, request(method, path, &headers));
        let found = (found.as_u16(), text(&headers, "access-control-allow-origin"));
        assert_eq!(found, (status, allowed), "{method} {path} {origin}");
    }
}

/// A stand-in for buckets with a CORS configuration.
struct Buckets;

impl OwnCors for Buckets {
    fn covers(&self, request: &Parts) -> bool {
        request.uri.path().starts_with("/open/")
    }

    fn preflight<'a>(&'a self, _: &'a Parts) -> BoxFuture<'a, Response> {
        let mut response = respond::empty(StatusCode::OK);
        response.headers_mut().insert("access-control-allow-origin", "*".parse().unwrap());
        Box::pin(std::future::ready(response))
    }

    fn refusal(&self, request: &Parts) -> Option<Response> {
        request.uri.path().starts_with("/shut/").then(|| respond::empty(StatusCode::NOT_ACCEPTABLE))
    }
}

#[test]
fn resources_with_cors_of_their_own() {
    for (method, path, status, allowed) in [
        ("OPTIONS", "/open/x", 200, "*"),
        ("POST", "/open/x", 200, ""),
        ("OPTIONS", "/shut/x", 406, ""),
        ("OPTIONS", "/other/x", 403, ""),
        ("POST", "/shut/x", 403, ""),
    ] {
        let cors = Cors::default();
        cors.add_own(Arc::new(Buckets));
        let options = AwsChainOptions { cors, ..AwsChainOptions::default() };
        let headers = [("origin", "http://evil.test"), ("access-control-request-method", "PUT")];
        let (found, headers) = answer(options, request(method, path, &headers));
        let found = (found.as_u16(), text(&headers, "access-control-allow-origin"));
        assert_eq!(found, (status, allowed), "{method} {path}");
    }
}
