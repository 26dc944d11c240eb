//! `/health`: what scripts wait for.

use std::sync::{Arc, PoisonError};

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Action, Context, Internal};
use crate::gateway::edge::{EdgeRequest, respond};
use crate::protocol::Response;

/// Entries that clients may leave, at most, and bytes of them.
const MAX_NOTES: usize = 256;
const MAX_NOTE_BYTES: usize = 64 << 10;

/// States of services, edition and version.
///
/// Services without a provider are not in the list: a script that waits for one would else go on with
/// calls that fail.
pub(super) async fn get(context: Arc<Context>, _: EdgeRequest) -> Response {
    let internal = &context.internal;
    let mut answer = Map::new();
    answer.insert("services".to_owned(), services(internal).into());
    answer.insert("edition".to_owned(), internal.edition.clone().into());
    answer.insert("version".to_owned(), internal.version.clone().into());
    let notes = context.notes.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for (name, value) in notes {
        // What we say of ourselves, no one else does.
        answer.entry(name).or_insert(value);
    }
    respond::json(StatusCode::OK, &answer)
}

/// State by service: `running` if the provider has been made, `available` if it is going to be with the first
/// call, `disabled` if it may not be called.
pub(super) fn services(internal: &Internal) -> Map<String, Value> {
    let state = |service: &str| {
        if internal.disabled.iter().any(|it| it == service) {
            "disabled"
        } else if internal.providers.is_made(service) {
            "running"
        } else {
            "available"
        }
    };
    internal.providers.services().map(|it| (it.to_owned(), state(it).into())).collect()
}

#[derive(Deserialize)]
struct Command {
    action: String,
}

/// Restarts or ends the process; the answer is sent before that.
pub(super) async fn post(context: Arc<Context>, mut request: EdgeRequest) -> Response {
    let command: Command = match request.json().await {
        Ok(command) => command,
        Err(answer) => return answer,
    };
    let action = match &*command.action {
        "restart" => Action::Restart,
        "kill" => Action::Kill,
        other => {
            let message = format!("{other:?} is no action: expected restart or kill");
            return respond::error(StatusCode::BAD_REQUEST, message);
        }
    };
    if context.internal.control.request(action) {
        tracing::info!("{} was asked for over HTTP", command.action);
        respond::text(StatusCode::OK, "ok")
    } else {
        let message = "this process cannot be restarted or ended from within";
        respond::error(StatusCode::NOT_IMPLEMENTED, message)
    }
}

/// Keeps what a client wants to be seen at `GET`. Colons in names make levels: `features:init` is `init` in
/// `features`.
pub(super) async fn put(context: Arc<Context>, mut request: EdgeRequest) -> Response {
    let added: Map<String, Value> = match request.json().await {
        Ok(added) => added,
        Err(answer) => return answer,
    };
    let mut notes = context.notes.lock().unwrap_or_else(PoisonError::into_inner);
    let mut changed = notes.clone();
    for (name, value) in added {
        let mut words = name.split(':').take(8).peekable();
        let mut level = &mut changed;
        while let Some(word) = words.next() {
            if words.peek().is_none() {
                level.insert(word.to_owned(), value);
                break;
            }
            let next = level.entry(word).or_insert_with(|| json!({}));
            if !next.is_object() {
                *next = json!({});
            }
            let Some(next) = next.as_object_mut() else { break };
            level = next;
        }
    }
    let size = serde_json::to_vec(&changed).map_or(usize::MAX, |it| it.len());
    if changed.len() > MAX_NOTES || size > MAX_NOTE_BYTES {
        let message = format!("no more than {MAX_NOTES} entries of {MAX_NOTE_BYTES} bytes together are kept");
        return respond::error(StatusCode::PAYLOAD_TOO_LARGE, message);
    }
    *notes = changed;
    respond::json(StatusCode::OK, &json!({ "status": "OK" }))
}
