//! The patches of a process.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use asf_schema::Operation;

use super::{PATCHES, Patch};
use crate::plugin::{Plugin as _, PluginState, Plugins};

/// Names a patch of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatchId(u64);

/// The patches of a process, by the order in which they are called.
#[derive(Debug, Default)]
pub struct Patches {
    plugins: Plugins,
    /// How many are in force: without any, a call costs this look.
    in_force: AtomicUsize,
    entries: RwLock<Vec<Entry>>,
    last_id: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: PatchId,
    patch: Patch,
    is_on: bool,
}

impl Patches {
    /// Those that are linked in, without those that are disabled or of no use.
    #[must_use]
    pub fn registered(plugins: Plugins) -> Self {
        Self::of(&PATCHES, plugins)
    }

    pub(super) fn of(linked: &'static [Patch], plugins: Plugins) -> Self {
        let patches = Self { plugins, ..Self::default() };
        for patch in linked.iter().filter(|it| patches.plugins.admits(*it)) {
            patches.add(*patch);
        }
        patches
    }

    /// Adds a patch, from the next call on. One that `ASF_DISABLED_PLUGINS` names is there and stays off.
    pub fn add(&self, patch: Patch) -> PatchId {
        let id = PatchId(self.last_id.fetch_add(1, Ordering::Relaxed));
        let is_on = !self.plugins.is_disabled(&patch.id());
        self.change(|entries| {
            let rank = |it: &Patch| (std::cmp::Reverse(it.priority), it.name);
            let at = entries.partition_point(|it| rank(&it.patch) <= rank(&patch));
            entries.insert(at, Entry { id, patch, is_on });
        });
        self.keep(&patch, is_on);
        id
    }

    /// The patch of a name, such as `sqs.SendMessage:stamp`, as the list of plugins has it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<PatchId> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.iter().find(|it| it.patch.id().name == name).map(|it| it.id)
    }

    /// Switches a patch off or on, from the next call on. False if it is not there (any more), or
    /// `ASF_DISABLED_PLUGINS` has it off.
    pub fn switch(&self, id: PatchId, on: bool) -> bool {
        let found = self.change(|entries| {
            let entry = entries.iter_mut().find(|it| it.id == id)?;
            let may = !on || !self.plugins.is_disabled(&entry.patch.id());
            entry.is_on = on && may;
            Some((entry.patch, may))
        });
        let Some((patch, may)) = found else { return false };
        self.keep(&patch, on && may);
        may
    }

    /// Takes a patch out; false if it is not there (any more).
    pub fn remove(&self, id: PatchId) -> bool {
        let removed = self.change(|entries| {
            let at = entries.iter().position(|it| it.id == id)?;
            Some(entries.remove(at).patch)
        });
        let Some(patch) = removed else { return false };
        // One that is linked in goes on being told of, as what it is now.
        if PATCHES.iter().any(|it| it.id() == patch.id()) {
            self.keep(&patch, false);
        } else {
            self.plugins.forget(&patch.id());
        }
        true
    }

    /// Those in force around an operation, the outermost first; `None` if there are none.
    pub(crate) fn around(&self, operation: Operation) -> Option<Arc<[Patch]>> {
        if self.in_force.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let is_ours = |it: &&Entry| {
            it.is_on && it.patch.operation == operation.name() && it.patch.service == operation.service().name
        };
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let found: Arc<[Patch]> = entries.iter().filter(is_ours).map(|it| it.patch).collect();
        (!found.is_empty()).then_some(found)
    }

    fn change<R>(&self, change: impl FnOnce(&mut Vec<Entry>) -> R) -> R {
        let mut entries: RwLockWriteGuard<'_, Vec<Entry>> =
            self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut entries);
        self.in_force.store(entries.iter().filter(|it| it.is_on).count(), Ordering::Relaxed);
        changed
    }

    fn keep(&self, patch: &Patch, is_on: bool) {
        let state = if is_on { PluginState::Loaded } else { PluginState::Disabled };
        self.plugins.keep_as(patch.id(), patch.priority, state);
    }
}
