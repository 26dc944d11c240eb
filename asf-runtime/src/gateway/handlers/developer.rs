//! Paths that services answer besides AWS's API, `/_aws/sqs/messages` and the like.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::gateway::{Flow, GatewayContext, GatewayHandler, Handled, Services};
use crate::plugin::DEVELOPER_ENDPOINTS;
use crate::protocol::Request;

/// Answers requests to developer endpoints.
#[derive(Debug)]
pub struct DeveloperEndpoints {
    services: Arc<Services>,
}

impl DeveloperEndpoints {
    /// The endpoints of these services.
    #[must_use]
    pub fn new(services: Arc<Services>) -> Self {
        Self { services }
    }
}

impl GatewayHandler for DeveloperEndpoints {
    fn name(&self) -> &str {
        "developer endpoints"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        Box::pin(async move {
            let path = ctx.request.uri.path();
            // All of them are below paths that start so; no AWS path does.
            if !path.starts_with("/_") {
                return Ok(Flow::Continue);
            }
            let found = DEVELOPER_ENDPOINTS.iter().find(|endpoint| {
                path.strip_prefix(endpoint.prefix).is_some_and(|it| it.is_empty() || it.starts_with('/'))
            });
            let Some(endpoint) = found else { return Ok(Flow::Continue) };
            let Some(provider) = self.services.providers.get(endpoint.service) else {
                return Ok(Flow::Continue);
            };
            let request = Request::from_parts(ctx.request.clone(), std::mem::take(&mut ctx.body));
            ctx.response = (endpoint.answer)(&*provider, &ctx.environment, request).await;
            Ok(Flow::Stop)
        })
    }
}
