//! `/_localstack/state/..` and `/_asf/state/..`: saved and loaded when asked to, and what is damaged.

use std::sync::Arc;

use asf_journal::{Journal, Problem};
use asf_runtime::gateway::edge::{EdgeRequest, EdgeRouter, Rule, RuleError, endpoint, respond};
use asf_runtime::gateway::internal::PREFIXES;
use asf_runtime::protocol::Response;
use asf_runtime::provider::Providers;
use http::{Method, StatusCode};
use serde_json::json;

/// What the OpenAPI document says of them, below each prefix.
const DOCUMENT: &str = include_str!("openapi.json");

#[derive(Clone, Copy)]
enum Action {
    Save,
    Load,
}

/// Adds POST `state/save`, `state/{service}/save`, `state/load`, `state/{service}/load`, and GET
/// `state/problems`.
pub(super) fn add_routes(
    router: &EdgeRouter,
    journal: Option<&Journal>,
    providers: &Arc<Providers>,
) -> Result<(), RuleError> {
    for prefix in PREFIXES {
        let document = DOCUMENT.replace("PREFIX", prefix).replace("TAG", prefix.trim_start_matches("/_"));
        if let Err(error) = router.document(&document) {
            tracing::error!(%error, "the state is left out of the OpenAPI document");
        }
        for (action, name) in [(Action::Save, "save"), (Action::Load, "load")] {
            for path in [format!("{prefix}/state/{name}"), format!("{prefix}/state/{{service}}/{name}")] {
                let (journal, providers) = (journal.cloned(), providers.clone());
                let answer = move |request: EdgeRequest| {
                    let (journal, providers) = (journal.clone(), providers.clone());
                    let service = request.params.get("service").map(str::to_owned);
                    async move { act(action, journal, &providers, service).await }
                };
                router.add(Rule::new(path).methods([Method::POST]), endpoint(answer))?;
            }
        }
        let journal = journal.cloned();
        let problems = move |_| std::future::ready(problems(journal.as_ref()));
        router
            .add(Rule::new(format!("{prefix}/state/problems")).methods([Method::GET]), endpoint(problems))?;
    }
    Ok(())
}

async fn act(
    action: Action,
    journal: Option<Journal>,
    providers: &Providers,
    service: Option<String>,
) -> Response {
    if let Some(service) = service.as_ref().filter(|service| !providers.services().any(|it| it == **service))
    {
        let message = format!("there is no provider of a service {service:?}");
        return respond::error(StatusCode::NOT_FOUND, message);
    }
    let Some(journal) = journal else {
        return respond::error(StatusCode::CONFLICT, "nothing is kept: PERSISTENCE=1 is not set");
    };
    let result = match action {
        Action::Save => journal.save(service.as_deref()).await.map(|()| json!({ "saved": service })),
        Action::Load => {
            let of = service.clone();
            match tokio::task::spawn_blocking(move || journal.load(of.as_deref())).await {
                Ok(loaded) => {
                    providers.renew(service.as_deref());
                    loaded.map(|entries| json!({ "loaded": service, "entries": entries }))
                }
                Err(error) => return respond::error(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
            }
        }
    };
    match result {
        Ok(answer) => respond::json(StatusCode::OK, &answer),
        Err(error) => respond::error(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

fn problems(journal: Option<&Journal>) -> Response {
    let list = journal.map(|journal| journal.problems().list()).unwrap_or_default();
    let total = journal.map_or(0, |journal| journal.problems().total());
    let shown = |problem: &Problem| json!({ "place": problem.place, "problem": problem.what });
    let list: Vec<_> = list.iter().map(shown).collect();
    respond::json(StatusCode::OK, &json!({ "total": total, "problems": list }))
}
