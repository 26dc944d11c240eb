use asf_macros::hook;
use asf_runtime::hook::{HookContext, HostContext};

#[hook]
fn no_moment() {}

#[hook(on_infra_begin, order = 3)]
fn no_such_moment() {}

#[hook(on_infra_start, on_infra_ready, priority = "high", priority = 3)]
fn two_moments() {}

#[hook(on_infra_ready, priority = 3_000_000_000)]
fn far_too_important() {}

#[hook(on_infra_ready)]
fn too_much(ctx: &HookContext, other: u32) {}

#[hook(on_infra_ready)]
fn generic<T: Default>() {}

#[hook(on_infra_ready)]
struct NoFunction;

struct Subject;

impl Subject {
    #[hook(on_infra_ready)]
    fn method(&self) {}
}

fn main() {}
