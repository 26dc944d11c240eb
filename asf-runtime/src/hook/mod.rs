//! Hooks: functions that run at certain moments of a process. `#[hook]` of `asf-macros` registers one.
//!
//! Those of one moment run one after the other, by priority (the highest first), then by name. One that
//! fails, panics or takes too long is logged, and is told of in the list of plugins; the others run, and the
//! process goes on. A function that is not async runs where requests are answered too, so it must not
//! block for long, and nothing can interrupt it.

#[doc(hidden)]
pub mod bind;
mod context;
mod run;

use futures_util::future::BoxFuture;
use linkme::distributed_slice;

pub use context::{ContainerContext, HookContext, HostContext};
pub use run::{Hook, HookFailure, HookId, Hooks, configure_container, hook, prepare_host};

use crate::plugin::{LoadCondition, Plugin, PluginId, Settings};

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookPoint {
    /// The gateway has been built, with all extensions that are linked in, and no request has been answered.
    OnInfraStart,
    /// Requests are answered, and `Ready.` has been said.
    OnInfraReady,
    /// The end has been asked for, and the requests that were under way have been answered; no more are taken.
    OnInfraShutdown,
    /// On the side of the command line: before the process, or its container, is started.
    PrepareHost,
    /// On the side of the command line: before `docker run`, whose arguments can be changed.
    ConfigureContainer,
}

impl HookPoint {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::OnInfraStart,
        Self::OnInfraReady,
        Self::OnInfraShutdown,
        Self::PrepareHost,
        Self::ConfigureContainer,
    ];

    /// `on_infra_start` and so on.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OnInfraStart => "on_infra_start",
            Self::OnInfraReady => "on_infra_ready",
            Self::OnInfraShutdown => "on_infra_shutdown",
            Self::PrepareHost => "prepare_host",
            Self::ConfigureContainer => "configure_container",
        }
    }
}

/// What comes of a hook.
pub type HookResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// The function of a hook, by what it is handed.
#[derive(Clone, Copy, Debug)]
pub enum HookCall {
    /// Of `on_infra_start`, `on_infra_ready` and `on_infra_shutdown`.
    Infra(for<'a> fn(&'a HookContext) -> BoxFuture<'a, HookResult>),
    /// Of `prepare_host`.
    Host(for<'a> fn(&'a mut HostContext) -> BoxFuture<'a, HookResult>),
    /// Of `configure_container`.
    Container(for<'a> fn(&'a mut ContainerContext) -> BoxFuture<'a, HookResult>),
}

/// A hook that is linked in.
#[derive(Debug)]
pub struct HookPlugin {
    /// When it runs.
    pub point: HookPoint,
    /// Its name among those of its moment.
    pub name: &'static str,
    /// The one with the highest runs first.
    pub priority: i32,
    /// Whether it is of use.
    pub should_load: LoadCondition,
    /// The function, of the kind that the moment has.
    pub call: HookCall,
}

impl Plugin for HookPlugin {
    fn id(&self) -> PluginId {
        id(self.point, self.name)
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn should_load(&self, settings: &Settings) -> Result<(), String> {
        (self.should_load)(settings)
    }
}

/// `hooks/on_infra_start:hello`
fn id(point: HookPoint, name: &str) -> PluginId {
    PluginId::new("hooks", format!("{}:{name}", point.name()))
}

/// All hooks that are linked in.
#[distributed_slice]
pub static HOOKS: [HookPlugin];

#[cfg(test)]
mod tests;
