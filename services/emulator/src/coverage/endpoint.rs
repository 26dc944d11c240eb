//! `GET /_asf/coverage[?service=]`.

use std::sync::Arc;

use asf_moto::Moto;
use asf_runtime::gateway::edge::{EdgeRequest, EdgeRouter, Rule, RuleError, endpoint, respond};
use asf_runtime::protocol::Response;
use asf_runtime::provider::Providers;
use asf_runtime::signature::Query;
use http::{Method, StatusCode};

use super::{of_all, of_service, to_json};

/// What the OpenAPI document says of it.
const DOCUMENT: &str = include_str!("openapi.json");

/// Adds the endpoint. moto is not started by it.
///
/// # Errors
/// When the path is taken.
pub fn add_routes(router: &EdgeRouter, providers: &Arc<Providers>, moto: Moto) -> Result<(), RuleError> {
    if let Err(error) = router.document(DOCUMENT) {
        tracing::error!(%error, "the coverage is left out of the OpenAPI document");
    }
    let (providers, moto) = (providers.clone(), Arc::new(moto));
    let answer = move |request: EdgeRequest| {
        let (providers, moto) = (providers.clone(), moto.clone());
        let service = request.request.uri().query().and_then(|query| Query(query).get("service"));
        async move { answer(providers, &moto, service).await }
    };
    router.add(Rule::new("/_asf/coverage").methods([Method::GET]), endpoint(answer)).map(drop)
}

async fn answer(providers: Arc<Providers>, moto: &Moto, service: Option<String>) -> Response {
    let moto = moto.inventory().await.clone();
    let asked = service.clone();
    let read = move || match asked {
        Some(service) => of_service(&providers, &moto, &service).map(|it| to_json(&[it], &moto)),
        None => Some(to_json(&of_all(&providers, &moto), &moto)),
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(Some(json)) => respond::json(StatusCode::OK, &json),
        Ok(None) => {
            let message = format!("AWS has no service {:?}", service.unwrap_or_default());
            respond::error(StatusCode::NOT_FOUND, message)
        }
        Err(error) => respond::error(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}
