//! One request over a Unix socket.

use std::io;
use std::path::Path;

use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

#[cfg(unix)]
use crate::clock::{Clock as _, SystemClock};
use crate::protocol::Request;

/// Milliseconds between two attempts to connect to a server whose queue is full.
#[cfg(unix)]
const PAUSE: i64 = 5;

/// Why a request over a Unix socket has no answer.
#[derive(Debug, thiserror::Error)]
pub enum UnixError {
    /// Nobody listens there.
    #[error("nobody listens: {0}")]
    Connect(#[from] io::Error),
    /// The connection broke off, or what came is no HTTP.
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// Sends a request (HTTP/1.1; its URI has path and query only) over a connection of its own. To connect costs
/// less than what a connection that is kept would need to be told from one that the other side has closed.
///
/// Waits for as long as it takes when the server does not take connections as fast as they come.
///
/// A request that is dropped before it is answered, in a time-out say, closes its connection.
///
/// # Errors
/// [`UnixError`]; where there are no Unix sockets, `Connect`.
pub async fn send_over_unix(socket: &Path, request: Request) -> Result<http::Response<Incoming>, UnixError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(connect(socket).await?)).await?;
    // It ends with the answer's body, or with the sender if there is no answer.
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a connection over a Unix socket ended early");
        }
    });
    Ok(sender.send_request(request).await?)
}

#[cfg(unix)]
async fn connect(socket: &Path) -> io::Result<tokio::net::UnixStream> {
    let clock = SystemClock;
    loop {
        match tokio::net::UnixStream::connect(socket).await {
            // Its queue is full, and sockets of this kind do not wait by themselves.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                clock.until(clock.now().plus_millis(PAUSE)).await;
            }
            other => return other,
        }
    }
}

#[cfg(not(unix))]
async fn connect(_: &Path) -> io::Result<tokio::io::DuplexStream> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "there are no Unix sockets here"))
}
