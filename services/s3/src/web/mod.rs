//! What stands beside the operations: CORS of buckets, their websites, forms that browsers post to them, and the daily round of their lifecycles.

mod cors;
mod forms;
mod html;
mod rounds;
mod website;

use std::any::Any;
use std::error::Error;
use std::sync::Arc;

use asf_runtime::extension::{ATTACHMENTS, Attachment, Surfaces};
use asf_runtime::gateway::ChainPlace;
use asf_runtime::gateway::edge::{Rule, endpoint};
use asf_runtime::provider::{Provider, Providers};

use crate::S3Provider;

/// Hosts of websites, as LocalStack's users know them. The last one is for an emulator behind a name of its own.
const HOSTS: [&str; 3] = [
    "{*bucket}.s3-website.localhost.localstack.cloud",
    "{*bucket}.s3-website.{region}.localhost.localstack.cloud",
    "{bucket}.s3-website.{domain}",
];

asf_runtime::register!(ATTACHMENTS: Attachment = Attachment { service: "s3", attach });

fn attach(surfaces: &Surfaces) -> Result<(), Box<dyn Error + Send + Sync>> {
    let cors = Arc::new(cors::BucketCors::new(&surfaces.providers, surfaces.environment.ids.clone()));
    surfaces.cors.add_own(cors.clone());
    surfaces.places.get(ChainPlace::Response).append(cors.clone());
    surfaces.places.get(ChainPlace::Request).append(Arc::new(cors::OriginNeeded(cors)));
    let forms = forms::FormUploads::new(&surfaces.providers, surfaces.plugins.settings());
    surfaces.places.get(ChainPlace::Request).append(Arc::new(forms));
    let rounds = tokio::runtime::Handle::try_current().ok().map(|runtime| {
        let providers = Arc::downgrade(&surfaces.providers);
        Arc::new(rounds::Rounds::begin(&runtime, providers, surfaces.environment.clone()))
    });
    for host in HOSTS {
        // The routes are a part of what the providers are a part of: no circles.
        let providers = Arc::downgrade(&surfaces.providers);
        // The rounds go on for as long as the routes are there.
        let rounds = rounds.clone();
        let site = endpoint(move |request| {
            let _ = &rounds;
            let providers = providers.upgrade().unwrap_or_default();
            async move { website::answer(&providers, request).await }
        });
        surfaces.edge.add(Rule::new("/{*key}").host(host).own_cors(), site)?;
    }
    Ok(())
}

/// Does something with the native provider, if it is the one that answers.
fn with_native<R>(providers: &Providers, act: impl FnOnce(&S3Provider) -> R) -> Option<R> {
    let provider: Arc<dyn Provider> = providers.get("s3")?;
    let provider: &dyn Any = &*provider;
    provider.downcast_ref::<S3Provider>().map(act)
}
