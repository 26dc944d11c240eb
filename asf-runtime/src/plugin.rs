//! Registration: what a crate brings is found at link time, in these lists.
//!
//! A crate that nothing refers to is not linked, and registers nothing, silently; so a binary has one
//! list of `use <crate> as _;`, and a test that compares it with what is here.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use linkme::distributed_slice;

use crate::context::Environment;
use crate::protocol::{Request, Response};
use crate::provider::Provider;
use crate::store::State;

/// A provider that can be made. `#[provider]` registers one.
#[derive(Debug)]
pub struct ProviderPlugin {
    /// botocore's folder name of the service.
    pub service: &'static str,
    /// Name of the provider; several may exist for a service.
    pub name: &'static str,
    /// Makes it.
    pub create: fn(&Settings) -> Arc<dyn Provider>,
}

/// A path outside of AWS's API that a service answers besides, such as `/_aws/sqs/messages`.
#[derive(Debug)]
pub struct DeveloperEndpoint {
    /// The service whose provider it is handed.
    pub service: &'static str,
    /// What its paths start with; a path is this, or goes on with `/`.
    pub prefix: &'static str,
    /// Answers a request. The provider may be another than the service's native one.
    pub answer: for<'a> fn(&'a dyn Provider, &'a Environment, Request) -> BoxFuture<'a, Response>,
}

/// All providers that are linked in.
#[distributed_slice]
pub static PROVIDERS: [ProviderPlugin];

/// All developer endpoints that are linked in.
#[distributed_slice]
pub static DEVELOPER_ENDPOINTS: [DeveloperEndpoint];

/// What a provider can be set up with: the process's configuration, by the names of its variables, and the
/// state that its stores are opened in.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    variables: HashMap<String, String>,
    state: State,
}

impl Settings {
    /// The value of a variable, if it is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All variables that are set and not empty, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(_, value)| !value.is_empty())
    }

    /// Where the stores are: one state for all providers of a process. Without
    /// [`with_state`](Self::with_state), one that is gone with the process.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// With another state.
    #[must_use]
    pub fn with_state(self, state: State) -> Self {
        Self { state, ..self }
    }

    /// Whether a variable is set to what LocalStack takes for yes: `1` or `true`, in any case.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Settings {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, state: State::new() }
    }
}
