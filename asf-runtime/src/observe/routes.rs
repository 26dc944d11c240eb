//! `/_asf/metrics` and `/_asf/requests`.

use asf_schema::TimestampFormat;
use http::{Method, StatusCode};
use serde_json::json;

use super::journal::{Filter, Journal};
use super::{Observe, metrics};
use crate::Timestamp;
use crate::gateway::edge::{EdgeRequest, EdgeRouter, Rule, RuleError, endpoint, respond};
use crate::protocol::Response;

/// Adds the endpoints of what is observed, but for the faults', which need models
/// ([`faults::add_routes`](super::faults::add_routes)), with their part of the OpenAPI document.
///
/// # Errors
/// [`RuleError`] when a path is taken.
pub fn add_routes(router: &EdgeRouter, observe: &Observe) -> Result<(), RuleError> {
    if let Err(error) = router.document(include_str!("observe.openapi.json")) {
        tracing::error!(%error, "metrics and requests are left out of the OpenAPI document");
    }
    let shown = observe.clone();
    router.add(
        Rule::new("/_asf/metrics").methods([Method::GET]),
        endpoint(move |_| {
            let text = metrics::exposition(&shown);
            std::future::ready(respond::body(StatusCode::OK, metrics::CONTENT_TYPE, text))
        }),
    )?;
    let journal = observe.journal.clone();
    router.add(
        Rule::new("/_asf/requests").methods([Method::GET]),
        endpoint(move |request| std::future::ready(requests(&journal, &request))),
    )?;
    let journal = observe.journal.clone();
    router.add(
        Rule::new("/_asf/requests").methods([Method::DELETE]),
        endpoint(move |_| {
            journal.clear();
            std::future::ready(respond::empty(StatusCode::NO_CONTENT))
        }),
    )?;
    Ok(())
}

fn requests(journal: &Journal, request: &EdgeRequest) -> Response {
    match filter(request) {
        Ok(filter) => {
            let answer = json!({ "size": journal.size(), "requests": journal.calls(&filter) });
            respond::json(StatusCode::OK, &answer)
        }
        Err(message) => respond::error(StatusCode::BAD_REQUEST, message),
    }
}

/// The filter that the query says. An unknown parameter is an error: a filter that filters nothing misleads.
fn filter(request: &EdgeRequest) -> Result<Filter, String> {
    const KNOWN: [&str; 8] =
        ["service", "operation", "account", "region", "status", "error", "since", "limit"];
    let names = request.request.uri().query().unwrap_or_default().split('&');
    for name in names.filter(|it| !it.is_empty()).map(|it| it.split('=').next().unwrap_or(it)) {
        if !KNOWN.contains(&name) {
            return Err(format!("{name:?} is no filter; there are {}", KNOWN.join(", ")));
        }
    }
    let status = |text: String| match text.strip_suffix("xx").and_then(|it| it.parse::<u16>().ok()) {
        Some(class @ 1..=5) => Ok((class * 100, class * 100 + 99)),
        _ => {
            text.parse().map(|it| (it, it)).map_err(|_| "status: a number, or a class such as 4xx".to_owned())
        }
    };
    let since = |text: String| {
        let found = match text.parse() {
            Ok(seconds) => Timestamp::from_seconds_f64(seconds),
            Err(_) => Timestamp::parse(&text, TimestampFormat::DateTime).ok(),
        };
        found.ok_or_else(|| "since: an ISO 8601 date or epoch seconds".to_owned())
    };
    let limit = |text: String| text.parse().map_err(|_| "limit: a number of requests".to_owned());
    Ok(Filter {
        service: request.query("service"),
        operation: request.query("operation"),
        account: request.query("account"),
        region: request.query("region"),
        error: request.query("error"),
        status: request.query("status").map(status).transpose()?,
        since: request.query("since").map(since).transpose()?,
        limit: request.query("limit").map(limit).transpose()?,
    })
}
