//! Extensions: what is added to a process beside its native providers, by code of others.
//!
//! An [`Extension`] has a name and, when it is added, is handed an [`ExtensionHost`]: routes beside AWS's API,
//! places in the chain that requests go through, providers, hooks, settings, time and ids. What it adds through
//! the host is its own, and goes with it.
//!
//! - One that is **linked in** registers an [`ExtensionPlugin`] in [`EXTENSIONS`] and is added when the
//!   process starts.
//! - Any other is added with [`Extensions::add`] at any time, and removed with [`Extensions::remove`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use asf_runtime::extension::{EXTENSIONS, Extension, ExtensionError, ExtensionHost, ExtensionPlugin};
//! use asf_runtime::gateway::edge::{Rule, endpoint, respond};
//! use asf_runtime::gateway::{ChainPlace, Flow, handler};
//! use http::{HeaderValue, StatusCode};
//!
//! struct Hello;
//!
//! impl Extension for Hello {
//!     fn name(&self) -> &str {
//!         "hello"
//!     }
//!
//!     fn register(&self, host: &ExtensionHost) -> Result<(), ExtensionError> {
//!         let who = host.settings().get("HELLO_WHO").unwrap_or("you").to_owned();
//!         host.add_route(
//!             Rule::new("/_extension/hello"),
//!             endpoint(move |_| std::future::ready(respond::text(StatusCode::OK, format!("Hello {who}")))),
//!         )?;
//!         host.add_handler(ChainPlace::Response, handler("hello", |ctx| {
//!             ctx.response.headers_mut().insert("x-hello", HeaderValue::from_static("1"));
//!             Ok(Flow::Continue)
//!         }));
//!         Ok(())
//!     }
//! }
//!
//! asf_runtime::register!(EXTENSIONS: ExtensionPlugin = ExtensionPlugin::new("hello", || Arc::new(Hello)));
//! ```

mod attachment;
mod error;
mod host;
mod registry;

use std::sync::Arc;

use linkme::distributed_slice;

pub use attachment::{ATTACHMENTS, Attachment, attach};
pub use error::ExtensionError;
pub use host::ExtensionHost;
pub use registry::{Extensions, Surfaces};

use crate::plugin::{LoadCondition, Plugin, PluginId, Settings, always};

/// Something that is added to a process. See the [module](self).
pub trait Extension: Send + Sync {
    /// Its name: one of a kind in a process. Small letters, digits and hyphens will do everywhere.
    fn name(&self) -> &str;

    /// Adds what it brings. It may keep a copy of the host, and add and remove more while it runs.
    ///
    /// # Errors
    /// Why it cannot be used; what it has added up to then is taken out again.
    fn register(&self, host: &ExtensionHost) -> Result<(), ExtensionError>;

    /// It has been removed: what it had added is gone. For what it holds besides.
    fn removed(&self) {}
}

/// An extension that is linked in.
#[derive(Debug)]
pub struct ExtensionPlugin {
    /// The name of the extension.
    pub name: &'static str,
    /// The one with the highest is added first: its handlers run before those of others.
    pub priority: i32,
    /// Whether it is of use.
    pub should_load: LoadCondition,
    /// Makes it.
    pub create: fn() -> Arc<dyn Extension>,
}

impl ExtensionPlugin {
    /// An extension that is always of use.
    #[must_use]
    pub const fn new(name: &'static str, create: fn() -> Arc<dyn Extension>) -> Self {
        Self { name, priority: 0, should_load: always, create }
    }

    /// With a priority.
    #[must_use]
    pub const fn priority(self, priority: i32) -> Self {
        Self { priority, ..self }
    }

    /// Only under a condition.
    #[must_use]
    pub const fn only_if(self, should_load: LoadCondition) -> Self {
        Self { should_load, ..self }
    }
}

impl Plugin for ExtensionPlugin {
    fn id(&self) -> PluginId {
        PluginId::new("extensions", self.name)
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn should_load(&self, settings: &Settings) -> Result<(), String> {
        (self.should_load)(settings)
    }
}

/// All extensions that are linked in.
#[distributed_slice]
pub static EXTENSIONS: [ExtensionPlugin];

#[cfg(test)]
mod tests;
