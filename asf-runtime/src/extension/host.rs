//! A process as one extension sees it.

use std::sync::{Arc, Mutex, PoisonError};

use super::{ExtensionError, Surfaces};
use crate::context::Environment;
use crate::gateway::edge::{EdgeRouter, Endpoint, RouteId, Rule};
use crate::gateway::{ChainPlace, GatewayHandler};
use crate::hook::{Hook, HookId, HookPoint};
use crate::patch::{Patch, PatchId};
use crate::plugin::Settings;
use crate::provider::{BackendId, Provider, Providers, Source, Tier};

/// A process as one extension sees it. What is added through it is remembered as the extension's, and goes
/// when the extension is removed; from then on nothing can be added. Copies are the same.
#[derive(Clone)]
pub struct ExtensionHost(Arc<Inner>);

struct Inner {
    name: Arc<str>,
    surfaces: Arc<Surfaces>,
    /// `None` when the extension has been removed.
    added: Mutex<Option<Vec<Added>>>,
}

/// Something that can be taken out again.
enum Added {
    Route(RouteId),
    Handler(ChainPlace, Arc<dyn GatewayHandler>),
    Backend(BackendId),
    Hook(HookId),
    Patch(PatchId),
}

impl Added {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Route(a), Self::Route(b)) => a == b,
            (Self::Handler(a, one), Self::Handler(b, another)) => a == b && Arc::ptr_eq(one, another),
            (Self::Backend(a), Self::Backend(b)) => a == b,
            (Self::Hook(a), Self::Hook(b)) => a == b,
            (Self::Patch(a), Self::Patch(b)) => a == b,
            _ => false,
        }
    }
}

impl ExtensionHost {
    pub(super) fn new(name: Arc<str>, surfaces: Arc<Surfaces>) -> Self {
        Self(Arc::new(Inner { name, surfaces, added: Mutex::new(Some(Vec::new())) }))
    }

    /// The extension's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The variables of the process.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        self.0.surfaces.plugins.settings()
    }

    /// Time and ids.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.0.surfaces.environment
    }

    /// Who answers calls; [`InProcess`](crate::client::InProcess) calls them.
    #[must_use]
    pub fn providers(&self) -> &Arc<Providers> {
        &self.0.surfaces.providers
    }

    /// All routes beside AWS's API, to look at and to describe one's own
    /// ([`document`](EdgeRouter::document)). A route that is added here directly stays when the extension goes.
    #[must_use]
    pub fn edge(&self) -> &EdgeRouter {
        &self.0.surfaces.edge
    }

    /// Adds a route beside AWS's API. By convention paths begin with `/_extension/<name>`.
    ///
    /// # Errors
    /// [`ExtensionError::Route`] when the rule is malformed, or there is a route for the same thing.
    pub fn add_route(&self, rule: Rule, endpoint: Arc<dyn Endpoint>) -> Result<RouteId, ExtensionError> {
        let id = self.0.surfaces.edge.add(rule, endpoint)?;
        self.keep(Added::Route(id));
        Ok(id)
    }

    /// Takes a route of this extension out; false if there is none.
    pub fn remove_route(&self, id: RouteId) -> bool {
        self.take(&Added::Route(id))
    }

    /// Adds a handler at a place of the chain, behind those that are there.
    pub fn add_handler(&self, place: ChainPlace, handler: Arc<dyn GatewayHandler>) {
        self.0.surfaces.places.get(place).append(handler.clone());
        self.keep(Added::Handler(place, handler));
    }

    /// Takes a handler of this extension out; false if there is none.
    pub fn remove_handler(&self, place: ChainPlace, handler: &Arc<dyn GatewayHandler>) -> bool {
        self.take(&Added::Handler(place, handler.clone()))
    }

    /// Adds a provider behind the native one of its service: it answers the operations that that has not.
    /// Its answers say `x-asf-source: extension:<name>`.
    pub fn add_provider(&self, provider: Arc<dyn Provider>) -> BackendId {
        self.add_backend(Tier::Extension, provider)
    }

    /// Adds a provider before the native one of its service: the operations that it implements are its own.
    pub fn override_operations(&self, provider: Arc<dyn Provider>) -> BackendId {
        self.add_backend(Tier::Override, provider)
    }

    fn add_backend(&self, tier: Tier, provider: Arc<dyn Provider>) -> BackendId {
        let id = self.0.surfaces.providers.add(tier, Source::extension(&self.0.name), provider);
        self.keep(Added::Backend(id));
        id
    }

    /// Takes a provider of this extension out; false if there is none.
    pub fn remove_provider(&self, id: BackendId) -> bool {
        self.take(&Added::Backend(id))
    }

    /// Adds a hook for a moment that is still to come.
    pub fn add_hook(&self, point: HookPoint, priority: i32, hook: Arc<dyn Hook>) -> HookId {
        let id = self.0.surfaces.hooks.add(point, &self.0.name, priority, hook);
        self.keep(Added::Hook(id));
        id
    }

    /// Takes a hook of this extension out; false if there is none.
    pub fn remove_hook(&self, id: HookId) -> bool {
        self.take(&Added::Hook(id))
    }

    /// Adds a patch around an operation, made by `#[patch(.., constant = ..)]`.
    /// [`Patches::switch`](crate::patch::Patches::switch) of the [providers](Self::providers) has it off and on.
    pub fn add_patch(&self, patch: Patch) -> PatchId {
        let id = self.0.surfaces.providers.patches().add(patch);
        self.keep(Added::Patch(id));
        id
    }

    /// Takes a patch of this extension out; false if there is none.
    pub fn remove_patch(&self, id: PatchId) -> bool {
        self.take(&Added::Patch(id))
    }

    /// Takes all out that the extension has added, the last first, and takes nothing more.
    pub(super) fn close(&self) {
        let added = self.0.added.lock().unwrap_or_else(PoisonError::into_inner).take();
        for it in added.into_iter().flatten().rev() {
            self.undo(&it);
        }
    }

    fn keep(&self, added: Added) {
        let mut list = self.0.added.lock().unwrap_or_else(PoisonError::into_inner);
        match list.as_mut() {
            Some(list) => list.push(added),
            // It was removed meanwhile.
            None => {
                self.undo(&added);
            }
        }
    }

    fn take(&self, wanted: &Added) -> bool {
        let mut list = self.0.added.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(list) = list.as_mut() else { return false };
        let Some(at) = list.iter().position(|it| it.is_same(wanted)) else { return false };
        let added = list.remove(at);
        self.undo(&added)
    }

    fn undo(&self, added: &Added) -> bool {
        let Surfaces { edge, places, providers, hooks, .. } = &*self.0.surfaces;
        match added {
            Added::Route(id) => edge.remove(*id),
            Added::Handler(place, handler) => places.get(*place).remove(handler),
            Added::Backend(id) => providers.remove(*id),
            Added::Hook(id) => hooks.remove(*id),
            Added::Patch(id) => providers.patches().remove(*id),
        }
    }
}

impl std::fmt::Debug for ExtensionHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ExtensionHost").field(&self.0.name).finish()
    }
}
