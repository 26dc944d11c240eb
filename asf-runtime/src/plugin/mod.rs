//! Plugins: what a crate brings is found at link time, in lists that no one has to keep.
//!
//! A **plugin** has a *namespace* (what kind it is), a *name*, a *priority*, and a condition to be loaded.
//! Each namespace is a slice of statics that the linker collects: [`PROVIDERS`], [`DEVELOPER_ENDPOINTS`],
//! [`ATTACHMENTS`], [`HOOKS`], [`EXTENSIONS`], [`PATCHES`], and those of other crates,
//! which tell of theirs in [`NAMESPACES`]. Registration runs no code; a plugin is loaded when it is first
//! needed, through [`Plugins`], which knows which are disabled and what became of the others.
//!
//! A crate that nothing refers to is not linked, and registers nothing, silently; so a binary has one
//! list of `use <crate> as _;`, and a test that compares it with what is here.
//!
//! A namespace of one's own, with one plugin in it:
//!
//! ```
//! use asf_runtime::linkme::{self, distributed_slice};
//! use asf_runtime::plugin::{NAMESPACES, Namespace, Plugin, PluginId, Plugins, Settings};
//!
//! /// Something that can be greeted with.
//! pub struct Greeting {
//!     name: &'static str,
//!     make: fn() -> Result<String, std::fmt::Error>,
//! }
//!
//! impl Plugin for Greeting {
//!     fn id(&self) -> PluginId {
//!         PluginId::new("greetings", self.name)
//!     }
//! }
//!
//! #[distributed_slice]
//! pub static GREETINGS: [Greeting];
//!
//! asf_runtime::register!(NAMESPACES: Namespace = Namespace {
//!     name: "greetings",
//!     plugins: || GREETINGS.iter().map(|it| it as &dyn Plugin).collect(),
//! });
//!
//! asf_runtime::register!(GREETINGS: Greeting = Greeting { name: "hello", make: || Ok("Hello!".to_owned()) });
//!
//! let plugins = Plugins::new(Settings::default());
//! let said: Vec<String> = GREETINGS.iter().filter_map(|it| plugins.load(it, it.make)).collect();
//! assert_eq!(said, ["Hello!"]);
//!
//! let switched_off = Plugins::new(Settings::from_iter([("ASF_DISABLED_PLUGINS", "greetings/*")]));
//! assert!(GREETINGS.iter().all(|it| !switched_off.admits(it)));
//! ```

mod credential_store;
mod disabled;
mod settings;
mod states;

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use linkme::distributed_slice;

pub use credential_store::{CREDENTIAL_STORES, CredentialStore, FoundSecret};
pub use settings::Settings;
pub(crate) use states::panic_text;
pub use states::{PluginReport, PluginState, Plugins};

use crate::context::Environment;
use crate::extension::{ATTACHMENTS, EXTENSIONS};
use crate::hook::HOOKS;
use crate::patch::PATCHES;
use crate::protocol::{Request, Response};
use crate::provider::Provider;

/// Names a plugin: `providers/sqs:default`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PluginId {
    /// What kind of plugin it is.
    pub namespace: &'static str,
    /// Its name, of which there is one in the namespace.
    pub name: Cow<'static, str>,
}

impl PluginId {
    /// The name of a plugin in a namespace.
    #[must_use]
    pub fn new(namespace: &'static str, name: impl Into<Cow<'static, str>>) -> Self {
        Self { namespace, name: name.into() }
    }
}

impl std::fmt::Display for PluginId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// Whether a plugin is of use with these settings; if not, why, in words for the user.
pub type LoadCondition = fn(&Settings) -> Result<(), String>;

/// The condition of most plugins.
///
/// # Errors
/// None.
pub fn always(_: &Settings) -> Result<(), String> {
    Ok(())
}

/// What all plugins say of themselves, whatever they bring.
pub trait Plugin: Sync {
    /// Names it.
    fn id(&self) -> PluginId;

    /// Which comes first where the order matters: the higher one.
    fn priority(&self) -> i32 {
        0
    }

    /// Whether it is of use with these settings; if not, why.
    ///
    /// # Errors
    /// The reason why it is to be left alone.
    fn should_load(&self, _settings: &Settings) -> Result<(), String> {
        Ok(())
    }
}

/// A kind of plugins.
#[derive(Debug)]
pub struct Namespace {
    /// Its name: small letters and hyphens.
    pub name: &'static str,
    /// All plugins of this kind that are linked in.
    pub plugins: fn() -> Vec<&'static dyn Plugin>,
}

/// The kinds of plugins that other crates have, as far as they are linked in.
#[distributed_slice]
pub static NAMESPACES: [Namespace];

/// The kinds of plugins that are this crate's own.
const OWN: [Namespace; 6] = [
    Namespace { name: "providers", plugins: || PROVIDERS.iter().map(|it| it as &dyn Plugin).collect() },
    Namespace {
        name: "developer-endpoints",
        plugins: || DEVELOPER_ENDPOINTS.iter().map(|it| it as &dyn Plugin).collect(),
    },
    Namespace { name: "hooks", plugins: || HOOKS.iter().map(|it| it as &dyn Plugin).collect() },
    Namespace { name: "attachments", plugins: || ATTACHMENTS.iter().map(|it| it as &dyn Plugin).collect() },
    Namespace { name: "extensions", plugins: || EXTENSIONS.iter().map(|it| it as &dyn Plugin).collect() },
    Namespace { name: "patches", plugins: || PATCHES.iter().map(|it| it as &dyn Plugin).collect() },
];

/// All kinds of plugins that are linked in.
pub fn namespaces() -> impl Iterator<Item = &'static Namespace> {
    OWN.iter().chain(&*NAMESPACES)
}

/// Puts a value into one of the lists that the linker collects: `register!(LIST: Type = value)`, where the
/// value is one that a `static` can have.
#[macro_export]
macro_rules! register {
    ($list:path : $type:ty = $value:expr) => {
        const _: () = {
            #[$crate::linkme::distributed_slice($list)]
            #[linkme(crate = $crate::linkme)]
            static PLUGIN: $type = $value;
        };
    };
}

/// A provider that can be made. `#[provider]` registers one.
#[derive(Debug)]
pub struct ProviderPlugin {
    /// botocore's folder name of the service.
    pub service: &'static str,
    /// Name of the provider; several may exist for a service.
    pub name: &'static str,
    /// Makes it.
    pub create: fn(&Settings) -> Arc<dyn Provider>,
    /// Of several for a service, the one with the highest is taken.
    pub priority: i32,
    /// Whether it can be used.
    pub should_load: LoadCondition,
}

impl Plugin for ProviderPlugin {
    fn id(&self) -> PluginId {
        PluginId::new("providers", format!("{}:{}", self.service, self.name))
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn should_load(&self, settings: &Settings) -> Result<(), String> {
        (self.should_load)(settings)
    }
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

impl Plugin for DeveloperEndpoint {
    fn id(&self) -> PluginId {
        PluginId::new("developer-endpoints", format!("{}:{}", self.service, self.prefix))
    }
}

/// All providers that are linked in.
#[distributed_slice]
pub static PROVIDERS: [ProviderPlugin];

/// All developer endpoints that are linked in.
#[distributed_slice]
pub static DEVELOPER_ENDPOINTS: [DeveloperEndpoint];

#[cfg(test)]
mod tests;
