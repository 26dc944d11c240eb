//! `/_asf/faults`: the rules, listed, added, replaced, changed, taken out.

use std::sync::Arc;

use asf_schema::ServiceSchema;
use http::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::rule::Rule;
use super::{Faults, RuleSpec, chaos};
use crate::gateway::Services;
use crate::gateway::edge::{EdgeRequest, EdgeRouter, Rule as Route, RuleError, endpoint, respond};
use crate::ids::Ids;
use crate::protocol::Response;

/// The models that rules are checked against.
#[derive(Clone, Debug)]
pub struct Models {
    services: Arc<Services>,
    names: Arc<[&'static str]>,
}

impl Models {
    /// The models of these services; `names` are those of all that there are.
    #[must_use]
    pub fn new(services: Arc<Services>, names: impl IntoIterator<Item = &'static str>) -> Self {
        Self { services, names: names.into_iter().collect() }
    }

    pub(super) fn service(&self, name: &str) -> Option<&'static ServiceSchema> {
        // The catalogue's first: asking for a provider makes it.
        (self.services.catalogue)(name).or_else(|| self.services.providers.get(name).map(|it| it.service()))
    }

    pub(super) fn names(&self) -> &[&'static str] {
        &self.names
    }
}

type Answer = fn(&Faults, &Models, &mut EdgeRequest, Json) -> Result<Response, Refusal>;

/// Method, path, answer to a request with a body of JSON (null, if it has none).
const ROUTES: [(Method, &str, Answer); 7] = [
    (Method::GET, "/_asf/faults", |faults, _, request, _| Ok(list(faults, request))),
    (Method::POST, "/_asf/faults", add),
    (Method::PUT, "/_asf/faults", replace),
    (Method::DELETE, "/_asf/faults", |faults, _, _, _| {
        faults.clear();
        Ok(respond::empty(StatusCode::NO_CONTENT))
    }),
    (Method::GET, "/_asf/faults/{id}", get),
    (Method::PATCH, "/_asf/faults/{id}", patch),
    (Method::DELETE, "/_asf/faults/{id}", remove),
];

/// Why something is not done, to be told to the client.
pub(super) struct Refusal(pub(super) StatusCode, pub(super) String);

impl Refusal {
    #[allow(clippy::needless_pass_by_value, reason = "map_err hands it over")]
    pub(super) fn bad(message: impl ToString) -> Self {
        Self(StatusCode::BAD_REQUEST, message.to_string())
    }
}

/// Adds `/_asf/faults`, and LocalStack's `/_localstack/chaos`, with their part of the OpenAPI document.
///
/// # Errors
/// [`RuleError`] when a path is taken.
pub fn add_routes(router: &EdgeRouter, faults: &Faults, models: &Models) -> Result<(), RuleError> {
    if let Err(error) = router.document(include_str!("faults.openapi.json")) {
        tracing::error!(%error, "the faults are left out of the OpenAPI document");
    }
    let ours = ROUTES.iter().chain(chaos::ROUTES.iter());
    for (method, path, answer) in ours {
        let (faults, models, answer) = (faults.clone(), models.clone(), *answer);
        router.add(
            Route::new(*path).methods([method.clone()]),
            endpoint(move |mut request: EdgeRequest| {
                let (faults, models) = (faults.clone(), models.clone());
                async move {
                    let body = match request.body().await {
                        Ok(body) => body,
                        Err(response) => return response,
                    };
                    let json = if body.is_empty() { Ok(Json::Null) } else { serde_json::from_slice(&body) };
                    let result = json
                        .map_err(|error| Refusal::bad(format!("the body is no JSON: {error}")))
                        .and_then(|json| answer(&faults, &models, &mut request, json));
                    result.unwrap_or_else(|Refusal(status, message)| respond::error(status, message))
                }
            }),
        )?;
    }
    Ok(())
}

/// The rules of a list, or the one rule that is no list.
pub(super) fn items(body: Json) -> Result<Vec<Json>, Refusal> {
    let items = match body {
        Json::Array(items) => items,
        item => vec![item],
    };
    // An array could be read as a structure without members, and then be a rule about everything.
    match items.iter().all(Json::is_object) {
        true => Ok(items),
        false => Err(Refusal::bad("the body has to be a rule, or a list of rules")),
    }
}

fn list(faults: &Faults, request: &EdgeRequest) -> Response {
    let now = request.environment.clock.now();
    let shown: Vec<Json> = faults.rules().iter().map(|it| it.shown(now)).collect();
    respond::json(StatusCode::OK, &json!({ "faults": shown }))
}

/// Rules out of JSON, checked, with an id each.
fn rules(body: Json, models: &Models, ids: &Ids) -> Result<Vec<Arc<Rule>>, Refusal> {
    items(body)?.into_iter().map(|item| rule(item, models, ids)).collect()
}

fn rule(item: Json, models: &Models, ids: &Ids) -> Result<Arc<Rule>, Refusal> {
    let mut spec: RuleSpec = serde_json::from_value(item).map_err(Refusal::bad)?;
    spec.check(models).map_err(Refusal::bad)?;
    let id = spec.id.get_or_insert_with(|| ids.text(8, b"0123456789abcdef"));
    if id.is_empty() || id.len() > 64 {
        return Err(Refusal::bad("id: expected 1 to 64 characters"));
    }
    Ok(Arc::new(Rule::new(spec)))
}

/// No two rules may have one id.
fn taken(rules: &[Arc<Rule>]) -> Result<(), Refusal> {
    let mut ids: Vec<&str> = rules.iter().filter_map(|it| it.spec().id.as_deref()).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair.first() == pair.last()).and_then(<[&str]>::first) {
        Some(id) => Err(Refusal(StatusCode::CONFLICT, format!("there are two rules {id:?}"))),
        None => Ok(()),
    }
}

/// Changes the rules, if what comes of it is allowed.
fn change(
    faults: &Faults,
    change: impl FnOnce(&mut Vec<Arc<Rule>>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let changed = faults.change(|rules| {
        let before = rules.clone();
        let result = change(rules).and_then(|()| taken(rules));
        if result.is_err() {
            *rules = before;
        }
        result
    });
    changed.map_err(Refusal::bad)?
}

fn add(faults: &Faults, models: &Models, request: &mut EdgeRequest, body: Json) -> Result<Response, Refusal> {
    let added = rules(body, models, &request.environment.ids)?;
    change(faults, |rules| {
        rules.extend(added.iter().cloned());
        Ok(())
    })?;
    let now = request.environment.clock.now();
    let shown: Vec<Json> = added.iter().map(|it| it.shown(now)).collect();
    Ok(respond::json(StatusCode::CREATED, &json!({ "faults": shown })))
}

fn replace(
    faults: &Faults,
    models: &Models,
    request: &mut EdgeRequest,
    body: Json,
) -> Result<Response, Refusal> {
    let new = rules(body, models, &request.environment.ids)?;
    change(faults, |rules| {
        *rules = new;
        Ok(())
    })?;
    Ok(list(faults, request))
}

fn id_of(request: &EdgeRequest) -> String {
    request.params.get("id").unwrap_or_default().to_owned()
}

fn no_such(id: &str) -> Refusal {
    Refusal(StatusCode::NOT_FOUND, format!("there is no rule {id:?}"))
}

fn get(faults: &Faults, _: &Models, request: &mut EdgeRequest, _: Json) -> Result<Response, Refusal> {
    let id = id_of(request);
    let rules = faults.rules();
    let rule = rules.iter().find(|it| it.is_named(&id)).ok_or_else(|| no_such(&id))?;
    Ok(respond::json(StatusCode::OK, &rule.shown(request.environment.clock.now())))
}

/// The members that are there replace those of the rule, null takes one out (RFC 7396, one level deep).
/// Its count of hits, its tokens and its draws begin anew.
fn patch(
    faults: &Faults,
    models: &Models,
    request: &mut EdgeRequest,
    body: Json,
) -> Result<Response, Refusal> {
    let id = id_of(request);
    let Json::Object(changes) = body else {
        return Err(Refusal::bad("the body has to be the members of the rule that change"));
    };
    let mut shown = Json::Null;
    change(faults, |rules| {
        let place = rules.iter_mut().find(|it| it.is_named(&id)).ok_or_else(|| no_such(&id))?;
        let mut item = serde_json::to_value(place.spec()).map_err(Refusal::bad)?;
        if let Some(members) = item.as_object_mut() {
            members.extend(changes);
            members.retain(|_, value| !value.is_null());
        }
        *place = rule(item, models, &request.environment.ids)?;
        shown = place.shown(request.environment.clock.now());
        Ok(())
    })?;
    Ok(respond::json(StatusCode::OK, &shown))
}

fn remove(faults: &Faults, _: &Models, request: &mut EdgeRequest, _: Json) -> Result<Response, Refusal> {
    let id = id_of(request);
    change(faults, |rules| {
        let before = rules.len();
        rules.retain(|it| !it.is_named(&id));
        if rules.len() == before { Err(no_such(&id)) } else { Ok(()) }
    })?;
    Ok(respond::empty(StatusCode::NO_CONTENT))
}
