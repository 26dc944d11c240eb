//! The trace that a request belongs to.

use crate::gateway::{Flow, GatewayContext, Handled, TraceContext};

/// Reads `X-Amzn-Trace-Id`, or begins a trace. Answers do not have it: those of AWS's services do not.
///
/// # Errors
/// None.
pub fn identify_trace(ctx: &mut GatewayContext) -> Handled {
    let trace = ctx
        .header(TraceContext::HEADER.as_str())
        .and_then(TraceContext::parse)
        .unwrap_or_else(|| TraceContext::new(ctx.environment.clock.now(), &ctx.request_id));
    ctx.request.extensions.insert(trace);
    Ok(Flow::Continue)
}
