//! What became of the plugins of a process.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::disabled::Disabled;
use super::{Namespace, Plugin, PluginId, Settings, namespaces};

/// What became of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PluginState {
    /// It is there, and has not been needed yet.
    Registered,
    /// It is in use, or has been.
    Loaded,
    /// `ASF_DISABLED_PLUGINS` names it.
    Disabled,
    /// Its own condition is not met.
    Skipped {
        /// Why not.
        reason: String,
    },
    /// It could not be loaded, or has failed.
    Failed {
        /// What went wrong.
        error: String,
    },
}

impl PluginState {
    /// The state in a word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Loaded => "loaded",
            Self::Disabled => "disabled",
            Self::Skipped { .. } => "skipped",
            Self::Failed { .. } => "failed",
        }
    }

    /// Why it is in this state, where there is more to say than the word.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Skipped { reason } => Some(reason),
            Self::Failed { error } => Some(error),
            _ => None,
        }
    }
}

/// A plugin, as it is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginReport {
    /// Its namespace and name.
    pub id: PluginId,
    /// What comes first, where the order matters.
    pub priority: i32,
    /// What became of it.
    pub state: PluginState,
}

/// The plugins of one process: which may be loaded, and what became of them. Copies are the same.
///
/// Nothing is done per plugin before one is asked for; a state is kept of those only of which there is
/// something to say.
#[derive(Clone, Default)]
pub struct Plugins(Arc<Inner>);

#[derive(Default)]
struct Inner {
    settings: Settings,
    disabled: Disabled,
    known: Mutex<BTreeMap<PluginId, Known>>,
}

struct Known {
    priority: i32,
    state: PluginState,
}

impl Plugins {
    /// With these settings, of which `ASF_DISABLED_PLUGINS` says what is left alone.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let disabled = Disabled::parse(settings.get("ASF_DISABLED_PLUGINS").unwrap_or_default());
        Self(Arc::new(Inner { settings: settings.of_a_process(), disabled, known: Mutex::default() }))
    }

    /// The settings of the process.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Whether a plugin may be used: it is not disabled, and its condition is met. Why not is kept.
    pub fn admits(&self, plugin: &dyn Plugin) -> bool {
        match self.first_state(plugin) {
            PluginState::Registered => true,
            state => {
                self.keep(plugin, state);
                false
            }
        }
    }

    /// Loads a plugin, if it may be used. What fails, by an error or a panic, is logged and kept.
    pub fn load<T, E: Display>(&self, plugin: &dyn Plugin, make: impl FnOnce() -> Result<T, E>) -> Option<T> {
        if !self.admits(plugin) {
            return None;
        }
        let error = match catch_unwind(AssertUnwindSafe(make)) {
            Ok(Ok(made)) => {
                self.keep(plugin, PluginState::Loaded);
                return Some(made);
            }
            Ok(Err(error)) => error.to_string(),
            Err(panic) => panic_text(&*panic),
        };
        tracing::error!(plugin = %plugin.id(), error, "a plugin could not be loaded");
        self.keep(plugin, PluginState::Failed { error });
        None
    }

    /// Keeps what became of a plugin.
    pub fn keep(&self, plugin: &dyn Plugin, state: PluginState) {
        self.keep_as(plugin.id(), plugin.priority(), state);
    }

    /// Keeps what became of a plugin that is in no list: one that was added at run time.
    pub fn keep_as(&self, id: PluginId, priority: i32, state: PluginState) {
        self.known().insert(id, Known { priority, state });
    }

    /// Forgets what was kept: a plugin that is in no list is not told of any more.
    pub fn forget(&self, id: &PluginId) {
        self.known().remove(id);
    }

    /// Whether `ASF_DISABLED_PLUGINS` names a plugin.
    #[must_use]
    pub fn is_disabled(&self, id: &PluginId) -> bool {
        self.0.disabled.has(id)
    }

    /// All plugins, those that are linked in and those that were added, by namespace and name.
    #[must_use]
    pub fn list(&self) -> Vec<PluginReport> {
        self.list_of(namespaces())
    }

    pub(super) fn list_of(&self, namespaces: impl Iterator<Item = &'static Namespace>) -> Vec<PluginReport> {
        let mut reports: BTreeMap<PluginId, Known> = BTreeMap::new();
        for plugin in namespaces.flat_map(|it| (it.plugins)()) {
            let state = self.first_state(plugin);
            reports.insert(plugin.id(), Known { priority: plugin.priority(), state });
        }
        for (id, Known { priority, state }) in &*self.known() {
            reports.insert(id.clone(), Known { priority: *priority, state: state.clone() });
        }
        reports
            .into_iter()
            .map(|(id, Known { priority, state })| PluginReport { id, priority, state })
            .collect()
    }

    /// The entries of `ASF_DISABLED_PLUGINS` that name no plugin: most often a typing error.
    #[must_use]
    pub fn disabled_in_vain(&self) -> Vec<String> {
        if self.0.disabled.is_empty() {
            return Vec::new();
        }
        self.in_vain_of(&self.list())
    }

    pub(super) fn in_vain_of(&self, known: &[PluginReport]) -> Vec<String> {
        self.0.disabled.without(known.iter().map(|it| &it.id)).map(str::to_owned).collect()
    }

    /// The state of a plugin that has not been tried.
    fn first_state(&self, plugin: &dyn Plugin) -> PluginState {
        if self.is_disabled(&plugin.id()) {
            return PluginState::Disabled;
        }
        match catch_unwind(AssertUnwindSafe(|| plugin.should_load(&self.0.settings))) {
            Ok(Ok(())) => PluginState::Registered,
            Ok(Err(reason)) => PluginState::Skipped { reason },
            Err(panic) => PluginState::Failed { error: panic_text(&*panic) },
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<PluginId, Known>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Plugins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugins").field("disabled", &self.0.disabled).finish_non_exhaustive()
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("it panicked: {}", text.as_deref().unwrap_or("without a word"))
}
