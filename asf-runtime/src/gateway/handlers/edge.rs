//! Requests that are not for AWS's API.

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::gateway::edge::{self, EdgeRequest, EdgeRouter, Found, respond};
use crate::gateway::{Flow, GatewayContext, GatewayHandler, Handled, go_on};
use crate::protocol::{Request, Response};

/// Paths that are ours whether there is a route or not: a typing error in one is a 404, and not a bucket
/// that does not exist. No AWS path starts so.
const OURS: [&str; 3] = ["/_asf/", "/_aws/", "/_localstack/"];

/// Answers what has a route in the edge router; all else goes on.
#[derive(Debug)]
pub struct EdgeRoutes {
    router: EdgeRouter,
}

impl EdgeRoutes {
    /// The routes of a router.
    #[must_use]
    pub fn new(router: EdgeRouter) -> Self {
        Self { router }
    }
}

impl GatewayHandler for EdgeRoutes {
    fn name(&self) -> &str {
        "edge routes"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        let request = &ctx.request;
        let path = request.uri.path();
        let host = edge::host_of(request);
        let is_ours = || path.starts_with("/_") && OURS.iter().any(|it| path.starts_with(it));
        let response = match self.router.find(&request.method, host, path) {
            Found::Endpoint { endpoint, params, .. } => {
                let request = EdgeRequest {
                    // Handlers at the end want to know what was asked for.
                    request: Request::from_parts(ctx.request.clone(), std::mem::take(&mut ctx.body)),
                    params,
                    environment: ctx.environment.clone(),
                    peer: ctx.peer,
                };
                return Box::pin(async move {
                    ctx.response = endpoint.answer(request).await;
                    Ok(Flow::Stop)
                });
            }
            // On a path that AWS has too, the other methods are AWS's.
            Found::OtherMethods { allowed, has_host } if has_host || path.starts_with("/_") => {
                other_methods(&request.method, &allowed)
            }
            Found::Nothing if is_ours() => {
                respond::error(StatusCode::NOT_FOUND, format!("there is nothing at {path}"))
            }
            _ => return go_on(),
        };
        ctx.response = response;
        Box::pin(std::future::ready(Ok(Flow::Stop)))
    }
}

/// What there is instead: the answer to OPTIONS, and to what is not among it.
fn other_methods(method: &Method, allowed: &[Method]) -> Response {
    let mut response = match *method {
        Method::OPTIONS => respond::empty(StatusCode::NO_CONTENT),
        _ => respond::error(StatusCode::METHOD_NOT_ALLOWED, format!("{method} is not allowed here")),
    };
    add_allow(response.headers_mut(), allowed);
    response
}

fn add_allow(headers: &mut HeaderMap, allowed: &[Method]) {
    let mut names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    if !names.contains(&"OPTIONS") {
        names.push("OPTIONS");
    }
    // Methods are tokens, which headers may have.
    if let Ok(value) = HeaderValue::try_from(names.join(", ")) {
        headers.insert(header::ALLOW, value);
    }
}
