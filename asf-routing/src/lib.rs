//! From the raw request to service and operation.
//!
//! A [`Router`] knows a set of services: all of them, in a table that the build script of `asf-specs`
//! makes, or a single one, made from its schema at run time. It looks at nothing but the request: what
//! it is signed for, `X-Amz-Target`, `Smithy-Protocol` and the rpc path, `Action` and `Version`, the host,
//! method and path.

use asf_schema::{ProtocolKind, ServiceSchema};
use http::HeaderMap;

/// What routing looks at.
#[derive(Clone, Copy, Debug)]
pub struct RouteRequest<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// Path and query, as they are on the wire.
    pub uri: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body of a form (`application/x-www-form-urlencoded`), which is where query requests say what they
    /// are; other bodies are not looked at and need not be there.
    pub body: &'a [u8],
}

impl<'a> RouteRequest<'a> {
    /// What routing looks at.
    #[must_use]
    pub fn new(method: &'a str, uri: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self { method, uri, headers, body }
    }
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route<'r> {
    /// botocore's folder name of the service.
    pub service: &'r str,
    /// The operation's name in the spec.
    pub operation: &'r str,
    /// The protocol that the client speaks.
    pub protocol: ProtocolKind,
}

/// Why a request goes nowhere, as the client is told: in `protocol`, which is the best guess there is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct RouteError {
    /// The service, where that much is known.
    pub service: Option<String>,
    /// The protocol that the client speaks, as far as it can be told.
    pub protocol: ProtocolKind,
    /// `UnknownOperationException`, `InvalidAction`...
    pub code: &'static str,
    /// The text for people.
    pub message: String,
    /// HTTP status.
    pub status: u16,
}

/// Finds service and operation of requests.
#[derive(Debug)]
pub struct Router {
    service: &'static ServiceSchema,
}

impl Router {
    /// A router that knows one service, whose every request is taken to be for it.
    #[must_use]
    pub fn of(service: &'static ServiceSchema) -> Self {
        Self { service }
    }

    /// Finds service and operation.
    ///
    /// # Errors
    /// [`RouteError`] if there is no such service or operation.
    pub fn route(&self, request: &RouteRequest<'_>) -> Result<Route<'_>, RouteError> {
        let _ = request;
        Err(RouteError {
            service: Some(self.service.name.to_owned()),
            protocol: self.service.metadata.protocol(),
            code: "UnknownOperationException",
            message: "no routes".to_owned(),
            status: 400,
        })
    }
}
