//! Connections that are encrypted on the way to us, and not from us to the server.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::Tls;

/// The first byte of a handshake of TLS.
const HANDSHAKE: u8 = 0x16;
/// How long a handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// TLS where a server is reached that need not speak it itself: connections are encrypted if the client begins so. It is
/// for protocols in which the client speaks first. Clones are the same.
#[derive(Clone)]
pub struct Encryption {
    tls: Arc<Tls>,
    is_required: Arc<AtomicBool>,
}

/// A connection, as its client has begun it.
pub(crate) enum Begun {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Encryption {
    /// With this certificate. If it is required, connections in the clear are closed.
    #[must_use]
    pub fn new(tls: Arc<Tls>, is_required: bool) -> Self {
        Self { tls, is_required: Arc::new(AtomicBool::new(is_required)) }
    }

    /// Sets whether it is required of connections from now on.
    pub fn require(&self, is_required: bool) {
        self.is_required.store(is_required, Ordering::Relaxed);
    }

    /// Waits for what a client says first.
    pub(crate) async fn begun(&self, client: TcpStream) -> io::Result<Begun> {
        let mut first = [0];
        if client.peek(&mut first).await? == 1 && first == [HANDSHAKE] {
            let acceptor = TlsAcceptor::from(self.tls.config().await?);
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the handshake took too long");
            let accepted = tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(client)).await;
            return Ok(Begun::Encrypted(Box::new(accepted.map_err(late)??)));
        }
        if self.is_required.load(Ordering::Relaxed) {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not encrypted"));
        }
        Ok(Begun::Plain(client))
    }
}

impl fmt::Debug for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encryption").field("is_required", &self.is_required).finish_non_exhaustive()
    }
}
