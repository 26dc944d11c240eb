//! `/state`: forgetting everything.

use http::StatusCode;
use serde_json::json;

use super::Context;
use crate::gateway::edge::{EdgeRequest, respond};
use crate::protocol::Response;

/// All providers forget everything. Those that cannot are named: then the answer is a 500, because a test
/// that relies on a clean state is better told.
pub(super) fn reset_all(context: &Context) -> Response {
    let providers = &context.internal.providers;
    let (reset, kept): (Vec<&str>, Vec<&str>) = providers.services().partition(|it| providers.reset(it));
    if kept.is_empty() {
        return respond::json(StatusCode::OK, &json!({ "reset": reset }));
    }
    let message = format!("these services keep their state: {}", kept.join(", "));
    let answer = json!({ "error": message, "reset": reset, "kept": kept });
    respond::json(StatusCode::INTERNAL_SERVER_ERROR, &answer)
}

/// One provider forgets everything.
pub(super) fn reset(context: &Context, request: &EdgeRequest) -> Response {
    let providers = &context.internal.providers;
    let service = request.params.get("service").unwrap_or_default();
    if !providers.services().any(|it| it == service) {
        return respond::error(
            StatusCode::NOT_FOUND,
            format!("there is no provider of a service {service:?}"),
        );
    }
    if providers.reset(service) {
        respond::json(StatusCode::OK, &json!({ "reset": [service] }))
    } else {
        let answer = json!({ "error": format!("{service} keeps its state"), "reset": [], "kept": [service] });
        respond::json(StatusCode::INTERNAL_SERVER_ERROR, &answer)
    }
}
