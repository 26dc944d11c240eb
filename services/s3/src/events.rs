//! What happens to objects, as notifications, replication and logs hear of it.

use std::sync::Arc;

use asf_runtime::RequestContext;

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
}

/// Tells whoever is to hear of it. It must not wait.
pub(crate) fn publish(
    provider: &crate::S3Provider,
    ctx: &RequestContext,
    event: impl FnOnce() -> ObjectEvent,
) {
    crate::configuration::on_event(provider, ctx, event);
}
