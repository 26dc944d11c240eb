//! Service, operation and protocol, from the raw request.

use std::sync::Arc;

use asf_routing::RouteRequest;
use asf_schema::ProtocolKind;
use futures_util::future::BoxFuture;
use http::Uri;

use crate::AwsError;
use crate::body::{self, DecodeOptions};
use crate::gateway::{Flow, GatewayContext, GatewayHandler, Handled, Services};
use crate::provider::Source;

/// Finds out what a request calls. A form is read for it, because it says in its body what it is.
#[derive(Debug)]
pub struct RouteRequests {
    services: Arc<Services>,
}

impl RouteRequests {
    /// Requests to these services.
    #[must_use]
    pub fn new(services: Arc<Services>) -> Self {
        Self { services }
    }

    async fn route(&self, ctx: &mut GatewayContext) -> Result<(), AwsError> {
        if RouteRequest::needs_body(ctx.request.method.as_str(), &ctx.request.headers) {
            ctx.protocol = ProtocolKind::Query;
            let options = DecodeOptions { decode_gzip: true, ..DecodeOptions::default() };
            let decoded = body::decode(&mut ctx.request.headers, std::mem::take(&mut ctx.body), options)?;
            let collected = decoded.collect(ctx.max_body).await;
            ctx.body = collected.map_err(|error| error.into_error(ctx.protocol))?.into();
            ctx.is_body_decoded = true;
        }
        let form = ctx.body.as_bytes().unwrap_or_default();
        let method = ctx.request.method.as_str();
        let request = RouteRequest::new(method, ctx.path_and_query(), &ctx.request.headers, form);
        let route = match self.services.router.route(&request) {
            Ok(route) => route,
            Err(error) => {
                ctx.protocol = error.protocol;
                ctx.service = error.service.as_deref().and_then(|it| self.services.schema(it));
                ctx.source = Some(Source::None);
                return Err(AwsError::sender(error.code, error.message).with_status(error.status));
            }
        };
        let rewritten = route.rewritten(&request);
        ctx.protocol = route.protocol;
        self.services.providers.prepare(route.service).await;
        ctx.service = self.services.schema(route.service);
        ctx.operation = ctx.service.and_then(|it| self.services.operation(it, route.operation));
        if ctx.operation.is_none() {
            // A provider's model may be older than the route table, or have a part of the operations only.
            return Err(AwsError::sender(
                "UnknownOperationException",
                format!("{} has no operation {}", route.service, route.operation),
            ));
        }
        if let Some(uri) = rewritten {
            // The signature is of what was sent, so that is kept.
            let sent = std::mem::take(&mut ctx.request.uri);
            ctx.request.uri = moved(&sent, &uri)?;
            ctx.request.extensions.insert(SentUri(sent));
        }
        Ok(())
    }
}

/// A URI with another path and query. Scheme and host stay: that it came over TLS is known by them.
fn moved(sent: &Uri, path_and_query: &str) -> Result<Uri, AwsError> {
    let no_uri = || AwsError::serialization("the path is no URI");
    let mut parts = sent.clone().into_parts();
    parts.path_and_query = Some(path_and_query.parse().map_err(|_| no_uri())?);
    Uri::from_parts(parts).map_err(|_| no_uri())
}

/// The URI as it was sent, among the extensions of a request whose path has been rewritten: a bucket that
/// stood in the host name stands in the path from here on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentUri(pub Uri);

impl GatewayHandler for RouteRequests {
    fn name(&self) -> &str {
        "route"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        Box::pin(async move {
            self.route(ctx).await?;
            Ok(Flow::Continue)
        })
    }
}
