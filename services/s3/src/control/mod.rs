//! Amazon S3 Control: access points, the public access block of accounts, tags of resources. A provider of its own over
//! the tables of S3.

mod access_points;
mod names;
mod policies;
mod public_access_block;
mod tags;

use std::sync::Arc;

use asf_api_s3control::*;
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::plugin::Settings;

use crate::error::Fault;
use crate::models::{AccessPointKey, Bucket, BucketKey};
use crate::store::Store;

/// Amazon S3 Control.
#[derive(Debug)]
pub struct S3ControlProvider {
    store: Store,
}

impl S3ControlProvider {
    /// A provider over the process's state, which is S3's.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { store: Store::open(settings.state()) }
    }
}

impl From<Fault> for S3ControlError {
    fn from(fault: Fault) -> Self {
        Self::Other(fault.into_aws())
    }
}

/// The account of a request has to be the caller's.
fn check_account(ctx: &RequestContext, account: Option<&str>) -> Result<(), Fault> {
    if account.is_none_or(|it| it == ctx.account_id.as_str()) { Ok(()) } else { Err(Fault::access_denied()) }
}

/// The bucket behind the name of an access point, where a bucket's name stands: its alias, or what clients make of its
/// ARN, the ARN itself or `<name>-<account>`.
pub(crate) fn behind(store: &Store, ctx: &RequestContext, name: &str) -> Option<Arc<Bucket>> {
    let key = match store.tables.aliases.get(&name.to_owned()) {
        Some(key) => AccessPointKey::clone(&key),
        None => names::parse(name, ctx.region.as_str())?,
    };
    let point = store.tables.access_points.get(&key)?;
    store.tables.buckets.get(&BucketKey::new(ctx.partition(), &point.bucket))
}

/// Whether a bucket has no access points: it cannot be deleted before them.
///
/// # Errors
/// `BucketHasAccessPointsAttached` (AWS's words and status: rebuy-de/aws-nuke#660, aws/aws-sdk-java-v2#2596)
pub(crate) fn check_unattached(store: &Store, bucket: &Bucket) -> Result<(), Fault> {
    let points = store.tables.access_points.snapshot();
    if !points.iter().any(|(_, point)| *point.bucket == *bucket.name) {
        return Ok(());
    }
    let message = "Bucket has access points attached and cannot be deleted.";
    Err(Fault::new("BucketHasAccessPointsAttached", 400, message).with("BucketName", &*bucket.name))
}

#[provider(service = "s3control", new = S3ControlProvider::new)]
impl S3ControlApi for S3ControlProvider {
    #[handler("CreateAccessPoint")]
    async fn create_access_point(
        &self,
        ctx: &RequestContext,
        input: CreateAccessPointRequest,
    ) -> Result<CreateAccessPointResult, S3ControlError> {
        access_points::create(self, ctx, input)
    }

    #[handler("DeleteAccessPoint")]
    async fn delete_access_point(
        &self,
        ctx: &RequestContext,
        input: DeleteAccessPointRequest,
    ) -> Result<(), S3ControlError> {
        access_points::delete(self, ctx, input)
    }

    #[handler("DeleteAccessPointPolicy")]
    async fn delete_access_point_policy(
        &self,
        ctx: &RequestContext,
        input: DeleteAccessPointPolicyRequest,
    ) -> Result<(), S3ControlError> {
        policies::delete(self, ctx, input)
    }

    #[handler("DeletePublicAccessBlock")]
    async fn delete_public_access_block(
        &self,
        ctx: &RequestContext,
        input: DeletePublicAccessBlockRequest,
    ) -> Result<(), S3ControlError> {
        public_access_block::delete(self, ctx, &input)
    }

    #[handler("GetAccessPoint")]
    async fn get_access_point(
        &self,
        ctx: &RequestContext,
        input: GetAccessPointRequest,
    ) -> Result<GetAccessPointResult, S3ControlError> {
        access_points::get(self, ctx, input)
    }

    #[handler("GetAccessPointPolicy")]
    async fn get_access_point_policy(
        &self,
        ctx: &RequestContext,
        input: GetAccessPointPolicyRequest,
    ) -> Result<GetAccessPointPolicyResult, S3ControlError> {
        policies::get(self, ctx, input)
    }

    #[handler("GetAccessPointPolicyStatus")]
    async fn get_access_point_policy_status(
        &self,
        ctx: &RequestContext,
        input: GetAccessPointPolicyStatusRequest,
    ) -> Result<GetAccessPointPolicyStatusResult, S3ControlError> {
        policies::status(self, ctx, input)
    }

    #[handler("GetPublicAccessBlock")]
    async fn get_public_access_block(
        &self,
        ctx: &RequestContext,
        input: GetPublicAccessBlockRequest,
    ) -> Result<GetPublicAccessBlockOutput, S3ControlError> {
        public_access_block::get(self, ctx, &input)
    }

    #[handler("ListAccessPoints")]
    async fn list_access_points(
        &self,
        ctx: &RequestContext,
        input: ListAccessPointsRequest,
    ) -> Result<ListAccessPointsResult, S3ControlError> {
        access_points::list(self, ctx, &input)
    }

    #[handler("ListTagsForResource")]
    async fn list_tags_for_resource(
        &self,
        ctx: &RequestContext,
        input: ListTagsForResourceRequest,
    ) -> Result<ListTagsForResourceResult, S3ControlError> {
        tags::list(self, ctx, &input)
    }

    #[handler("PutAccessPointPolicy")]
    async fn put_access_point_policy(
        &self,
        ctx: &RequestContext,
        input: PutAccessPointPolicyRequest,
    ) -> Result<(), S3ControlError> {
        policies::put(self, ctx, input)
    }

    #[handler("PutPublicAccessBlock")]
    async fn put_public_access_block(
        &self,
        ctx: &RequestContext,
        input: PutPublicAccessBlockRequest,
    ) -> Result<(), S3ControlError> {
        public_access_block::put(self, ctx, &input)
    }

    #[handler("TagResource")]
    async fn tag_resource(
        &self,
        ctx: &RequestContext,
        input: TagResourceRequest,
    ) -> Result<TagResourceResult, S3ControlError> {
        tags::tag(self, ctx, input)
    }

    #[handler("UntagResource")]
    async fn untag_resource(
        &self,
        ctx: &RequestContext,
        input: UntagResourceRequest,
    ) -> Result<UntagResourceResult, S3ControlError> {
        tags::untag(self, ctx, &input)
    }
}
