//! Caches come back with the process, and end with it.

use std::any::Any;
use std::sync::Arc;

use asf_macros::hook;
use asf_runtime::hook::HookContext;
use asf_runtime::provider::Provider;

use crate::ElastiCacheProvider;
use crate::fleet::Fleet;
use crate::models::ElastiCacheStore;

fn fleet(provider: &Arc<dyn Provider>) -> Option<Arc<Fleet>> {
    let provider: &dyn Any = &**provider;
    provider.downcast_ref::<ElastiCacheProvider>().map(|it| it.fleet().clone())
}

/// Applications connect to caches without asking ElastiCache first.
#[hook(on_infra_ready, name = "elasticache")]
async fn resume(ctx: &HookContext) {
    let state = ctx.settings().state();
    if !state.is_durable() || state.stores::<ElastiCacheStore>().iter().next().is_none() {
        return;
    }
    ctx.providers().prepare("elasticache").await;
    if let Some(fleet) = ctx.providers().get("elasticache").as_ref().and_then(fleet) {
        fleet.resume();
    }
}

#[hook(on_infra_shutdown, name = "elasticache")]
async fn stop(ctx: &HookContext) {
    if ctx.providers().is_made("elasticache")
        && let Some(fleet) = ctx.providers().get("elasticache").as_ref().and_then(fleet)
    {
        fleet.stop_all().await;
    }
}
