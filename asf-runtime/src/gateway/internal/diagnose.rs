//! `/diagnose`: everything at once, for reports of faults.

use std::sync::Arc;

use http::StatusCode;
use serde_json::json;

use super::{Context, configuration, health, info};
use crate::gateway::edge::{EdgeRequest, respond};
use crate::protocol::Response;

/// A report of everything, with `DEBUG=1`: it is more than a process should tell anyone who asks. The parts
/// that LocalStack has of containers are there and empty, because nothing here needs a container.
pub(super) async fn get(context: Arc<Context>, request: EdgeRequest) -> Response {
    let internal = &context.internal;
    if !internal.is_debug {
        let message = "there is a report when DEBUG=1 is set";
        return respond::error(StatusCode::FORBIDDEN, message);
    }
    let routes: Vec<String> = context.router.rules().iter().map(|(_, rule)| rule.to_string()).collect();
    let answer = json!({
        "version": {
            "image-version": { "id": "", "sha256": "", "tag": "", "created": "" },
            "localstack-version": {
                "build-date": null,
                "build-git-hash": null,
                "build-version": internal.version,
            },
            "host": { "kernel": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH) },
        },
        "info": info::info(internal, request.environment.clock.now()),
        "services": health::services(internal),
        "config": configuration::shown(&context),
        "routes": routes,
        "docker-inspect": {},
        "docker-dependent-image-hosts": {},
        "docker-dependent-image-hashes": {},
        "file-tree": {},
        "important-endpoints": {},
        "logs": { "docker": "" },
        "usage": (internal.usage)(),
        "state-problems": (internal.problems)(),
    });
    respond::json(StatusCode::OK, &answer)
}
