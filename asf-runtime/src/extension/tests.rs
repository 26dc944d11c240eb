//! Extensions in a gateway, added and removed while it answers.

use std::sync::{Arc, Mutex};

use asf_routing::Router;
use futures_util::FutureExt as _;
use http::{HeaderValue, StatusCode};

use super::*;
use crate::AwsError;
use crate::context::Environment;
use crate::gateway::edge::{Rule, endpoint, respond};
use crate::gateway::{AwsChainOptions, ChainPlace, Flow, Gateway, Services, aws_chain_with, handler, tests};
use crate::hook::{HookContext, HookPoint, hook};
use crate::plugin::{PluginState, Plugins};
use crate::provider::{DynamicProvider, Provider, Source, Tier};
use crate::shape::ByteStream;

/// A gateway over the service `things`, and what it can be extended with.
struct Process {
    gateway: Gateway,
    extensions: Extensions,
}

fn process() -> Process {
    process_with(Settings::default())
}

fn process_with(settings: Settings) -> Process {
    let plugins = Plugins::new(settings);
    let service = tests::service();
    let surfaces = Surfaces {
        providers: Arc::new(tests::providers(service)),
        hooks: crate::hook::Hooks::new(plugins.clone()),
        plugins,
        ..Surfaces::default()
    };
    let router: &'static Router = Box::leak(Box::new(Router::of(service)));
    let providers = surfaces.providers.clone();
    let services = Services { router, catalogue: |_| None, providers, enabled: None };
    let options = AwsChainOptions {
        edge: surfaces.edge.clone(),
        places: surfaces.places.clone(),
        ..AwsChainOptions::default()
    };
    let gateway = Gateway::new(aws_chain_with(Arc::new(services), options), Environment::default());
    Process { gateway, extensions: Extensions::new(surfaces) }
}

impl Process {
    fn add(&self, extension: Arc<dyn Extension>) -> Result<(), String> {
        self.extensions.add(extension).map_err(|error| error.to_string())
    }

    fn answer(&self, request: http::Request<ByteStream>) -> (http::response::Parts, String) {
        let (parts, body) = self.gateway.process(request).now_or_never().unwrap().into_parts();
        let body = body.collect(1 << 20).now_or_never().unwrap().unwrap();
        (parts, String::from_utf8(body.to_vec()).unwrap())
    }

    fn get(&self, path: &str) -> (u16, String) {
        let (parts, body) = self.answer(http::Request::get(path).body(ByteStream::Empty).unwrap());
        (parts.status.as_u16(), body)
    }

    /// Status, who answered, and what.
    fn call(&self, operation: &str) -> (u16, String, String) {
        let request = http::Request::post("/")
            .header("x-amz-target", format!("Things.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .body(ByteStream::from(r#"{"text":"hi"}"#))
            .unwrap();
        let (parts, body) = self.answer(request);
        let source = parts.headers.get("x-asf-source").map_or("-", |it| it.to_str().unwrap());
        (parts.status.as_u16(), source.to_owned(), body)
    }

    fn state(&self, name: &str) -> Option<PluginState> {
        let reports = self.extensions.surfaces().plugins.list();
        reports.into_iter().find(|it| it.id.to_string() == name).map(|it| it.state)
    }
}

type Register = dyn Fn(&ExtensionHost) -> Result<(), ExtensionError> + Send + Sync;

/// An extension out of a closure.
struct Of {
    name: &'static str,
    register: Box<Register>,
    removed: Arc<Mutex<u32>>,
}

impl Extension for Of {
    fn name(&self) -> &str {
        self.name
    }

    fn register(&self, host: &ExtensionHost) -> Result<(), ExtensionError> {
        (self.register)(host)
    }

    fn removed(&self) {
        *self.removed.lock().unwrap() += 1;
    }
}

fn of(
    name: &'static str,
    register: impl Fn(&ExtensionHost) -> Result<(), ExtensionError> + Send + Sync + 'static,
) -> Arc<Of> {
    Arc::new(Of { name, register: Box::new(register), removed: Arc::default() })
}

fn hello() -> Arc<dyn crate::gateway::edge::Endpoint> {
    endpoint(|_| std::future::ready(respond::text(StatusCode::OK, "hello")))
}

/// A provider of `things` that answers some operations, in a model of its own: other tables, other indices.
fn answering(operations: &[&str]) -> Arc<dyn Provider> {
    let spec = r#"{
        "metadata": {"protocol": "json", "jsonVersion": "1.0", "targetPrefix": "Things", "serviceId": "Things",
                     "endpointPrefix": "things", "apiVersion": "2026-01-01"},
        "operations": {
            "Nothing": {"name": "Nothing", "http": {"method": "POST", "requestUri": "/"},
                        "input": {"shape": "Any"}, "output": {"shape": "Any"}},
            "Echo": {"name": "Echo", "http": {"method": "POST", "requestUri": "/"},
                     "input": {"shape": "Any"}, "output": {"shape": "Any"}}
        },
        "shapes": {
            "Any": {"type": "structure", "members": {"text": {"shape": "Text"}}},
            "Text": {"type": "string"}
        }
    }"#;
    let service = asf_schema::load_service("things", spec.as_bytes()).unwrap();
    let provider = operations
        .iter()
        .try_fold(DynamicProvider::new(service), |it, name| it.handle(name, |_, input| async { Ok(input) }));
    Arc::new(provider.unwrap())
}

#[test]
fn routes() {
    let process = process();
    let extension = of("hello", |host| {
        host.add_route(Rule::new("/_extension/hello"), hello())?;
        assert!(host.edge().rules().iter().any(|(_, rule)| rule.path() == "/_extension/hello"));
        Ok(())
    });
    let before = process.get("/_extension/hello").0;
    assert_ne!(before, 200);
    process.add(extension.clone()).unwrap();
    assert_eq!(process.get("/_extension/hello"), (200, "hello".to_owned()));
    assert_eq!(process.extensions.names(), ["hello"]);
    assert_eq!(process.state("extensions/hello"), Some(PluginState::Loaded));

    assert!(process.extensions.remove("hello"));
    assert_eq!(process.get("/_extension/hello").0, before);
    assert_eq!(*extension.removed.lock().unwrap(), 1);
    assert_eq!(process.state("extensions/hello"), None);
    assert!(!process.extensions.remove("hello"));
    // And again.
    process.add(extension).unwrap();
    assert_eq!(process.get("/_extension/hello").0, 200);
}

/// What was added before the failure is gone.
#[test]
fn one_that_fails() {
    let process = process();
    let route = |host: &ExtensionHost| host.add_route(Rule::new("/_extension/broken"), hello()).map(|_| ());
    for (name, extension, expected) in [
        ("error", of("error", move |host| route(host).and(Err(ExtensionError::other("no key")))), "no key"),
        (
            "panic",
            of("panic", move |host| {
                route(host)?;
                panic!("a fault of theirs")
            }),
            "it panicked: a fault of theirs",
        ),
        (
            "route",
            of("route", move |host| route(host).and_then(|()| route(host))),
            "there is a route for /_extension/broken already",
        ),
    ] {
        assert_eq!(process.add(extension).unwrap_err(), expected);
        assert!(
            process
                .extensions
                .surfaces()
                .edge
                .rules()
                .iter()
                .all(|(_, it)| it.path() != "/_extension/broken")
        );
        let failed = PluginState::Failed { error: expected.to_owned() };
        assert_eq!(process.state(&format!("extensions/{name}")), Some(failed));
    }
    assert!(process.extensions.names().is_empty());
}

#[test]
fn names_and_disabling() {
    let process = process_with(Settings::from_iter([("ASF_DISABLED_PLUGINS", "extensions/off")]));
    process.add(of("a", |_| Ok(()))).unwrap();
    assert_eq!(process.add(of("a", |_| Ok(()))).unwrap_err(), "there is an extension a already");
    assert_eq!(process.state("extensions/a"), Some(PluginState::Loaded));
    let error = process.add(of("off", |_| panic!("it is not asked"))).unwrap_err();
    assert_eq!(error, "extensions/off is disabled (ASF_DISABLED_PLUGINS)");
    assert_eq!(process.state("extensions/off"), Some(PluginState::Disabled));
}

/// What each place sees, in the order in which a request comes by.
#[test]
fn places() {
    let process = process();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = seen.clone();
    let watch = of("watch", move |host| {
        for place in ChainPlace::ALL {
            let log = log.clone();
            let note = handler("watch", move |ctx| {
                let operation = ctx.operation.map_or("-", asf_schema::Operation::name);
                let status = ctx.response.status().as_u16();
                let source = ctx.source.map_or("-", Source::as_str);
                let has_source = ctx.response.headers().contains_key("x-asf-source");
                let mut log = log.lock().unwrap();
                log.push(format!("{place:?} {operation} {source} {status} {has_source}"));
                Ok(Flow::Continue)
            });
            host.add_handler(place, note);
        }
        Ok(())
    });
    process.add(watch).unwrap();
    let take = || std::mem::take(&mut *seen.lock().unwrap());

    process.call("Echo");
    let expected = [
        "Request - - 200 false",
        "Call Echo - 200 false",
        "Response Echo native 200 true",
        "Finalizer Echo native 200 true",
    ];
    assert_eq!(take(), expected);

    process.call("Fail");
    let expected = [
        "Request - - 200 false",
        "Call Fail - 200 false",
        "Exception Fail native 200 false",
        "Response Fail native 400 true",
        "Finalizer Fail native 400 true",
    ];
    assert_eq!(take(), expected);

    assert!(process.extensions.remove("watch"));
    process.call("Echo");
    assert_eq!(take(), [""; 0]);
}

/// One handler's failure is not the next one's, at the places where nothing depends on it.
#[test]
fn handlers_that_fail() {
    let process = process();
    let faults = of("faults", |host| {
        for place in [ChainPlace::Exception, ChainPlace::Response, ChainPlace::Finalizer] {
            host.add_handler(place, handler("panics", |_| panic!("a fault of theirs")));
            host.add_handler(place, handler("fails", |_| Err(AwsError::internal("no").into())));
        }
        host.add_handler(
            ChainPlace::Response,
            handler("header", |ctx| {
                ctx.response.headers_mut().insert("x-still-here", HeaderValue::from_static("1"));
                Ok(Flow::Continue)
            }),
        );
        Ok(())
    });
    process.add(faults).unwrap();
    let request = http::Request::post("/")
        .header("x-amz-target", "Things.Echo")
        .header("content-type", "application/x-amz-json-1.0")
        .body(ByteStream::from(r#"{"text":"hi"}"#))
        .unwrap();
    let (parts, body) = process.answer(request);
    assert_eq!((parts.status.as_u16(), &*body), (200, r#"{"text":"hi"}"#));
    assert_eq!(parts.headers["x-still-here"], "1");
    assert_eq!(process.call("Fail").0, 400);
}

/// A handler may answer a call by itself, refuse it, or be taken out by its extension.
#[test]
fn handlers_that_decide() {
    let process = process();
    let kept: Arc<Mutex<Option<ExtensionHost>>> = Arc::default();
    let keep = kept.clone();
    process
        .add(of("gate", move |host| {
            *keep.lock().unwrap() = Some(host.clone());
            Ok(())
        }))
        .unwrap();
    let host = kept.lock().unwrap().clone().unwrap();
    let refuse = handler("refuse", |ctx| match ctx.operation.map(asf_schema::Operation::name) {
        Some("Echo") => Err(AwsError::sender("ThrottlingException", "Rate exceeded").into()),
        _ => {
            ctx.source = Some(Source::extension("gate"));
            Ok(Flow::Stop)
        }
    });
    host.add_handler(ChainPlace::Call, refuse.clone());
    let (status, _, body) = process.call("Echo");
    assert!(status == 400 && body.contains("ThrottlingException"), "{status} {body}");
    assert_eq!(process.call("Nothing"), (200, "extension:gate".to_owned(), String::new()));
    assert!(host.remove_handler(ChainPlace::Call, &refuse));
    assert!(!host.remove_handler(ChainPlace::Call, &refuse));
    assert_eq!(process.call("Echo").0, 200);

    // A host of an extension that is gone has no effect.
    assert!(process.extensions.remove("gate"));
    host.add_handler(ChainPlace::Call, refuse);
    let id = host.add_provider(answering(&["Nothing"]));
    assert!(!host.remove_provider(id));
    assert_eq!((process.call("Echo").0, process.call("Nothing").0), (200, 501));
}

/// The native provider is asked first, unless an extension says otherwise.
#[test]
fn providers() {
    let process = process();
    assert_eq!(process.call("Nothing").0, 501);
    process
        .add(of("behind", |host| {
            host.add_provider(answering(&["Nothing", "Echo"]));
            Ok(())
        }))
        .unwrap();
    assert_eq!(process.call("Nothing").1, "extension:behind");
    assert_eq!(process.call("Echo").1, "native");
    process
        .add(of("before", |host| {
            host.override_operations(answering(&["Echo"]));
            Ok(())
        }))
        .unwrap();
    assert_eq!(process.call("Echo").1, "extension:before");
    assert_eq!(process.call("Nothing").1, "extension:behind");
    let sources = process.extensions.surfaces().providers.sources("things");
    let expected = [
        (Tier::Override, Source::extension("before")),
        (Tier::Native, Source::Native),
        (Tier::Extension, Source::extension("behind")),
    ];
    assert_eq!(sources, expected);

    assert!(process.extensions.remove("before"));
    assert_eq!(process.call("Echo"), (200, "native".to_owned(), r#"{"text":"hi"}"#.to_owned()));
    assert!(process.extensions.remove("behind"));
    assert_eq!(process.call("Nothing").1, "none");
}

#[tokio::test]
async fn hooks() {
    let process = process();
    let count: Arc<Mutex<u32>> = Arc::default();
    let counted = count.clone();
    process
        .add(of("hooked", move |host| {
            let count = counted.clone();
            host.add_hook(
                HookPoint::OnInfraReady,
                0,
                hook(move |_| {
                    *count.lock().unwrap() += 1;
                    async { Ok(()) }
                }),
            );
            Ok(())
        }))
        .unwrap();
    let ctx = HookContext::new(HookPoint::OnInfraReady, process.extensions.clone(), Vec::new());
    let hooks = &process.extensions.surfaces().hooks;
    let limit = std::time::Duration::from_secs(60);
    assert_eq!(hooks.run(&ctx, limit).await, []);
    assert_eq!(*count.lock().unwrap(), 1);
    assert_eq!(process.state("hooks/on_infra_ready:hooked"), Some(PluginState::Loaded));
    assert!(process.extensions.remove("hooked"));
    assert_eq!(hooks.run(&ctx, limit).await, []);
    assert_eq!(*count.lock().unwrap(), 1);
    assert_eq!(process.state("hooks/on_infra_ready:hooked"), None);
}
