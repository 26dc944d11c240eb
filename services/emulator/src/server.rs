//! The listener: connections in, requests through the gateway, answers out.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use asf_runtime::gateway::Gateway;
use asf_runtime::protocol::Response;
use asf_runtime::shape::{ByteStream, StreamError};
use futures_util::TryStreamExt as _;
use futures_util::future::{Either, select};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};

/// Bytes of a request's line and headers, at most: AWS's load balancers take 64 KiB, and session tokens
/// alone can have 4 KiB and more.
const MAX_HEAD: usize = 64 << 10;
/// How long a client may take to send a request's line and headers.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long requests under way may go on after the end was asked for.
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// A listener that is bound and not yet serving.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    gateway: Arc<Gateway>,
}

impl Server {
    /// Binds an address.
    ///
    /// # Errors
    /// When it cannot be bound.
    pub async fn bind(address: impl ToSocketAddrs, gateway: Arc<Gateway>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, gateway })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `end` is there, then lets requests under way finish.
    pub async fn run(self, end: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let mut end = pin!(end);
        loop {
            let (stream, peer) = match select(pin!(self.listener.accept()), end.as_mut()).await {
                Either::Left((Ok((stream, peer)), _)) => (stream, peer),
                Either::Left((Err(error), _)) => {
                    self.refused(&error).await;
                    continue;
                }
                Either::Right(((), _)) => break,
            };
            self.serve(stream, peer, &graceful);
        }
        drop(self.listener);
        if tokio::time::timeout(DRAIN_TIME, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
    }

    fn serve(&self, stream: TcpStream, peer: SocketAddr, graceful: &GracefulShutdown) {
        // Answers are small; waiting to fill a packet costs more than it gains.
        let _ = stream.set_nodelay(true);
        let gateway = self.gateway.clone();
        let service = service_fn(move |request: http::Request<Incoming>| {
            let gateway = gateway.clone();
            async move {
                let answer = gateway.process_from(request.map(arriving), Some(peer));
                Ok::<Response, Infallible>(answer.await)
            }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(MAX_HEAD);
        builder.http2().timer(TokioTimer::new()).max_header_list_size(MAX_HEAD as u32);
        // Proxies hand connections over to other protocols.
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }

    /// A connection could not be taken. With no file handles left, asking again at once would only spin.
    #[allow(
        clippy::disallowed_methods,
        reason = "this waits for the machine, not for a moment in AWS's time"
    )]
    async fn refused(&self, error: &io::Error) {
        tracing::warn!(%error, "a connection could not be taken");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The body of a request that is still to come.
fn arriving(body: Incoming) -> ByteStream {
    if body.is_end_stream() {
        return ByteStream::Empty;
    }
    let length = body.size_hint().exact();
    let frames = http_body_util::BodyDataStream::new(body);
    ByteStream::from_stream(frames.map_err(|error| StreamError::Io(io::Error::other(error))), length)
}
