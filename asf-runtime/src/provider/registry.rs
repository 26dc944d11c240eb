//! The providers of a process: one a service, made when first needed.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use asf_store::{Selection, State};

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
    /// Those that are linked in. Of several for a service, the one is taken that
    /// `PROVIDER_OVERRIDE_<SERVICE>` names, else the one named `default`, else the first by name.
    #[must_use]
    pub fn registered(settings: Settings) -> Self {
        Self::of(&PROVIDERS, settings)
    }

    fn of(plugins: &'static [ProviderPlugin], settings: Settings) -> Self {
        let mut services: BTreeMap<&'static str, Entry> = BTreeMap::new();
        let rank = |plugin: &ProviderPlugin| {
            let variable = format!("PROVIDER_OVERRIDE_{}", plugin.service.to_uppercase().replace('-', "_"));
            (settings.get(&variable) != Some(plugin.name), plugin.name != "default", plugin.name)
        };
        for plugin in plugins {
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

    /// Makes the provider of a service, if it is not there. What was kept of it is read then, which may take
    /// long: on a thread where others do not wait for it.
    pub async fn prepare(self: &Arc<Self>, service: &'static str) {
        if !self.state().is_durable() || self.is_made(service) || !self.services.contains_key(service) {
            return;
        }
        // Without a runtime, there is nobody who could wait.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let providers = self.clone();
            let made = runtime.spawn_blocking(move || drop(providers.get(service))).await;
            if let Err(error) = made {
                tracing::error!(service, %error, "the provider cannot be made");
            }
        }
    }

    /// Where the stores of the providers are.
    #[must_use]
    pub fn state(&self) -> &State {
        self.settings.state()
    }

    /// Whether the provider of a service has been made.
    #[must_use]
    pub fn is_made(&self, service: &str) -> bool {
        self.services.get(service).is_some_and(|it| it.made().is_some())
    }

    /// Makes a provider forget everything, what was kept of it included, see [`Provider::reset`]. Calls that
    /// are under way end on the state that they began with. False if there is no such provider, or no way.
    pub fn reset(&self, service: &str) -> bool {
        let Some(entry) = self.services.get(service) else { return false };
        self.state().reset(&Selection { service: Some(service.to_owned()), ..Selection::default() });
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

    /// Has the provider of a service, or all, made anew with the next call: what is in their stores was
    /// replaced, and what they made of it is no longer so.
    pub fn renew(&self, service: Option<&str>) {
        let wanted = self.services.iter().filter(|(name, _)| service.is_none_or(|it| it == **name));
        for (_, entry) in wanted.filter(|(_, entry)| entry.plugin.is_some()) {
            *entry.made.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
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

#[cfg(test)]
mod tests {
    use asf_schema::{Operation, ServiceSchema};
    use futures_util::future::BoxFuture;

    use super::*;
    use crate::provider::HandlerResult;
    use crate::{AwsError, RequestContext, Shape};

    struct Named(&'static str);

    impl Provider for Named {
        fn service(&self) -> &'static ServiceSchema {
            static SCHEMA: std::sync::OnceLock<&'static ServiceSchema> = std::sync::OnceLock::new();
            SCHEMA.get_or_init(|| {
                let spec = br#"{"metadata": {"protocol": "json"}, "operations": {}, "shapes": {}}"#;
                asf_schema::load_service("of-tests", spec).unwrap()
            })
        }

        fn name(&self) -> &'static str {
            self.0
        }

        fn implements(&self, _: Operation) -> bool {
            false
        }

        fn new_input(&self, _: Operation) -> Option<Box<dyn Shape>> {
            None
        }

        fn call<'a>(
            &'a self,
            _: &'a RequestContext,
            operation: Operation,
            _: Box<dyn Shape>,
        ) -> BoxFuture<'a, HandlerResult> {
            Box::pin(std::future::ready(Err(AwsError::not_implemented(operation).into())))
        }
    }

    static PLUGINS: [ProviderPlugin; 2] = [
        ProviderPlugin { service: "of-tests", name: "another", create: |_| Arc::new(Named("another")) },
        ProviderPlugin { service: "of-tests", name: "default", create: |_| Arc::new(Named("default")) },
    ];

    #[test]
    fn which_of_several() {
        for (variable, value, name) in [
            ("OTHER", "another", "default"),
            ("PROVIDER_OVERRIDE_OF_TESTS", "another", "another"),
            ("PROVIDER_OVERRIDE_OF_TESTS", "nobody", "default"),
        ] {
            let providers = Providers::of(&PLUGINS, Settings::from_iter([(variable, value)]));
            assert_eq!(providers.get("of-tests").unwrap().name(), name, "{variable}={value}");
        }
    }
}
