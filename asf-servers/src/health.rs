//! How one tells that a server is up.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use asf_runtime::clock::{Clock as _, SystemClock};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The first pause between two checks; each is half as long again as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
/// The longest pause between two checks.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// How long a single check may take.
const CHECK_TIME: Duration = Duration::from_secs(2);

/// How one tells that a server is up.
#[derive(Clone)]
pub enum Health {
    /// It takes connections.
    Tcp,
    /// It answers `GET` on this path with a status below 500.
    Http(String),
    /// What this says, asked with the server's address.
    Check(Arc<dyn Fn(SocketAddr) -> BoxFuture<'static, bool> + Send + Sync>),
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp => f.write_str("Tcp"),
            Self::Http(path) => write!(f, "Http({path})"),
            Self::Check(_) => f.write_str("Check"),
        }
    }
}

impl Health {
    /// Whether a server is up at an address, now.
    pub async fn is_up(&self, address: SocketAddr) -> bool {
        let check = async {
            match self {
                Self::Tcp => TcpStream::connect(address).await.is_ok(),
                Self::Http(path) => answers(address, path).await.unwrap_or(false),
                Self::Check(check) => check(address).await,
            }
        };
        tokio::time::timeout(CHECK_TIME, check).await.unwrap_or(false)
    }

    /// Waits until a server is up at an address. The pauses are real time even in tests, because a process
    /// takes real time to come up.
    pub(crate) async fn until_up(&self, address: SocketAddr) {
        let mut pause = FIRST_PAUSE;
        while !self.is_up(address).await {
            let millis = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            SystemClock.until(SystemClock.now().plus_millis(millis)).await;
            pause = (pause + pause / 2).min(LONGEST_PAUSE);
        }
    }
}

/// Whether the answer to a `GET` is no server's error. The status line is enough; the body is not read.
async fn answers(address: SocketAddr, path: &str) -> Option<bool> {
    let stream = TcpStream::connect(address).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    let request = http::Request::get(path).header(http::header::HOST, address.to_string());
    let request = request.body(Empty::<Bytes>::new()).ok()?;
    // The end of the sender ends the connection.
    let response = async move { sender.send_request(request).await.ok().map(|it| it.status()) };
    let (status, _) = tokio::join!(response, connection);
    Some(!status?.is_server_error())
}
