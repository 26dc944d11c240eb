//! `/config`: what the process is set up with.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Context;
use crate::gateway::edge::{EdgeRequest, respond};
use crate::protocol::Response;

/// Who knows the configuration.
pub trait Configuration: Send + Sync {
    /// Variables and values. Secrets are left to the endpoint, which does not show them.
    fn variables(&self) -> BTreeMap<String, String>;

    /// Changes a variable. Who has read it already goes on with what it was.
    ///
    /// # Errors
    /// Why it cannot be that.
    fn update(&self, variable: &str, value: &str) -> Result<(), String>;
}

/// A configuration that is nothing but variables.
#[derive(Debug, Default)]
pub struct Variables(RwLock<BTreeMap<String, String>>);

/// Variables that [`Variables`] takes, at most.
const MAX_VARIABLES: usize = 10_000;

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(RwLock::new(variables.collect()))
    }
}

impl Configuration for Variables {
    fn variables(&self) -> BTreeMap<String, String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, variable: &str, value: &str) -> Result<(), String> {
        let mut variables = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if variables.len() >= MAX_VARIABLES && !variables.contains_key(variable) {
            return Err("there are too many variables".to_owned());
        }
        variables.insert(variable.to_owned(), value.to_owned());
        Ok(())
    }
}

/// Variables and values, with stars for secrets.
pub(super) fn get(context: &Context) -> Response {
    respond::json(StatusCode::OK, &shown(context))
}

pub(super) fn shown(context: &Context) -> Map<String, Value> {
    let shown = |(name, value): (String, String)| {
        let value = if is_secret(&name) && !value.is_empty() { "***".to_owned() } else { value };
        (name, Value::from(value))
    };
    context.internal.configuration.variables().into_iter().map(shown).collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["TOKEN", "SECRET", "PASSWORD", "API_KEY", "ACCESS_KEY", "PRIVATE_KEY"].iter().any(|it| name.contains(it))
}

#[derive(Deserialize)]
struct Update {
    variable: String,
    value: Value,
}

/// Changes a variable.
pub(super) async fn post(context: Arc<Context>, mut request: EdgeRequest) -> Response {
    if !context.internal.has_config_updates {
        let message = "the configuration can be changed when ENABLE_CONFIG_UPDATES=1 is set";
        return respond::error(StatusCode::FORBIDDEN, message);
    }
    let update: Update = match request.json().await {
        Ok(update) => update,
        Err(answer) => return answer,
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if update.variable.is_empty() || !update.variable.bytes().all(is_name) {
        let message = format!("{:?} is no name of a variable", update.variable);
        return respond::error(StatusCode::BAD_REQUEST, message);
    }
    let value = match &update.value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => u8::from(*value).to_string(),
        other => {
            return respond::error(StatusCode::BAD_REQUEST, format!("{other} is no value: expected a text"));
        }
    };
    match context.internal.configuration.update(&update.variable, &value) {
        Ok(()) => {
            tracing::info!("{} was changed over HTTP", update.variable);
            respond::json(StatusCode::OK, &json!({ "variable": update.variable, "value": update.value }))
        }
        Err(message) => respond::error(StatusCode::BAD_REQUEST, message),
    }
}
