//! Counters as Prometheus reads them (text format 0.0.4).

use std::fmt::{Display, Write as _};
use std::sync::atomic::Ordering;

use super::process::ProcessState;
use super::{BUCKETS, Metrics, Totals};
use crate::observe::Observe;

/// The type of [`exposition`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All that is counted.
#[must_use]
pub fn exposition(observe: &Observe) -> String {
    let mut out = Exposition(String::with_capacity(8 << 10));
    calls(&mut out, &observe.metrics.totals());
    load(&mut out, &observe.metrics);
    faults(&mut out, observe);
    if let Some(traces) = &observe.traces {
        let (exported, dropped) = traces.counts();
        out.head("asf_otlp_spans_total", "counter", "Spans, by what became of them.");
        out.line("asf_otlp_spans_total", &[("result", "exported")], exported);
        out.line("asf_otlp_spans_total", &[("result", "dropped")], dropped);
    }
    process(&mut out, &ProcessState::now());
    out.0
}

fn calls(out: &mut Exposition, totals: &Totals) {
    out.head(
        "asf_requests_total",
        "counter",
        "Answered requests; without a service, those that are not AWS's.",
    );
    for ((service, operation), total) in totals {
        for ((status, source), count) in &total.outcomes {
            let status = if *status == 0 { "other".to_owned() } else { status.to_string() };
            let labels =
                [("service", *service), ("operation", operation), ("status", &status), ("source", source)];
            out.line("asf_requests_total", &labels, count);
        }
    }
    out.head("asf_request_errors_total", "counter", "Those of them with a status from 400 on.");
    for ((service, operation), total) in totals {
        let errors: u64 =
            total.outcomes.iter().filter(|((status, _), _)| *status >= 400).map(|it| it.1).sum();
        out.line("asf_request_errors_total", &[("service", *service), ("operation", operation)], errors);
    }
    out.head(
        "asf_request_duration_seconds",
        "histogram",
        "From the head of the request to that of the answer.",
    );
    for ((service, operation), total) in totals {
        let labels = [("service", *service), ("operation", *operation)];
        let mut so_far = 0;
        for (at, count) in total.buckets.iter().enumerate() {
            so_far += count;
            let bound = BUCKETS.get(at).map_or("+Inf".to_owned(), |micros| seconds(*micros).to_string());
            let [service, operation] = labels;
            out.line("asf_request_duration_seconds_bucket", &[service, operation, ("le", &bound)], so_far);
        }
        out.line("asf_request_duration_seconds_sum", &labels, seconds(total.micros));
        // Not the calls: both have to be of the same moment.
        out.line("asf_request_duration_seconds_count", &labels, so_far);
    }
    for (name, help, bytes) in [
        ("asf_request_bytes_total", "Bytes of requests' bodies of a known length.", true),
        ("asf_response_bytes_total", "Bytes of answers' bodies of a known length.", false),
    ] {
        out.head(name, "counter", help);
        for ((service, operation), total) in totals {
            let bytes = if bytes { total.bytes_in } else { total.bytes_out };
            out.line(name, &[("service", *service), ("operation", operation)], bytes);
        }
    }
}

fn load(out: &mut Exposition, metrics: &Metrics) {
    let shared = &metrics.0;
    let connections = &shared.connections;
    out.single(
        "asf_requests_in_flight",
        "gauge",
        "Requests that are being answered.",
        shared.under_way.load(Ordering::Relaxed).max(0),
    );
    out.single(
        "asf_requests_cut_off_total",
        "counter",
        "Requests whose client went away before the answer.",
        shared.cut_off.load(Ordering::Relaxed),
    );
    out.single(
        "asf_connections_open",
        "gauge",
        "Connections that are open.",
        connections.open.load(Ordering::Relaxed).max(0),
    );
    out.single(
        "asf_connections_total",
        "counter",
        "Connections that there have been.",
        connections.total.load(Ordering::Relaxed),
    );
    out.head("asf_connection_bytes_total", "counter", "Bytes over all connections, heads included.");
    let bytes = |it: &std::sync::atomic::AtomicU64| it.load(Ordering::Relaxed);
    out.line("asf_connection_bytes_total", &[("direction", "in")], bytes(&connections.received));
    out.line("asf_connection_bytes_total", &[("direction", "out")], bytes(&connections.sent));
    out.single(
        "asf_uptime_seconds",
        "gauge",
        "Since the beginning, by the machine's time.",
        shared.began.elapsed().as_secs_f64(),
    );
}

fn faults(out: &mut Exposition, observe: &Observe) {
    let injected = observe.faults.injected();
    out.head("asf_faults_injected_total", "counter", "What went wrong because of a rule.");
    for (kind, count) in
        [("error", &injected.errors), ("throttle", &injected.throttled), ("latency", &injected.delayed)]
    {
        out.line("asf_faults_injected_total", &[("kind", kind)], count.load(Ordering::Relaxed));
    }
}

/// By the names that Prometheus's client libraries have for them.
fn process(out: &mut Exposition, state: &ProcessState) {
    for (name, kind, help, value) in [
        ("process_cpu_seconds_total", "counter", "User and system time.", state.cpu_seconds),
        ("process_resident_memory_bytes", "gauge", "Memory that is in use.", state.resident_bytes),
        ("process_virtual_memory_bytes", "gauge", "Memory that is mapped.", state.virtual_bytes),
        ("process_threads", "gauge", "Threads.", state.threads),
        ("process_open_fds", "gauge", "Open files and sockets.", state.open_files),
        ("process_max_fds", "gauge", "Open files and sockets that there may be.", state.max_files),
    ] {
        if let Some(value) = value {
            out.single(name, kind, help, value);
        }
    }
}

fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

struct Exposition(String);

impl Exposition {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String does not fail, here and below.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.head(name, kind, help);
        self.line(name, &[], value);
    }

    /// Labels are names of services and operations, statuses and words of ours: none needs escaping.
    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        let mut before = '{';
        for (label, text) in labels {
            let _ = write!(self.0, "{before}{label}=\"{text}\"");
            before = ',';
        }
        if before == ',' {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }
}
