//! The extensions of a process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::{EXTENSIONS, Extension, ExtensionError, ExtensionHost, ExtensionPlugin};
use crate::context::Environment;
use crate::gateway::ChainPlaces;
use crate::gateway::cors::Cors;
use crate::gateway::edge::EdgeRouter;
use crate::hook::Hooks;
use crate::plugin::{PluginId, PluginState, Plugins, panic_text};
use crate::provider::Providers;

/// Where extensions can be attached to a process.
#[derive(Clone, Debug, Default)]
pub struct Surfaces {
    /// Routes beside AWS's API.
    pub edge: EdgeRouter,
    /// Places in the chain.
    pub places: ChainPlaces,
    /// Which web pages may call; services add what answers for CORS itself.
    pub cors: Cors,
    /// Who answers calls.
    pub providers: Arc<Providers>,
    /// What runs at certain moments.
    pub hooks: Hooks,
    /// What is switched off, and what became of the rest; the settings.
    pub plugins: Plugins,
    /// Time and ids.
    pub environment: Environment,
}

/// The extensions of a process. Copies are the same.
#[derive(Clone, Debug)]
pub struct Extensions(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    surfaces: Arc<Surfaces>,
    entries: Mutex<Vec<Entry>>,
}

struct Entry {
    name: Arc<str>,
    host: ExtensionHost,
    /// Not there while it registers.
    extension: Option<Arc<dyn Extension>>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Extensions {
    /// None yet.
    #[must_use]
    pub fn new(surfaces: Surfaces) -> Self {
        Self(Arc::new(Shared { surfaces: Arc::new(surfaces), entries: Mutex::default() }))
    }

    /// What extensions are attached to.
    #[must_use]
    pub fn surfaces(&self) -> &Surfaces {
        &self.0.surfaces
    }

    /// Adds those that are linked in and neither disabled nor without use, by priority, then by name. One that
    /// fails is logged and left out.
    pub fn add_linked(&self) {
        let mut linked: Vec<&ExtensionPlugin> = EXTENSIONS.iter().collect();
        linked.sort_by(|a, b| b.priority.cmp(&a.priority).then(a.name.cmp(b.name)));
        for plugin in linked {
            self.0.surfaces.plugins.load(plugin, || self.attach((plugin.create)()));
        }
    }

    /// Adds an extension, from now on.
    ///
    /// # Errors
    /// [`ExtensionError`] when it is disabled, there is one of its name, or it fails; nothing of it stays.
    pub fn add(&self, extension: Arc<dyn Extension>) -> Result<(), ExtensionError> {
        let plugins = &self.0.surfaces.plugins;
        let name = extension.name().to_owned();
        let id = PluginId::new("extensions", name.clone());
        if plugins.is_disabled(&id) {
            plugins.keep_as(id, 0, PluginState::Disabled);
            return Err(ExtensionError::Disabled(name));
        }
        let result = self.attach(extension);
        match &result {
            Ok(()) => plugins.keep_as(id, 0, PluginState::Loaded),
            // The other one is in use.
            Err(ExtensionError::NameTaken(_)) => {}
            Err(error) => plugins.keep_as(id, 0, PluginState::Failed { error: error.to_string() }),
        }
        result
    }

    fn attach(&self, extension: Arc<dyn Extension>) -> Result<(), ExtensionError> {
        let name: Arc<str> = extension.name().into();
        let host = ExtensionHost::new(name.clone(), self.0.surfaces.clone());
        {
            let mut entries = self.entries();
            if entries.iter().any(|it| it.name == name) {
                return Err(ExtensionError::NameTaken(name.to_string()));
            }
            entries.push(Entry { name: name.clone(), host: host.clone(), extension: None });
        }
        // Not under the lock: it may look at the others, or add some.
        let registered = catch_unwind(AssertUnwindSafe(|| extension.register(&host)));
        let result = registered.unwrap_or_else(|panic| Err(ExtensionError::Panicked(panic_text(&*panic))));
        let mut entries = self.entries();
        let at = entries.iter().position(|it| it.name == name);
        match (&result, at.and_then(|at| entries.get_mut(at))) {
            (Ok(()), Some(entry)) => entry.extension = Some(extension),
            _ => {
                if let Some(at) = at {
                    entries.remove(at);
                }
                drop(entries);
                host.close();
            }
        }
        result
    }

    /// Removes an extension with all that it has added; calls that it answers already go on. False if there
    /// is none of this name.
    pub fn remove(&self, name: &str) -> bool {
        let entry = {
            let mut entries = self.entries();
            let found = entries.iter().position(|it| &*it.name == name && it.extension.is_some());
            found.map(|at| entries.remove(at))
        };
        let Some(Entry { host, extension: Some(extension), .. }) = entry else { return false };
        host.close();
        self.0.surfaces.plugins.forget(&PluginId::new("extensions", name.to_owned()));
        if catch_unwind(AssertUnwindSafe(|| extension.removed())).is_err() {
            tracing::error!(extension = name, "an extension panicked when it was removed");
        }
        true
    }

    /// The names of those that are there, in the order in which they were added.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.entries().iter().filter(|it| it.extension.is_some()).map(|it| it.name.to_string()).collect()
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
