//! `/_localstack/chaos`: rules and effects in the form of LocalStack's chaos API, as its documentation
//! describes it (docs.localstack.cloud, "Chaos API").

use std::sync::Arc;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::latency::MAX_MILLIS;
use super::routes::{Refusal, items};
use super::rule::Rule;
use super::{Effects, ErrorSpec, Faults, Models, RuleSpec};
use crate::gateway::edge::{EdgeRequest, respond};
use crate::ids::Ids;
use crate::protocol::Response;

type Answer = fn(&Faults, &Models, &mut EdgeRequest, Json) -> Result<Response, Refusal>;

/// Method, path, answer to a request with a body of JSON.
pub(super) const ROUTES: [(Method, &str, Answer); 6] = [
    (Method::GET, FAULTS, |faults, _, _, _| Ok(list(faults))),
    (Method::POST, FAULTS, |faults, models, request, body| {
        let new = rules(body, models, &request.environment.ids)?;
        change(faults, |rules| {
            // Those of the other endpoint stay.
            rules.retain(|it| it.chaos().is_none());
            rules.extend(new);
            Ok(())
        })
    }),
    (Method::PATCH, FAULTS, |faults, models, request, body| {
        let new = rules(body, models, &request.environment.ids)?;
        change(faults, |rules| {
            rules.extend(new);
            Ok(())
        })
    }),
    (Method::DELETE, FAULTS, |faults, _, _, body| {
        let old = items(body)?;
        change(faults, |rules| {
            for it in &old {
                let at = rules.iter().position(|rule| rule.chaos() == Some(it));
                let at =
                    at.ok_or_else(|| Refusal(StatusCode::NOT_FOUND, format!("there is no rule {it}")))?;
                rules.remove(at);
            }
            Ok(())
        })
    }),
    (Method::GET, EFFECTS, |faults, _, _, _| Ok(effects(faults))),
    (Method::POST, EFFECTS, |faults, _, _, body| set_effects(faults, body)),
];

const FAULTS: &str = "/_localstack/chaos/faults";
const EFFECTS: &str = "/_localstack/chaos/effects";

/// A rule in LocalStack's form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChaosRule {
    service: Option<String>,
    region: Option<String>,
    operation: Option<String>,
    probability: Option<f64>,
    error: Option<ErrorSpec>,
}

/// Without an error, it is a 503 `ServiceUnavailable`.
fn rules(body: Json, models: &Models, ids: &Ids) -> Result<Vec<Arc<Rule>>, Refusal> {
    let rule = |item: Json| {
        let ChaosRule { service, region, operation, probability, error } =
            ChaosRule::deserialize(&item).map_err(Refusal::bad)?;
        let mut error = error.unwrap_or_default();
        error.status_code.get_or_insert(503);
        let error = Some(error);
        let id = Some(ids.text(8, b"0123456789abcdef"));
        let spec = RuleSpec { id, service, region, operation, probability, error, ..RuleSpec::default() };
        spec.check(models).map_err(Refusal::bad)?;
        Ok(Arc::new(Rule::of_chaos(spec, item)))
    };
    items(body)?.into_iter().map(rule).collect()
}

fn change(
    faults: &Faults,
    change: impl FnOnce(&mut Vec<Arc<Rule>>) -> Result<(), Refusal>,
) -> Result<Response, Refusal> {
    let changed = faults.change(|rules| {
        let before = rules.clone();
        let result = change(rules);
        if result.is_err() {
            *rules = before;
        }
        result
    });
    changed.map_err(Refusal::bad)??;
    Ok(list(faults))
}

fn list(faults: &Faults) -> Response {
    let rules: Vec<Json> = faults.rules().iter().filter_map(|it| it.chaos().cloned()).collect();
    respond::json(StatusCode::OK, &rules)
}

fn effects(faults: &Faults) -> Response {
    let Effects { latency, jitter } = faults.effects();
    let mut shown = json!({ "latency": latency });
    if jitter > 0 {
        shown["jitter"] = jitter.into();
    }
    respond::json(StatusCode::OK, &shown)
}

fn set_effects(faults: &Faults, body: Json) -> Result<Response, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[serde(default)]
        latency: u64,
        #[serde(default)]
        jitter: u64,
    }
    if !body.is_object() {
        return Err(Refusal::bad("the body has to be an object, such as {\"latency\": 500}"));
    }
    let Wanted { latency, jitter } = serde_json::from_value(body).map_err(Refusal::bad)?;
    if latency.max(jitter) > MAX_MILLIS as u64 {
        return Err(Refusal::bad("latency, jitter: expected milliseconds, 0 to 900000"));
    }
    faults.set_effects(Effects { latency, jitter });
    Ok(effects(faults))
}
