//! Requests passed on to another HTTP server.

pub(crate) mod headers;
mod unix;
mod upgrade;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use futures_util::future::BoxFuture;
use http::{HeaderValue, StatusCode, Uri, header};
use http_body_util::BodyDataStream;
use hyper::body::{Body as _, Incoming};
use hyper::upgrade::OnUpgrade;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::{EdgeRequest, Endpoint, fixed, respond};
use crate::protocol::{Request, Response};
use crate::shape::{ByteStream, StreamError};

pub use unix::{UnixError, send_over_unix};

/// How long it may take to connect: the other server is on this machine, or near it.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How long it may take until the answer begins: as long as a function of Lambda may run.
const ANSWER_TIME: Duration = Duration::from_secs(15 * 60);
/// How long connections are kept that are not in use.
const IDLE_TIME: Duration = Duration::from_secs(60);

/// A reverse proxy to a URL, `http://127.0.0.1:8080/base`.
///
/// The rest of the path (`{*rest}` of the rule) and the query go behind the URL. Bodies are streams both
/// ways. The other server is told of the client in `X-Forwarded-For`, `-Host` and `-Proto`; headers that are
/// for one connection only are not passed on. A client that asks for another protocol on its connection
/// (WebSocket) gets it, if the other server agrees.
///
/// A server that cannot be reached is a 502, one that does not answer in time a 504.
///
/// # Errors
/// [`InvalidUrl`] when it is no `http` URL with a host.
pub fn proxy(url: &str) -> Result<Arc<dyn Endpoint>, InvalidUrl> {
    Ok(Arc::new(Proxy::new(url)?))
}

/// See [`proxy`].
pub struct Proxy {
    /// What messages call the other server.
    name: String,
    target: Target,
    answer_time: Duration,
}

/// Where requests go.
enum Target {
    /// A URL, with the rest of the path behind it.
    Url {
        base: String,
        authority: HeaderValue,
        /// Made with the first request, because it belongs to the runtime that it runs in.
        client: Box<OnceLock<Client<HttpConnector, ByteStream>>>,
    },
    /// A socket of this machine, whose server is asked for the path as it came.
    Unix(PathBuf),
}

/// Why there is no answer.
pub(crate) enum NoAnswer {
    /// Nobody is there, and why.
    Unreachable(String),
    /// What is there broke off or is no HTTP.
    Improper(String),
    /// It took too long.
    Late,
}

/// A URL that no proxy can be made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} cannot be proxied to: {reason}")]
pub struct InvalidUrl {
    /// The URL.
    pub url: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Proxy {
    /// A proxy to a URL.
    ///
    /// # Errors
    /// See [`proxy`].
    pub fn new(url: &str) -> Result<Self, InvalidUrl> {
        let invalid = |reason: &str| InvalidUrl { url: url.to_owned(), reason: reason.to_owned() };
        let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| invalid(&error.to_string()))?;
        if uri.scheme_str() != Some("http") {
            return Err(invalid("its scheme has to be http"));
        }
        let authority = uri.authority().filter(|it| !it.host().is_empty());
        let authority = authority.ok_or_else(|| invalid("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(invalid("it has a user"));
        }
        let authority =
            HeaderValue::try_from(authority.as_str()).map_err(|_| invalid("its host is no name"))?;
        let target = Target::Url { base: url.to_owned(), authority, client: Box::default() };
        Ok(Self { name: url.to_owned(), target, answer_time: ANSWER_TIME })
    }

    /// A proxy to a server that listens on a Unix socket. It gets path, query and `Host` as they came. `name`
    /// is what messages call it.
    #[must_use]
    pub fn unix(socket: impl Into<PathBuf>, name: impl Into<String>) -> Self {
        Self { name: name.into(), target: Target::Unix(socket.into()), answer_time: ANSWER_TIME }
    }

    /// With another time in which an answer has to begin (by default 15 minutes).
    #[must_use]
    pub fn answer_time(mut self, time: Duration) -> Self {
        self.answer_time = time;
        self
    }

    async fn pass_on(&self, request: EdgeRequest) -> Response {
        let url = match &self.target {
            Target::Url { base, .. } => fixed::with_rest(base, &request),
            Target::Unix(_) => {
                let uri = request.request.uri();
                uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned()
            }
        };
        let Ok(uri) = url.parse::<Uri>() else {
            return respond::error(StatusCode::BAD_REQUEST, "the path or query cannot be passed on");
        };
        let (mut parts, body) = request.request.into_parts();
        let client = parts.extensions.remove::<OnUpgrade>();
        let client = client.and_then(|it| Some((it, headers::upgrade(&parts.headers)?)));
        let forwarded = headers::Forwarded::of(&parts, request.peer);
        headers::drop_those_of_connection(&mut parts.headers);
        forwarded.add(&mut parts.headers);
        if let Target::Url { authority, .. } = &self.target {
            parts.headers.insert(header::HOST, authority.clone());
        }
        if let Some((_, protocol)) = &client {
            headers::ask_for(&mut parts.headers, protocol.clone());
        }
        let mut onward = http::Request::new(body);
        *onward.method_mut() = parts.method;
        *onward.uri_mut() = uri;
        *onward.headers_mut() = parts.headers;
        let answered = tokio::time::timeout(self.answer_time, self.target.send(onward)).await;
        let mut response = match answered.unwrap_or(Err(NoAnswer::Late)) {
            Ok(response) => response,
            Err(error) => return self.failed(&error),
        };
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let Some((client, _)) = client else {
                let message = format!("{} changed the protocol unasked", self.name);
                return respond::error(StatusCode::BAD_GATEWAY, message);
            };
            let protocol = headers::upgrade(response.headers());
            upgrade::join(client, hyper::upgrade::on(&mut response));
            let (mut parts, _) = response.into_parts();
            headers::drop_those_of_connection(&mut parts.headers);
            if let Some(protocol) = protocol {
                headers::ask_for(&mut parts.headers, protocol);
            }
            return Response::from_parts(parts, ByteStream::Empty);
        }
        let (mut parts, body) = response.into_parts();
        headers::drop_those_of_connection(&mut parts.headers);
        parts.extensions.clear();
        Response::from_parts(parts, arriving(body))
    }

    fn failed(&self, error: &NoAnswer) -> Response {
        let (status, what) = match error {
            NoAnswer::Late => (StatusCode::GATEWAY_TIMEOUT, "did not answer in time".to_owned()),
            NoAnswer::Unreachable(reason) => {
                (StatusCode::BAD_GATEWAY, format!("cannot be reached: {reason}"))
            }
            NoAnswer::Improper(reason) => {
                (StatusCode::BAD_GATEWAY, format!("gave no proper answer: {reason}"))
            }
        };
        tracing::warn!("{} {what}", self.name);
        respond::error(status, format!("{} {what}", self.name))
    }
}

impl Target {
    async fn send(&self, request: Request) -> Result<http::Response<Incoming>, NoAnswer> {
        match self {
            Self::Url { client, .. } => {
                let answered = client.get_or_init(new_client).request(request).await;
                answered.map_err(|error| NoAnswer::of(&error))
            }
            Self::Unix(socket) => send_over_unix(socket, request).await.map_err(|error| match error {
                UnixError::Connect(reason) => NoAnswer::Unreachable(reason.to_string()),
                UnixError::Http(reason) => NoAnswer::Improper(reasons(&reason)),
            }),
        }
    }
}

pub(crate) fn new_client() -> Client<HttpConnector, ByteStream> {
    client_over(new_connector())
}

pub(crate) fn new_connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT_TIME));
    connector.set_nodelay(true);
    connector
}

pub(crate) fn client_over<C: Connect + Clone>(connector: C) -> Client<C, ByteStream> {
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE_TIME)
        .pool_timer(TokioTimer::new())
        .build(connector)
}

impl NoAnswer {
    pub(crate) fn of(error: &hyper_util::client::legacy::Error) -> Self {
        let mut causes = std::iter::successors(std::error::Error::source(error), |it| it.source());
        let is_late = |it: &(dyn std::error::Error + 'static)| {
            let io = it.downcast_ref::<std::io::Error>();
            io.is_some_and(|io| io.kind() == std::io::ErrorKind::TimedOut)
        };
        let reasons = std::error::Error::source(error).map_or_else(|| error.to_string(), reasons);
        if causes.any(is_late) {
            Self::Late
        } else if error.is_connect() {
            Self::Unreachable(reasons)
        } else {
            Self::Improper(reasons)
        }
    }
}

/// An error and what it came of.
fn reasons(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |it| it.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Endpoint for Proxy {
    fn answer<'a>(&'a self, request: EdgeRequest) -> BoxFuture<'a, Response> {
        Box::pin(self.pass_on(request))
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({})", self.name)
    }
}

/// The body of an answer that is still to come.
pub(crate) fn arriving(body: Incoming) -> ByteStream {
    if body.is_end_stream() {
        return ByteStream::Empty;
    }
    let length = body.size_hint().exact();
    let frames = BodyDataStream::new(body);
    ByteStream::from_stream(frames.map_err(|error| StreamError::Io(std::io::Error::other(error))), length)
}

#[cfg(test)]
mod tests;
