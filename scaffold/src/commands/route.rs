//! `scaffold route --stdin`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;
use asf_routing::{RouteError, RouteRequest};
use serde_json::{Value as Json, json};

use crate::json_lines::{answer_lines, http_request, text};

/// Arguments of `route`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Read lines of JSON from stdin: route, stats
    #[arg(long)]
    stdin: bool,
}

/// Runs the command.
///
/// # Errors
/// When stdin or stdout fail.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if !args.stdin {
        bail!("give --stdin: requests are lines of JSON, as docs/conformance.md has them");
    }
    let mut session = Session::default();
    answer_lines(|request| session.answer(request))?;
    Ok(ExitCode::SUCCESS)
}

/// What was spent in the router.
#[derive(Debug, Default)]
struct Session {
    calls: u64,
    time: Duration,
}

impl Session {
    fn answer(&mut self, request: &Json) -> anyhow::Result<Json> {
        match text(request, "op")? {
            "route" => self.route(&request["request"]),
            "stats" => Ok(json!({
                "route_n": self.calls,
                "route_ns": u64::try_from(self.time.as_nanos()).unwrap_or(u64::MAX),
            })),
            other => bail!("no op named {other:?}; there are route, stats"),
        }
    }

    #[allow(clippy::disallowed_methods, reason = "this measures, it does not tell the time")]
    fn route(&mut self, request: &Json) -> anyhow::Result<Json> {
        let (parts, body) = http_request(request)?;
        let request = RouteRequest::new(parts.method.as_str(), text(request, "uri")?, &parts.headers, &body);
        let start = Instant::now();
        let route = asf_specs::router().route(&request);
        self.time += start.elapsed();
        self.calls += 1;
        Ok(match route {
            Ok(route) => json!({
                "service": route.service, "operation": route.operation, "protocol": route.protocol.as_str(),
            }),
            Err(RouteError { service, protocol, code, message, status }) => json!({"error": {
                "code": code, "message": message, "status": status,
                "service": service, "protocol": protocol.as_str(),
            }}),
        })
    }
}
