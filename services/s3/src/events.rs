//! What happens to objects, as notifications, replication and logs hear of it.

use std::sync::Arc;

use asf_runtime::{RequestContext, Timestamp};

use crate::models::Bucket;

/// Kinds of events, by the names that notification configurations have for them, without `s3:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of S3's events")]
pub enum EventKind {
    ObjectCreatedPut,
    ObjectCreatedPost,
    ObjectCreatedCopy,
    ObjectCreatedCompleteMultipartUpload,
    ObjectRemovedDelete,
    ObjectRemovedDeleteMarkerCreated,
    ObjectRestorePost,
    ObjectRestoreCompleted,
    ObjectTaggingPut,
    ObjectTaggingDelete,
    ObjectAclPut,
    LifecycleExpirationDelete,
    LifecycleExpirationDeleteMarkerCreated,
}

impl EventKind {
    /// `ObjectCreated:Put`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ObjectCreatedPut => "ObjectCreated:Put",
            Self::ObjectCreatedPost => "ObjectCreated:Post",
            Self::ObjectCreatedCopy => "ObjectCreated:Copy",
            Self::ObjectCreatedCompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
            Self::ObjectRemovedDelete => "ObjectRemoved:Delete",
            Self::ObjectRemovedDeleteMarkerCreated => "ObjectRemoved:DeleteMarkerCreated",
            Self::ObjectRestorePost => "ObjectRestore:Post",
            Self::ObjectRestoreCompleted => "ObjectRestore:Completed",
            Self::ObjectTaggingPut => "ObjectTagging:Put",
            Self::ObjectTaggingDelete => "ObjectTagging:Delete",
            Self::ObjectAclPut => "ObjectAcl:Put",
            Self::LifecycleExpirationDelete => "LifecycleExpiration:Delete",
            Self::LifecycleExpirationDeleteMarkerCreated => "LifecycleExpiration:DeleteMarkerCreated",
        }
    }
}

/// Something that happened to an object; made after it is in the tables.
#[derive(Clone, Debug)]
pub struct ObjectEvent {
    /// What.
    pub kind: EventKind,
    /// In which bucket.
    pub bucket: Arc<Bucket>,
    /// Of which key.
    pub key: Arc<str>,
    /// Of which version, if the bucket has versions.
    pub version_id: Option<String>,
    /// Bytes of the object; none of deletions.
    pub size: Option<u64>,
    /// Without quotes; none of deletions.
    pub e_tag: Option<String>,
    /// Rises with each change of a bucket: the `sequencer` of events.
    pub sequence: u64,
    /// Of what is restored from an archive.
    pub restored: Option<Restored>,
}

/// What is restored from an archive.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The storage class that it lies in.
    pub storage_class: String,
    /// Until when it can be read.
    pub until: Timestamp,
}

/// Tells whoever is to hear of it. It must not wait. In a bucket that tells nobody the event is not made.
pub(crate) fn publish(
    provider: &crate::S3Provider,
    ctx: &RequestContext,
    bucket: &Bucket,
    event: impl FnOnce() -> ObjectEvent,
) {
    crate::configuration::on_event(provider, ctx, bucket, event);
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use asf_api_s3::{EventBridgeConfiguration, NotificationConfiguration, SERVICE};
    use asf_runtime::clock::ManualClock;
    use asf_runtime::context::Environment;
    use asf_runtime::identity::{AccountId, Partition, Region};
    use asf_runtime::ids::Ids;
    use asf_runtime::plugin::Settings;

    use super::*;
    use crate::S3Provider;
    use crate::configuration::BucketConfigurations;
    use crate::models::{BucketKey, Encryption};

    pub(crate) fn event(kind: EventKind) -> ObjectEvent {
        let region = Region::new("eu-west-1");
        let bucket = Bucket {
            name: "photos".into(),
            key: BucketKey::new(Partition::of_region("eu-west-1"), "photos"),
            incarnation: String::new(),
            owner: AccountId::DEFAULT,
            region,
            location: None,
            created: Timestamp::EPOCH,
            versioning: None,
            object_lock: None,
            ownership: None,
            encryption: Encryption::S3,
            zone: None,
        };
        ObjectEvent {
            kind,
            bucket: Arc::new(bucket),
            key: "a b/c@d.txt".into(),
            version_id: None,
            size: Some(9),
            e_tag: Some("437b930db84b8079c2dd804a71936b5f".to_owned()),
            sequence: 255,
            restored: None,
        }
    }

    #[test]
    fn events_are_made_for_somebody() {
        let provider = S3Provider::new(&Settings::default());
        let clock = Arc::new(ManualClock::new(Timestamp::EPOCH));
        let environment = Environment { clock, ids: Arc::new(Ids::seeded(1)) };
        let ctx = RequestContext::new(SERVICE.operation("PutObject").unwrap(), environment);
        let bus = NotificationConfiguration {
            event_bridge_configuration: Some(EventBridgeConfiguration::default()),
            ..Default::default()
        };
        for (notification, expected) in
            [(None, false), (Some(NotificationConfiguration::default()), false), (Some(bus), true)]
        {
            let event = event(EventKind::ObjectCreatedPut);
            let configurations =
                BucketConfigurations { notification: notification.map(Into::into), ..Default::default() };
            provider.store().tables.configurations.insert(event.bucket.key.clone(), configurations);
            let is_made = Cell::new(false);
            publish(&provider, &ctx, &event.bucket, || {
                is_made.set(true);
                event.clone()
            });
            assert_eq!(is_made.get(), expected);
        }
    }
}
