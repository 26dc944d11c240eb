//! What the handlers of a chain know of a request, and what they make of it.

use std::net::SocketAddr;

use asf_schema::{Operation, ProtocolKind, ServiceSchema};
use http::request::Parts;

use super::handlers::MAX_BODY;
use crate::Timestamp;
use crate::context::{Credentials, Environment};
use crate::ending::Ending;
use crate::error::ServiceError;
use crate::identity::{AccountId, Region};
use crate::observe::Observed;
use crate::protocol::{Request, Response};
use crate::provider::Source;
use crate::shape::ByteStream;

/// How a request came, and what it may use up. That it came over TLS says its URI (`https://..`).
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Who is at the other end, if it is a socket with an address.
    pub peer: Option<SocketAddr>,
    /// Bytes of a body that is read as a whole, at most.
    pub max_body: usize,
    /// Tells when the server that it came to is about to end.
    pub ending: Ending,
}

impl Default for Arrival {
    fn default() -> Self {
        Self { peer: None, max_body: MAX_BODY, ending: Ending::default() }
    }
}

/// One request on its way through a chain. Handlers fill it in; whoever comes later relies on what came
/// before, so their order is part of the design and stands in one place ([`aws_chain`](super::aws_chain)).
pub struct GatewayContext {
    /// Method, URI and headers; a handler may rewrite them.
    pub request: Parts,
    /// The body, until someone takes it.
    pub body: ByteStream,
    /// Whether content codings (gzip, aws-chunked) have been taken off the body.
    pub is_body_decoded: bool,
    /// What is sent at the end.
    pub response: Response,
    /// Time and ids.
    pub environment: Environment,
    /// The id that the answer carries.
    pub request_id: String,
    /// When it came, by the clock of the environment.
    pub began: Timestamp,
    /// Who is at the other end, if it is a socket with an address.
    pub peer: Option<SocketAddr>,
    /// Bytes of a body that is read as a whole, at most.
    pub max_body: usize,
    /// Tells when the server that it came to is about to end.
    pub ending: Ending,
    /// The service that is called, by botocore's folder name, as soon as that much is known.
    pub service: Option<&'static ServiceSchema>,
    /// The operation that is called, once it is known.
    pub operation: Option<Operation>,
    /// The protocol that the client speaks, as far as it can be told.
    pub protocol: ProtocolKind,
    /// The caller's account.
    pub account_id: AccountId,
    /// The region that is called.
    pub region: Region,
    /// The caller's access key id and session token.
    pub credentials: Option<Credentials>,
    /// Which backend answered.
    pub source: Option<Source>,
    /// The error that the exception handlers deal with; it stays for the logs.
    pub error: Option<Box<dyn ServiceError>>,
    /// What is known of it from its beginning on, if it is observed.
    pub observed: Option<Observed>,
    /// What handlers have to tell each other besides.
    pub extensions: http::Extensions,
}

impl GatewayContext {
    /// The context of a request that nobody has looked at yet. The answer is an empty 200.
    #[must_use]
    pub fn new(request: Request, environment: Environment) -> Self {
        let (mut request, body) = request.into_parts();
        // HTTP/2 has the host in the URI; whoever comes later looks at the header.
        if let (Some(authority), false) =
            (request.uri.authority(), request.headers.contains_key(http::header::HOST))
            && let Ok(host) = http::HeaderValue::from_str(authority.as_str())
        {
            request.headers.insert(http::header::HOST, host);
        }
        Self {
            request,
            body,
            is_body_decoded: false,
            response: Response::new(ByteStream::Empty),
            request_id: environment.ids.uuid(),
            began: environment.clock.now(),
            environment,
            peer: None,
            max_body: MAX_BODY,
            ending: Ending::default(),
            service: None,
            operation: None,
            protocol: ProtocolKind::Json,
            account_id: AccountId::DEFAULT,
            region: Region::default(),
            credentials: None,
            source: None,
            error: None,
            observed: None,
            extensions: http::Extensions::new(),
        }
    }

    /// Method and headers of the request, for those who only look.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name)?.to_str().ok()
    }

    /// Path and query as they came.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        self.request.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }
}

impl std::fmt::Debug for GatewayContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayContext")
            .field("method", &self.request.method)
            .field("uri", &self.request.uri)
            .field("operation", &self.operation)
            .field("status", &self.response.status())
            .finish_non_exhaustive()
    }
}
