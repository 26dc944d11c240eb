//! One connection, from its first byte to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use asf_runtime::gateway::Arrival;
use asf_runtime::protocol::Response;
use asf_runtime::shape::ByteStream;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::activity::{Activity, UnderWay, Watched};
use super::body::{Leaving, arriving};
use super::replay::Replay;
use super::stream::Stream;
use super::{Phase, Shared};

/// The first byte of a handshake of TLS. No method of HTTP begins with it.
const HANDSHAKE: u8 = 0x16;

/// Serves a connection until it ends, or the server does.
pub(super) async fn serve(
    shared: &Shared,
    stream: Stream,
    peer: Option<SocketAddr>,
    mut phase: watch::Receiver<Phase>,
) {
    let begun = async {
        let Some((first, stream)) = Replay::first(stream).await? else { return Ok(None) };
        if first != HANDSHAKE {
            return Ok(Some(Begun::Plain(stream)));
        }
        let acceptor = TlsAcceptor::from(shared.tls.config().await?);
        std::io::Result::Ok(Some(Begun::Tls(Box::new(acceptor.accept(stream).await?))))
    };
    let begun = tokio::select! {
        begun = tokio::time::timeout(shared.limits.head_time, begun) => begun,
        // Nothing has been asked for yet.
        _ = phase.wait_for(|phase| *phase != Phase::Serving) => return,
    };
    match begun {
        Ok(Ok(Some(Begun::Plain(stream)))) => requests(shared, stream, peer, None, phase).await,
        Ok(Ok(Some(Begun::Tls(stream)))) => {
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            requests(shared, *stream, peer, Some(is_http2), phase).await;
        }
        Ok(Ok(None)) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection failed before its first request"),
        Err(_) => tracing::debug!("a connection began too slowly"),
    }
}

/// A connection of which it is known whether it is one of TLS.
enum Begun {
    Plain(Replay<Stream>),
    Tls(Box<tokio_rustls::server::TlsStream<Replay<Stream>>>),
}

/// Answers the requests of a connection. `tls`: that it is one of TLS, and whether HTTP/2 was agreed on.
async fn requests(
    shared: &Shared,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: Option<SocketAddr>,
    tls: Option<bool>,
    mut phase: watch::Receiver<Phase>,
) {
    let activity = Arc::new(Activity::default());
    let connections = shared.connections().clone();
    let stream =
        Watched::new(stream, activity.clone(), connections, shared.limits.clone(), tls == Some(true));
    let arrival = Arrival { peer, max_body: shared.limits.body_size, ending: shared.ending.clone() };
    let service = service_fn(|request: http::Request<Incoming>| {
        let (activity, under_way) = (activity.clone(), activity.begin());
        let (gateway, arrival) = (shared.gateway.clone(), arrival.clone());
        let body_time = shared.limits.body_time;
        let is_refused = request.headers().len() > shared.limits.headers;
        async move {
            if is_refused {
                return Ok(refusal(under_way));
            }
            let (mut head, body) = request.into_parts();
            if tls.is_some() {
                head.uri = secure(head.uri, &head.headers);
            }
            let is_http1 = head.version < http::Version::HTTP_2;
            let is_awaited = head.headers.contains_key(header::EXPECT);
            let (body, left) = arriving(body, body_time, is_awaited);
            let request = http::Request::from_parts(head, body);
            let mut response: Response = gateway.process_from(request, arrival).await;
            // An answer may come before its request has: with HTTP/2 that harms no other request.
            if is_http1 && !left.read_away().await {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                // From here on it is another protocol's, with pauses of its own.
                activity.hand_over();
            }
            Ok::<_, Infallible>(response.map(|body| Leaving::new(body, under_way)))
        }
    });
    let mut connection = pin!(shared.http.serve_connection_with_upgrades(TokioIo::new(stream), service));
    loop {
        tokio::select! {
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            changed = phase.changed() => match *phase.borrow() {
                Phase::Draining if changed.is_ok() => connection.as_mut().graceful_shutdown(),
                _ => return,
            }
        }
    }
}

/// Too many headers. HTTP/1.1 does not come this far with them.
fn refusal(under_way: UnderWay) -> http::Response<Leaving> {
    let mut response = http::Response::new(Leaving::new(ByteStream::Empty, under_way));
    *response.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    response
}

/// The URI of a request that came over TLS: absolute, with `https`, which is where providers find it.
fn secure(uri: Uri, headers: &HeaderMap) -> Uri {
    let sent = uri.clone();
    let mut parts = uri.into_parts();
    parts.scheme = Some(Scheme::HTTPS);
    if parts.authority.is_none() {
        let host = headers.get(header::HOST).and_then(|it| Authority::try_from(it.as_bytes()).ok());
        parts.authority = Some(host.unwrap_or_else(|| Authority::from_static("localhost")));
    }
    // `CONNECT` has no path.
    parts.path_and_query.get_or_insert_with(|| PathAndQuery::from_static("/"));
    Uri::from_parts(parts).unwrap_or(sent)
}
