//! `/_asf/extensions`: what is installed, and how it is with it; `/_asf/extensions/reload`: another look.

use asf_runtime::gateway::edge::{Rule, RuleError, endpoint, respond};
use asf_runtime::protocol::Response;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Changes, Hosted};
use crate::{ExtensionName, FolderError, Installed, Program, Status};

/// What the OpenAPI document says of them.
const DOCUMENT: &str = include_str!("extensions.openapi.json");

pub(super) fn add(hosted: &Hosted) -> Result<(), RuleError> {
    let router = &hosted.0.extensions.surfaces().edge;
    if let Err(error) = router.document(DOCUMENT) {
        tracing::error!(%error, "extensions are left out of the OpenAPI document");
    }
    let shown = hosted.clone();
    router.add(
        Rule::new("/_asf/extensions").methods([Method::GET]),
        endpoint(move |_| std::future::ready(list(&shown))),
    )?;
    let hosted = hosted.clone();
    router.add(
        Rule::new("/_asf/extensions/reload").methods([Method::POST]),
        endpoint(move |_| {
            let hosted = hosted.clone();
            async move { reloaded(hosted.reload().await) }
        }),
    )?;
    Ok(())
}

fn list(hosted: &Hosted) -> Response {
    let installed = match hosted.installed() {
        Ok(installed) => installed,
        Err(error) => return failed(&error),
    };
    let programs = hosted.programs();
    let shown = installed.iter().map(|it| {
        let program = programs.iter().find(|program| *program.name() == it.name);
        shown(it, program)
    });
    respond::json(StatusCode::OK, &json!({ "extensions": shown.collect::<Vec<Value>>() }))
}

fn shown(installed: &Installed, program: Option<&Program>) -> Value {
    let manifest = installed.manifest.as_ref();
    let mut error = manifest.err().map(ToString::to_string);
    let status = program.map(Program::status);
    let mut pid = None;
    match &status {
        Some(Status::Running(instance)) => pid = Some(instance.pid),
        Some(Status::Crashed { reason, .. }) => error = error.or_else(|| Some(reason.clone())),
        _ => {}
    }
    json!({
        "name": installed.name.as_str(),
        "version": manifest.map(|it| it.version.as_str()).ok(),
        "description": manifest.map(|it| it.description.as_str()).ok(),
        "enabled": installed.is_enabled,
        // Installed or enabled since the last look, and not seen yet; or not to be used.
        "state": status.as_ref().map_or("unused", Status::name),
        "pid": pid,
        "error": error,
    })
}

fn reloaded(changes: Result<Changes, FolderError>) -> Response {
    let changes = match changes {
        Ok(changes) => changes,
        Err(error) => return failed(&error),
    };
    let names = |names: &[ExtensionName]| names.iter().map(ExtensionName::to_string).collect::<Vec<_>>();
    let failed = changes.failed.iter().map(|(name, error)| json!({ "name": name.as_str(), "error": error }));
    let answer = json!({
        "added": names(&changes.added),
        "replaced": names(&changes.replaced),
        "removed": names(&changes.removed),
        "failed": failed.collect::<Vec<Value>>(),
    });
    respond::json(StatusCode::OK, &answer)
}

fn failed(error: &FolderError) -> Response {
    respond::error(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}
