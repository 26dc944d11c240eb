//! `/plugins`: what is linked in or was added, and what became of it.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Context;
use crate::gateway::edge::respond;
use crate::plugin::{PluginReport, PluginState};
use crate::protocol::Response;

/// By namespace, each with its plugins in the order of their names. `is_initialized`, `is_loaded` and `error`
/// are LocalStack's.
pub(super) fn get(context: &Context) -> Response {
    let mut namespaces: Map<String, Value> = Map::new();
    for PluginReport { id, priority, state } in context.internal.providers.plugins().list() {
        let is_loaded = state == PluginState::Loaded;
        let is_failed = matches!(state, PluginState::Failed { .. });
        let shown = json!({
            "name": id.name,
            "is_initialized": is_loaded || is_failed,
            "is_loaded": is_loaded,
            "error": state.reason().filter(|_| is_failed),
            "state": state.word(),
            "reason": state.reason(),
            "priority": priority,
        });
        let list = namespaces.entry(id.namespace).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(shown);
        }
    }
    respond::json(StatusCode::OK, &namespaces)
}
