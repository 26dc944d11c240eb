//! The hooks that run on this side, before a process or a container is started.

use asf_runtime::hook::{self, ContainerContext, HOOKS, HookFailure, HookPoint, HostContext};
use asf_runtime::plugin::Plugins;

use super::{Outcome, Session};

/// Runs the `prepare_host` hooks. The variables that they have set are in the session afterwards, and in what is
/// returned, as `--env` takes them.
pub(super) fn prepare_host(session: &mut Session, is_container: bool) -> std::io::Result<Vec<String>> {
    if !has(HookPoint::PrepareHost) {
        return Ok(Vec::new());
    }
    let settings = session.layers.settings();
    let plugins = Plugins::new(settings.clone());
    let mut host = HostContext::new(settings, is_container);
    tell(&runtime()?.block_on(hook::prepare_host(&plugins, &mut host)));
    for (name, value) in host.changes() {
        session.layers.set(name, value);
    }
    Ok(host.changes().iter().map(|(name, value)| format!("{name}={value}")).collect())
}

/// Runs the `configure_container` hooks.
pub(super) fn configure_container(session: &Session, container: &mut ContainerContext) -> Outcome {
    if has(HookPoint::ConfigureContainer) {
        let plugins = Plugins::new(session.layers.settings());
        tell(&runtime()?.block_on(hook::configure_container(&plugins, container)));
    }
    Ok(())
}

/// Without any, nothing is made ready for them.
fn has(point: HookPoint) -> bool {
    HOOKS.iter().any(|it| it.point == point)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// No one logs yet.
fn tell(failures: &[HookFailure]) {
    for failure in failures {
        eprintln!("warning: {failure}");
    }
}
