//! What stands beside the operations: CORS of buckets, their websites, and the daily round of their lifecycles. A hook
//! puts them in their places when the process starts.

mod cors;
mod html;
mod rounds;
mod website;

use std::any::Any;
use std::sync::Arc;

use asf_macros::hook;
use asf_runtime::gateway::ChainPlace;
use asf_runtime::gateway::edge::{Rule, RuleError, endpoint};
use asf_runtime::hook::HookContext;
use asf_runtime::provider::{Provider, Providers};

use crate::S3Provider;

/// Hosts of websites, as LocalStack's users know them. The last one is for an emulator behind a name of its own.
const HOSTS: [&str; 3] = [
    "{*bucket}.s3-website.localhost.localstack.cloud",
    "{*bucket}.s3-website.{region}.localhost.localstack.cloud",
    "{bucket}.s3-website.{domain}",
];

/// CORS, websites, lifecycles.
#[hook(on_infra_start, name = "s3")]
fn start(ctx: &HookContext) -> Result<(), RuleError> {
    let cors = Arc::new(cors::BucketCors::new(ctx.providers(), ctx.environment().ids.clone()));
    ctx.cors().add_own(cors.clone());
    ctx.places().get(ChainPlace::Response).append(cors);
    for host in HOSTS {
        let providers = ctx.providers().clone();
        let site = endpoint(move |request| {
            let providers = providers.clone();
            async move { website::answer(&providers, request).await }
        });
        ctx.edge().add(Rule::new("/{*key}").host(host).own_cors(), site)?;
    }
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(rounds::every_midnight(Arc::downgrade(ctx.providers()), ctx.environment().clone()));
    }
    Ok(())
}

/// Does something with the native provider, if it is the one that answers.
fn with_native<R>(providers: &Providers, act: impl FnOnce(&S3Provider) -> R) -> Option<R> {
    let provider: Arc<dyn Provider> = providers.get("s3")?;
    let provider: &dyn Any = &*provider;
    provider.downcast_ref::<S3Provider>().map(act)
}
