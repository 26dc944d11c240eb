//! Instances come back with the process, and end with it.

use std::any::Any;
use std::sync::Arc;

use asf_macros::hook;
use asf_runtime::hook::HookContext;
use asf_runtime::provider::Provider;

use crate::RdsProvider;
use crate::fleet::Fleet;
use crate::models::RdsStore;

fn fleet(provider: &Arc<dyn Provider>) -> Option<Arc<Fleet>> {
    let provider: &dyn Any = &**provider;
    provider.downcast_ref::<RdsProvider>().map(|it| it.fleet().clone())
}

/// Applications connect to databases without asking RDS first.
#[hook(on_infra_ready, name = "rds")]
async fn resume(ctx: &HookContext) {
    let state = ctx.settings().state();
    if !state.is_durable() || state.stores::<RdsStore>().iter().next().is_none() {
        return;
    }
    ctx.providers().prepare("rds").await;
    if let Some(fleet) = ctx.providers().get("rds").as_ref().and_then(fleet) {
        fleet.resume();
    }
}

#[hook(on_infra_shutdown, name = "rds")]
async fn stop(ctx: &HookContext) {
    if ctx.providers().is_made("rds")
        && let Some(fleet) = ctx.providers().get("rds").as_ref().and_then(fleet)
    {
        fleet.stop_all().await;
    }
}
