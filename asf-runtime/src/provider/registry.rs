//! The providers of a process: one a service, made when first needed.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

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
    made: RwLock<Option<Arc<dyn Provider>>>,
}

impl Entry {
    fn made(&self) -> Option<Arc<dyn Provider>> {
        self.made.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
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
                .or_insert_with(|| Entry { plugin: Some(plugin), made: RwLock::default() });
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
        self.services.insert(service, Entry { plugin: None, made: RwLock::new(Some(provider)) });
        self
    }

    /// The provider of a service.
    #[must_use]
    pub fn get(&self, service: &str) -> Option<Arc<dyn Provider>> {
        let entry = self.services.get(service)?;
        if let Some(made) = entry.made() {
            return Some(made);
        }
        let plugin = entry.plugin?;
        let mut made = entry.made.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have been first.
        Some(made.get_or_insert_with(|| (plugin.create)(&self.settings)).clone())
    }

    /// Whether the provider of a service has been made.
    #[must_use]
    pub fn is_made(&self, service: &str) -> bool {
        self.services.get(service).is_some_and(|it| it.made().is_some())
    }

    /// Makes a provider forget everything, see [`Provider::reset`]. Calls that are under way end on the
    /// state that they began with. False if there is no such provider, or no way.
    pub fn reset(&self, service: &str) -> bool {
        let Some(entry) = self.services.get(service) else { return false };
        let Some(made) = entry.made() else { return true };
        if made.reset() {
            return true;
        }
        if entry.plugin.is_some() {
            // The next call makes another.
            *entry.made.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        entry.plugin.is_some()
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
