//! Running the hooks of a moment.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{
    ContainerContext, HOOKS, HookCall, HookContext, HookPlugin, HookPoint, HookResult, HostContext, id,
};
use crate::plugin::{Plugin as _, PluginId, PluginState, Plugins, panic_text};

/// A hook that is added at run time. [`hook`] makes one of a closure.
pub trait Hook: Send + Sync {
    /// Runs it.
    fn run<'a>(&'a self, ctx: &'a HookContext) -> BoxFuture<'a, HookResult>;
}

/// A hook out of an async closure.
pub fn hook<F, R>(function: F) -> Arc<dyn Hook>
where
    F: Fn(HookContext) -> R + Send + Sync + 'static,
    R: Future<Output = HookResult> + Send + 'static,
{
    Arc::new(Function(function))
}

struct Function<F>(F);

impl<F, R> Hook for Function<F>
where
    F: Fn(HookContext) -> R + Send + Sync,
    R: Future<Output = HookResult> + Send + 'static,
{
    fn run<'a>(&'a self, ctx: &'a HookContext) -> BoxFuture<'a, HookResult> {
        Box::pin((self.0)(ctx.clone()))
    }
}

/// Names a hook that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HookId(u64);

/// A hook that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {error}")]
pub struct HookFailure {
    /// Which.
    pub id: PluginId,
    /// Why.
    pub error: String,
}

/// The hooks inside of a process: those that are linked in, and those that were added. Copies are the same.
#[derive(Clone, Default)]
pub struct Hooks(Arc<Shared>);

#[derive(Default)]
struct Shared {
    plugins: Plugins,
    added: Mutex<Vec<Added>>,
    last_id: AtomicU64,
}

struct Added {
    id: HookId,
    plugin: PluginId,
    point: HookPoint,
    priority: i32,
    hook: Arc<dyn Hook>,
}

/// A hook that is due.
struct Due {
    id: PluginId,
    priority: i32,
    what: What,
}

enum What {
    Linked(for<'a> fn(&'a HookContext) -> BoxFuture<'a, HookResult>),
    Added(Arc<dyn Hook>),
}

impl Hooks {
    /// The hooks of a process with these plugins.
    #[must_use]
    pub fn new(plugins: Plugins) -> Self {
        Self(Arc::new(Shared { plugins, ..Shared::default() }))
    }

    /// Adds a hook for a moment that is still to come. One for a moment of the command line never runs.
    pub fn add(&self, point: HookPoint, name: &str, priority: i32, hook: Arc<dyn Hook>) -> HookId {
        let number = HookId(self.0.last_id.fetch_add(1, Ordering::Relaxed));
        let plugin = id(point, name);
        let disabled = self.0.plugins.is_disabled(&plugin);
        let state = if disabled { PluginState::Disabled } else { PluginState::Registered };
        self.0.plugins.keep_as(plugin.clone(), priority, state);
        self.added().push(Added { id: number, plugin, point, priority, hook });
        number
    }

    /// Takes a hook out; false if it is not there (any more).
    pub fn remove(&self, id: HookId) -> bool {
        let mut added = self.added();
        let Some(at) = added.iter().position(|it| it.id == id) else { return false };
        let gone = added.remove(at);
        self.0.plugins.forget(&gone.plugin);
        true
    }

    /// Runs the hooks of the context's moment one after the other, each no longer than `limit`. Those that
    /// failed have been logged.
    pub async fn run(&self, ctx: &HookContext, limit: Duration) -> Vec<HookFailure> {
        let mut failures = Vec::new();
        for Due { id, priority, what } in self.due(ctx.point()) {
            let run = async {
                match &what {
                    What::Linked(call) => call(ctx).await,
                    What::Added(hook) => hook.run(ctx).await,
                }
            };
            let result = match tokio::time::timeout(limit, guarded(run)).await {
                Ok(result) => result,
                Err(_) => Err(format!("it ran for longer than {} s", limit.as_secs_f32())),
            };
            failures.extend(told(&self.0.plugins, id, priority, result));
        }
        failures
    }

    fn due(&self, point: HookPoint) -> Vec<Due> {
        let plugins = &self.0.plugins;
        let linked = HOOKS.iter().filter(|it| it.point == point && plugins.admits(*it));
        let linked = linked.filter_map(|it| match it.call {
            HookCall::Infra(call) => {
                Some(Due { id: it.id(), priority: it.priority, what: What::Linked(call) })
            }
            _ => None,
        });
        let added = self.added();
        let added = added.iter().filter(|it| it.point == point && !plugins.is_disabled(&it.plugin));
        let added = added.map(|it| Due {
            id: it.plugin.clone(),
            priority: it.priority,
            what: What::Added(it.hook.clone()),
        });
        let mut due: Vec<Due> = linked.chain(added).collect();
        due.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.id.cmp(&b.id)));
        due
    }

    fn added(&self) -> std::sync::MutexGuard<'_, Vec<Added>> {
        self.0.added.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.added().iter().map(|it| it.plugin.to_string())).finish()
    }
}

/// Runs the `prepare_host` hooks.
pub async fn prepare_host(plugins: &Plugins, ctx: &mut HostContext) -> Vec<HookFailure> {
    let mut failures = Vec::new();
    for hook in of_the_command_line(plugins, HookPoint::PrepareHost) {
        if let HookCall::Host(call) = hook.call {
            let result = guarded(async { call(ctx).await }).await;
            failures.extend(told(plugins, hook.id(), hook.priority, result));
        }
    }
    failures
}

/// Runs the `configure_container` hooks.
pub async fn configure_container(plugins: &Plugins, ctx: &mut ContainerContext) -> Vec<HookFailure> {
    let mut failures = Vec::new();
    for hook in of_the_command_line(plugins, HookPoint::ConfigureContainer) {
        if let HookCall::Container(call) = hook.call {
            let result = guarded(async { call(ctx).await }).await;
            failures.extend(told(plugins, hook.id(), hook.priority, result));
        }
    }
    failures
}

fn of_the_command_line(plugins: &Plugins, point: HookPoint) -> Vec<&'static HookPlugin> {
    let hooks = HOOKS.iter().filter(|it| it.point == point && plugins.admits(*it));
    let mut hooks: Vec<&HookPlugin> = hooks.collect();
    hooks.sort_by(|a, b| b.priority.cmp(&a.priority).then(a.name.cmp(b.name)));
    hooks
}

/// Runs a hook; one that panics has failed.
async fn guarded(run: impl Future<Output = HookResult>) -> Result<(), String> {
    match AssertUnwindSafe(run).catch_unwind().await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(panic) => Err(panic_text(&*panic)),
    }
}

/// Keeps what came of a hook, and logs it if it is a failure.
fn told(plugins: &Plugins, id: PluginId, priority: i32, result: Result<(), String>) -> Option<HookFailure> {
    let error = result.err();
    let state = match &error {
        Some(error) => {
            tracing::error!(hook = %id, error, "a hook failed");
            PluginState::Failed { error: error.clone() }
        }
        None => PluginState::Loaded,
    };
    plugins.keep_as(id.clone(), priority, state);
    error.map(|error| HookFailure { id, error })
}
