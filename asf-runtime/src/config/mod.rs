//! The configuration: LocalStack's variables by their names and meaning, and a few of our own.
//!
//! [`table`] is the one list of variables: [`Config`] is made of it, and so is whatever shows, checks or
//! documents them. Variables of a single service stand in its crate and register themselves, see
//! [`SERVICE_VARIABLES`]. [`Layers`] says where values come from: environment, profile, `.env`.
//!
//! ```
//! use asf_runtime::config::Config;
//! use asf_runtime::plugin::Settings;
//!
//! let config = Config::parse(&Settings::from_iter([("GATEWAY_LISTEN", "0.0.0.0:4566,[::1]:4567")]))?;
//! assert_eq!(config.listen.0[1].to_string(), "[::1]:4567");
//!
//! let error = Config::parse(&Settings::from_iter([("ASF_MAX_CONNECTIONS", "many")])).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "ASF_MAX_CONNECTIONS=\"many\" is not valid: expected a whole number from 1 to 1000000",
//! );
//! # Ok::<(), asf_runtime::config::ConfigErrors>(())
//! ```

mod backends;
mod env_file;
mod home;
mod layers;
mod listen;
pub mod localstack;
mod page;
mod setting;
pub mod table;
mod values;
mod variable;
mod warning;

use std::borrow::Cow;

use linkme::distributed_slice;

pub use backends::{BackendName, BackendRule, BackendRules};
pub use env_file::{EnvFileError, read_env_file};
pub use home::NoHome;
pub use layers::{Layers, Origin};
pub use listen::{DEFAULT_PORT, Listener, Listeners};
pub use page::page;
pub use setting::{Setting, Whole};
pub use table::Config;
pub use values::{
    HeaderNames, HostPort, LoadStrategy, LogFormat, LogLevel, Origins, ProviderOverrides, SaveStrategy,
    ServiceNames, Size, Words,
};
pub use variable::{Source, Stage, Variable};
pub use warning::{Warning, warnings};

/// The variables of services, each in its service's crate.
///
/// ```
/// use asf_runtime::config::{SERVICE_VARIABLES, Source, Variable};
/// use asf_runtime::linkme;
///
/// #[linkme::distributed_slice(SERVICE_VARIABLES)]
/// #[linkme(crate = asf_runtime::linkme)]
/// static SNEEZE: Variable = Variable::of::<bool>("SNEEZE_LOUDLY", "Sneeze", "0", "Whether all hear it.")
///     .by(Source::Asf);
/// ```
#[distributed_slice]
pub static SERVICE_VARIABLES: [Variable];

/// All variables: those of the table in its order, then those of services by name.
pub fn variables() -> impl Iterator<Item = &'static Variable> {
    let mut of_services: Vec<&Variable> = SERVICE_VARIABLES.iter().collect();
    of_services.sort_unstable_by_key(|variable| (variable.section, variable.name));
    table::VARIABLES.iter().chain(of_services)
}

/// A value that its variable does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}={value:?} is not valid: {}expected {expected}", named(offending.as_deref()))]
pub struct ConfigError {
    /// The variable.
    pub variable: String,
    /// The value that was found.
    pub value: String,
    /// The part of the value that is wrong, if only a part is.
    pub offending: Option<String>,
    /// What it should be.
    pub expected: Cow<'static, str>,
}

fn named(offending: Option<&str>) -> String {
    offending.map(|part| format!("{part:?} is none; ")).unwrap_or_default()
}

/// Everything that is wrong with a configuration; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct ConfigErrors(pub Vec<ConfigError>);

fn lines(errors: &[ConfigError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
