//! The span of a call.

use std::time::Duration;

use crate::Timestamp;
use crate::clock::{Clock as _, SystemClock};
use crate::gateway::{GatewayContext, TraceContext};
use crate::observe::metrics::Finished;

/// A call, as a trace has it. Times are the machine's, whatever the emulator's clock says: other parts of the
/// trace come from other processes.
#[derive(Debug)]
pub(super) struct Span {
    /// 32 hexadecimal digits.
    pub(super) trace_id: String,
    /// 16 hexadecimal digits.
    pub(super) span_id: String,
    /// 16 hexadecimal digits.
    pub(super) parent_id: Option<String>,
    pub(super) ended: Timestamp,
    pub(super) elapsed: Duration,
    pub(super) service: &'static str,
    pub(super) service_id: &'static str,
    pub(super) operation: &'static str,
    pub(super) method: String,
    pub(super) status: u16,
    pub(super) code: Option<String>,
    pub(super) source: &'static str,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) request_id: String,
}

/// Where a call stands in a trace.
#[derive(Debug, PartialEq, Eq)]
struct Parent {
    trace_id: String,
    span_id: Option<String>,
    is_sampled: bool,
}

impl Span {
    /// None if the caller says that the trace is not recorded.
    pub(super) fn of(finished: &Finished, ctx: &GatewayContext) -> Option<Self> {
        let from_w3c = ctx.header("traceparent").and_then(w3c);
        // A request that names none begins a trace.
        let trace = || TraceContext::of(&ctx.request, ctx.began, &ctx.request_id);
        let parent = from_w3c.or_else(|| x_ray(&trace()));
        if parent.as_ref().is_some_and(|it| !it.is_sampled) {
            return None;
        }
        // Request ids are UUIDs: random enough, and who knows one finds the other.
        let digits: String = ctx.request_id.chars().filter(char::is_ascii_hexdigit).collect();
        let span_id = match digits.len().checked_sub(16).and_then(|from| digits.get(from..)) {
            Some(last) if last.bytes().any(|it| it != b'0') => last.to_owned(),
            _ => ctx.environment.ids.text(16, b"123456789abcdef"),
        };
        let (trace_id, parent_id) = match parent {
            Some(Parent { trace_id, span_id, .. }) => (trace_id, span_id),
            None => (format!("{digits:0<32.32}"), None),
        };
        Some(Self {
            trace_id,
            span_id,
            parent_id,
            ended: SystemClock.now(),
            elapsed: finished.elapsed,
            service: finished.service.map_or("aws", |it| it.name),
            service_id: finished.service.map_or("", |it| it.metadata.service_id),
            operation: finished.operation.map_or("", asf_schema::Operation::name),
            method: ctx.request.method.to_string(),
            status: finished.status,
            code: ctx.error.as_ref().map(|it| it.code().to_owned()),
            source: finished.source,
            account: ctx.account_id.to_string(),
            region: ctx.region.to_string(),
            request_id: ctx.request_id.clone(),
        })
    }
}

/// `traceparent`: `<version>-<trace id>-<parent id>-<flags>` (W3C, "Trace Context").
fn w3c(header: &str) -> Option<Parent> {
    let mut parts = header.trim().split('-');
    let is_id = |text: &str, digits: usize| {
        text.len() == digits
            && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
            && text.bytes().any(|it| it != b'0')
    };
    let version = parts.next().filter(|it| it.len() == 2 && *it != "ff")?;
    u8::from_str_radix(version, 16).ok()?;
    let trace_id = parts.next().filter(|it| is_id(it, 32))?;
    let span_id = parts.next().filter(|it| is_id(it, 16))?;
    let flags = parts.next().filter(|it| it.len() == 2)?;
    let flags = u8::from_str_radix(flags, 16).ok()?;
    // Later versions may have more.
    (version != "00" || parts.next().is_none()).then(|| Parent {
        trace_id: trace_id.to_owned(),
        span_id: Some(span_id.to_owned()),
        is_sampled: flags & 1 == 1,
    })
}

/// X-Ray's root is `1-<8 digits>-<24 digits>`: the 32 of a trace id.
fn x_ray(trace: &TraceContext) -> Option<Parent> {
    let trace_id: String = trace.root.split('-').skip(1).collect();
    (trace_id.len() == 32).then(|| Parent {
        trace_id: trace_id.to_ascii_lowercase(),
        span_id: trace.parent.as_ref().map(|it| it.to_ascii_lowercase()),
        is_sampled: trace.sampled != Some(false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents() {
        const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
        const SPAN: &str = "00f067aa0ba902b7";
        for (header, expected) in [
            (format!("00-{TRACE}-{SPAN}-01"), Some(true)),
            (format!("00-{TRACE}-{SPAN}-00"), Some(false)),
            (format!("cc-{TRACE}-{SPAN}-01-more"), Some(true)),
            (format!("00-{TRACE}-{SPAN}-01-more"), None),
            (format!("ff-{TRACE}-{SPAN}-01"), None),
            (format!("00-{}-{SPAN}-01", "0".repeat(32)), None),
            (format!("00-{TRACE}-{}-01", "0".repeat(16)), None),
            (format!("00-{}-{SPAN}-01", TRACE.to_uppercase()), None),
            (format!("00-{TRACE}-{SPAN}"), None),
            (format!("00-{TRACE}-{SPAN}-é"), None),
            (String::new(), None),
        ] {
            let expected = expected.map(|is_sampled| Parent {
                trace_id: TRACE.to_owned(),
                span_id: Some(SPAN.to_owned()),
                is_sampled,
            });
            assert_eq!(w3c(&header), expected, "{header}");
        }
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
        let parent = x_ray(&TraceContext::parse(trace).unwrap()).unwrap();
        assert_eq!(parent.trace_id, "5759e988bd862e3fe1be46a994272793");
        assert_eq!(parent.span_id.as_deref(), Some("53995c3f42cd8ad8"));
        assert!(!parent.is_sampled);
    }
}
