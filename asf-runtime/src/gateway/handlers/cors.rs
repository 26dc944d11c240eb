//! Web pages: who may call, and what browsers are told.

use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, StatusCode, header};

use crate::gateway::cors::{Caller, Cors};
use crate::gateway::edge::{self, EdgeRouter, Found, respond};
use crate::gateway::{Flow, GatewayContext, GatewayHandler, Handled, go_on};

/// Somebody else answers for the CORS of this request.
#[derive(Clone, Copy, Debug)]
struct OwnsCors;

/// Refuses foreign pages, and answers preflights of the others.
///
/// It is the first of all: what it refuses, nobody else sees. Routes and resources that answer for CORS
/// themselves are left to do so.
#[derive(Debug)]
pub struct EnforceCors {
    cors: Cors,
    edge: EdgeRouter,
}

impl EnforceCors {
    /// With these settings; the router says which routes answer for CORS themselves.
    #[must_use]
    pub fn new(cors: Cors, edge: EdgeRouter) -> Self {
        Self { cors, edge }
    }

    async fn enforce(&self, ctx: &mut GatewayContext, caller: Caller) -> Handled {
        let is_preflight = Cors::is_preflight(&ctx.request);
        if self.is_of_route(ctx, is_preflight) {
            ctx.extensions.insert(OwnsCors);
            return Ok(Flow::Continue);
        }
        if let Some(owner) = self.cors.owner(&ctx.request) {
            ctx.extensions.insert(OwnsCors);
            if is_preflight {
                ctx.response = owner.preflight(&ctx.request).await;
                return Ok(Flow::Stop);
            }
            return Ok(Flow::Continue);
        }
        match caller {
            Caller::Foreign(origin) => {
                tracing::info!("refused a request of the foreign origin {origin:?}");
                ctx.response = self.cors.refusal(&ctx.request).unwrap_or_else(|| {
                    respond::text(
                        StatusCode::FORBIDDEN,
                        format!(
                            "Pages {origin:?} may not call. EXTRA_CORS_ALLOWED_ORIGINS lets them, \
                             DISABLE_CORS_CHECKS=1 lets all.\n"
                        ),
                    )
                });
                Ok(Flow::Stop)
            }
            Caller::Allowed(_) if is_preflight => {
                ctx.response = respond::empty(StatusCode::NO_CONTENT);
                Ok(Flow::Stop)
            }
            Caller::Allowed(_) | Caller::Plain => Ok(Flow::Continue),
        }
    }

    fn is_of_route(&self, ctx: &GatewayContext, is_preflight: bool) -> bool {
        let is_own = |method: &Method| {
            let found = self.edge.find(method, edge::host_of(&ctx.request), ctx.request.uri.path());
            matches!(found, Found::Endpoint { has_own_cors: true, .. })
        };
        let asked = || {
            let method = ctx.request.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
            Method::from_bytes(method.as_bytes()).ok()
        };
        is_own(&ctx.request.method) || (is_preflight && asked().is_some_and(|it| is_own(&it)))
    }
}

impl GatewayHandler for EnforceCors {
    fn name(&self) -> &str {
        "enforce CORS"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        match self.cors.caller(&ctx.request) {
            Caller::Plain => go_on(),
            caller => Box::pin(self.enforce(ctx, caller)),
        }
    }
}

/// Adds to answers what browsers want to know.
#[derive(Debug)]
pub struct AddCorsHeaders {
    cors: Cors,
}

impl AddCorsHeaders {
    /// With these settings.
    #[must_use]
    pub fn new(cors: Cors) -> Self {
        Self { cors }
    }
}

impl GatewayHandler for AddCorsHeaders {
    fn name(&self) -> &str {
        "CORS headers"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        if ctx.request.headers.contains_key(header::ORIGIN)
            && ctx.extensions.get::<OwnsCors>().is_none()
            && let Caller::Allowed(origin) = self.cors.caller(&ctx.request)
        {
            self.cors.add_headers(origin, &ctx.request, ctx.response.headers_mut());
        }
        go_on()
    }
}

/// Answers OPTIONS, which is no operation of any service: 204, with all methods allowed.
///
/// # Errors
/// None.
pub fn answer_options(ctx: &mut GatewayContext) -> Handled {
    if ctx.request.method != Method::OPTIONS {
        return Ok(Flow::Continue);
    }
    ctx.response = respond::empty(StatusCode::NO_CONTENT);
    let allowed = HeaderValue::from_static("HEAD, GET, PUT, POST, DELETE, OPTIONS, PATCH");
    ctx.response.headers_mut().insert(header::ALLOW, allowed);
    Ok(Flow::Stop)
}
