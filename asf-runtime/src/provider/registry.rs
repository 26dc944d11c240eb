//! The backends of a process: for each service those that may answer it, made when first needed.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock};

use asf_schema::Operation;
use asf_store::{Selection, State};

use super::{Answering, BackendId, Chains, Chosen, Provider, Source, Step, Tier};
use crate::AwsError;
use crate::patch::{Patches, patched};
use crate::plugin::{PROVIDERS, PluginState, Plugins, ProviderPlugin, Settings, panic_text};

/// For each service, its backends in the order in which they are asked.
///
/// Most services have one, the native provider, which is made at the first call. Others can be
/// [added](Self::add) and removed while requests run: a call that is under way ends where it began. Of the
/// backends of a service, the first that implements an operation [answers](Self::answering) it.
#[derive(Default)]
pub struct Providers {
    plugins: Plugins,
    /// Locked for as long as it takes to find or replace a list.
    services: RwLock<BTreeMap<&'static str, Backends>>,
    last_id: AtomicU64,
    chains: OnceLock<Chains>,
    patches: Patches,
}

/// The backends of a service, by tier.
type Backends = Arc<[Arc<Backend>]>;

/// A backend whose provider may not be there yet.
struct Backend {
    id: BackendId,
    tier: Tier,
    source: Source,
    plugin: Option<&'static ProviderPlugin>,
    made: RwLock<Option<Arc<dyn Provider>>>,
}

impl Backend {
    fn made(&self) -> Option<Arc<dyn Provider>> {
        self.made.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The provider, made now if it has to be.
    fn provider(&self, plugins: &Plugins) -> Option<Arc<dyn Provider>> {
        if let Some(made) = self.made() {
            return Some(made);
        }
        let plugin = self.plugin?;
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have been first.
        Some(made.get_or_insert_with(|| create(plugin, plugins)).clone())
    }

    /// See [`Provider::reset`].
    fn reset(&self, plugins: &Plugins) -> bool {
        let Some(made) = self.made() else { return true };
        if made.reset() {
            return true;
        }
        self.renew(plugins);
        self.plugin.is_some()
    }

    /// Has the next call make another, if there is a way to make one.
    fn renew(&self, plugins: &Plugins) {
        if let Some(plugin) = self.plugin {
            *self.made.write().unwrap_or_else(PoisonError::into_inner) = None;
            plugins.keep(plugin, PluginState::Registered);
        }
    }
}

/// Makes a provider. One that panics fails the call that it was made for, and the next tries again.
fn create(plugin: &ProviderPlugin, plugins: &Plugins) -> Arc<dyn Provider> {
    match catch_unwind(AssertUnwindSafe(|| (plugin.create)(plugins.settings()))) {
        Ok(provider) => {
            plugins.keep(plugin, PluginState::Loaded);
            provider
        }
        Err(panic) => {
            plugins.keep(plugin, PluginState::Failed { error: panic_text(&*panic) });
            resume_unwind(panic)
        }
    }
}

impl Providers {
    /// Those that are linked in. Of several for a service, the one is taken that
    /// `PROVIDER_OVERRIDE_<SERVICE>` names, else the one with the highest priority, else the one named
    /// `default`, else the first by name.
    #[must_use]
    pub fn registered(settings: Settings) -> Self {
        Self::admitted(Plugins::new(settings))
    }

    /// As [`registered`](Self::registered), of the plugins of a process: without those that are disabled.
    #[must_use]
    pub fn admitted(plugins: Plugins) -> Self {
        Self::of(&PROVIDERS, plugins)
    }

    fn of(linked: &'static [ProviderPlugin], plugins: Plugins) -> Self {
        let mut chosen: BTreeMap<&'static str, &'static ProviderPlugin> = BTreeMap::new();
        let rank = |plugin: &ProviderPlugin| {
            let variable = format!("PROVIDER_OVERRIDE_{}", plugin.service.to_uppercase().replace('-', "_"));
            let is_named = plugins.settings().get(&variable) == Some(plugin.name);
            (!is_named, -i64::from(plugin.priority), plugin.name != "default", plugin.name)
        };
        for plugin in linked.iter().filter(|it| plugins.admits(*it)) {
            let best = chosen.entry(plugin.service).or_insert(plugin);
            if rank(plugin) < rank(best) {
                *best = plugin;
            }
        }
        let patches = Patches::registered(plugins.clone());
        let providers = Self { plugins, patches, ..Self::default() };
        for (service, plugin) in chosen {
            providers.insert(service, Tier::Native, Source::Native, Some(plugin), None);
        }
        providers
    }

    /// Those of a context that nobody was put into: there are none. It is shared, so nothing is added to it.
    pub(crate) fn nobody() -> Arc<Self> {
        static NOBODY: LazyLock<Arc<Providers>> = LazyLock::new(Arc::default);
        NOBODY.clone()
    }

    /// With this provider for its service, whatever was there before.
    #[must_use]
    pub fn with(self, provider: Arc<dyn Provider>) -> Self {
        let service = provider.service().name;
        self.services.write().unwrap_or_else(PoisonError::into_inner).remove(service);
        self.insert(service, Tier::Native, Source::Native, None, Some(provider));
        self
    }

    /// Adds a backend for the service of a provider, from the next call on.
    pub fn add(&self, tier: Tier, source: Source, provider: Arc<dyn Provider>) -> BackendId {
        self.insert(provider.service().name, tier, source, None, Some(provider))
    }

    fn insert(
        &self,
        service: &'static str,
        tier: Tier,
        source: Source,
        plugin: Option<&'static ProviderPlugin>,
        made: Option<Arc<dyn Provider>>,
    ) -> BackendId {
        let id = BackendId(self.last_id.fetch_add(1, Ordering::Relaxed));
        let backend = Arc::new(Backend { id, tier, source, plugin, made: RwLock::new(made) });
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        let backends = services.entry(service).or_default();
        let before = backends.iter().take_while(|it| it.tier <= tier).cloned();
        let after = backends.iter().skip_while(|it| it.tier <= tier).cloned();
        *backends = before.chain([backend]).chain(after).collect();
        id
    }

    /// Takes a backend out; false if it is not there (any more).
    pub fn remove(&self, id: BackendId) -> bool {
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        let found = services.iter().find(|(_, backends)| backends.iter().any(|it| it.id == id));
        let Some(service) = found.map(|(service, _)| *service) else { return false };
        let left: Backends = services
            .get(service)
            .into_iter()
            .flat_map(|it| it.iter())
            .filter(|it| it.id != id)
            .cloned()
            .collect();
        if left.is_empty() {
            services.remove(service);
        } else {
            services.insert(service, left);
        }
        true
    }

    /// Lets these providers call each other, by [`Settings::connect`]. A gateway does it.
    pub fn introduce(self: &Arc<Self>) {
        self.plugins.settings().connect().to(self);
    }

    fn backends(&self, service: &str) -> Option<Backends> {
        self.services.read().unwrap_or_else(PoisonError::into_inner).get(service).cloned()
    }

    /// The backend that the service is known by: the native one, else the first.
    fn main(&self, service: &str) -> Option<Arc<Backend>> {
        let backends = self.backends(service)?;
        backends.iter().find(|it| it.tier == Tier::Native).or_else(|| backends.first()).cloned()
    }

    /// The provider of a service: the native one, else the first of the others.
    #[must_use]
    pub fn get(&self, service: &str) -> Option<Arc<dyn Provider>> {
        self.main(service)?.provider(&self.plugins)
    }

    /// Who answers an operation: the first of the service's backends that implements it.
    #[must_use]
    pub fn answering(&self, operation: Operation) -> Option<Answering> {
        let backends = self.backends(operation.service().name)?;
        backends.iter().find_map(|backend| {
            let provider = backend.provider(&self.plugins)?;
            let theirs = match std::ptr::eq(provider.service(), operation.service()) {
                true => operation,
                // It has a model of its own: typed by another version, or a part of the operations only.
                false => provider.service().operation(operation.name())?,
            };
            let answers = provider.implements(theirs);
            answers.then(|| Answering { provider, operation: theirs, source: backend.source })
        })
    }

    /// Sets which backends are asked, for good; without it, only providers are. False if they were set before.
    pub fn set_chains(&self, chains: Chains) -> bool {
        self.chains.set(chains).is_ok()
    }

    /// Which backends are asked, if that was said.
    #[must_use]
    pub fn chains(&self) -> Option<&Chains> {
        self.chains.get()
    }

    /// The patches that are around operations, to add to and to take from.
    #[must_use]
    pub fn patches(&self) -> &Patches {
        &self.patches
    }

    /// Who answers an operation, of all backends of its [chain](Chains), with the [patches](Self::patches) around
    /// it.
    ///
    /// # Errors
    /// A server of others cannot say whether it answers: it cannot be started.
    pub async fn chosen(&self, operation: Operation) -> Result<Option<Chosen>, AwsError> {
        let inner = self.unpatched(operation).await?;
        let Some(patches) = self.patches.around(operation) else { return Ok(inner) };
        // With `STRICT`, what has no native provider is refused, whoever would stand in for it.
        if inner.is_none() && self.chains().is_some_and(|it| it.is_strict) {
            return Ok(None);
        }
        Ok(patched(patches, inner).map(Chosen::Provider))
    }

    async fn unpatched(&self, operation: Operation) -> Result<Option<Chosen>, AwsError> {
        let Some(chains) = self.chains() else {
            return Ok(self.answering(operation).map(Chosen::Provider));
        };
        for step in chains.of(operation) {
            match step {
                Step::Providers => {
                    let answering = self.answering(operation);
                    let admitted = answering.filter(|it| !chains.is_strict || it.source == Source::Native);
                    if let Some(answering) = admitted {
                        return Ok(Some(Chosen::Provider(answering)));
                    }
                }
                Step::Forward(forward) if !chains.is_strict && forward.has(operation).await? => {
                    return Ok(Some(Chosen::Forward(forward.clone())));
                }
                Step::Forward(_) => {}
            }
        }
        Ok(None)
    }

    /// The backends of a service, in the order in which they are asked.
    #[must_use]
    pub fn sources(&self, service: &str) -> Vec<(Tier, Source)> {
        let backends = self.backends(service).unwrap_or_default();
        backends.iter().map(|it| (it.tier, it.source)).collect()
    }

    /// Makes the provider of a service, if it is not there. What was kept of it is read then, or what a branch
    /// begins with is looked through, which may take long: on a thread where others do not wait for it.
    pub async fn prepare(self: &Arc<Self>, service: &'static str) {
        if !self.state().begins_with_entries() || self.is_made(service) || self.backends(service).is_none() {
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
        self.plugins.settings().state()
    }

    /// Whether the provider of a service has been made.
    #[must_use]
    pub fn is_made(&self, service: &str) -> bool {
        self.main(service).is_some_and(|it| it.made().is_some())
    }

    /// Makes the providers of a service forget everything, what was kept of it included, see
    /// [`Provider::reset`]. Calls that are under way end on the state that they began with. False if there is
    /// none, or one of them has no way.
    pub fn reset(&self, service: &str) -> bool {
        let Some(backends) = self.backends(service) else { return false };
        self.state().reset(&Selection { service: Some(service.to_owned()), ..Selection::default() });
        // All of them, also when one cannot.
        backends.iter().filter(|it| !it.reset(&self.plugins)).count() == 0
    }

    /// Has the provider of a service, or all, made anew with the next call: what is in their stores was
    /// replaced, and what they made of it is no longer so.
    pub fn renew(&self, service: Option<&str>) {
        for name in self.services().filter(|name| service.is_none_or(|it| it == *name)) {
            let backends = self.backends(name).unwrap_or_default();
            backends.iter().for_each(|backend| backend.renew(&self.plugins));
        }
    }

    /// The services that have one.
    pub fn services(&self) -> impl Iterator<Item = &'static str> + use<> {
        let services = self.services.read().unwrap_or_else(PoisonError::into_inner);
        services.keys().copied().collect::<Vec<_>>().into_iter()
    }

    /// The plugins that those which are linked in are among.
    #[must_use]
    pub fn plugins(&self) -> &Plugins {
        &self.plugins
    }
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.services()).finish()
    }
}

#[cfg(test)]
mod tests {
    use asf_schema::{Operation, ServiceSchema};
    use futures_util::future::BoxFuture;

    use super::*;
    use crate::plugin::always;
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

    const fn plugin(service: &'static str, name: &'static str, priority: i32) -> ProviderPlugin {
        let create = |_: &Settings| Arc::new(Named("made")) as Arc<dyn Provider>;
        ProviderPlugin { service, name, create, priority, should_load: always }
    }

    /// Which is taken is seen from which is loaded.
    fn loaded(linked: &'static [ProviderPlugin], variables: &[(&str, &str)]) -> Vec<String> {
        let plugins = Plugins::new(Settings::from_iter(variables.iter().copied()));
        let providers = Providers::of(linked, plugins.clone());
        let _ = providers.get("of-tests");
        let loaded = plugins.list().into_iter().filter(|it| it.state == PluginState::Loaded);
        loaded.map(|it| it.id.to_string()).collect()
    }

    static PLUGINS: [ProviderPlugin; 2] =
        [plugin("of-tests", "another", 0), plugin("of-tests", "default", 0)];
    static RANKED: [ProviderPlugin; 3] = [
        plugin("of-tests", "default", 0),
        plugin("of-tests", "strong", 5),
        ProviderPlugin {
            should_load: |settings| {
                settings.is_on("WISH").then_some(()).ok_or_else(|| "no one wants it".to_owned())
            },
            ..plugin("of-tests", "wanted", 9)
        },
    ];

    #[test]
    fn which_of_several() {
        for (linked, variable, value, name) in [
            (&PLUGINS[..], "OTHER", "another", "default"),
            (&PLUGINS, "PROVIDER_OVERRIDE_OF_TESTS", "another", "another"),
            (&PLUGINS, "PROVIDER_OVERRIDE_OF_TESTS", "nobody", "default"),
            (&PLUGINS, "ASF_DISABLED_PLUGINS", "providers/*:default", "another"),
            (&RANKED, "OTHER", "x", "strong"),
            (&RANKED, "WISH", "1", "wanted"),
            (&RANKED, "PROVIDER_OVERRIDE_OF_TESTS", "default", "default"),
            // It is named, but cannot be used.
            (&RANKED, "PROVIDER_OVERRIDE_OF_TESTS", "wanted", "strong"),
        ] {
            let expected = [format!("providers/of-tests:{name}")];
            assert_eq!(loaded(linked, &[(variable, value)]), expected, "{variable}={value}");
        }
        assert_eq!(loaded(&RANKED, &[("ASF_DISABLED_PLUGINS", "providers/*")]), [""; 0]);
    }

    /// It fails the call, is told of, and is tried again.
    #[test]
    fn one_that_cannot_be_made() {
        static BROKEN: [ProviderPlugin; 1] =
            [ProviderPlugin { create: |_| panic!("no memory"), ..plugin("of-tests", "default", 0) }];
        let plugins = Plugins::default();
        let providers = Providers::of(&BROKEN, plugins.clone());
        for _ in 0..2 {
            assert!(catch_unwind(AssertUnwindSafe(|| providers.get("of-tests").is_some())).is_err());
            let state = plugins.list().into_iter().find(|it| it.id.name == "of-tests:default").unwrap().state;
            assert_eq!(state, PluginState::Failed { error: "it panicked: no memory".to_owned() });
        }
        assert!(!providers.is_made("of-tests"));
    }

    #[test]
    fn reset_makes_another() {
        let plugins = Plugins::default();
        let providers = Providers::of(&PLUGINS, plugins.clone());
        assert!(providers.reset("of-tests"));
        let first = providers.get("of-tests").unwrap();
        assert!(providers.reset("of-tests") && !providers.is_made("of-tests"));
        assert!(!Arc::ptr_eq(&first, &providers.get("of-tests").unwrap()));
        // One that was added cannot be made anew, which keeps none of the others from it.
        let id = providers.add(Tier::Extension, Source::extension("x"), Arc::new(Named("x")));
        assert!(!providers.reset("of-tests") && !providers.is_made("of-tests"));
        assert!(providers.remove(id) && !providers.remove(id));
        assert!(providers.reset("of-tests"));
        assert!(!providers.reset("nothing"));
    }
}
