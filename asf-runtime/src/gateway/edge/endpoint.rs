//! What answers a request at a route.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::StatusCode;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::{Params, respond};
use crate::context::Environment;
use crate::protocol::{Request, Response};

/// Bytes of a body that an endpoint reads as a whole, at most, if it does not say otherwise.
pub const MAX_BODY: usize = 16 << 20;

/// A request at a route.
#[derive(Debug)]
pub struct EdgeRequest {
    /// The request, as it came.
    pub request: Request,
    /// What stood where the rule has parameters.
    pub params: Params,
    /// Time and ids.
    pub environment: Environment,
    /// Who is at the other end, if it is a socket with an address.
    pub peer: Option<SocketAddr>,
}

impl EdgeRequest {
    /// The first value of a query parameter, decoded; the empty text where it has none.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let decoded =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let query = self.request.uri().query()?;
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.into_iter().find(|(key, _)| decoded(key) == name).map(|(_, value)| decoded(value))
    }

    /// Takes the body, once it is all there; nothing is left of it.
    ///
    /// # Errors
    /// The answer that says what is wrong: 413 when it is larger than [`MAX_BODY`], 400 when it ends early.
    pub async fn body(&mut self) -> Result<Bytes, Response> {
        let body = std::mem::take(self.request.body_mut());
        body.collect(MAX_BODY).await.map_err(|error| {
            let status = match error {
                crate::shape::StreamError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
                _ => StatusCode::BAD_REQUEST,
            };
            respond::error(status, error.to_string())
        })
    }

    /// Takes the body as JSON. `Content-Type` is not looked at, because `curl -d` says that it is a form.
    ///
    /// # Errors
    /// The answer that says what is wrong: 400 when it is no such JSON, and those of
    /// [`body`](Self::body).
    pub async fn json<T: DeserializeOwned>(&mut self) -> Result<T, Response> {
        let body = self.body().await?;
        serde_json::from_slice(&body)
            .map_err(|error| respond::error(StatusCode::BAD_REQUEST, format!("the body is wrong: {error}")))
    }
}

/// What answers requests at a route.
pub trait Endpoint: Send + Sync {
    /// Answers a request.
    fn answer<'a>(&'a self, request: EdgeRequest) -> BoxFuture<'a, Response>;
}

/// An endpoint out of an async closure.
pub fn endpoint<F, A>(function: F) -> Arc<dyn Endpoint>
where
    F: Fn(EdgeRequest) -> A + Send + Sync + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    Arc::new(Function(function))
}

struct Function<F>(F);

impl<F, A> Endpoint for Function<F>
where
    F: Fn(EdgeRequest) -> A + Send + Sync,
    A: Future<Output = Response> + Send + 'static,
{
    fn answer<'a>(&'a self, request: EdgeRequest) -> BoxFuture<'a, Response> {
        Box::pin((self.0)(request))
    }
}
