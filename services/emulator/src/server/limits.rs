//! What clients may use up.

use std::time::Duration;

use asf_runtime::config::Config;
use asf_runtime::gateway::handlers::MAX_BODY;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto;

/// Sizes, numbers and times.
///
/// | | what happens beyond |
/// |---|---|
/// | head, headers | 431 |
/// | a body that is read as a whole | 413, or what the service says |
/// | a body that does not come | 408, or what the service says |
/// | a head that does not come, no request, an answer that is not read | the connection is closed |
/// | connections | they wait |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's line and headers. At least 8 KiB, which is what is read at once.
    pub head_size: usize,
    /// Number of headers.
    pub headers: usize,
    /// Bytes of a body that is read as a whole.
    pub body_size: usize,
    /// Connections at the same time.
    pub connections: usize,
    /// How long a client may take to send a request's line and headers, and for the handshake of TLS.
    pub head_time: Duration,
    /// How long a body may pause.
    pub body_time: Duration,
    /// How long a connection may be open without a request, or without reading what it is sent.
    pub idle_time: Duration,
    /// How long requests under way may go on after the end was asked for.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // AWS's load balancers take 64 KiB, and session tokens alone can have 4 KiB and more.
            head_size: 64 << 10,
            headers: 200,
            body_size: MAX_BODY,
            connections: 10_000,
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(60),
            idle_time: Duration::from_secs(300),
            drain_time: Duration::from_secs(5),
        }
    }
}

/// Requests at the same time on one connection of HTTP/2.
const STREAMS: u32 = 256;
/// hyper refuses to have a smaller buffer.
const LEAST_HEAD: usize = 8 << 10;

impl Limits {
    /// As a configuration says.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            head_size: config.max_head_size.bytes(),
            body_size: config.max_body_size.bytes(),
            connections: config.max_connections.count(),
            head_time: config.head_timeout,
            idle_time: config.idle_timeout,
            drain_time: config.drain_timeout,
            ..Self::default()
        }
    }

    /// How connections are served. The times are not hyper's to watch: its one for heads is running
    /// between requests too.
    pub(super) fn http(&self) -> auto::Builder<TokioExecutor> {
        let head_size = self.head_size.max(LEAST_HEAD);
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .max_headers(self.headers)
            // Not `pipeline_flush`: with it, the answer to a head that is too large is never sent.
            .max_buf_size(head_size);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(u32::try_from(head_size).unwrap_or(u32::MAX));
        builder
    }
}
