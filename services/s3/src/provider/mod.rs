//! The provider: the operations of `S3Api` over the domain. Each takes the wire's input, calls the domain and
//! gives the wire's output; the impl block here is the list of them.

mod buckets;
mod completion;
mod copies;
mod deletes;
mod listings;
mod lookup;
mod reads;
mod settings;
mod sources;
mod upload_listings;
mod uploads;
mod writes;

use std::sync::Arc;

use asf_api_s3::*;
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::identity::AccountId;
use asf_runtime::plugin::Settings;
use asf_runtime::public_url::PublicUrl;

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
    /// `LOCALSTACK_HOST` and `USE_SSL`.
    public: PublicUrl,
}

impl S3Provider {
    /// A provider over the process's state.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { store: Store::open(settings.state()), public: PublicUrl::of(settings) }
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

    #[handler("AbortMultipartUpload")]
    async fn abort_multipart_upload(
        &self,
        ctx: &RequestContext,
        input: AbortMultipartUploadRequest,
    ) -> Result<AbortMultipartUploadOutput, S3Error> {
        uploads::abort(self, ctx, &input)
    }

    #[handler("CompleteMultipartUpload")]
    async fn complete_multipart_upload(
        &self,
        ctx: &RequestContext,
        input: CompleteMultipartUploadRequest,
    ) -> Result<CompleteMultipartUploadOutput, S3Error> {
        completion::complete(self, ctx, input)
    }

    #[handler("CopyObject")]
    async fn copy_object(
        &self,
        ctx: &RequestContext,
        input: CopyObjectRequest,
    ) -> Result<CopyObjectOutput, S3Error> {
        copies::copy(self, ctx, input).await
    }

    #[handler("CreateBucket")]
    async fn create_bucket(
        &self,
        ctx: &RequestContext,
        input: CreateBucketRequest,
    ) -> Result<CreateBucketOutput, S3Error> {
        buckets::create(self, ctx, input)
    }

    #[handler("CreateMultipartUpload")]
    async fn create_multipart_upload(
        &self,
        ctx: &RequestContext,
        input: CreateMultipartUploadRequest,
    ) -> Result<CreateMultipartUploadOutput, S3Error> {
        uploads::create(self, ctx, input)
    }

    #[handler("DeleteBucket")]
    async fn delete_bucket(&self, ctx: &RequestContext, input: DeleteBucketRequest) -> Result<(), S3Error> {
        buckets::delete(self, ctx, &input)
    }

    #[handler("DeleteObject")]
    async fn delete_object(
        &self,
        ctx: &RequestContext,
        input: DeleteObjectRequest,
    ) -> Result<DeleteObjectOutput, S3Error> {
        deletes::one(self, ctx, &input)
    }

    #[handler("DeleteObjects")]
    async fn delete_objects(
        &self,
        ctx: &RequestContext,
        input: DeleteObjectsRequest,
    ) -> Result<DeleteObjectsOutput, S3Error> {
        deletes::several(self, ctx, input)
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

    #[handler("GetObject")]
    async fn get_object(
        &self,
        ctx: &RequestContext,
        input: GetObjectRequest,
    ) -> Result<GetObjectOutput, S3Error> {
        reads::get(self, ctx, input).await
    }

    #[handler("HeadBucket")]
    async fn head_bucket(
        &self,
        ctx: &RequestContext,
        input: HeadBucketRequest,
    ) -> Result<HeadBucketOutput, S3Error> {
        buckets::head(self, ctx, &input)
    }

    #[handler("HeadObject")]
    async fn head_object(
        &self,
        ctx: &RequestContext,
        input: HeadObjectRequest,
    ) -> Result<HeadObjectOutput, S3Error> {
        reads::head(self, ctx, input)
    }

    #[handler("ListBuckets")]
    async fn list_buckets(
        &self,
        ctx: &RequestContext,
        input: ListBucketsRequest,
    ) -> Result<ListBucketsOutput, S3Error> {
        buckets::list(self, ctx, input)
    }

    #[handler("ListMultipartUploads")]
    async fn list_multipart_uploads(
        &self,
        ctx: &RequestContext,
        input: ListMultipartUploadsRequest,
    ) -> Result<ListMultipartUploadsOutput, S3Error> {
        upload_listings::uploads(self, ctx, input)
    }

    #[handler("ListObjectVersions")]
    async fn list_object_versions(
        &self,
        ctx: &RequestContext,
        input: ListObjectVersionsRequest,
    ) -> Result<ListObjectVersionsOutput, S3Error> {
        listings::versions(self, ctx, input)
    }

    #[handler("ListObjects")]
    async fn list_objects(
        &self,
        ctx: &RequestContext,
        input: ListObjectsRequest,
    ) -> Result<ListObjectsOutput, S3Error> {
        listings::objects(self, ctx, input)
    }

    #[handler("ListObjectsV2")]
    async fn list_objects_v2(
        &self,
        ctx: &RequestContext,
        input: ListObjectsV2Request,
    ) -> Result<ListObjectsV2Output, S3Error> {
        listings::objects_v2(self, ctx, input)
    }

    #[handler("ListParts")]
    async fn list_parts(
        &self,
        ctx: &RequestContext,
        input: ListPartsRequest,
    ) -> Result<ListPartsOutput, S3Error> {
        upload_listings::parts(self, ctx, &input)
    }

    #[handler("PutBucketVersioning")]
    async fn put_bucket_versioning(
        &self,
        ctx: &RequestContext,
        input: PutBucketVersioningRequest,
    ) -> Result<(), S3Error> {
        buckets::set_versioning(self, ctx, input)
    }

    #[handler("PutObject")]
    async fn put_object(
        &self,
        ctx: &RequestContext,
        input: PutObjectRequest,
    ) -> Result<PutObjectOutput, S3Error> {
        writes::put(self, ctx, input).await
    }

    #[handler("UploadPart")]
    async fn upload_part(
        &self,
        ctx: &RequestContext,
        input: UploadPartRequest,
    ) -> Result<UploadPartOutput, S3Error> {
        uploads::part(self, ctx, input).await
    }

    #[handler("UploadPartCopy")]
    async fn upload_part_copy(
        &self,
        ctx: &RequestContext,
        input: UploadPartCopyRequest,
    ) -> Result<UploadPartCopyOutput, S3Error> {
        uploads::part_copy(self, ctx, input).await
    }

    // -- configurations of buckets, alphabetically ---------------------------------------------------
}
