//! `/_asf/clock`: the time of all services, read and moved.

use std::sync::Arc;
use std::time::Duration;

use asf_schema::TimestampFormat;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::Timestamp;
use crate::clock::{Clock, ControlledClock};
use crate::gateway::edge::{EdgeRequest, EdgeRouter, Rule, RuleError, endpoint, respond};
use crate::protocol::Response;

#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
enum Action {
    Freeze,
    Resume,
    Reset,
    Advance { by: Amount },
    Set { to: Amount },
}

/// Seconds, or text that says an amount or a date.
#[derive(Deserialize)]
#[serde(untagged)]
enum Amount {
    Seconds(f64),
    Text(String),
}

/// Adds GET (how the clock stands) and POST (an action) at `/_asf/clock`.
///
/// # Errors
/// [`RuleError`] when the path is taken.
pub fn add_routes(router: &EdgeRouter, clock: Arc<ControlledClock>) -> Result<(), RuleError> {
    if let Err(error) = router.document(DOCUMENT) {
        tracing::error!(%error, "the clock is left out of the OpenAPI document");
    }
    let shown = clock.clone();
    router.add(
        Rule::new("/_asf/clock").methods([Method::GET]),
        endpoint(move |_| std::future::ready(show(&shown))),
    )?;
    router.add(
        Rule::new("/_asf/clock").methods([Method::POST]),
        endpoint(move |mut request: EdgeRequest| {
            let clock = clock.clone();
            async move {
                match request.json::<Action>().await {
                    Ok(action) => act(&clock, &action),
                    Err(response) => response,
                }
            }
        }),
    )?;
    Ok(())
}

/// What the OpenAPI document says of it.
const DOCUMENT: &str = include_str!("clock.openapi.json");

fn show(clock: &ControlledClock) -> Response {
    let (now, state) = (clock.now(), clock.state());
    let offset = state.frozen_at.is_none().then(|| state.offset_millis as f64 / 1e3);
    let answer = json!({
        "now": now.to_string(),
        "epoch": now.seconds_f64(),
        "frozen": state.frozen_at.is_some(),
        "offset": offset,
    });
    respond::json(StatusCode::OK, &answer)
}

fn act(clock: &ControlledClock, action: &Action) -> Response {
    match action {
        Action::Freeze => clock.freeze(),
        Action::Resume => clock.resume(),
        Action::Reset => clock.reset(),
        Action::Advance { by } => match duration(by) {
            Some(by) => clock.advance(by),
            None => return respond::error(StatusCode::BAD_REQUEST, "by: seconds, or text such as 90s, 15m"),
        },
        Action::Set { to } => match time(to) {
            Some(to) => clock.set(to),
            None => return respond::error(StatusCode::BAD_REQUEST, "to: an ISO 8601 date or epoch seconds"),
        },
    }
    show(clock)
}

fn duration(by: &Amount) -> Option<Duration> {
    let seconds = match by {
        Amount::Seconds(seconds) => *seconds,
        Amount::Text(text) => {
            let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let unit = match text.strip_prefix(digits)? {
                "" | "s" => 1.0,
                "ms" => 1e-3,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86400.0,
                _ => return None,
            };
            digits.parse::<f64>().ok()? * unit
        }
    };
    Duration::try_from_secs_f64(seconds).ok()
}

fn time(to: &Amount) -> Option<Timestamp> {
    match to {
        Amount::Seconds(seconds) => Timestamp::from_seconds_f64(*seconds),
        Amount::Text(text) => match text.parse() {
            Ok(seconds) => Timestamp::from_seconds_f64(seconds),
            Err(_) => Timestamp::parse(text, TimestampFormat::DateTime).ok(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions() {
        let check = |body: &str, status: u16, now: i64| {
            let clock = ControlledClock::default();
            clock.freeze();
            clock.set(Timestamp::from_seconds(1000));
            let action = serde_json::from_str(body).unwrap();
            assert_eq!(act(&clock, &action).status().as_u16(), status, "{body}");
            assert_eq!(clock.now(), Timestamp::from_seconds(now), "{body}");
        };
        check(r#"{"action":"freeze"}"#, 200, 1000);
        check(r#"{"action":"advance","by":90}"#, 200, 1090);
        check(r#"{"action":"advance","by":"90s"}"#, 200, 1090);
        check(r#"{"action":"advance","by":"15m"}"#, 200, 1900);
        check(r#"{"action":"advance","by":-1}"#, 400, 1000);
        check(r#"{"action":"advance","by":"soon"}"#, 400, 1000);
        check(r#"{"action":"set","to":"1970-01-01T01:00:00Z"}"#, 200, 3600);
        check(r#"{"action":"set","to":3600}"#, 200, 3600);
        check(r#"{"action":"set","to":"tomorrow"}"#, 400, 1000);
    }
}
