//! Connections passed on to another server.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use asf_runtime::clock::{Clock, SystemClock};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

use crate::encryption::{Begun, Encryption};
use crate::{Backend, Running, ServerError, Start, TaskServer};

/// How long it may take to reach the other server.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// The pause after `accept` failed, for want of file descriptors as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Bytes on their way in one direction of a connection.
const BUFFER: usize = 16 << 10;

/// Passes connections on to another server, byte by byte, each direction until its own end: a client that
/// has said all can still be answered. It ends when it is dropped, and its connections with it.
#[derive(Debug)]
pub struct TcpProxy {
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// How a [`TcpProxy`] passes connections on.
#[derive(Clone)]
pub(crate) struct Passing {
    pub(crate) upstream: SocketAddr,
    /// A connection on which nothing comes for this long is closed.
    pub(crate) idle: Duration,
    /// Connections at the same time, at most; more have to wait.
    pub(crate) most: usize,
    pub(crate) clock: Arc<dyn Clock>,
    /// Taken off connections that have it.
    pub(crate) encryption: Option<Encryption>,
}

impl Passing {
    /// To this server; idle connections are closed after two hours, which is when systems ask for signs of
    /// life of their own accord.
    pub(crate) fn to(upstream: SocketAddr) -> Self {
        let (idle, clock) = (Duration::from_secs(2 * 3600), Arc::new(SystemClock));
        Self { upstream, idle, most: 1024, clock, encryption: None }
    }
}

impl TcpProxy {
    /// Listens at `listen` and passes connections on to `upstream`.
    ///
    /// # Errors
    /// When it cannot listen there.
    pub async fn bind(listen: SocketAddr, upstream: SocketAddr) -> io::Result<Self> {
        Self::with(listen, Passing::to(upstream)).await
    }

    pub(crate) async fn with(listen: SocketAddr, passing: Passing) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        Ok(Self { address, task: tokio::spawn(accept(listener, passing)) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, passing: Passing) {
    let places = Arc::new(Semaphore::new(passing.most));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((client, _)) => {
                let passing = passing.clone();
                connections.spawn(async move {
                    if let Err(error) = pass(client, &passing).await {
                        tracing::debug!(upstream = %passing.upstream, %error, "a connection ended");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "no connection can be taken");
                let millis = i64::try_from(ACCEPT_PAUSE.as_millis()).unwrap_or_default();
                SystemClock.until(SystemClock.now().plus_millis(millis)).await;
            }
        }
    }
}

async fn pass(mut client: TcpStream, passing: &Passing) -> io::Result<()> {
    client.set_nodelay(true)?;
    if let Some(encryption) = &passing.encryption {
        let late = |_| io::Error::new(io::ErrorKind::TimedOut, "nothing came for too long");
        match tokio::time::timeout(passing.idle, encryption.begun(client)).await.map_err(late)?? {
            Begun::Plain(plain) => client = plain,
            Begun::Encrypted(stream) => {
                let (from_client, to_client) = tokio::io::split(stream);
                return relay(from_client, to_client, passing).await;
            }
        }
    }
    let (from_client, to_client) = client.split();
    relay(from_client, to_client, passing).await
}

/// Connects to the server, and passes on what comes from either side.
async fn relay(
    from_client: impl AsyncRead + Unpin,
    to_client: impl AsyncWrite + Unpin,
    passing: &Passing,
) -> io::Result<()> {
    let connect = TcpStream::connect(passing.upstream);
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let mut server = tokio::time::timeout(CONNECT_TIME, connect).await.map_err(late)??;
    server.set_nodelay(true)?;
    let (from_server, to_server) = server.split();
    let last = AtomicI64::new(passing.clock.now().millis());
    let moved = || last.store(passing.clock.now().millis(), Ordering::Relaxed);
    let both = async {
        let there = one_way(from_client, to_server, &moved);
        let back = one_way(from_server, to_client, &moved);
        futures_util::future::try_join(there, back).await.map(|_| ())
    };
    let idle = async {
        let limit = i64::try_from(passing.idle.as_millis()).unwrap_or(i64::MAX);
        loop {
            let seen = last.load(Ordering::Relaxed);
            let left = seen.saturating_add(limit).saturating_sub(passing.clock.now().millis());
            if left <= 0 {
                return;
            }
            passing.clock.until(passing.clock.now().plus_millis(left)).await;
        }
    };
    tokio::select! {
        ended = both => ended,
        () = idle => Err(io::Error::new(io::ErrorKind::TimedOut, "nothing came for too long")),
    }
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    moved: impl Fn(),
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        moved();
        to.write_all(&buffer[..read]).await?;
        moved();
    }
}

/// A [`TcpProxy`] as a server with a life of its own.
pub struct TcpProxyServer(TaskServer);

impl TcpProxyServer {
    /// Passes connections on to `upstream`, which need not be up yet.
    #[must_use]
    pub fn new(name: &str, upstream: SocketAddr) -> Self {
        Self(TaskServer::new(name, move |start, stopping| async move {
            let proxy = TcpProxy::bind(start.address, upstream).await;
            let _proxy = proxy.map_err(|error| format!("cannot listen at {}: {error}", start.address))?;
            stopping.asked().await;
            Ok(())
        }))
    }
}

impl Backend for TcpProxyServer {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
        self.0.run(start)
    }

    fn scheme(&self) -> &str {
        "tcp"
    }
}

#[cfg(test)]
mod tests {
    use asf_runtime::Timestamp;
    use asf_runtime::clock::ManualClock;

    use super::*;

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    fn anywhere() -> SocketAddr {
        "127.0.0.1:0".parse().unwrap()
    }

    #[tokio::test]
    async fn an_answer_can_follow_the_end_of_the_question() {
        let (upstream, address) = listener().await;
        let proxy = TcpProxy::bind(anywhere(), address).await.unwrap();
        let mut client = TcpStream::connect(proxy.address()).await.unwrap();
        let (mut server, _) = upstream.accept().await.unwrap();
        client.write_all(b"question").await.unwrap();
        client.shutdown().await.unwrap();
        let mut question = String::new();
        server.read_to_string(&mut question).await.unwrap();
        assert_eq!(question, "question");
        let answer = vec![b'a'; 1 << 20];
        let write = async {
            server.write_all(&answer).await.unwrap();
            drop(server);
        };
        let mut got = Vec::new();
        tokio::join!(write, async { client.read_to_end(&mut got).await.unwrap() });
        assert_eq!(got, answer);
    }

    #[tokio::test]
    async fn idle_connections_are_closed_and_busy_ones_are_not() {
        let (upstream, address) = listener().await;
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(0)));
        let passing = Passing { idle: Duration::from_secs(60), clock: clock.clone(), ..Passing::to(address) };
        let proxy = TcpProxy::with(anywhere(), passing).await.unwrap();
        let mut client = TcpStream::connect(proxy.address()).await.unwrap();
        let (mut server, _) = upstream.accept().await.unwrap();
        for _ in 0..3 {
            clock.advance(Duration::from_secs(40));
            client.write_all(b"x").await.unwrap();
            assert_eq!(server.read_u8().await.unwrap(), b'x');
        }
        clock.advance(Duration::from_secs(61));
        assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn encryption_is_taken_off() {
        let (upstream, address) = listener().await;
        let folder = tempfile::tempdir().unwrap();
        let (file, connector) = certificate(folder.path());
        let encryption = Encryption::new(Arc::new(crate::Tls::custom(file)), false);
        let passing = Passing { encryption: Some(encryption.clone()), ..Passing::to(address) };
        let proxy = TcpProxy::with(anywhere(), passing).await.unwrap();
        let ask = async |client: &mut (dyn Both + Send)| {
            client.write_all(b"?").await.unwrap();
            let (mut server, _) = upstream.accept().await.unwrap();
            assert_eq!(server.read_u8().await.unwrap(), b'?');
            server.write_all(b"!").await.unwrap();
            assert_eq!(client.read_u8().await.unwrap(), b'!');
        };
        let plain = async || TcpStream::connect(proxy.address()).await.unwrap();
        let encrypted =
            async || connector.connect("localhost".try_into().unwrap(), plain().await).await.unwrap();
        ask(&mut plain().await).await;
        ask(&mut encrypted().await).await;
        encryption.require(true);
        ask(&mut encrypted().await).await;
        let mut client = plain().await;
        client.write_all(b"?").await.unwrap();
        assert!(matches!(client.read(&mut [0]).await, Ok(0) | Err(_)));
    }

    trait Both: AsyncRead + AsyncWrite + Unpin {}
    impl<T: AsyncRead + AsyncWrite + Unpin> Both for T {}

    /// A certificate in a file, with its key; and a client that trusts it.
    fn certificate(folder: &std::path::Path) -> (std::path::PathBuf, tokio_rustls::TlsConnector) {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let file = folder.join("server.pem");
        std::fs::write(&file, key.serialize_pem() + &certificate.pem()).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(certificate.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
        (file, Arc::new(config.with_no_client_auth()).into())
    }

    #[tokio::test]
    async fn without_a_server_the_connection_ends() {
        let (upstream, address) = listener().await;
        drop(upstream);
        let proxy = TcpProxy::bind(anywhere(), address).await.unwrap();
        let mut client = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(matches!(client.read(&mut [0]).await, Ok(0) | Err(_)));
    }

    #[tokio::test]
    async fn its_connections_end_with_it() {
        let (upstream, address) = listener().await;
        let proxy = TcpProxy::bind(anywhere(), address).await.unwrap();
        let mut client = TcpStream::connect(proxy.address()).await.unwrap();
        let _server = upstream.accept().await.unwrap();
        drop(proxy);
        assert!(matches!(client.read(&mut [0]).await, Ok(0) | Err(_)));
    }
}
