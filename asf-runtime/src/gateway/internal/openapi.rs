//! `/openapi.json`, `/openapi.yaml`: what there is, for programs.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Context, PREFIXES};
use crate::gateway::edge::{EdgeRouter, respond};
use crate::protocol::Response;

/// The endpoints of this module, each path without its prefix.
pub(super) const OURS: &str = include_str!("openapi.json");

pub(super) fn json(context: &Context) -> Response {
    respond::json(StatusCode::OK, &context.router.openapi(&context.internal.version))
}

pub(super) fn yaml(context: &Context) -> Response {
    let text = context.router.openapi_yaml(&context.internal.version);
    respond::body(StatusCode::OK, "application/yaml", text)
}

/// Describes the endpoints, below each prefix.
pub(super) fn describe(router: &EdgeRouter) {
    if router.is_described() {
        return;
    }
    let result = serde_json::from_str(OURS)
        .map_err(crate::gateway::edge::DocumentError::from)
        .and_then(|ours| router.document(&below_prefixes(ours).to_string()));
    if let Err(error) = result {
        // The routes are there all the same.
        tracing::error!(%error, "the internal endpoints cannot be described");
    }
}

fn below_prefixes(mut ours: Value) -> Value {
    let paths = ours.get_mut("paths").map(Value::take);
    let mut prefixed = Map::new();
    for (path, item) in paths.as_ref().and_then(Value::as_object).into_iter().flatten() {
        for prefix in PREFIXES {
            let mut item = item.clone();
            let tag = prefix.trim_start_matches("/_");
            for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
                let Some(operation) = operation.as_object_mut() else { continue };
                operation.insert("tags".to_owned(), json!([tag]));
                if let Some(Value::String(id)) = operation.get_mut("operationId") {
                    *id = format!("{tag}_{id}");
                }
            }
            prefixed.insert(format!("{prefix}{path}"), item);
        }
    }
    ours["paths"] = prefixed.into();
    ours["tags"] = json!([
        { "name": "localstack", "description": "By LocalStack's names." },
        { "name": "asf", "description": "The same, and what only ASF has." },
    ]);
    ours
}
