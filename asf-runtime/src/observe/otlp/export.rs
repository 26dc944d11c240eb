//! The task that sends spans.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::{Request, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::mpsc;

use super::span::Span;
use super::{Counts, Message, json};
use crate::shape::ByteStream;

/// Spans of one request, at most, and how long the first of them waits for others (OpenTelemetry's
/// `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` has the same; its `OTEL_BSP_SCHEDULE_DELAY` of 5 s is long for who looks on).
const MAX_BATCH: usize = 512;
const LINGER: Duration = Duration::from_secs(1);
/// How long a collector may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// Sends spans.
#[derive(Debug)]
pub(super) struct Exporter {
    url: Uri,
    service_name: String,
    counts: Arc<Counts>,
    /// Whether the last request failed: that is said once, and not with each.
    has_failed: bool,
}

impl Exporter {
    pub(super) fn new(url: Uri, service_name: String, counts: Arc<Counts>) -> Self {
        Self { url, service_name, counts, has_failed: false }
    }

    /// Sends what comes, until no one is left to say anything.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(ANSWER_TIME));
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        while let Some(first) = queue.recv().await {
            let (mut spans, mut flushed) = (Vec::new(), None);
            let mut next = Some(first);
            let collecting = async {
                while let Some(message) = next.take() {
                    match message {
                        Message::Span(span) => spans.push(*span),
                        Message::Flush(done) => {
                            flushed = Some(done);
                            return;
                        }
                    }
                    if spans.len() < MAX_BATCH {
                        next = queue.recv().await;
                    }
                }
            };
            // When the time is over there is what there is; a message is in the queue or in the batch.
            let _ = tokio::time::timeout(LINGER, collecting).await;
            self.send(&client, &spans).await;
            if let Some(done) = flushed {
                // Who asked may have gone away.
                let _ = done.send(());
            }
        }
    }

    /// Sends a batch. One that fails is not sent again: the next is more interesting, and a collector that
    /// is down costs as little as can be.
    async fn send(&mut self, client: &Client<HttpConnector, ByteStream>, spans: &[Span]) {
        if spans.is_empty() {
            return;
        }
        let result = self.post(client, spans).await;
        let count = spans.len() as u64;
        match result {
            Ok(()) => {
                self.counts.exported.fetch_add(count, Ordering::Relaxed);
                self.has_failed = false;
            }
            Err(reason) => {
                self.counts.dropped.fetch_add(count, Ordering::Relaxed);
                if !std::mem::replace(&mut self.has_failed, true) {
                    tracing::warn!(
                        "traces do not reach {}: {reason}; until they do, they are dropped",
                        self.url
                    );
                }
            }
        }
    }

    async fn post(&self, client: &Client<HttpConnector, ByteStream>, spans: &[Span]) -> Result<(), String> {
        let body = json::request(&self.service_name, spans).to_string();
        let request = Request::post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .body(ByteStream::from(body))
            .map_err(|error| error.to_string())?;
        match tokio::time::timeout(ANSWER_TIME, client.request(request)).await {
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(response)) => Err(format!("it answers {}", response.status())),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it does not answer".to_owned()),
        }
    }
}
