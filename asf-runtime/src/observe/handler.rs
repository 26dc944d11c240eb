//! The first and the last handler of the AWS chain: what comes between them is observed.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::Observe;
use super::metrics::{Finished, UnderWay};
use crate::Timestamp;
use crate::gateway::{GatewayContext, GatewayHandler, Handled, go_on};
use crate::provider::Source;

/// What is known of a request from its beginning on.
#[derive(Debug)]
pub struct Observed {
    began: Instant,
    /// When it came, by the clock of the emulator.
    pub(super) at: Timestamp,
    /// Bytes of its body, where they are known.
    pub(super) bytes_in: u64,
    under_way: UnderWay,
}

impl Observed {
    /// How long it has taken so far, by the machine's time.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

/// Notes when a request came. The first handler.
#[derive(Clone, Debug)]
pub struct BeginObserving(Observe);

impl BeginObserving {
    /// For these.
    #[must_use]
    pub fn new(observe: Observe) -> Self {
        Self(observe)
    }
}

impl GatewayHandler for BeginObserving {
    fn name(&self) -> &str {
        "begin observing"
    }

    #[allow(clippy::disallowed_methods, reason = "this measures, it does not tell the time")]
    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        ctx.observed = Some(Observed {
            began: Instant::now(),
            at: ctx.began,
            bytes_in: ctx.body.length().unwrap_or_default(),
            under_way: self.0.metrics.begin(),
        });
        go_on()
    }
}

/// Counts a request, and writes it down. The last finalizer: whatever happened, it comes here, unless the
/// client has gone away meanwhile.
#[derive(Clone, Debug)]
pub struct FinishObserving(Observe);

impl FinishObserving {
    /// For these.
    #[must_use]
    pub fn new(observe: Observe) -> Self {
        Self(observe)
    }
}

impl GatewayHandler for FinishObserving {
    fn name(&self) -> &str {
        "finish observing"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        if let Some(observed) = ctx.observed.take() {
            let finished = Finished {
                service: ctx.service,
                operation: ctx.operation,
                status: ctx.response.status().as_u16(),
                source: ctx.source.map_or("", Source::as_str),
                elapsed: observed.elapsed(),
                bytes_in: observed.bytes_in,
                bytes_out: ctx.response.body().length().unwrap_or_default(),
            };
            let Observe { metrics, journal, traces, .. } = &self.0;
            metrics.record(&finished);
            // What has a route of its own (health, this journal) is no call.
            if ctx.service.is_some() || ctx.source.is_some() {
                journal.record(observed.at, &finished, ctx);
                if let Some(traces) = traces {
                    traces.record(&finished, ctx);
                }
            }
            observed.under_way.finish();
        }
        go_on()
    }
}
