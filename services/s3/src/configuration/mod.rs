//! What buckets are configured with, but for what each write of an object looks at, which is in
//! [`Bucket`].
//!
//! A file has one kind of configuration: what it may be (AWS's checks and words), and what follows from it.

pub mod acl;
pub mod analytics;
pub mod cors;
pub mod encryption;
pub mod inventory;
mod kept;
pub mod lifecycle;
pub mod listed;
pub mod logging;
pub mod metadata_table;
pub mod notification;
pub mod object_lock;
pub mod ownership;
pub mod policy;
pub mod public_access_block;
pub(crate) mod refusal;
pub mod replication;
pub mod tagging;
pub mod website;

use std::collections::BTreeMap;

use asf_api_s3::{
    AnalyticsConfiguration, BucketLifecycleConfiguration, CorsConfiguration, CreateBucketRequest,
    IntelligentTieringConfiguration, InventoryConfiguration, LoggingEnabled, MetadataConfigurationResult,
    MetadataTableConfigurationResult, MetricsConfiguration, NotificationConfiguration, ObjectOwnership,
    ReplicationConfiguration, ServerSideEncryptionConfiguration, WebsiteConfiguration,
};
use asf_macros::Record;
use asf_runtime::{RequestContext, Timestamp};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use kept::Kept;

use crate::error::Fault;
use crate::events::ObjectEvent;
use crate::models::{Acl, Bucket, ObjectVersion};
use crate::names::canonical_id;
use crate::notifications;
use acl::{AclRequest, Owners};
use public_access_block::PublicAccessBlock;
use tagging::Tagged;

/// The configurations of a bucket. What is absent was never put, or was deleted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Record)]
#[serde(default)]
pub struct BucketConfigurations {
    /// Its ACL; without one, its owner has all of it.
    pub acl: Option<Acl>,
    /// Its policy, as it was given.
    pub policy: Option<String>,
    /// What is blocked of public access.
    pub public_access_block: Option<PublicAccessBlock>,
    /// CORS.
    pub cors: Option<Kept<CorsConfiguration>>,
    /// The website.
    pub website: Option<Kept<WebsiteConfiguration>>,
    /// The lifecycle of objects.
    pub lifecycle: Option<Lifecycle>,
    /// Default encryption, as it was put.
    pub encryption: Option<Kept<ServerSideEncryptionConfiguration>>,
    /// Who hears of events.
    pub notification: Option<Kept<NotificationConfiguration>>,
    /// Inventory reports, by id.
    pub inventory: BTreeMap<String, Kept<InventoryConfiguration>>,
    /// Analytics, by id.
    pub analytics: BTreeMap<String, Kept<AnalyticsConfiguration>>,
    /// Metrics, by id.
    pub metrics: BTreeMap<String, Kept<MetricsConfiguration>>,
    /// Intelligent-tiering, by id.
    pub tiering: BTreeMap<String, Kept<IntelligentTieringConfiguration>>,
    /// Replication.
    pub replication: Option<Kept<ReplicationConfiguration>>,
    /// Where access logs go.
    pub logging: Option<Kept<LoggingEnabled>>,
    /// Whether requesters pay.
    pub requester_pays: bool,
    /// Transfer acceleration: `Enabled` or `Suspended`.
    pub acceleration: Option<String>,
    /// Tags, in their order.
    pub tags: IndexMap<String, String>,
    /// Metadata tables.
    pub metadata: Option<Kept<MetadataConfigurationResult>>,
    /// The metadata table of the first version.
    pub metadata_table: Option<Kept<MetadataTableConfigurationResult>>,
    /// Whether tags of the bucket count in policies.
    pub abac: bool,
}

/// A lifecycle configuration, with what a header says of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lifecycle {
    /// The rules.
    pub configuration: Kept<BucketLifecycleConfiguration>,
    /// `x-amz-transition-default-minimum-object-size`
    pub minimum_size: String,
}

/// What a new bucket is configured with: its ACL and its tags; public access is blocked.
///
/// # Errors
/// The ACL or a tag is none.
pub(crate) fn of_new_bucket(
    ctx: &RequestContext,
    input: &CreateBucketRequest,
) -> Result<BucketConfigurations, Fault> {
    let tags = input.create_bucket_configuration.as_ref().and_then(|it| it.tags.as_deref());
    let tags = tags.unwrap_or_default();
    tagging::check(tags, Tagged::NewBucket)?;
    let block = PublicAccessBlock::ALL;
    Ok(BucketConfigurations {
        acl: acl_of_new_bucket(ctx, input, block)?,
        public_access_block: Some(block),
        tags: tags.iter().filter_map(|it| Some((it.key.clone()?, it.value.clone()?))).collect(),
        ..Default::default()
    })
}

/// Codes and words: S3 user guide, "Troubleshooting: InvalidBucketAclWithObjectOwnership".
fn acl_of_new_bucket(
    ctx: &RequestContext,
    input: &CreateBucketRequest,
    block: PublicAccessBlock,
) -> Result<Option<Acl>, Fault> {
    let request = AclRequest {
        canned: input.acl.as_ref().map(|it| it.as_str().to_owned()),
        grant_full_control: input.grant_full_control.clone(),
        grant_read: input.grant_read.clone(),
        grant_read_acp: input.grant_read_acp.clone(),
        grant_write: input.grant_write.clone(),
        grant_write_acp: input.grant_write_acp.clone(),
        policy: None,
    };
    let owner = canonical_id(ctx.account_id);
    let Some(acl) = request.read(Owners { own: &owner, bucket: &owner })? else { return Ok(None) };
    let ownership = input.object_ownership.as_ref().unwrap_or(&ownership::DEFAULT);
    if *ownership == ObjectOwnership::BucketOwnerEnforced && acl != acl::private(&owner) {
        return Err(Fault::new(
            "InvalidBucketAclWithObjectOwnership",
            400,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        ));
    }
    if block.block_public_acls && acl::is_public(&acl) {
        return Err(Fault::new(
            "InvalidBucketAclWithBlockPublicAccessError",
            400,
            "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
        ));
    }
    Ok(Some(acl))
}

/// Hears of what happens to objects. The event is made only if somebody wants it.
pub(crate) fn on_event(
    provider: &crate::S3Provider,
    ctx: &RequestContext,
    bucket: &Bucket,
    event: impl FnOnce() -> ObjectEvent,
) {
    let configurations = provider.store().tables.configurations.get(&bucket.key);
    let notification = configurations.as_deref().and_then(|it| it.notification.as_ref());
    if let Some(notification) = notification.filter(|it| tells_anyone(it)) {
        notifications::publish(provider, ctx, notification, &event());
    }
}

/// Whether a configuration has a destination: one that was emptied is kept, and has none.
fn tells_anyone(configuration: &NotificationConfiguration) -> bool {
    configuration.event_bridge_configuration.is_some()
        || notification::targets(configuration).next().is_some()
}

/// The header `x-amz-expiration` of an object: when a lifecycle rule removes it, and which.
///
/// Only of current versions, and of them only where no version is named
/// (test_s3::TestS3BucketLifecycle::test_bucket_lifecycle_configuration_object_expiry_versioned).
pub(crate) fn expiration(
    provider: &crate::S3Provider,
    bucket: &Bucket,
    key: &str,
    version: &ObjectVersion,
) -> Option<String> {
    let configurations = provider.store().tables.configurations.get(&bucket.key)?;
    let lifecycle = configurations.lifecycle.as_ref()?;
    let data = version.data.as_deref()?;
    let tags: Vec<_> = data.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let subject = lifecycle::Subject { key, size: Some(data.size), tags: &tags };
    let rules = lifecycle.configuration.rules.as_deref().unwrap_or_default();
    lifecycle::expiration(rules, subject, version.modified)
}

/// The headers `x-amz-abort-date` and `x-amz-abort-rule-id` of an upload: when a lifecycle rule aborts it, and which.
pub(crate) fn abortion(
    provider: &crate::S3Provider,
    bucket: &Bucket,
    key: &str,
    initiated: Timestamp,
) -> Option<(Timestamp, String)> {
    let configurations = provider.store().tables.configurations.get(&bucket.key)?;
    let rules = configurations.lifecycle.as_ref()?.configuration.rules.as_deref()?;
    lifecycle::abort_after(rules, key, initiated).map(|(end, rule)| (end, rule.to_owned()))
}

/// Whether a bucket's default encryption was ever put.
pub(crate) fn is_encrypted(provider: &crate::S3Provider, bucket: &Bucket) -> bool {
    provider.configurations(bucket).encryption.is_some()
}
