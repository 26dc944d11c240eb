//! Hooks that are added: their order, their failures, their end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::extension::{Extensions, Surfaces};
use crate::plugin::{PluginState, Plugins};

const LIMIT: Duration = Duration::from_secs(60);

type Log = Arc<Mutex<Vec<String>>>;

fn context(hooks: &Hooks, point: HookPoint) -> HookContext {
    let surfaces = Surfaces { hooks: hooks.clone(), ..Surfaces::default() };
    HookContext::new(point, Extensions::new(surfaces), vec!["http://127.0.0.1:1".to_owned()])
}

fn noting(log: &Log, word: &str) -> Arc<dyn Hook> {
    let (log, word) = (log.clone(), word.to_owned());
    hook(move |ctx| {
        log.lock().unwrap().push(format!("{word} {}", ctx.point().name()));
        async { Ok(()) }
    })
}

#[tokio::test]
async fn the_highest_priority_first() {
    let (hooks, log) = (Hooks::default(), Log::default());
    for (name, priority) in [("low", -5), ("b", 0), ("high", 9), ("a", 0)] {
        hooks.add(HookPoint::OnInfraReady, name, priority, noting(&log, name));
    }
    let other = hooks.add(HookPoint::OnInfraShutdown, "other", 99, noting(&log, "other"));
    let ctx = context(&hooks, HookPoint::OnInfraReady);
    assert_eq!(hooks.run(&ctx, LIMIT).await, []);
    let ran = ["high", "a", "b", "low"].map(|it| format!("{it} on_infra_ready"));
    assert_eq!(std::mem::take(&mut *log.lock().unwrap()), ran);

    assert!(hooks.remove(other));
    assert!(!hooks.remove(other));
    assert_eq!(hooks.run(&context(&hooks, HookPoint::OnInfraShutdown), LIMIT).await, []);
    assert_eq!(*log.lock().unwrap(), [""; 0]);
}

#[tokio::test]
async fn failures_are_told_and_the_others_run() {
    let plugins = Plugins::new(Settings::from_iter([("ASF_DISABLED_PLUGINS", "hooks/*:off")]));
    let (hooks, log) = (Hooks::new(plugins.clone()), Log::default());
    let point = HookPoint::OnInfraStart;
    hooks.add(point, "fails", 4, hook(|_| async { Err("no luck".into()) }));
    hooks.add(point, "panics", 3, hook(|_| async { panic!("oh no") }));
    hooks.add(point, "off", 2, noting(&log, "off"));
    hooks.add(point, "good", 1, noting(&log, "good"));
    let failures = hooks.run(&context(&hooks, point), LIMIT).await;
    let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
    let expected = ["hooks/on_infra_start:fails: no luck", "hooks/on_infra_start:panics: it panicked: oh no"];
    assert_eq!(failures, expected);
    assert_eq!(*log.lock().unwrap(), ["good on_infra_start"]);
    let states: Vec<(String, &str)> = plugins
        .list()
        .into_iter()
        .filter(|it| it.id.namespace == "hooks")
        .map(|it| (it.id.name.into_owned(), it.state.word()))
        .collect();
    let expected = [
        ("on_infra_start:fails", "failed"),
        ("on_infra_start:good", "loaded"),
        ("on_infra_start:off", "disabled"),
        ("on_infra_start:panics", "failed"),
    ];
    assert_eq!(states, expected.map(|(name, state)| (name.to_owned(), state)));
}

/// It is left alone when its time is over; the next one runs.
#[tokio::test]
async fn one_that_hangs() {
    let (hooks, log) = (Hooks::default(), Log::default());
    let point = HookPoint::OnInfraShutdown;
    hooks.add(point, "hangs", 1, hook(|_| std::future::pending()));
    hooks.add(point, "good", 0, noting(&log, "good"));
    let failures = hooks.run(&context(&hooks, point), Duration::from_millis(10)).await;
    let failures: Vec<&str> = failures.iter().map(|it| &*it.error).collect();
    assert_eq!(failures, ["it ran for longer than 0.01 s"]);
    assert_eq!(*log.lock().unwrap(), ["good on_infra_shutdown"]);
}

#[test]
fn a_container() {
    let mut container =
        ContainerContext::new(Settings::default(), vec!["--rm".to_owned()], "asf:latest".to_owned());
    container.env("A", "1");
    container.volume("/data", "/inside");
    container.publish(8080, 80);
    container.command.push("start".to_owned());
    let words = container.into_words().join(" ");
    assert_eq!(words, "--rm --env A=1 --volume /data:/inside --publish 127.0.0.1:8080:80 asf:latest start");
}

#[test]
fn a_host() {
    let mut host = HostContext::new(Settings::from_iter([("A", "1")]), true);
    assert!(host.is_container());
    host.set("A", "2");
    host.set("B", "3");
    assert_eq!((host.settings().get("A"), host.settings().get("B")), (Some("2"), Some("3")));
    assert_eq!(host.changes().len(), 2);
}

/// Each has a name of its own, which its plugins begin with.
#[test]
fn names() {
    for (point, name) in HookPoint::ALL.into_iter().zip([
        "on_infra_start",
        "on_infra_ready",
        "on_infra_shutdown",
        "prepare_host",
        "configure_container",
    ]) {
        assert_eq!(point.name(), name);
        assert_eq!(id(point, "x").to_string(), format!("hooks/{name}:x"));
    }
}

#[tokio::test]
async fn state_of_what_has_not_run() {
    let plugins = Plugins::default();
    let hooks = Hooks::new(plugins.clone());
    hooks.add(HookPoint::OnInfraReady, "later", 0, hook(|_| async { Ok(()) }));
    let report = plugins.list().into_iter().find(|it| it.id.name == "on_infra_ready:later").unwrap();
    assert_eq!(report.state, PluginState::Registered);
}
