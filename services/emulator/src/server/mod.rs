//! The listeners: connections in, requests through the gateway, answers out.
//!
//! [`Server`] binds the places and takes connections; [`connection`] serves one; [`Limits`] says what
//! clients may use up; [`Tls`] has the certificate.

mod activity;
mod body;
mod connection;
mod deadline;
mod limits;
mod replay;
mod socket;
mod stream;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use asf_runtime::config::{Config, Listener};
use asf_runtime::ending::Ending;
use asf_runtime::gateway::Gateway;
use asf_runtime::observe::metrics::Connections;
use futures_util::future::{Either, join_all, select};
use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

pub use asf_servers::Tls;
pub use limits::Limits;

use socket::Socket;

/// What is spoken over TLS, by ALPN's names.
const PROTOCOLS: &[&[u8]] = &[b"h2", b"http/1.1"];

/// Sockets that are bound and not yet serving.
///
/// Each of them speaks HTTP/1.1, HTTP/2 (with prior knowledge, or agreed on in TLS) and TLS: the first byte
/// of a connection tells. The URI of a request that came over TLS begins with `https://`; that is how
/// providers know it. All sockets share the limits and the end.
#[derive(Debug)]
pub struct Server {
    sockets: Vec<Socket>,
    places: Vec<Listener>,
    gateway: Arc<Gateway>,
    limits: Limits,
    tls: Tls,
}

/// A place where we cannot listen.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {place}: {error}")]
pub struct BindError {
    /// The place.
    pub place: Listener,
    /// Why not.
    pub error: io::Error,
}

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Connections are taken.
    Serving,
    /// Requests under way may finish.
    Draining,
    /// Whatever is left is cut off.
    Over,
}

/// What all connections share.
struct Shared {
    gateway: Arc<Gateway>,
    limits: Limits,
    tls: Tls,
    http: auto::Builder<TokioExecutor>,
    ending: Ending,
}

impl Shared {
    fn connections(&self) -> &Arc<Connections> {
        self.gateway.observe().metrics.connections()
    }
}

/// A connection that is open until this is dropped.
struct Open(Arc<Connections>);

impl Open {
    fn new(connections: Arc<Connections>) -> Self {
        connections.total.fetch_add(1, Ordering::Relaxed);
        connections.open.fetch_add(1, Ordering::Relaxed);
        Self(connections)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Sockets that are bound, for a gateway that is still to be made: it may want to know where it will be.
#[derive(Debug)]
pub(crate) struct Bound {
    sockets: Vec<Socket>,
    places: Vec<Listener>,
}

impl Bound {
    /// Binds all places.
    ///
    /// # Errors
    /// The first place that cannot be bound.
    pub(crate) async fn bind(places: &[Listener]) -> Result<Self, BindError> {
        let mut sockets = Vec::with_capacity(places.len());
        let mut bound = Vec::with_capacity(places.len());
        for place in places {
            let at = |error| BindError { place: place.clone(), error };
            let socket = Socket::bind(place, places).await.map_err(at)?;
            bound.push(socket.place().map_err(at)?);
            sockets.push(socket);
        }
        Ok(Self { sockets, places: bound })
    }

    /// Where it will listen, with the ports that were free in the place of port 0.
    #[must_use]
    pub(crate) fn places(&self) -> &[Listener] {
        &self.places
    }

    /// A server of this gateway.
    #[must_use]
    pub(crate) fn serving(self, gateway: Arc<Gateway>) -> Server {
        let Self { sockets, places } = self;
        Server {
            sockets,
            places,
            gateway,
            limits: Limits::default(),
            tls: Tls::self_signed(None).speaking(PROTOCOLS),
        }
    }
}

impl Server {
    /// Binds all places.
    ///
    /// # Errors
    /// The first place that cannot be bound.
    pub async fn bind(places: &[Listener], gateway: Arc<Gateway>) -> Result<Self, BindError> {
        Ok(Bound::bind(places).await?.serving(gateway))
    }

    /// With the limits and the certificate of a configuration.
    #[must_use]
    pub fn configured(self, config: &Config) -> Self {
        self.with_limits(Limits::of(config)).with_tls(Tls::configured(config))
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With another certificate than one that lasts as long as the process.
    #[must_use]
    pub fn with_tls(mut self, tls: Tls) -> Self {
        self.tls = tls.speaking(PROTOCOLS);
        self
    }

    /// Where it listens, with the ports that were free in the place of port 0.
    #[must_use]
    pub fn places(&self) -> &[Listener] {
        &self.places
    }

    /// Serves until `end` is there, then lets requests under way finish, for as long as
    /// [`Limits::drain_time`]. Those that wait for something to come hear of it ([`Ending`]) and need not wait.
    pub async fn run(self, end: impl Future<Output = ()>) {
        let permits = Arc::new(Semaphore::new(self.limits.connections.min(Semaphore::MAX_PERMITS)));
        let http = self.limits.http();
        let drain_time = self.limits.drain_time;
        let ending = Ending::of_server();
        let (gateway, limits, tls) = (self.gateway, self.limits, self.tls);
        let shared = Arc::new(Shared { gateway, limits, tls, http, ending: ending.clone() });
        let (phase, watched) = watch::channel(Phase::Serving);
        let taking = join_all(self.sockets.iter().map(|it| take(it, &permits, &shared, &watched)));
        if let Either::Left(_) = select(pin!(taking), pin!(end)).await {
            // There was no socket to take anything from.
            return;
        }
        drop(self.sockets);
        drop(watched);
        phase.send_replace(Phase::Draining);
        ending.begin();
        // Every connection watches the phase; when no one does, all are gone.
        if tokio::time::timeout(drain_time, phase.closed()).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
            phase.send_replace(Phase::Over);
            phase.closed().await;
        }
    }
}

/// Takes connections from a socket, for ever. With as many as there may be, the next one waits in the
/// queue of the kernel.
async fn take(
    socket: &Socket,
    permits: &Arc<Semaphore>,
    shared: &Arc<Shared>,
    phase: &watch::Receiver<Phase>,
) {
    // Never closed, so this ends with `run`.
    while let Ok(permit) = permits.clone().acquire_owned().await {
        let (stream, peer) = loop {
            match socket.accept().await {
                Ok(taken) => break taken,
                Err(error) => refused(&error).await,
            }
        };
        let (shared, phase) = (shared.clone(), phase.clone());
        tokio::spawn(async move {
            let _permit: OwnedSemaphorePermit = permit;
            let _open = Open::new(shared.connections().clone());
            connection::serve(&shared, stream, peer, phase).await;
        });
    }
}

/// A connection could not be taken. If that was the client's doing, the next one may be asked for at once;
/// with no file handles left, that would only spin.
#[allow(clippy::disallowed_methods, reason = "this waits for the machine, not for a moment in AWS's time")]
async fn refused(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted) {
        tracing::warn!(%error, "a connection could not be taken");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
