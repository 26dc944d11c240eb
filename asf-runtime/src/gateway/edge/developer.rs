//! Paths that services answer besides AWS's API, `/_aws/sqs/messages` and the like.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::StatusCode;

use super::{EdgeRequest, EdgeRouter, Endpoint, Rule, RuleError, respond};
use crate::plugin::{DEVELOPER_ENDPOINTS, DeveloperEndpoint, PluginState};
use crate::protocol::Response;
use crate::provider::Providers;

/// Adds the [`DeveloperEndpoint`]s of the services that have a provider. One is handed to them when the
/// first request comes, not before.
///
/// # Errors
/// [`RuleError`] when a prefix is no path, or is taken; the others are added all the same.
pub fn add_developer_endpoints(router: &EdgeRouter, providers: &Arc<Providers>) -> Result<(), RuleError> {
    let mut result = Ok(());
    for endpoint in DEVELOPER_ENDPOINTS {
        if !providers.services().any(|it| it == endpoint.service) || !providers.plugins().admits(endpoint) {
            continue;
        }
        let path = format!("{}/{{*rest}}", endpoint.prefix.replace('{', "{{").replace('}', "}}"));
        let answerer = Arc::new(Developer { endpoint, providers: providers.clone() });
        if let Err(error) = router.add(Rule::new(path), answerer) {
            tracing::error!(prefix = endpoint.prefix, %error, "a developer endpoint is left out");
            providers.plugins().keep(endpoint, PluginState::Failed { error: error.to_string() });
            result = Err(error);
        }
    }
    result
}

struct Developer {
    endpoint: &'static DeveloperEndpoint,
    providers: Arc<Providers>,
}

impl Endpoint for Developer {
    fn answer<'a>(&'a self, request: EdgeRequest) -> BoxFuture<'a, Response> {
        Box::pin(async move {
            self.providers.prepare(self.endpoint.service).await;
            match self.providers.get(self.endpoint.service) {
                Some(provider) => {
                    self.providers.plugins().keep(self.endpoint, PluginState::Loaded);
                    let answer = (self.endpoint.answer)(&*provider, &request.environment, request.request);
                    match self.providers.state().durably(answer).await {
                        (answer, Ok(())) => answer,
                        (_, Err(error)) => {
                            respond::error(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
                        }
                    }
                }
                None => respond::error(StatusCode::NOT_FOUND, "there is no provider of this service"),
            }
        })
    }
}
