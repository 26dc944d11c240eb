//! OpenTelemetry: a span a call, sent to a collector as OTLP over HTTP, in JSON.
//!
//! `opentelemetry-otlp` with its SDK would do it too; what it costs, and why this does not use it, stands in
//! `docs/observability.md`.

mod export;
mod json;
mod span;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::Uri;
use tokio::sync::{mpsc, oneshot};

use super::metrics::Finished;
use crate::gateway::GatewayContext;
use span::Span;

/// Spans that wait to be sent, at most (as `OTEL_BSP_MAX_QUEUE_SIZE` has it where it is not set). Those that find
/// no room are dropped, and counted.
const MAX_WAITING: usize = 2048;

/// Takes spans and sends them to a collector, in batches, from a task of its own. A call never waits for
/// it. Copies of it are the same.
#[derive(Clone, Debug)]
pub struct Traces(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    queue: mpsc::Sender<Message>,
    /// The other end, until there is a call and with it a runtime to send in.
    waiting: Mutex<Option<(mpsc::Receiver<Message>, export::Exporter)>>,
    is_running: AtomicBool,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    exported: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Debug)]
enum Message {
    Span(Box<Span>),
    /// Sends what is there, then answers.
    Flush(oneshot::Sender<()>),
}

/// An endpoint that spans cannot be sent to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{url:?} is no place to send traces to: expected http://<host>:<port>, such as http://localhost:4318"
)]
pub struct InvalidEndpoint {
    /// The endpoint.
    pub url: String,
}

impl Traces {
    /// Spans to `<endpoint>/v1/traces` in the name of a service (`OTEL_EXPORTER_OTLP_ENDPOINT`,
    /// `OTEL_SERVICE_NAME`). Nothing is connected to before there is a span.
    ///
    /// # Errors
    /// [`InvalidEndpoint`] when it is no `http` URL.
    pub fn new(endpoint: &str, service_name: &str) -> Result<Self, InvalidEndpoint> {
        let invalid = || InvalidEndpoint { url: endpoint.to_owned() };
        let url = format!("{}/v1/traces", endpoint.trim().trim_end_matches('/'));
        let url: Uri = url.parse().map_err(|_| invalid())?;
        if url.scheme_str() != Some("http") || url.host().is_none_or(str::is_empty) {
            return Err(invalid());
        }
        let counts = Arc::<Counts>::default();
        let (queue, receiver) = mpsc::channel(MAX_WAITING);
        let exporter = export::Exporter::new(url, service_name.to_owned(), counts.clone());
        let waiting = Mutex::new(Some((receiver, exporter)));
        Ok(Self(Arc::new(Shared { queue, waiting, is_running: AtomicBool::new(false), counts })))
    }

    /// Spans that have been sent, and those that were dropped.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let counts = &self.0.counts;
        (counts.exported.load(Ordering::Relaxed), counts.dropped.load(Ordering::Relaxed))
    }

    /// Takes the span of a call, unless its caller does not want it recorded.
    pub(super) fn record(&self, finished: &Finished, ctx: &GatewayContext) {
        let Some(span) = Span::of(finished, ctx) else { return };
        self.run();
        if self.0.queue.try_send(Message::Span(Box::new(span))).is_err() {
            self.0.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until what was taken so far has been sent, or given up.
    pub async fn flush(&self) {
        if !self.0.is_running.load(Ordering::Relaxed) {
            return;
        }
        let (done, is_done) = oneshot::channel();
        if self.0.queue.send(Message::Flush(done)).await.is_ok() {
            // When it fails, no one sends any more.
            let _ = is_done.await;
        }
    }

    /// Begins to send, once.
    fn run(&self) {
        if self.0.is_running.load(Ordering::Relaxed) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((receiver, exporter)) = waiting {
            runtime.spawn(exporter.run(receiver));
            self.0.is_running.store(true, Ordering::Relaxed);
        }
    }
}
