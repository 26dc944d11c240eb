//! The providers of a process: one a service, made when first needed.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Provider;
use crate::plugin::{PROVIDERS, ProviderPlugin, Settings};

/// One provider for each service that has one.
#[derive(Default)]
pub struct Providers {
    settings: Settings,
    services: BTreeMap<&'static str, Entry>,
}

/// A provider that may not be there yet.
struct Entry {
    plugin: Option<&'static ProviderPlugin>,
    made: OnceLock<Arc<dyn Provider>>,
}

impl Providers {
    /// Those that are linked in. Of several for a service, the one named `default` is taken; a service
    /// whose providers have other names only takes the first by name.
    #[must_use]
    pub fn registered(settings: Settings) -> Self {
        let mut services: BTreeMap<&'static str, Entry> = BTreeMap::new();
        let rank = |plugin: &ProviderPlugin| (plugin.name != "default", plugin.name);
        for plugin in PROVIDERS {
            let entry = services
                .entry(plugin.service)
                .or_insert_with(|| Entry { plugin: Some(plugin), made: OnceLock::new() });
            if entry.plugin.is_some_and(|it| rank(plugin) < rank(it)) {
                entry.plugin = Some(plugin);
            }
        }
        Self { settings, services }
    }

    /// With this provider for its service, whatever was there before.
    #[must_use]
    pub fn with(mut self, provider: Arc<dyn Provider>) -> Self {
        let service = provider.service().name;
        self.services.insert(service, Entry { plugin: None, made: OnceLock::from(provider) });
        self
    }

    /// The provider of a service.
    #[must_use]
    pub fn get(&self, service: &str) -> Option<Arc<dyn Provider>> {
        let entry = self.services.get(service)?;
        if let Some(made) = entry.made.get() {
            return Some(made.clone());
        }
        let plugin = entry.plugin?;
        Some(entry.made.get_or_init(|| (plugin.create)(&self.settings)).clone())
    }

    /// The services that have one.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        self.services.keys().copied()
    }
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.services.keys()).finish()
    }
}
