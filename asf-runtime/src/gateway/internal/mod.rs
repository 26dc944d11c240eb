//! What a process tells of itself, and how it is told what to do: `/_localstack/health` and its like, by
//! LocalStack's names (docs.localstack.cloud, "Internal endpoints"), and the same below `/_asf`.

mod configuration;
mod control;
mod diagnose;
mod health;
mod info;
mod init;
mod openapi;
mod plugins;
mod state;

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

pub use configuration::{Configuration, Variables};
pub use control::{Action, Control, Requests};
pub use init::{InitReport, InitReports, InitScript, ScriptState, Stage};

use super::edge::{EdgeRequest, EdgeRouter, Rule, RuleError, endpoint, respond};
use crate::Timestamp;
use crate::context::Environment;
use crate::protocol::Response;
use crate::provider::Providers;

/// What the paths start with.
pub const PREFIXES: [&str; 2] = ["/_localstack", "/_asf"];

/// What the endpoints tell, and where they get it from. [`Internal::new`] has defaults for all of it.
#[derive(Clone)]
pub struct Internal {
    /// The version of the program.
    pub version: String,
    /// What `edition` says. Clients of LocalStack know `community`, `pro` and `enterprise`.
    pub edition: String,
    /// The providers, whose states are told, and which can be reset.
    pub providers: Arc<Providers>,
    /// Services that have a provider and may not be called (`SERVICES` with `STRICT_SERVICE_LOADING`).
    pub disabled: Vec<String>,
    /// How the process is told to end or to begin anew.
    pub control: Control,
    /// What the init scripts came to.
    pub init: Arc<dyn InitReports>,
    /// The configuration.
    pub configuration: Arc<dyn Configuration>,
    /// `ENABLE_CONFIG_UPDATES`: whether the configuration can be changed.
    pub has_config_updates: bool,
    /// `DEBUG`: whether there is a report of everything at `diagnose`.
    pub is_debug: bool,
    /// How often what was used.
    pub usage: Arc<dyn Fn() -> Value + Send + Sync>,
    /// What was found damaged of the state that was kept.
    pub problems: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
    /// Whether the process is in a container.
    pub is_container: bool,
    /// Names the process.
    pub session_id: String,
    /// Names the machine.
    pub machine_id: String,
    /// When the process began.
    pub started: Timestamp,
}

impl Internal {
    /// With defaults: nothing to configure, no init scripts, no one who listens to the control.
    #[must_use]
    pub fn new(version: impl Into<String>, providers: Arc<Providers>, environment: &Environment) -> Self {
        let session_id = environment.ids.uuid();
        Self {
            version: version.into(),
            edition: "community".to_owned(),
            providers,
            disabled: Vec::new(),
            control: Control::default(),
            init: Arc::new(init::NoScripts),
            configuration: Arc::new(Variables::default()),
            has_config_updates: false,
            is_debug: false,
            usage: Arc::new(|| json!({})),
            problems: Arc::new(Vec::new),
            is_container: false,
            machine_id: session_id.chars().take(8).collect(),
            session_id,
            started: environment.clock.now(),
        }
    }
}

impl std::fmt::Debug for Internal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Internal").field("version", &self.version).finish_non_exhaustive()
    }
}

type Answer = fn(Arc<Context>, EdgeRequest) -> BoxFuture<'static, Response>;

/// What an endpoint sees.
struct Context {
    internal: Internal,
    /// Knows the document of all routes.
    router: EdgeRouter,
    /// What clients have put in the state of the process (`PUT /health`).
    notes: Mutex<Map<String, Value>>,
}

/// Method, path below the prefix, answer. `openapi.json` describes each of them.
const ROUTES: &[(Method, &str, Answer)] = &[
    (Method::GET, "/health", |it, request| Box::pin(health::get(it, request))),
    (Method::HEAD, "/health", |_, _| Box::pin(async { respond::text(StatusCode::OK, "ok") })),
    (Method::POST, "/health", |it, request| Box::pin(health::post(it, request))),
    (Method::PUT, "/health", |it, request| Box::pin(health::put(it, request))),
    (Method::GET, "/info", |it, request| Box::pin(info::get(it, request))),
    (Method::GET, "/init", |it, _| Box::pin(async move { init::get_all(&it) })),
    (Method::GET, "/init/{stage}", |it, request| Box::pin(async move { init::get_stage(&it, &request) })),
    (Method::GET, "/plugins", |it, _| Box::pin(async move { plugins::get(&it) })),
    (Method::GET, "/config", |it, _| Box::pin(async move { configuration::get(&it) })),
    (Method::POST, "/config", |it, request| Box::pin(configuration::post(it, request))),
    (Method::GET, "/diagnose", |it, request| Box::pin(diagnose::get(it, request))),
    (Method::GET, "/usage", |it, _| {
        Box::pin(async move { respond::json(StatusCode::OK, &(it.internal.usage)()) })
    }),
    (Method::POST, "/state/reset", |it, _| Box::pin(async move { state::reset_all(&it).await })),
    (Method::POST, "/state/{service}/reset", |it, request| {
        let service = request.params.get("service").unwrap_or_default().to_owned();
        Box::pin(async move { state::reset(&it, &service).await })
    }),
    (Method::GET, "/openapi.json", |it, _| Box::pin(async move { openapi::json(&it) })),
    (Method::GET, "/openapi.yaml", |it, _| Box::pin(async move { openapi::yaml(&it) })),
];

/// Adds the endpoints, and their part of the OpenAPI document, to a router.
///
/// # Errors
/// [`RuleError`] when one of the paths is taken.
pub fn add_routes(router: &EdgeRouter, internal: Internal) -> Result<(), RuleError> {
    let context = Arc::new(Context { internal, router: router.clone(), notes: Mutex::default() });
    for prefix in PREFIXES {
        for (method, path, answer) in ROUTES {
            let (context, answer) = (context.clone(), *answer);
            let rule = Rule::new(format!("{prefix}{path}")).methods([method.clone()]);
            router.add(rule, endpoint(move |request| answer(context.clone(), request)))?;
        }
    }
    openapi::describe(router);
    Ok(())
}

#[cfg(test)]
mod tests;
