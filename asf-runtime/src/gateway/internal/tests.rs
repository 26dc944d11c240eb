//! The endpoints, through the AWS chain, and their document.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use http::Method;
use serde_json::{Value, json};

use super::{
    Action, Control, InitReport, InitReports, InitScript, Internal, PREFIXES, ROUTES, ScriptState, Stage,
    Variables, add_routes,
};
use crate::Timestamp;
use crate::clock::ManualClock;
use crate::context::Environment;
use crate::gateway::edge::EdgeRouter;
use crate::gateway::{AwsChainOptions, Gateway, tests};
use crate::plugin::{PluginId, PluginState};
use crate::provider::Providers;
use crate::shape::ByteStream;

fn environment() -> (Arc<ManualClock>, Environment) {
    let clock = Arc::new(ManualClock::new(Timestamp::new(1_700_000_000, 0)));
    (clock.clone(), Environment { clock, ..Environment::default() })
}

/// A process as the tests see it, set up by a function.
struct Process {
    gateway: Gateway,
    control: Control,
    clock: Arc<ManualClock>,
    edge: EdgeRouter,
}

fn process(change: impl FnOnce(&mut Internal)) -> Process {
    let (clock, environment) = environment();
    let providers = Arc::new(tests::providers(tests::service()));
    let mut internal = Internal::new("1.2.3", providers, &environment);
    change(&mut internal);
    let control = internal.control.clone();
    let edge = EdgeRouter::new();
    add_routes(&edge, internal).unwrap();
    let options = AwsChainOptions { edge: edge.clone(), ..AwsChainOptions::default() };
    Process { gateway: tests::gateway_in(options, environment), control, clock, edge }
}

impl Process {
    fn call(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let request = http::Request::builder().method(method).uri(path);
        let request = request.body(ByteStream::from(body.to_owned())).unwrap();
        let (parts, body) = self.gateway.process(request).now_or_never().unwrap().into_parts();
        let body = body.collect(1 << 20).now_or_never().unwrap().unwrap();
        (parts.status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
    }

    fn json(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (status, text) = self.call(method, path, body);
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

struct Scripts;

impl InitReports for Scripts {
    fn report(&self) -> InitReport {
        let script = |stage, name: &str, state| InitScript { stage, name: name.to_owned(), state };
        InitReport {
            completed: vec![Stage::Boot, Stage::Start],
            scripts: vec![
                script(Stage::Start, "a.sh", ScriptState::Error),
                script(Stage::Ready, "b.py", ScriptState::Running),
            ],
        }
    }
}

#[test]
fn answers() {
    let plain = process(|_| {});
    let set_up = process(|internal| {
        internal.init = Arc::new(Scripts);
        internal.has_config_updates = true;
        internal.disabled = vec!["things".to_owned()];
        internal.edition = "asf".to_owned();
        let variables = [("DEBUG", "1"), ("LOCALSTACK_AUTH_TOKEN", "ls-secret"), ("EMPTY_TOKEN", "")];
        internal.configuration = Arc::new(variables.into_iter().collect::<Variables>());
    });
    let boot = json!({"BOOT": true, "START": true, "READY": true, "SHUTDOWN": false});
    for (process, method, path, body, status, expected) in [
        (
            &plain,
            "GET",
            "/health",
            "",
            200,
            json!({"services": {"things": "running"}, "edition": "community", "version": "1.2.3"}),
        ),
        (&plain, "GET", "/health?reload", "", 200, plain.json("GET", "/_asf/health", "").1),
        (&plain, "HEAD", "/health", "", 200, json!("ok")),
        (&plain, "GET", "/init", "", 200, json!({"completed": boot, "scripts": []})),
        (&plain, "GET", "/init/ready", "", 200, json!({"completed": true, "scripts": []})),
        (&plain, "GET", "/init/SHUTDOWN", "", 200, json!({"completed": false, "scripts": []})),
        (&plain, "GET", "/init/never", "", 404, json!({"error": "no such stage never"})),
        (&plain, "GET", "/config", "", 200, json!({})),
        (
            &plain,
            "POST",
            "/config",
            r#"{"variable": "DEBUG", "value": "1"}"#,
            403,
            json!({"error": "the configuration can be changed when ENABLE_CONFIG_UPDATES=1 is set"}),
        ),
        (&plain, "GET", "/usage", "", 200, json!({})),
        (&plain, "GET", "/diagnose", "", 403, json!({"error": "there is a report when DEBUG=1 is set"})),
        (
            &plain,
            "POST",
            "/state/none/reset",
            "",
            404,
            json!({"error": "there is no provider of a service \"none\""}),
        ),
        (&plain, "PATCH", "/health", "", 405, json!({"error": "PATCH is not allowed here"})),
        (
            &set_up,
            "GET",
            "/health",
            "",
            200,
            json!({"services": {"things": "disabled"}, "edition": "asf", "version": "1.2.3"}),
        ),
        (
            &set_up,
            "GET",
            "/init",
            "",
            200,
            json!({
                "completed": {"BOOT": true, "START": true, "READY": false, "SHUTDOWN": false},
                "scripts": [
                    {"stage": "START", "name": "a.sh", "state": "ERROR"},
                    {"stage": "READY", "name": "b.py", "state": "RUNNING"},
                ],
            }),
        ),
        (
            &set_up,
            "GET",
            "/init/Ready",
            "",
            200,
            json!({"completed": false, "scripts": [{"stage": "READY", "name": "b.py", "state": "RUNNING"}]}),
        ),
        (
            &set_up,
            "GET",
            "/config",
            "",
            200,
            json!({"DEBUG": "1", "EMPTY_TOKEN": "", "LOCALSTACK_AUTH_TOKEN": "***"}),
        ),
        (
            &set_up,
            "POST",
            "/config",
            r#"{"variable": "A B", "value": "1"}"#,
            400,
            json!({"error": "\"A B\" is no name of a variable"}),
        ),
        (
            &set_up,
            "POST",
            "/config",
            r#"{"variable": "A", "value": []}"#,
            400,
            json!({"error": "[] is no value: expected a text"}),
        ),
        (
            &set_up,
            "POST",
            "/health",
            r#"{"action": "sing"}"#,
            400,
            json!({"error": "\"sing\" is no action: expected restart or kill"}),
        ),
    ] {
        for prefix in PREFIXES {
            let found = process.json(method, &format!("{prefix}{path}"), body);
            assert_eq!(found, (status, expected.clone()), "{method} {prefix}{path} {body}");
        }
    }
    for (path, body) in [("/health", "{"), ("/health", "{}"), ("/config", "[]"), ("/config", "")] {
        assert_eq!(set_up.call("POST", &format!("/_asf{path}"), body).0, 400, "{path} {body}");
    }
}

#[test]
fn info_and_time() {
    let process = process(|_| {});
    process.clock.advance(Duration::from_millis(61_500));
    let (status, info) = process.json("GET", "/_localstack/info", "");
    assert_eq!(status, 200);
    assert_eq!(info["uptime"], 61);
    assert_eq!(info["server_time_utc"], "2023-11-14T22:14:21.500");
    assert_eq!(info["is_docker"], false);
    let names: Vec<&String> = info.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "version",
            "edition",
            "is_license_activated",
            "session_id",
            "machine_id",
            "system",
            "is_docker",
            "server_time_utc",
            "uptime"
        ]
    );
    // The same process, the same id.
    assert_eq!(info["session_id"], process.json("GET", "/_asf/info", "").1["session_id"]);
}

#[test]
fn configuration_updates() {
    let process = process(|internal| internal.has_config_updates = true);
    for (value, shown) in [("\"2\"", "2"), ("3", "3"), ("true", "1")] {
        let body = format!(r#"{{"variable": "X", "value": {value}}}"#);
        let (status, answer) = process.json("POST", "/_localstack/config", &body);
        assert_eq!((status, answer["variable"].as_str()), (200, Some("X")));
        assert_eq!(process.json("GET", "/_localstack/config", "").1["X"], shown);
    }
}

#[test]
fn control() {
    let process = process(|_| {});
    let kill = r#"{"action": "kill"}"#;
    // In a program that does not listen there is nothing to control.
    assert_eq!(process.call("POST", "/_localstack/health", kill).0, 501);
    let mut requests = process.control.requests();
    for (action, expected) in [("kill", Action::Kill), ("restart", Action::Restart)] {
        assert!(requests.next().now_or_never().is_none());
        let body = format!(r#"{{"action": "{action}"}}"#);
        assert_eq!(process.call("POST", "/_localstack/health", &body), (200, "ok".to_owned()));
        assert_eq!(requests.next().now_or_never(), Some(expected));
    }
}

#[test]
fn notes() {
    let process = process(|_| {});
    let put = |body: &str| process.json("PUT", "/_localstack/health", body);
    assert_eq!(put(r#"{"features:init": "done", "version": "9"}"#), (200, json!({"status": "OK"})));
    assert_eq!(put(r#"{"features:more:x": 1}"#).0, 200);
    let (_, health) = process.json("GET", "/_asf/health", "");
    assert_eq!(health["features"], json!({"init": "done", "more": {"x": 1}}));
    assert_eq!(health["version"], "1.2.3");
    assert_eq!(put("[]").0, 400);
    assert_eq!(put(&format!(r#"{{"long": "{}"}}"#, "x".repeat(70_000))).0, 413);
    let many: serde_json::Map<String, Value> = (0..300).map(|it| (it.to_string(), it.into())).collect();
    assert_eq!(put(&Value::from(many).to_string()).0, 413);
    assert_eq!(process.json("GET", "/_asf/health", "").1, health);
}

#[test]
fn diagnosis() {
    let process = process(|internal| {
        internal.is_debug = true;
        internal.usage = Arc::new(|| json!({"things.Echo": 2}));
    });
    let (status, report) = process.json("GET", "/_localstack/diagnose", "");
    assert_eq!(status, 200);
    assert_eq!(report["version"]["localstack-version"]["build-version"], "1.2.3");
    assert_eq!(report["services"], json!({"things": "running"}));
    assert_eq!(report["usage"], json!({"things.Echo": 2}));
    let routes = report["routes"].as_array().unwrap();
    assert!(routes.contains(&json!("POST /_asf/state/reset")), "{routes:?}");
}

#[test]
fn plugins() {
    let process = process(|internal| {
        let plugins = internal.providers.plugins();
        let failed = PluginState::Failed { error: "no voice".to_owned() };
        plugins.keep_as(PluginId::new("hooks", "on_infra_start:greet"), 3, failed);
        let skipped = PluginState::Skipped { reason: "no key".to_owned() };
        plugins.keep_as(PluginId::new("extensions", "locked"), 0, skipped);
        plugins.keep_as(PluginId::new("extensions", "open"), 0, PluginState::Loaded);
    });
    let (status, plugins) = process.json("GET", "/_localstack/plugins", "");
    assert_eq!(status, 200);
    assert_eq!(
        plugins["hooks"],
        json!([{
            "name": "on_infra_start:greet", "is_initialized": true, "is_loaded": false, "error": "no voice",
            "state": "failed", "reason": "no voice", "priority": 3,
        }])
    );
    assert_eq!(
        plugins["extensions"],
        json!([
            {
                "name": "locked", "is_initialized": false, "is_loaded": false, "error": null,
                "state": "skipped", "reason": "no key", "priority": 0,
            },
            {
                "name": "open", "is_initialized": true, "is_loaded": true, "error": null,
                "state": "loaded", "reason": null, "priority": 0,
            },
        ])
    );
}

/// A provider that was not registered cannot be made anew; that is told.
#[test]
fn reset_of_what_cannot_be() {
    let process = process(|_| {});
    for (path, kept) in [("/_localstack/state/reset", true), ("/_localstack/state/things/reset", true)] {
        let (status, answer) = process.json("POST", path, "");
        assert_eq!((status, answer["kept"] == json!(["things"])), (500, kept), "{path} {answer}");
    }
    let empty = Internal::new("1", Arc::new(Providers::default()), &environment().1);
    let edge = EdgeRouter::new();
    add_routes(&edge, empty).unwrap();
    let other = tests::gateway_with(AwsChainOptions { edge, ..AwsChainOptions::default() });
    let request = http::Request::post("/_localstack/state/reset").body(ByteStream::Empty).unwrap();
    assert_eq!(other.process(request).now_or_never().unwrap().status(), 200);
}

/// Every route is described, and everything described is a route.
#[test]
fn document() {
    let process = process(|_| {});
    let (_, document) = process.json("GET", "/_asf/openapi.json", "");
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_ascii_uppercase()))
        })
        .collect();
    let routes: BTreeSet<String> = process.edge.rules().iter().map(|(_, rule)| rule.to_string()).collect();
    assert_eq!(described, routes);
    assert_eq!(routes.len(), ROUTES.len() * PREFIXES.len());

    // Ids are there once, references lead somewhere, parameters of paths are declared.
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{path}");
            let declared = operation["parameters"].as_array().map_or(0, Vec::len);
            assert_eq!(path.matches('{').count(), declared, "{path}");
        }
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|it| it.split('"').next()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    let (status, yaml) = process.call("GET", "/_asf/openapi.yaml", "");
    assert!(status == 200 && yaml.starts_with("openapi: \"3.1.0\"\n"), "{yaml}");
    assert!(process.edge.document(r#"{"paths": {"/_asf/health": {}}}"#).is_err());
    assert!(process.edge.document("{").is_err());
    assert!(process.edge.document(r#"{"paths": {"/_asf/other": {}}}"#).is_ok());
    assert!(matches!(
        process.edge.find(&Method::GET, None, "/_asf/other"),
        super::super::edge::Found::Nothing
    ));
}
