use asf_macros::hook;
use asf_runtime::hook::{HookContext, HostContext};
use asf_runtime::plugin::Settings;

#[hook(on_infra_ready)]
fn of_another_moment(host: &mut HostContext) {}

#[hook(prepare_host)]
fn shared(ctx: &HookContext) {}

#[hook(on_infra_ready)]
fn number() -> u32 {
    3
}

#[hook(on_infra_ready)]
async fn no_error() -> Result<(), u32> {
    Ok(())
}

fn yes(_: &Settings) -> bool {
    true
}

#[hook(on_infra_ready, should_load = yes)]
fn condition() {}

fn main() {}
