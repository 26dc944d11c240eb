//! What plugins can be set up with.

use std::collections::HashMap;

use crate::client::Connect;
use crate::store::State;

/// What a plugin can be set up with: the process's configuration, by the names of its variables, and the
/// state that stores are opened in.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    variables: HashMap<String, String>,
    state: State,
    connect: Connect,
}

impl Settings {
    /// The value of a variable, if it is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Sets a variable; an empty text is as good as none.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.variables.insert(name.into(), value.into());
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

    /// The way to the other providers of the process.
    #[must_use]
    pub fn connect(&self) -> Connect {
        self.connect.clone()
    }

    /// The settings of another process, which may begin with the same variables.
    pub(super) fn of_a_process(self) -> Self {
        Self { connect: Connect::default(), ..self }
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
        Self { variables, ..Self::default() }
    }
}
