//! `/state`: forgetting everything.

use asf_store::NotWritten;
use http::StatusCode;
use serde_json::json;

use super::Context;
use crate::gateway::edge::respond;
use crate::protocol::Response;

/// All providers forget everything. Those that cannot are named: then the answer is a 500, because a test
/// that relies on a clean state is better told.
pub(super) async fn reset_all(context: &Context) -> Response {
    let providers = &context.internal.providers;
    let forget = async { providers.services().partition(|it| providers.reset(it)) };
    let ((reset, kept), written): ((Vec<&str>, Vec<&str>), _) = providers.state().durably(forget).await;
    if let Err(error) = written {
        return not_written(&error);
    }
    for forward in providers.chains().into_iter().flat_map(crate::provider::Chains::forwards) {
        if let Err(error) = forward.reset(None).await {
            return respond::error(StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
        }
    }
    if kept.is_empty() {
        return respond::json(StatusCode::OK, &json!({ "reset": reset }));
    }
    let message = format!("these services keep their state: {}", kept.join(", "));
    let answer = json!({ "error": message, "reset": reset, "kept": kept });
    respond::json(StatusCode::INTERNAL_SERVER_ERROR, &answer)
}

/// One service is forgotten, by its provider and by servers that answer what that does not.
pub(super) async fn reset(context: &Context, service: &str) -> Response {
    let providers = &context.internal.providers;
    let mut is_known = providers.services().any(|it| it == service);
    for forward in providers.chains().into_iter().flat_map(crate::provider::Chains::forwards) {
        match forward.reset(Some(service)).await {
            Ok(is_its) => is_known |= is_its,
            Err(error) => return respond::error(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }
    if !is_known {
        return respond::error(
            StatusCode::NOT_FOUND,
            format!("there is no provider of a service {service:?}"),
        );
    }
    if !providers.services().any(|it| it == service) {
        return respond::json(StatusCode::OK, &json!({ "reset": [service] }));
    }
    let (is_reset, written) = providers.state().durably(async { providers.reset(service) }).await;
    if let Err(error) = written {
        return not_written(&error);
    }
    if is_reset {
        respond::json(StatusCode::OK, &json!({ "reset": [service] }))
    } else {
        let answer = json!({ "error": format!("{service} keeps its state"), "reset": [], "kept": [service] });
        respond::json(StatusCode::INTERNAL_SERVER_ERROR, &answer)
    }
}

/// It is forgotten in memory, and would be there again after a restart.
fn not_written(error: &NotWritten) -> Response {
    respond::error(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}
