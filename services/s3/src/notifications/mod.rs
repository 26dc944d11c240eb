//! Notifications: what happens to objects is told to queues, topics, functions and EventBridge.
//!
//! An operation only puts what is to be told into a line ([`Notifier`]) and goes on; one task takes it from there, so
//! that events arrive in their order. What still waits in line when the process ends is lost.

mod deliver;
mod message;

use std::sync::OnceLock;

use asf_api_s3::NotificationConfiguration;
use asf_runtime::RequestContext;
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::S3Provider;
use crate::configuration::notification::{no_such_destination, targets};
use crate::error::Fault;
use crate::events::ObjectEvent;
use crate::models::Bucket;
use deliver::Destination;
pub(crate) use message::Origin;

/// Events that may wait. More at once than a worker tells of are told of in the log instead.
const LINE: usize = 65_536;

/// The line of a provider's events.
#[derive(Debug, Default)]
pub(crate) struct Notifier(OnceLock<Sender<Telling>>);

/// Something to tell.
#[derive(Debug)]
struct Telling {
    /// In whose name, where.
    ctx: RequestContext,
    what: What,
}

#[derive(Debug)]
enum What {
    Message(Destination, String),
    Bus { resource: String, detail_type: &'static str, detail: String },
}

impl Notifier {
    fn tell(&self, telling: Telling) {
        let sender = self.0.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(LINE);
            // Without a runtime (in a test of parts) nobody hears.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(work(receiver));
            }
            sender
        });
        if sender.try_send(telling).is_err() {
            tracing::error!("too many events wait for their destinations; one is lost");
        }
    }
}

async fn work(mut line: Receiver<Telling>) {
    while let Some(Telling { ctx, what }) = line.recv().await {
        let told = match what {
            What::Message(destination, message) => {
                let told = destination.send(&ctx, message).await;
                told.map_err(|reason| (format!("{destination:?}"), reason))
            }
            What::Bus { resource, detail_type, detail } => {
                let told = deliver::put_on_bus(&ctx, &resource, detail_type, detail).await;
                told.map_err(|reason| ("EventBridge".to_owned(), reason))
            }
        };
        if let Err((destination, reason)) = told {
            tracing::warn!(destination, reason, "an event of S3 did not arrive");
        }
    }
}

/// Tells of an event, as the bucket's configuration says.
pub(crate) fn publish(
    provider: &S3Provider,
    ctx: &RequestContext,
    configuration: &NotificationConfiguration,
    event: &ObjectEvent,
) {
    let origin = Origin::of(ctx);
    let bucket = &event.bucket;
    // Calls are the bucket owner's, whoever has changed the object.
    let around = || ctx.elsewhere(bucket.owner, bucket.region.clone());
    for target in targets(configuration).filter(|it| it.wants(event.kind.name(), &event.key)) {
        match message::records(event, &origin, target.id) {
            Ok(text) => {
                let what = What::Message(Destination::of(&target), text);
                provider.notifier.tell(Telling { ctx: around(), what });
            }
            Err(error) => tracing::error!(%error, "an event of S3 cannot be written"),
        }
    }
    if configuration.event_bridge_configuration.is_some() {
        let (detail_type, detail) = message::bridged(event, &origin);
        let what = What::Bus { resource: bucket.arn(), detail_type, detail };
        provider.notifier.tell(Telling { ctx: around(), what });
    }
}

/// Looks whether all destinations of a configuration are there, and sends each queue and topic a test event.
///
/// # Errors
/// `InvalidArgument`, for the first that is not.
pub(crate) async fn verify(
    provider: &S3Provider,
    ctx: &RequestContext,
    bucket: &Bucket,
    configuration: &NotificationConfiguration,
) -> Result<(), Fault> {
    for target in targets(configuration) {
        if !Destination::of(&target).exists(ctx).await {
            return Err(no_such_destination(&target));
        }
    }
    let origin = Origin::of(ctx);
    for target in targets(configuration) {
        let what = What::Message(Destination::of(&target), message::test_event(&bucket.name, &origin));
        let is_function = target.kind == crate::configuration::notification::Kind::Function;
        if !is_function {
            provider.notifier.tell(Telling { ctx: ctx.elsewhere(bucket.owner, bucket.region.clone()), what });
        }
    }
    Ok(())
}
