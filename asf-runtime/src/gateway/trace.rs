//! `DEBUG_HANDLER_CHAIN=1`: what each handler did, how long it took, what it changed in the context.

use std::time::Instant;

use super::GatewayContext;
use super::chain::{Flow, Handled};
use crate::provider::Source;

/// The trace of one request: a line a handler.
pub(super) struct Trace {
    since: Instant,
    before: Snapshot,
}

/// The parts of a context that are worth showing, each as text.
type Snapshot = [(&'static str, String); 8];

impl Trace {
    #[allow(clippy::disallowed_methods, reason = "this measures, it does not tell the time")]
    pub(super) fn new(ctx: &GatewayContext) -> Self {
        Self { since: Instant::now(), before: snapshot(ctx) }
    }

    /// Logs what happened since the last step.
    #[allow(clippy::disallowed_methods, reason = "this measures, it does not tell the time")]
    pub(super) fn step(&mut self, list: &str, name: &str, ctx: &GatewayContext, result: &Handled) {
        let micros = self.since.elapsed().as_micros();
        let after = snapshot(ctx);
        let changes: Vec<String> = self
            .before
            .iter()
            .zip(&after)
            .filter(|(before, after)| before != after)
            .map(|((name, before), (_, after))| format!("{name}: {before} -> {after}"))
            .collect();
        let outcome = match result {
            Ok(Flow::Continue) => String::new(),
            Ok(Flow::Stop) => " stopped".to_owned(),
            Ok(Flow::Terminate) => " terminated".to_owned(),
            Err(error) => format!(" failed: {error}"),
        };
        tracing::info!(
            "chain {} {list} {name} {micros} us{outcome} {{{}}}",
            ctx.request_id,
            changes.join(", ")
        );
        self.before = after;
        self.since = Instant::now();
    }
}

fn snapshot(ctx: &GatewayContext) -> Snapshot {
    let or_none = |text: Option<&str>| text.unwrap_or("-").to_owned();
    [
        ("uri", ctx.request.uri.to_string()),
        ("service", or_none(ctx.service.map(|it| it.name))),
        ("operation", or_none(ctx.operation.map(asf_schema::Operation::name))),
        ("account", ctx.account_id.to_string()),
        ("region", ctx.region.to_string()),
        ("status", ctx.response.status().as_u16().to_string()),
        ("source", or_none(ctx.source.map(Source::as_str))),
        ("response headers", format!("{:?}", ctx.response.headers())),
    ]
}
