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

#[cfg(test)]
mod tests {
    use asf_runtime::config::{Layers, Origin};
    use asf_runtime::hook::{HookCall, HookPlugin};
    use asf_runtime::plugin::{Settings, always};

    use super::*;
    use crate::cli::Global;
    use crate::cli::output::Format;

    asf_runtime::register!(HOOKS: HookPlugin = HookPlugin {
        point: HookPoint::PrepareHost,
        name: "of-the-test",
        priority: 0,
        should_load: always,
        call: HookCall::Host(|host| Box::pin(async {
            host.set("SERVICES", if host.is_container() { "sqs" } else { "sts" });
            Err("and that is all".into())
        })),
    });
    asf_runtime::register!(HOOKS: HookPlugin = HookPlugin {
        point: HookPoint::ConfigureContainer,
        name: "of-the-test",
        priority: 0,
        should_load: always,
        call: HookCall::Container(|container| Box::pin(async {
            container.env("FOR", container.settings().get("WHO").map(str::to_owned).as_deref().unwrap_or("no one"));
            Ok(())
        })),
    });

    fn session(variables: &[(&str, &str)]) -> Session {
        let given = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let folder = tempfile::tempdir().unwrap();
        let layers = Layers::load(given, None, folder.path()).unwrap();
        Session { global: Global { profile: None, format: Format::Table, quiet: true }, layers }
    }

    /// What they set is stronger than the environment, and goes to the process in the background too.
    #[test]
    fn variables_of_the_process() {
        for (is_container, services) in [(false, "sts"), (true, "sqs")] {
            let mut session = session(&[("SERVICES", "s3"), ("HOME", "/nowhere")]);
            let words = prepare_host(&mut session, is_container).unwrap();
            assert_eq!(words, [format!("SERVICES={services}")]);
            assert_eq!(session.layers.get("SERVICES"), Some(services));
            assert_eq!(session.layers.origin("SERVICES"), Some(&Origin::CommandLine));
        }
        let mut off = session(&[("ASF_DISABLED_PLUGINS", "hooks/prepare_host:*"), ("HOME", "/nowhere")]);
        assert_eq!(prepare_host(&mut off, false).unwrap(), [""; 0]);
    }

    #[test]
    fn words_of_the_container() {
        let session = session(&[("WHO", "me"), ("HOME", "/nowhere")]);
        let settings: Settings = session.layers.settings();
        let mut container = ContainerContext::new(settings, Vec::new(), "asf".to_owned());
        assert!(configure_container(&session, &mut container).is_ok());
        assert_eq!(container.into_words(), ["--env", "FOR=me", "asf"]);
    }
}
