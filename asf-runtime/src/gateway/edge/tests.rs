//! Rules and requests, as tables.

use http::{Method, StatusCode};

use super::{EdgeRouter, Found, Rule, RuleError, endpoint, respond};

fn router(rules: &[(&str, &str, &str)]) -> EdgeRouter {
    let router = EdgeRouter::new();
    for &(methods, host, path) in rules {
        router.add(rule(methods, host, path), nothing()).unwrap();
    }
    router
}

fn rule(methods: &str, host: &str, path: &str) -> Rule {
    let methods = methods.split('|').filter(|it| !it.is_empty()).map(|it| it.parse().unwrap());
    let rule = Rule::new(path).methods(methods);
    if host.is_empty() { rule } else { rule.host(host) }
}

fn nothing() -> std::sync::Arc<dyn super::Endpoint> {
    endpoint(|_| async { respond::empty(StatusCode::OK) })
}

/// `name=value` of the parameters, or what else came of it.
fn find(router: &EdgeRouter, method: &Method, host: &str, path: &str) -> String {
    match router.find(method, Some(host), path) {
        Found::Nothing => "nothing".to_owned(),
        Found::OtherMethods { allowed, .. } => {
            let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
            format!("only {}", names.join("|"))
        }
        Found::Endpoint { params, .. } => {
            params.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn paths() {
    for (pattern, path, expected) in [
        ("/", "/", ""),
        ("/", "/a", "nothing"),
        ("/a", "/a", ""),
        ("/a", "/a/", ""),
        ("/a", "/a//", "nothing"),
        ("/a", "/b", "nothing"),
        ("/a", "/A", "nothing"),
        ("/a/", "/a", "nothing"),
        ("/a/", "/a/", ""),
        ("/{x}", "/a", "x=a"),
        ("/{x}", "/", "nothing"),
        ("/{x}", "/a%2Fb%20c", "x=a/b c"),
        ("/{x}", "/a/b", "nothing"),
        ("/{x}.json", "/a.json", "x=a"),
        ("/{x}.json", "/a.xml", "nothing"),
        ("/v{x}/y", "/v1/y", "x=1"),
        ("/a/{x}/b/{y}", "/a/1/b/2", "x=1 y=2"),
        ("/{*rest}", "/", "rest="),
        ("/{*rest}", "/a/b/", "rest=a/b/"),
        ("/a/{*rest}", "/a", "rest="),
        ("/a/{*rest}", "/a/", "rest="),
        ("/a/{*rest}", "/a/b/c%20d", "rest=b/c d"),
        ("/a/{*rest}", "/ab", "nothing"),
        ("/{x}/{*rest}", "/a", "x=a rest="),
        ("/{x}/{*rest}", "/a/b/c", "x=a rest=b/c"),
        ("/{{x}}", "/{x}", ""),
    ] {
        assert_eq!(
            find(&router(&[("", "", pattern)]), &Method::GET, "h", path),
            expected,
            "{pattern} {path}"
        );
    }
}

#[test]
fn hosts() {
    for (pattern, host, expected) in [
        ("localhost", "localhost", ""),
        ("localhost", "LocalHost:4566", ""),
        ("localhost", "localhost.", ""),
        ("localhost", "other", "nothing"),
        ("[::1]", "[::1]:4566", ""),
        ("{b}.s3.{domain}", "x.s3.localhost.localstack.cloud:4566", "b=x domain=localhost.localstack.cloud"),
        ("{b}.s3.{domain}", "x.s3.test", "b=x domain=test"),
        ("{b}.s3.{domain}", "x.y.s3.test", "nothing"),
        ("{b}.s3.{domain}", "s3.test", "nothing"),
        ("{b}.s3.{domain}", "", "nothing"),
        ("{*b}.s3.localhost", "x.y.s3.localhost", "b=x.y"),
        ("{*b}.s3.localhost", "s3.localhost", "nothing"),
        ("{id}.lambda-url.{region}.localhost", "f.lambda-url.eu-west-1.localhost", "id=f region=eu-west-1"),
        ("{id}.Lambda.test", "f.lambda.TEST", "id=f"),
    ] {
        let found = find(&router(&[("", pattern, "/")]), &Method::GET, host, "/");
        assert_eq!(found, expected, "{pattern} {host}");
    }
}

/// Of several rules that fit, the most specific: `at` says which one answers.
#[test]
fn order() {
    let rules = [
        ("", "", "/{*all}"),
        ("", "", "/{one}"),
        ("", "", "/x/{two}"),
        ("", "", "/x/{*tail}"),
        ("", "", "/{three}/y"),
        ("GET", "", "/x/get"),
        ("POST", "", "/x/{posted}"),
        ("", "", "/z"),
        ("", "", "/z/"),
        ("", "{h}.test", "/h"),
        ("", "{h}.b.test", "/{hb}"),
        ("", "a.b.test", "/{hab}"),
        ("GET", "a.b.test", "/{habget}/1"),
    ];
    // The same, whatever the order in which they are added.
    for turn in 0..rules.len() {
        let mut turned = rules;
        turned.rotate_left(turn);
        let router = router(&turned);
        for (method, host, path, expected) in [
            ("GET", "h", "/", "all="),
            ("GET", "h", "/q", "one=q"),
            ("GET", "h", "/q/r", "all=q/r"),
            ("GET", "h", "/q/y", "three=q"),
            ("GET", "h", "/x/y", "two=y"),
            ("GET", "h", "/x/y/z", "tail=y/z"),
            ("GET", "h", "/x", "tail="),
            ("GET", "h", "/x/get", ""),
            ("HEAD", "h", "/x/get", ""),
            ("PUT", "h", "/x/get", "two=get"),
            ("POST", "h", "/x/get", "posted=get"),
            ("GET", "c.test", "/h", "h=c"),
            ("GET", "c.b.test", "/h", "h=c hb=h"),
            ("GET", "a.b.test", "/h", "hab=h"),
            ("GET", "a.b.test", "/h/1", "habget=h"),
            ("PUT", "a.b.test", "/h/1", "all=h/1"),
            ("GET", "a.b.test", "/h/2", "all=h/2"),
        ] {
            let method = method.parse().unwrap();
            assert_eq!(find(&router, &method, host, path), expected, "{method} {host}{path}, turned {turn}");
        }
    }
}

#[test]
fn methods() {
    let router = router(&[("GET|PUT", "", "/a"), ("DELETE", "", "/a"), ("HEAD", "", "/b"), ("", "", "/c")]);
    for (method, path, expected) in [
        ("GET", "/a", ""),
        ("HEAD", "/a", ""),
        ("DELETE", "/a/", ""),
        ("POST", "/a", "only GET|HEAD|PUT|DELETE"),
        ("GET", "/b", "only HEAD"),
        ("BREW", "/c", ""),
    ] {
        assert_eq!(find(&router, &method.parse().unwrap(), "h", path), expected, "{method} {path}");
    }
}

#[test]
fn rules_that_are_none() {
    for (host, path, expected) in [
        ("", "a", "a path begins with /"),
        ("", "", "a path begins with /"),
        ("", "/a?b", "neither ? nor #"),
        ("", "/{", "a brace has no other"),
        ("", "/a}", "a brace has no other"),
        ("", "/{}", "no name of a parameter"),
        ("", "/{a b}", "no name of a parameter"),
        ("", "/{a}/{a}", "there twice"),
        ("", "/{a}{b}", "one parameter at most"),
        ("", "/{*a}/b", "at the end only"),
        ("", "/x{*a}", "a segment of its own"),
        ("{a}.test", "/{a}", "a parameter of the host too"),
        ("a..b", "/", "labels are text or one parameter"),
        ("x{a}.test", "/", "labels are text or one parameter"),
        ("{*a}.{b}", "/", "takes several labels"),
        ("{}.test", "/", "no name of a parameter"),
    ] {
        let error = EdgeRouter::new().add(rule("", host, path), nothing()).unwrap_err();
        assert!(error.to_string().contains(expected), "{host}{path}: {error}");
    }
    let long = format!("/{}", "{".repeat(2000));
    assert!(EdgeRouter::new().add(Rule::new(long), nothing()).is_err());
}

#[test]
fn routes_that_are_taken() {
    let router = router(&[("GET|PUT", "{h}.test", "/{a}"), ("", "", "/b")]);
    for (methods, host, path, is_taken) in [
        ("PUT|POST", "{other}.test", "/{name}", true),
        ("POST", "{h}.test", "/{a}", false),
        ("", "{h}.test", "/{a}", false),
        ("GET", "", "/{a}", false),
        ("", "", "/b", true),
        ("", "", "/b/", false),
    ] {
        let result = router.add(rule(methods, host, path), nothing());
        assert_eq!(
            matches!(result, Err(RuleError::Taken(_))),
            is_taken,
            "{methods} {host}{path}: {result:?}"
        );
        if let Ok(id) = result {
            assert!(router.remove(id));
            assert!(!router.remove(id));
        }
    }
    assert_eq!(router.rules().len(), 2);
}

/// Routes come and go while others are asked for: those that stay are found every time, and of those that
/// change a lookup sees one state or the other.
#[test]
fn changes_while_requests_run() {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    let router = router(&[("", "", "/stays/{x}"), ("", "{h}.test", "/stays/{x}")]);
    let is_over = AtomicBool::new(false);
    let lookups = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for host in ["h", "a.test"] {
            let (router, is_over, lookups) = (&router, &is_over, &lookups);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let found = find(router, &Method::GET, host, "/stays/1");
                    assert_eq!(found, if host == "h" { "x=1" } else { "h=a x=1" });
                    let found = find(router, &Method::GET, host, "/goes/1");
                    assert!(found == "y=1" || found == "nothing", "{found}");
                    lookups.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let changes = (0..2).map(|thread| {
            let router = &router;
            scope.spawn(move || {
                for turn in 0..200 {
                    let mine = router.add(Rule::new(format!("/{thread}/{turn}")), nothing()).unwrap();
                    if let Ok(shared) = router.add(Rule::new("/goes/{y}"), nothing()) {
                        assert!(router.remove(shared));
                    }
                    assert_eq!(find(router, &Method::GET, "h", &format!("/{thread}/{turn}")), "");
                    assert!(router.remove(mine));
                }
            })
        });
        let changes: Vec<_> = changes.collect();
        let results: Vec<_> = changes.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        while lookups.load(Ordering::Relaxed) < 1000 {
            std::thread::yield_now();
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(results.iter().all(Result::is_ok));
    });
    assert_eq!(router.rules().len(), 2);
}

/// A route that is removed while it answers goes on to its end.
#[test]
fn removed_while_it_answers() {
    use futures_util::FutureExt as _;

    let (go_on, wait) = tokio::sync::watch::channel(false);
    let edge = EdgeRouter::new();
    let slow = endpoint(move |_| {
        let mut wait = wait.clone();
        async move {
            let _ = wait.wait_for(|it| *it).await;
            respond::text(StatusCode::OK, "done")
        }
    });
    let id = edge.add(Rule::new("/slow"), slow).unwrap();
    let options = crate::gateway::AwsChainOptions { edge: edge.clone(), ..Default::default() };
    let gateway = crate::gateway::tests::gateway_with(options);
    let request = |path: &str| http::Request::get(path).body(crate::shape::ByteStream::Empty).unwrap();
    let mut answer = Box::pin(gateway.process(request("/slow")));
    assert!((&mut answer).now_or_never().is_none());
    assert!(edge.remove(id));
    go_on.send_replace(true);
    let response = answer.now_or_never().unwrap();
    assert_eq!(response.body().as_bytes(), Some(&b"done"[..]));
    assert!(matches!(edge.find(&Method::GET, None, "/slow"), Found::Nothing));
}

/// What the handler makes of what the router finds.
#[test]
fn through_the_chain() {
    use futures_util::FutureExt as _;
    use http::HeaderMap;

    let edge = router(&[("POST", "", "/_asf/x"), ("POST", "{h}.host.test", "/y"), ("POST", "", "/z")]);
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "text/css".parse().unwrap());
    edge.add(Rule::new("/style"), super::fixed(StatusCode::OK, headers, "p {}")).unwrap();
    edge.add(Rule::new("/old/{*rest}"), super::redirect("http://new.test/base/")).unwrap();
    edge.add(Rule::new("/panic"), endpoint(|_| async { panic!("a fault of ours") })).unwrap();
    let options = crate::gateway::AwsChainOptions { edge, ..Default::default() };
    let gateway = crate::gateway::tests::gateway_with(options);
    for (method, host, path, status, header, expected) in [
        ("POST", "h", "/_asf/x", 200, "", ""),
        ("GET", "h", "/_asf/x", 405, "allow", "POST, OPTIONS"),
        ("OPTIONS", "h", "/_asf/x", 204, "allow", "POST, OPTIONS"),
        ("GET", "h", "/_asf/none", 404, "content-type", "application/json"),
        ("GET", "h", "/_localstack/none", 404, "content-type", "application/json"),
        ("GET", "h", "/_aws/none", 404, "content-type", "application/json"),
        ("GET", "a.host.test", "/y", 405, "allow", "POST, OPTIONS"),
        // What AWS has too is AWS's: here a service that does not know the operation.
        ("GET", "h", "/z", 400, "x-asf-source", "none"),
        ("GET", "h", "/none", 400, "x-asf-source", "none"),
        ("HEAD", "h", "/none", 400, "x-asf-source", "none"),
        ("OPTIONS", "h", "/none", 204, "allow", "HEAD, GET, PUT, POST, DELETE, OPTIONS, PATCH"),
        ("GET", "h", "/style", 200, "content-type", "text/css"),
        ("PUT", "h", "/old/a%20b?c", 308, "location", "http://new.test/base/a%20b?c"),
        ("GET", "h", "/old", 308, "location", "http://new.test/base/"),
        ("GET", "h", "/panic", 500, "", ""),
        // AWS's services send none, or one of their own.
        ("GET", "h", "/style", 200, "server", ""),
    ] {
        let request = http::Request::builder().method(method).uri(path).header("host", host);
        let request = request.body(crate::shape::ByteStream::Empty).unwrap();
        let (parts, _) = gateway.process(request).now_or_never().unwrap().into_parts();
        let found = parts.headers.get(header).map(|it| it.to_str().unwrap()).unwrap_or_default();
        assert_eq!((parts.status.as_u16(), found), (status, expected), "{method} {host}{path}");
    }
}

/// Routers of branches: their routes are their own, what is said of them is not said twice.
#[test]
fn a_router_that_is_described_as_another() {
    let main = EdgeRouter::new();
    main.document(r#"{"paths": {"/_asf/a": {}}}"#).unwrap();
    let other = EdgeRouter::described_as(&main);
    other.document(r#"{"paths": {"/_asf/a": {}}}"#).unwrap();
    assert_eq!(other.openapi("1"), main.openapi("1"));
    other
        .add(Rule::new("/_asf/a"), endpoint(|_| std::future::ready(respond::text(StatusCode::OK, "a"))))
        .unwrap();
    assert!(matches!(main.find(&Method::GET, None, "/_asf/a"), Found::Nothing));
    assert!(matches!(other.find(&Method::GET, None, "/_asf/a"), Found::Endpoint { .. }));
    other.clear();
    assert!(matches!(other.find(&Method::GET, None, "/_asf/a"), Found::Nothing));
}
