//! `/plugins`: what is linked in, and what of it has been made.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Context, Internal};
use crate::gateway::edge::respond;
use crate::plugin::{DEVELOPER_ENDPOINTS, PROVIDERS};
use crate::protocol::Response;

/// A plugin, as it is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginState {
    /// `asf.provider`, `asf.hooks.on_infra_start`...
    pub namespace: String,
    /// Its name in the namespace.
    pub name: String,
    /// Whether it is in use.
    pub is_loaded: bool,
    /// Why it could not be loaded.
    pub error: Option<String>,
}

impl PluginState {
    fn new(namespace: &str, name: String, is_loaded: bool) -> Self {
        Self { namespace: namespace.to_owned(), name, is_loaded, error: None }
    }
}

/// By namespace, each with its plugins in the order of their names.
pub(super) fn get(context: &Context) -> Response {
    let mut namespaces: Map<String, Value> = Map::new();
    for plugin in plugins(&context.internal) {
        let shown = json!({
            "name": plugin.name,
            "is_initialized": plugin.is_loaded,
            "is_loaded": plugin.is_loaded,
            "error": plugin.error,
        });
        let list = namespaces.entry(plugin.namespace).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(shown);
        }
    }
    respond::json(StatusCode::OK, &namespaces)
}

fn plugins(internal: &Internal) -> Vec<PluginState> {
    // A provider that is there is the one of that name, or another of the service's.
    let is_loaded = |service: &str, name: &str| {
        internal.providers.is_made(service)
            && internal.providers.get(service).is_some_and(|it| it.name() == name)
    };
    let providers = PROVIDERS.iter().map(|it| {
        let name = format!("{}:{}", it.service, it.name);
        PluginState::new("asf.provider", name, is_loaded(it.service, it.name))
    });
    let endpoints = DEVELOPER_ENDPOINTS.iter().map(|it| {
        let name = format!("{}:{}", it.service, it.prefix);
        PluginState::new("asf.developer-endpoint", name, internal.providers.is_made(it.service))
    });
    let others = internal.plugins.iter().flat_map(|it| it());
    let mut plugins: Vec<PluginState> = providers.chain(endpoints).chain(others).collect();
    plugins.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    plugins
}
