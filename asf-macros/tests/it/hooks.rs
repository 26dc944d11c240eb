//! Functions with `#[hook]`, run as a process runs them.

use std::time::Duration;

use asf_macros::hook;
use asf_runtime::extension::{Extensions, Surfaces};
use asf_runtime::gateway::edge::{Rule, fixed};
use asf_runtime::hook::{
    ContainerContext, HookContext, HookPoint, Hooks, HostContext, configure_container, prepare_host,
};
use asf_runtime::plugin::{PluginState, Plugins, Settings};

/// A hook leaves a route behind, by which it is seen to have run, and when.
fn leave(ctx: &HookContext, name: &str) {
    let order = ctx.edge().rules().len();
    ctx.edge()
        .add(Rule::new(format!("/{order}/{name}")), fixed(http::StatusCode::OK, http::HeaderMap::new(), ""))
        .unwrap();
}

#[hook(on_infra_start)]
fn usual(ctx: &HookContext) {
    leave(ctx, "usual");
}

#[hook(on_infra_start, priority = 10, name = "first")]
async fn first(ctx: &HookContext) -> Result<(), std::fmt::Error> {
    std::future::ready(()).await;
    leave(ctx, "first");
    Ok(())
}

#[hook(on_infra_start, priority = -10)]
fn last(ctx: &HookContext) -> Result<(), String> {
    leave(ctx, "last");
    Err(format!("no {}", ctx.settings().get("WISH").unwrap_or("wish")))
}

#[hook(on_infra_start, priority = 5, should_load = wanted)]
fn wish(ctx: &HookContext) {
    leave(ctx, "wish");
}

fn wanted(settings: &Settings) -> Result<(), String> {
    settings.get("WISH").map(|_| ()).ok_or_else(|| "WISH is not set".to_owned())
}

#[hook(on_infra_start, priority = 1)]
fn panics() {
    panic!("a fault of ours");
}

#[hook(on_infra_start)]
fn off(ctx: &HookContext) {
    leave(ctx, "off");
}

#[cfg(any())]
#[hook(on_infra_start)]
fn left_out(ctx: &NoSuchType) {}

#[hook(prepare_host)]
fn set(host: &mut HostContext) {
    host.set("GIVEN", if host.is_container() { "inside" } else { "here" });
}

#[hook(prepare_host, priority = -1)]
async fn look(host: &mut HostContext) -> Result<(), &'static str> {
    std::future::ready(()).await;
    if host.settings().get("GIVEN").is_some() { Ok(()) } else { Err("it is not the first") }
}

#[hook(configure_container)]
fn label(container: &mut ContainerContext) {
    container.flag("--label", "team=orders");
}

fn settings() -> Settings {
    Settings::from_iter([("ASF_DISABLED_PLUGINS", "hooks/on_infra_start:it::hooks::off")])
}

async fn run(settings: Settings) -> (Vec<String>, Vec<String>, Plugins) {
    let plugins = Plugins::new(settings);
    let hooks = Hooks::new(plugins.clone());
    let surfaces = Surfaces { hooks: hooks.clone(), plugins: plugins.clone(), ..Surfaces::default() };
    let edge = surfaces.edge.clone();
    let ctx = HookContext::new(HookPoint::OnInfraStart, Extensions::new(surfaces), Vec::new());
    let failures = hooks.run(&ctx, Duration::from_secs(60)).await;
    let ran = edge.rules().iter().map(|(_, rule)| rule.path().to_owned()).collect();
    (ran, failures.iter().map(ToString::to_string).collect(), plugins)
}

#[tokio::test]
async fn in_order_whatever_becomes_of_them() {
    let (ran, failures, plugins) = run(settings()).await;
    assert_eq!(ran, ["/0/first", "/1/usual", "/2/last"]);
    let expected = [
        "hooks/on_infra_start:it::hooks::panics: it panicked: a fault of ours",
        "hooks/on_infra_start:it::hooks::last: no wish",
    ];
    assert_eq!(failures, expected);
    let states: Vec<String> = plugins
        .list()
        .iter()
        .filter(|it| it.id.name.starts_with("on_infra_start:"))
        .map(|it| format!("{} {} {}", it.id.name, it.priority, it.state.word()))
        .collect();
    let expected = [
        "on_infra_start:first 10 loaded",
        "on_infra_start:it::hooks::last -10 failed",
        "on_infra_start:it::hooks::off 0 disabled",
        "on_infra_start:it::hooks::panics 1 failed",
        "on_infra_start:it::hooks::usual 0 loaded",
        "on_infra_start:it::hooks::wish 5 skipped",
    ];
    assert_eq!(states, expected);
}

#[tokio::test]
async fn under_a_condition() {
    let mut settings = settings();
    settings.set("WISH", "peace");
    let (ran, failures, plugins) = run(settings).await;
    assert_eq!(ran, ["/0/first", "/1/wish", "/2/usual", "/3/last"]);
    assert!(failures.contains(&"hooks/on_infra_start:it::hooks::last: no peace".to_owned()), "{failures:?}");
    let report = plugins.list().into_iter().find(|it| it.id.name.ends_with("::wish")).unwrap();
    assert_eq!(report.state, PluginState::Loaded);
}

#[tokio::test]
async fn of_the_command_line() {
    let plugins = Plugins::default();
    for (is_container, given) in [(false, "here"), (true, "inside")] {
        let mut host = HostContext::new(Settings::default(), is_container);
        assert_eq!(prepare_host(&plugins, &mut host).await, []);
        assert_eq!(host.changes(), [("GIVEN".to_owned(), given.to_owned())]);
    }
    let mut container = ContainerContext::new(Settings::default(), Vec::new(), "asf".to_owned());
    assert_eq!(configure_container(&plugins, &mut container).await, []);
    assert_eq!(container.into_words(), ["--label", "team=orders", "asf"]);
    let off = Plugins::new(Settings::from_iter([("ASF_DISABLED_PLUGINS", "hooks/*")]));
    let mut container = ContainerContext::new(Settings::default(), Vec::new(), "asf".to_owned());
    assert_eq!(configure_container(&off, &mut container).await, []);
    assert_eq!(container.into_words(), ["asf"]);
}
