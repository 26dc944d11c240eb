//! The provider: the operations of `S3Api` over the domain. Each takes the wire's input, calls the domain and
//! gives the wire's output; the impl block here is the list of them.

mod buckets;

use std::sync::Arc;

use asf_api_s3::*;
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::identity::AccountId;
use asf_runtime::plugin::Settings;

use crate::error::Fault;
use crate::models::{Bucket as BucketRecord, BucketKey};
use crate::store::Store;

/// Amazon S3.
///
/// Whom a bucket belongs to is known, and said; whether somebody may use it is not asked, as nowhere in the
/// emulator: accounts use each other's buckets.
#[derive(Debug)]
pub struct S3Provider {
    store: Store,
}

impl S3Provider {
    /// A provider over the process's state.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { store: Store::open(settings.state()) }
    }

    /// What it keeps.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A bucket, by the name of an input and `ExpectedBucketOwner`.
    ///
    /// # Errors
    /// `NoSuchBucket`; `AccessDenied`, if it is another's; `InvalidBucketOwnerAWSAccountID`.
    pub(crate) fn bucket(
        &self,
        ctx: &RequestContext,
        name: Option<&str>,
        expected_owner: Option<&str>,
    ) -> Result<Arc<BucketRecord>, Fault> {
        let expected = expected_owner.map(expected_bucket_owner).transpose()?;
        let name = name.unwrap_or_default();
        let bucket = self.store.tables.buckets.get(&BucketKey::new(ctx.partition(), name));
        let bucket = bucket.ok_or_else(|| Fault::no_such_bucket(name))?;
        // test_s3::test_put_bucket_policy_expected_bucket_owner
        if expected.is_some_and(|it| it != bucket.owner) {
            return Err(Fault::access_denied());
        }
        Ok(bucket)
    }

    /// Changes a bucket.
    ///
    /// # Errors
    /// `NoSuchBucket`, if it is gone meanwhile.
    pub(crate) fn change_bucket<R>(
        &self,
        bucket: &BucketRecord,
        change: impl FnOnce(&mut BucketRecord) -> R,
    ) -> Result<R, Fault> {
        let gone = || Fault::no_such_bucket(&bucket.name);
        let changed = self.store.tables.buckets.update(&bucket.key, |it| {
            if it.incarnation == bucket.incarnation { Some(change(it)) } else { None }
        });
        changed.flatten().ok_or_else(gone)
    }
}

/// test_s3::test_get_bucket_policy_invalid_account_id
fn expected_bucket_owner(text: &str) -> Result<AccountId, Fault> {
    text.parse().map_err(|_| {
        Fault::new(
            "InvalidBucketOwnerAWSAccountID",
            400,
            format!("The value of the expected bucket owner parameter must be an AWS Account ID... [{text}]"),
        )
    })
}

#[provider(service = "s3", new = S3Provider::new)]
impl S3Api for S3Provider {
    // -- buckets and objects, alphabetically ---------------------------------------------------------

    #[handler("CreateBucket")]
    async fn create_bucket(
        &self,
        ctx: &RequestContext,
        input: CreateBucketRequest,
    ) -> Result<CreateBucketOutput, S3Error> {
        buckets::create(self, ctx, input)
    }

    #[handler("DeleteBucket")]
    async fn delete_bucket(&self, ctx: &RequestContext, input: DeleteBucketRequest) -> Result<(), S3Error> {
        buckets::delete(self, ctx, &input)
    }

    #[handler("GetBucketLocation")]
    async fn get_bucket_location(
        &self,
        ctx: &RequestContext,
        input: GetBucketLocationRequest,
    ) -> Result<GetBucketLocationOutput, S3Error> {
        buckets::location(self, ctx, &input)
    }

    #[handler("GetBucketVersioning")]
    async fn get_bucket_versioning(
        &self,
        ctx: &RequestContext,
        input: GetBucketVersioningRequest,
    ) -> Result<GetBucketVersioningOutput, S3Error> {
        buckets::versioning(self, ctx, &input)
    }

    #[handler("HeadBucket")]
    async fn head_bucket(
        &self,
        ctx: &RequestContext,
        input: HeadBucketRequest,
    ) -> Result<HeadBucketOutput, S3Error> {
        buckets::head(self, ctx, &input)
    }

    #[handler("ListBuckets")]
    async fn list_buckets(
        &self,
        ctx: &RequestContext,
        input: ListBucketsRequest,
    ) -> Result<ListBucketsOutput, S3Error> {
        buckets::list(self, ctx, input)
    }

    #[handler("PutBucketVersioning")]
    async fn put_bucket_versioning(
        &self,
        ctx: &RequestContext,
        input: PutBucketVersioningRequest,
    ) -> Result<(), S3Error> {
        buckets::set_versioning(self, ctx, input)
    }

    // -- configurations of buckets, alphabetically ---------------------------------------------------
}
