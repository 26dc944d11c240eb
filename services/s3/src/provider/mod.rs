//! The provider: the operations of `S3Api` over the domain. Each takes the wire's input, calls the domain and
//! gives the wire's output; the impl block here is the list of them.

mod attributes;
mod buckets;
mod completion;
mod configuration;
mod copies;
mod deletes;
mod directories;
mod listings;
mod lookup;
mod object_acls;
mod object_locks;
mod object_tags;
mod reads;
mod restores;
mod select;
mod settings;
mod sources;
mod upload_listings;
mod uploads;
mod writes;

use std::ops::RangeInclusive;
use std::sync::Arc;

use asf_api_s3::*;
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::access_key::AccessKeyStyle;
use asf_runtime::identity::AccountId;
use asf_runtime::plugin::Settings;
use asf_runtime::public_url::PublicUrl;
use http::request::Parts;

use crate::directory::check_operation;
use crate::error::Fault;
use crate::events::EventKind;
use crate::models::{Bucket as BucketRecord, BucketKey};
use crate::notifications::Notifier;
use crate::store::Store;
use directories::Renames;
use writes::Manner;

/// Amazon S3.
///
/// Whom a bucket belongs to is known, and said; whether somebody may use it is not asked, as nowhere in the
/// emulator: accounts use each other's buckets.
#[derive(Debug)]
pub struct S3Provider {
    store: Store,
    /// `LOCALSTACK_HOST` and `USE_SSL`.
    public: PublicUrl,
    /// Whose access keys those of forms are.
    pub(crate) access_keys: AccessKeyStyle,
    pub(crate) notifier: Notifier,
    renames: Renames,
}

impl S3Provider {
    /// A provider over the process's state.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            store: Store::open(settings.state()),
            public: PublicUrl::of(settings),
            access_keys: AccessKeyStyle::of(settings),
            notifier: Notifier::default(),
            renames: Renames::default(),
        }
    }

    /// An object that a browser posts, of so many bytes.
    ///
    /// # Errors
    /// As `PutObject`; `EntityTooSmall`, `EntityTooLarge`.
    pub(crate) async fn post_object(
        &self,
        ctx: &RequestContext,
        input: PutObjectRequest,
        sizes: Option<RangeInclusive<u64>>,
    ) -> Result<PutObjectOutput, S3Error> {
        writes::put(self, ctx, input, Manner { kind: EventKind::ObjectCreatedPost, sizes }).await
    }

    /// Scheme, host and port of the answers' URLs.
    pub(crate) fn public_base(&self, request: &Parts) -> String {
        self.public.base(request)
    }

    /// What it keeps.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A bucket, by the name of an input and `ExpectedBucketOwner`.
    ///
    /// # Errors
    /// `NoSuchBucket`; `AccessDenied`, if it is another's; `InvalidBucketOwnerAWSAccountID`; what directory buckets
    /// say of operations that are not for them.
    pub(crate) fn bucket(
        &self,
        ctx: &RequestContext,
        name: Option<&str>,
        expected_owner: Option<&str>,
    ) -> Result<Arc<BucketRecord>, Fault> {
        let expected = expected_owner.map(expected_bucket_owner).transpose()?;
        let name = name.unwrap_or_default();
        let bucket = self.store.tables.buckets.get(&BucketKey::new(ctx.partition(), name));
        let bucket = bucket.or_else(|| crate::control::behind(&self.store, ctx, name));
        let bucket = bucket.ok_or_else(|| Fault::no_such_bucket(name))?;
        // test_s3::test_put_bucket_policy_expected_bucket_owner
        if expected.is_some_and(|it| it != bucket.owner) {
            return Err(Fault::access_denied());
        }
        if bucket.zone.is_some() {
            check_operation(ctx.operation.name(), ctx.request.method.as_str())?;
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
        completion::complete(self, ctx, &input)
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
        buckets::create(self, ctx, &input)
    }

    #[handler("CreateMultipartUpload")]
    async fn create_multipart_upload(
        &self,
        ctx: &RequestContext,
        input: CreateMultipartUploadRequest,
    ) -> Result<CreateMultipartUploadOutput, S3Error> {
        uploads::create(self, ctx, input)
    }

    #[handler("CreateSession")]
    async fn create_session(
        &self,
        ctx: &RequestContext,
        input: CreateSessionRequest,
    ) -> Result<CreateSessionOutput, S3Error> {
        directories::create_session(self, ctx, &input)
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

    #[handler("DeleteObjectTagging")]
    async fn delete_object_tagging(
        &self,
        ctx: &RequestContext,
        input: DeleteObjectTaggingRequest,
    ) -> Result<DeleteObjectTaggingOutput, S3Error> {
        object_tags::delete(self, ctx, &input)
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

    #[handler("GetObjectAcl")]
    async fn get_object_acl(
        &self,
        ctx: &RequestContext,
        input: GetObjectAclRequest,
    ) -> Result<GetObjectAclOutput, S3Error> {
        object_acls::get(self, ctx, &input)
    }

    #[handler("GetObjectAttributes")]
    async fn get_object_attributes(
        &self,
        ctx: &RequestContext,
        input: GetObjectAttributesRequest,
    ) -> Result<GetObjectAttributesOutput, S3Error> {
        attributes::get(self, ctx, &input)
    }

    #[handler("GetObjectLegalHold")]
    async fn get_object_legal_hold(
        &self,
        ctx: &RequestContext,
        input: GetObjectLegalHoldRequest,
    ) -> Result<GetObjectLegalHoldOutput, S3Error> {
        object_locks::legal_hold(self, ctx, &input)
    }

    #[handler("GetObjectRetention")]
    async fn get_object_retention(
        &self,
        ctx: &RequestContext,
        input: GetObjectRetentionRequest,
    ) -> Result<GetObjectRetentionOutput, S3Error> {
        object_locks::retention(self, ctx, &input)
    }

    #[handler("GetObjectTagging")]
    async fn get_object_tagging(
        &self,
        ctx: &RequestContext,
        input: GetObjectTaggingRequest,
    ) -> Result<GetObjectTaggingOutput, S3Error> {
        object_tags::get(self, ctx, &input)
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
        if directories::are_meant(ctx) {
            return directories::list_as_buckets(self, ctx, input);
        }
        buckets::list(self, ctx, input)
    }

    #[handler("ListDirectoryBuckets")]
    async fn list_directory_buckets(
        &self,
        ctx: &RequestContext,
        input: ListDirectoryBucketsRequest,
    ) -> Result<ListDirectoryBucketsOutput, S3Error> {
        directories::list(self, ctx, &input)
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
        let manner = Manner { kind: EventKind::ObjectCreatedPut, sizes: None };
        writes::put(self, ctx, input, manner).await
    }

    #[handler("PutObjectAcl")]
    async fn put_object_acl(
        &self,
        ctx: &RequestContext,
        input: PutObjectAclRequest,
    ) -> Result<PutObjectAclOutput, S3Error> {
        object_acls::put(self, ctx, input)
    }

    #[handler("PutObjectLegalHold")]
    async fn put_object_legal_hold(
        &self,
        ctx: &RequestContext,
        input: PutObjectLegalHoldRequest,
    ) -> Result<PutObjectLegalHoldOutput, S3Error> {
        object_locks::put_legal_hold(self, ctx, input)
    }

    #[handler("PutObjectRetention")]
    async fn put_object_retention(
        &self,
        ctx: &RequestContext,
        input: PutObjectRetentionRequest,
    ) -> Result<PutObjectRetentionOutput, S3Error> {
        object_locks::put_retention(self, ctx, input)
    }

    #[handler("PutObjectTagging")]
    async fn put_object_tagging(
        &self,
        ctx: &RequestContext,
        input: PutObjectTaggingRequest,
    ) -> Result<PutObjectTaggingOutput, S3Error> {
        object_tags::put(self, ctx, input)
    }

    #[handler("RenameObject")]
    async fn rename_object(
        &self,
        ctx: &RequestContext,
        input: RenameObjectRequest,
    ) -> Result<RenameObjectOutput, S3Error> {
        directories::rename(self, ctx, &input)
    }

    #[handler("RestoreObject")]
    async fn restore_object(
        &self,
        ctx: &RequestContext,
        input: RestoreObjectRequest,
    ) -> Result<RestoreObjectOutput, S3Error> {
        restores::restore(self, ctx, &input)
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

    #[handler("SelectObjectContent")]
    async fn select_object_content(
        &self,
        ctx: &RequestContext,
        input: SelectObjectContentRequest,
    ) -> Result<SelectObjectContentOutput, S3Error> {
        select::select(self, ctx, &input)
    }

    // -- configurations of buckets, alphabetically ---------------------------------------------------

    #[handler("CreateBucketMetadataConfiguration")]
    async fn create_bucket_metadata_configuration(
        &self,
        ctx: &RequestContext,
        input: CreateBucketMetadataConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::metadata::create(self, ctx, input)
    }

    #[handler("CreateBucketMetadataTableConfiguration")]
    async fn create_bucket_metadata_table_configuration(
        &self,
        ctx: &RequestContext,
        input: CreateBucketMetadataTableConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::metadata::create_table(self, ctx, input)
    }

    #[handler("DeleteBucketAnalyticsConfiguration")]
    async fn delete_bucket_analytics_configuration(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketAnalyticsConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::listed::analyses::delete(self, ctx, &input)
    }

    #[handler("DeleteBucketCors")]
    async fn delete_bucket_cors(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketCorsRequest,
    ) -> Result<(), S3Error> {
        configuration::web::delete_cors(self, ctx, &input)
    }

    #[handler("DeleteBucketEncryption")]
    async fn delete_bucket_encryption(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketEncryptionRequest,
    ) -> Result<(), S3Error> {
        configuration::objects::delete_encryption(self, ctx, &input)
    }

    #[handler("DeleteBucketIntelligentTieringConfiguration")]
    async fn delete_bucket_intelligent_tiering_configuration(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketIntelligentTieringConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::listed::tierings::delete(self, ctx, &input)
    }

    #[handler("DeleteBucketInventoryConfiguration")]
    async fn delete_bucket_inventory_configuration(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketInventoryConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::listed::inventories::delete(self, ctx, &input)
    }

    #[handler("DeleteBucketLifecycle")]
    async fn delete_bucket_lifecycle(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketLifecycleRequest,
    ) -> Result<(), S3Error> {
        configuration::objects::delete_lifecycle(self, ctx, &input)
    }

    #[handler("DeleteBucketMetadataConfiguration")]
    async fn delete_bucket_metadata_configuration(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketMetadataConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::metadata::delete(self, ctx, &input)
    }

    #[handler("DeleteBucketMetadataTableConfiguration")]
    async fn delete_bucket_metadata_table_configuration(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketMetadataTableConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::metadata::delete_table(self, ctx, &input)
    }

    #[handler("DeleteBucketMetricsConfiguration")]
    async fn delete_bucket_metrics_configuration(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketMetricsConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::listed::metrics::delete(self, ctx, &input)
    }

    #[handler("DeleteBucketOwnershipControls")]
    async fn delete_bucket_ownership_controls(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketOwnershipControlsRequest,
    ) -> Result<(), S3Error> {
        configuration::access::delete_ownership(self, ctx, &input)
    }

    #[handler("DeleteBucketPolicy")]
    async fn delete_bucket_policy(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketPolicyRequest,
    ) -> Result<(), S3Error> {
        configuration::access::delete_policy(self, ctx, &input)
    }

    #[handler("DeleteBucketReplication")]
    async fn delete_bucket_replication(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketReplicationRequest,
    ) -> Result<(), S3Error> {
        configuration::replication::delete(self, ctx, &input)
    }

    #[handler("DeleteBucketTagging")]
    async fn delete_bucket_tagging(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketTaggingRequest,
    ) -> Result<(), S3Error> {
        configuration::settings::delete_tags(self, ctx, &input)
    }

    #[handler("DeleteBucketWebsite")]
    async fn delete_bucket_website(
        &self,
        ctx: &RequestContext,
        input: DeleteBucketWebsiteRequest,
    ) -> Result<(), S3Error> {
        configuration::web::delete_website(self, ctx, &input)
    }

    #[handler("DeletePublicAccessBlock")]
    async fn delete_public_access_block(
        &self,
        ctx: &RequestContext,
        input: DeletePublicAccessBlockRequest,
    ) -> Result<(), S3Error> {
        configuration::access::delete_public_access_block(self, ctx, &input)
    }

    #[handler("GetBucketAbac")]
    async fn get_bucket_abac(
        &self,
        ctx: &RequestContext,
        input: GetBucketAbacRequest,
    ) -> Result<GetBucketAbacOutput, S3Error> {
        configuration::settings::abac(self, ctx, &input)
    }

    #[handler("GetBucketAccelerateConfiguration")]
    async fn get_bucket_accelerate_configuration(
        &self,
        ctx: &RequestContext,
        input: GetBucketAccelerateConfigurationRequest,
    ) -> Result<GetBucketAccelerateConfigurationOutput, S3Error> {
        configuration::settings::acceleration(self, ctx, &input)
    }

    #[handler("GetBucketAcl")]
    async fn get_bucket_acl(
        &self,
        ctx: &RequestContext,
        input: GetBucketAclRequest,
    ) -> Result<GetBucketAclOutput, S3Error> {
        configuration::access::acl(self, ctx, &input)
    }

    #[handler("GetBucketAnalyticsConfiguration")]
    async fn get_bucket_analytics_configuration(
        &self,
        ctx: &RequestContext,
        input: GetBucketAnalyticsConfigurationRequest,
    ) -> Result<GetBucketAnalyticsConfigurationOutput, S3Error> {
        configuration::listed::analyses::get(self, ctx, &input)
    }

    #[handler("GetBucketCors")]
    async fn get_bucket_cors(
        &self,
        ctx: &RequestContext,
        input: GetBucketCorsRequest,
    ) -> Result<GetBucketCorsOutput, S3Error> {
        configuration::web::cors(self, ctx, &input)
    }

    #[handler("GetBucketEncryption")]
    async fn get_bucket_encryption(
        &self,
        ctx: &RequestContext,
        input: GetBucketEncryptionRequest,
    ) -> Result<GetBucketEncryptionOutput, S3Error> {
        configuration::objects::encryption(self, ctx, &input)
    }

    #[handler("GetBucketIntelligentTieringConfiguration")]
    async fn get_bucket_intelligent_tiering_configuration(
        &self,
        ctx: &RequestContext,
        input: GetBucketIntelligentTieringConfigurationRequest,
    ) -> Result<GetBucketIntelligentTieringConfigurationOutput, S3Error> {
        configuration::listed::tierings::get(self, ctx, &input)
    }

    #[handler("GetBucketInventoryConfiguration")]
    async fn get_bucket_inventory_configuration(
        &self,
        ctx: &RequestContext,
        input: GetBucketInventoryConfigurationRequest,
    ) -> Result<GetBucketInventoryConfigurationOutput, S3Error> {
        configuration::listed::inventories::get(self, ctx, &input)
    }

    #[handler("GetBucketLifecycle")]
    async fn get_bucket_lifecycle(
        &self,
        ctx: &RequestContext,
        input: GetBucketLifecycleRequest,
    ) -> Result<GetBucketLifecycleOutput, S3Error> {
        configuration::objects::older_lifecycle(self, ctx, &input)
    }

    #[handler("GetBucketLifecycleConfiguration")]
    async fn get_bucket_lifecycle_configuration(
        &self,
        ctx: &RequestContext,
        input: GetBucketLifecycleConfigurationRequest,
    ) -> Result<GetBucketLifecycleConfigurationOutput, S3Error> {
        configuration::objects::lifecycle(self, ctx, &input)
    }

    #[handler("GetBucketLogging")]
    async fn get_bucket_logging(
        &self,
        ctx: &RequestContext,
        input: GetBucketLoggingRequest,
    ) -> Result<GetBucketLoggingOutput, S3Error> {
        configuration::settings::logging(self, ctx, &input)
    }

    #[handler("GetBucketMetadataConfiguration")]
    async fn get_bucket_metadata_configuration(
        &self,
        ctx: &RequestContext,
        input: GetBucketMetadataConfigurationRequest,
    ) -> Result<GetBucketMetadataConfigurationOutput, S3Error> {
        configuration::metadata::get(self, ctx, &input)
    }

    #[handler("GetBucketMetadataTableConfiguration")]
    async fn get_bucket_metadata_table_configuration(
        &self,
        ctx: &RequestContext,
        input: GetBucketMetadataTableConfigurationRequest,
    ) -> Result<GetBucketMetadataTableConfigurationOutput, S3Error> {
        configuration::metadata::get_table(self, ctx, &input)
    }

    #[handler("GetBucketMetricsConfiguration")]
    async fn get_bucket_metrics_configuration(
        &self,
        ctx: &RequestContext,
        input: GetBucketMetricsConfigurationRequest,
    ) -> Result<GetBucketMetricsConfigurationOutput, S3Error> {
        configuration::listed::metrics::get(self, ctx, &input)
    }

    #[handler("GetBucketNotification")]
    async fn get_bucket_notification(
        &self,
        ctx: &RequestContext,
        input: GetBucketNotificationConfigurationRequest,
    ) -> Result<NotificationConfigurationDeprecated, S3Error> {
        configuration::notification::older(self, ctx, &input)
    }

    #[handler("GetBucketNotificationConfiguration")]
    async fn get_bucket_notification_configuration(
        &self,
        ctx: &RequestContext,
        input: GetBucketNotificationConfigurationRequest,
    ) -> Result<NotificationConfiguration, S3Error> {
        configuration::notification::get(self, ctx, &input)
    }

    #[handler("GetBucketOwnershipControls")]
    async fn get_bucket_ownership_controls(
        &self,
        ctx: &RequestContext,
        input: GetBucketOwnershipControlsRequest,
    ) -> Result<GetBucketOwnershipControlsOutput, S3Error> {
        configuration::access::ownership(self, ctx, &input)
    }

    #[handler("GetBucketPolicy")]
    async fn get_bucket_policy(
        &self,
        ctx: &RequestContext,
        input: GetBucketPolicyRequest,
    ) -> Result<GetBucketPolicyOutput, S3Error> {
        configuration::access::policy(self, ctx, &input)
    }

    #[handler("GetBucketPolicyStatus")]
    async fn get_bucket_policy_status(
        &self,
        ctx: &RequestContext,
        input: GetBucketPolicyStatusRequest,
    ) -> Result<GetBucketPolicyStatusOutput, S3Error> {
        configuration::access::policy_status(self, ctx, &input)
    }

    #[handler("GetBucketReplication")]
    async fn get_bucket_replication(
        &self,
        ctx: &RequestContext,
        input: GetBucketReplicationRequest,
    ) -> Result<GetBucketReplicationOutput, S3Error> {
        configuration::replication::get(self, ctx, &input)
    }

    #[handler("GetBucketRequestPayment")]
    async fn get_bucket_request_payment(
        &self,
        ctx: &RequestContext,
        input: GetBucketRequestPaymentRequest,
    ) -> Result<GetBucketRequestPaymentOutput, S3Error> {
        configuration::settings::request_payment(self, ctx, &input)
    }

    #[handler("GetBucketTagging")]
    async fn get_bucket_tagging(
        &self,
        ctx: &RequestContext,
        input: GetBucketTaggingRequest,
    ) -> Result<GetBucketTaggingOutput, S3Error> {
        configuration::settings::tags(self, ctx, &input)
    }

    #[handler("GetBucketWebsite")]
    async fn get_bucket_website(
        &self,
        ctx: &RequestContext,
        input: GetBucketWebsiteRequest,
    ) -> Result<GetBucketWebsiteOutput, S3Error> {
        configuration::web::website(self, ctx, &input)
    }

    #[handler("GetObjectLockConfiguration")]
    async fn get_object_lock_configuration(
        &self,
        ctx: &RequestContext,
        input: GetObjectLockConfigurationRequest,
    ) -> Result<GetObjectLockConfigurationOutput, S3Error> {
        configuration::objects::object_lock(self, ctx, &input)
    }

    #[handler("GetPublicAccessBlock")]
    async fn get_public_access_block(
        &self,
        ctx: &RequestContext,
        input: GetPublicAccessBlockRequest,
    ) -> Result<GetPublicAccessBlockOutput, S3Error> {
        configuration::access::public_access_block(self, ctx, &input)
    }

    #[handler("ListBucketAnalyticsConfigurations")]
    async fn list_bucket_analytics_configurations(
        &self,
        ctx: &RequestContext,
        input: ListBucketAnalyticsConfigurationsRequest,
    ) -> Result<ListBucketAnalyticsConfigurationsOutput, S3Error> {
        configuration::listed::analyses::list(self, ctx, input)
    }

    #[handler("ListBucketIntelligentTieringConfigurations")]
    async fn list_bucket_intelligent_tiering_configurations(
        &self,
        ctx: &RequestContext,
        input: ListBucketIntelligentTieringConfigurationsRequest,
    ) -> Result<ListBucketIntelligentTieringConfigurationsOutput, S3Error> {
        configuration::listed::tierings::list(self, ctx, input)
    }

    #[handler("ListBucketInventoryConfigurations")]
    async fn list_bucket_inventory_configurations(
        &self,
        ctx: &RequestContext,
        input: ListBucketInventoryConfigurationsRequest,
    ) -> Result<ListBucketInventoryConfigurationsOutput, S3Error> {
        configuration::listed::inventories::list(self, ctx, input)
    }

    #[handler("ListBucketMetricsConfigurations")]
    async fn list_bucket_metrics_configurations(
        &self,
        ctx: &RequestContext,
        input: ListBucketMetricsConfigurationsRequest,
    ) -> Result<ListBucketMetricsConfigurationsOutput, S3Error> {
        configuration::listed::metrics::list(self, ctx, input)
    }

    #[handler("PutBucketAbac")]
    async fn put_bucket_abac(
        &self,
        ctx: &RequestContext,
        input: PutBucketAbacRequest,
    ) -> Result<(), S3Error> {
        configuration::settings::put_abac(self, ctx, input)
    }

    #[handler("PutBucketAccelerateConfiguration")]
    async fn put_bucket_accelerate_configuration(
        &self,
        ctx: &RequestContext,
        input: PutBucketAccelerateConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::settings::put_acceleration(self, ctx, input)
    }

    #[handler("PutBucketAcl")]
    async fn put_bucket_acl(&self, ctx: &RequestContext, input: PutBucketAclRequest) -> Result<(), S3Error> {
        configuration::access::put_acl(self, ctx, input)
    }

    #[handler("PutBucketAnalyticsConfiguration")]
    async fn put_bucket_analytics_configuration(
        &self,
        ctx: &RequestContext,
        input: PutBucketAnalyticsConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::listed::analyses::put(self, ctx, input)
    }

    #[handler("PutBucketCors")]
    async fn put_bucket_cors(
        &self,
        ctx: &RequestContext,
        input: PutBucketCorsRequest,
    ) -> Result<(), S3Error> {
        configuration::web::put_cors(self, ctx, input)
    }

    #[handler("PutBucketEncryption")]
    async fn put_bucket_encryption(
        &self,
        ctx: &RequestContext,
        input: PutBucketEncryptionRequest,
    ) -> Result<(), S3Error> {
        configuration::objects::put_encryption(self, ctx, input)
    }

    #[handler("PutBucketIntelligentTieringConfiguration")]
    async fn put_bucket_intelligent_tiering_configuration(
        &self,
        ctx: &RequestContext,
        input: PutBucketIntelligentTieringConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::listed::tierings::put(self, ctx, input)
    }

    #[handler("PutBucketInventoryConfiguration")]
    async fn put_bucket_inventory_configuration(
        &self,
        ctx: &RequestContext,
        input: PutBucketInventoryConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::listed::inventories::put(self, ctx, input)
    }

    #[handler("PutBucketLifecycle")]
    async fn put_bucket_lifecycle(
        &self,
        ctx: &RequestContext,
        input: PutBucketLifecycleRequest,
    ) -> Result<(), S3Error> {
        configuration::objects::put_older_lifecycle(self, ctx, input)
    }

    #[handler("PutBucketLifecycleConfiguration")]
    async fn put_bucket_lifecycle_configuration(
        &self,
        ctx: &RequestContext,
        input: PutBucketLifecycleConfigurationRequest,
    ) -> Result<PutBucketLifecycleConfigurationOutput, S3Error> {
        configuration::objects::put_lifecycle(self, ctx, input)
    }

    #[handler("PutBucketLogging")]
    async fn put_bucket_logging(
        &self,
        ctx: &RequestContext,
        input: PutBucketLoggingRequest,
    ) -> Result<(), S3Error> {
        configuration::settings::put_logging(self, ctx, input)
    }

    #[handler("PutBucketMetricsConfiguration")]
    async fn put_bucket_metrics_configuration(
        &self,
        ctx: &RequestContext,
        input: PutBucketMetricsConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::listed::metrics::put(self, ctx, input)
    }

    #[handler("PutBucketNotification")]
    async fn put_bucket_notification(
        &self,
        ctx: &RequestContext,
        input: PutBucketNotificationRequest,
    ) -> Result<(), S3Error> {
        configuration::notification::put_older(self, ctx, input).await
    }

    #[handler("PutBucketNotificationConfiguration")]
    async fn put_bucket_notification_configuration(
        &self,
        ctx: &RequestContext,
        input: PutBucketNotificationConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::notification::put(self, ctx, input).await
    }

    #[handler("PutBucketOwnershipControls")]
    async fn put_bucket_ownership_controls(
        &self,
        ctx: &RequestContext,
        input: PutBucketOwnershipControlsRequest,
    ) -> Result<(), S3Error> {
        configuration::access::put_ownership(self, ctx, &input)
    }

    #[handler("PutBucketPolicy")]
    async fn put_bucket_policy(
        &self,
        ctx: &RequestContext,
        input: PutBucketPolicyRequest,
    ) -> Result<(), S3Error> {
        configuration::access::put_policy(self, ctx, input)
    }

    #[handler("PutBucketReplication")]
    async fn put_bucket_replication(
        &self,
        ctx: &RequestContext,
        input: PutBucketReplicationRequest,
    ) -> Result<(), S3Error> {
        configuration::replication::put(self, ctx, input)
    }

    #[handler("PutBucketRequestPayment")]
    async fn put_bucket_request_payment(
        &self,
        ctx: &RequestContext,
        input: PutBucketRequestPaymentRequest,
    ) -> Result<(), S3Error> {
        configuration::settings::put_request_payment(self, ctx, input)
    }

    #[handler("PutBucketTagging")]
    async fn put_bucket_tagging(
        &self,
        ctx: &RequestContext,
        input: PutBucketTaggingRequest,
    ) -> Result<(), S3Error> {
        configuration::settings::put_tags(self, ctx, input)
    }

    #[handler("PutBucketWebsite")]
    async fn put_bucket_website(
        &self,
        ctx: &RequestContext,
        input: PutBucketWebsiteRequest,
    ) -> Result<(), S3Error> {
        configuration::web::put_website(self, ctx, input)
    }

    #[handler("PutObjectLockConfiguration")]
    async fn put_object_lock_configuration(
        &self,
        ctx: &RequestContext,
        input: PutObjectLockConfigurationRequest,
    ) -> Result<PutObjectLockConfigurationOutput, S3Error> {
        configuration::objects::put_object_lock(self, ctx, input)
    }

    #[handler("PutPublicAccessBlock")]
    async fn put_public_access_block(
        &self,
        ctx: &RequestContext,
        input: PutPublicAccessBlockRequest,
    ) -> Result<(), S3Error> {
        configuration::access::put_public_access_block(self, ctx, input)
    }

    #[handler("UpdateBucketMetadataInventoryTableConfiguration")]
    async fn update_bucket_metadata_inventory_table_configuration(
        &self,
        ctx: &RequestContext,
        input: UpdateBucketMetadataInventoryTableConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::metadata::update_inventory(self, ctx, input)
    }

    #[handler("UpdateBucketMetadataJournalTableConfiguration")]
    async fn update_bucket_metadata_journal_table_configuration(
        &self,
        ctx: &RequestContext,
        input: UpdateBucketMetadataJournalTableConfigurationRequest,
    ) -> Result<(), S3Error> {
        configuration::metadata::update_journal(self, ctx, input)
    }
}
