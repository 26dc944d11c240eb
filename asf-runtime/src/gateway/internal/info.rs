//! `/info`: which process this is.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{Context, Internal};
use crate::Timestamp;
use crate::gateway::edge::{EdgeRequest, respond};
use crate::protocol::Response;

pub(super) async fn get(context: Arc<Context>, request: EdgeRequest) -> Response {
    respond::json(StatusCode::OK, &info(&context.internal, request.environment.clock.now()))
}

pub(super) fn info(internal: &Internal, now: Timestamp) -> Value {
    json!({
        "version": internal.version,
        "edition": internal.edition,
        // Nothing here needs a license.
        "is_license_activated": false,
        "session_id": internal.session_id,
        "machine_id": internal.machine_id,
        "system": std::env::consts::OS,
        "is_docker": internal.is_container,
        "server_time_utc": now.to_string().trim_end_matches('Z'),
        "uptime": (now.millis() - internal.started.millis()).max(0) / 1000,
    })
}
