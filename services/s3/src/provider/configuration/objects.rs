//! What becomes of the objects of a bucket: lifecycle, object lock, default encryption.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::{S3Provider, bucket};
use crate::configuration::refusal::not_found;
use crate::configuration::{Kept, Lifecycle, encryption, lifecycle, object_lock};
use crate::error::Fault;
use crate::models::{self, RetentionMode, RetentionPeriod};

/// `GetBucketLifecycleConfiguration`
pub(in crate::provider) fn lifecycle(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketLifecycleConfigurationRequest,
) -> Result<GetBucketLifecycleConfigurationOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configurations = provider.configurations(&bucket);
    let lifecycle = configurations.lifecycle.as_ref().ok_or_else(|| no_lifecycle(&bucket.name))?;
    Ok(GetBucketLifecycleConfigurationOutput {
        rules: lifecycle.configuration.rules.clone(),
        transition_default_minimum_object_size: Some(lifecycle.minimum_size.as_str().into()),
    })
}

/// `GetBucketLifecycle`
pub(in crate::provider) fn older_lifecycle(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketLifecycleRequest,
) -> Result<GetBucketLifecycleOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configurations = provider.configurations(&bucket);
    let lifecycle = configurations.lifecycle.as_ref().ok_or_else(|| no_lifecycle(&bucket.name))?;
    Ok(GetBucketLifecycleOutput { rules: Some(lifecycle::to_older(&lifecycle.configuration)) })
}

/// `PutBucketLifecycleConfiguration`
pub(in crate::provider) fn put_lifecycle(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketLifecycleConfigurationRequest,
) -> Result<PutBucketLifecycleConfigurationOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let minimum_size = lifecycle::minimum_size(input.transition_default_minimum_object_size)?;
    let configuration = lifecycle::check(input.lifecycle_configuration, ctx.ids())?;
    let kept =
        Lifecycle { configuration: configuration.into(), minimum_size: minimum_size.as_str().to_owned() };
    provider.configure(&bucket, |it| it.lifecycle = Some(kept))?;
    Ok(PutBucketLifecycleConfigurationOutput { transition_default_minimum_object_size: Some(minimum_size) })
}

/// `PutBucketLifecycle`
pub(in crate::provider) fn put_older_lifecycle(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketLifecycleRequest,
) -> Result<(), S3Error> {
    let newer = PutBucketLifecycleConfigurationRequest {
        bucket: input.bucket,
        expected_bucket_owner: input.expected_bucket_owner,
        lifecycle_configuration: input.lifecycle_configuration.map(lifecycle::from_older),
        ..Default::default()
    };
    put_lifecycle(provider, ctx, newer).map(drop)
}

/// `DeleteBucketLifecycle`
pub(in crate::provider) fn delete_lifecycle(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketLifecycleRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.configure(&bucket, |it| it.lifecycle = None)?;
    Ok(())
}

/// test_s3::TestS3BucketLifecycle::test_delete_lifecycle_configuration_on_bucket_deletion
fn no_lifecycle(bucket: &str) -> Fault {
    not_found("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", bucket)
}

/// `GetObjectLockConfiguration`
pub(in crate::provider) fn object_lock(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetObjectLockConfigurationRequest,
) -> Result<GetObjectLockConfigurationOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    // test_s3_api::TestS3ObjectLock::test_get_object_lock_configuration_exc
    let lock = bucket.object_lock.ok_or_else(|| {
        not_found(
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
            &bucket.name,
        )
    })?;
    let rule = lock.default_retention.map(|retention| {
        let (days, years) = match retention.period {
            RetentionPeriod::Days(days) => (i32::try_from(days).ok(), None),
            RetentionPeriod::Years(years) => (None, i32::try_from(years).ok()),
        };
        let mode = match retention.mode {
            RetentionMode::Governance => ObjectLockRetentionMode::Governance,
            RetentionMode::Compliance => ObjectLockRetentionMode::Compliance,
        };
        ObjectLockRule { default_retention: Some(DefaultRetention { mode: Some(mode), days, years }) }
    });
    let configuration = ObjectLockConfiguration { rule, ..object_lock::enabled() };
    Ok(GetObjectLockConfigurationOutput { object_lock_configuration: Some(configuration) })
}

/// `PutObjectLockConfiguration`
pub(in crate::provider) fn put_object_lock(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutObjectLockConfigurationRequest,
) -> Result<PutObjectLockConfigurationOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configuration = object_lock::check(input.object_lock_configuration, bucket.keeps_versions())?;
    let retention = configuration.rule.and_then(|it| it.default_retention);
    let default_retention = retention.and_then(|it| {
        let mode = match it.mode? {
            ObjectLockRetentionMode::Compliance => RetentionMode::Compliance,
            _ => RetentionMode::Governance,
        };
        let days = it.days.and_then(|it| u32::try_from(it).ok()).map(RetentionPeriod::Days);
        let years = it.years.and_then(|it| u32::try_from(it).ok()).map(RetentionPeriod::Years);
        Some(models::DefaultRetention { mode, period: days.or(years)? })
    });
    provider.change_bucket(&bucket, |it| it.object_lock = Some(models::ObjectLock { default_retention }))?;
    Ok(PutObjectLockConfigurationOutput::default())
}

/// `GetBucketEncryption`
pub(in crate::provider) fn encryption(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketEncryptionRequest,
) -> Result<GetBucketEncryptionOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let kept = provider.configurations(&bucket).encryption.as_ref().map(Kept::to_owned);
    let configuration = kept.unwrap_or_else(encryption::default_configuration);
    Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) })
}

/// `PutBucketEncryption`
pub(in crate::provider) fn put_encryption(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketEncryptionRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configuration = input.server_side_encryption_configuration.ok_or_else(Fault::malformed_xml)?;
    let configuration = encryption::check(configuration)?;
    let encryption = encryption_of(&configuration);
    provider.change_bucket(&bucket, |it| it.encryption = encryption)?;
    provider.configure(&bucket, |it| it.encryption = Some(configuration.into()))?;
    Ok(())
}

/// What new objects of a bucket are encrypted with.
fn encryption_of(configuration: &ServerSideEncryptionConfiguration) -> models::Encryption {
    let rule = configuration.rules.iter().flatten().next();
    let by_default = rule.and_then(|it| it.apply_server_side_encryption_by_default.as_ref());
    match by_default.and_then(|it| it.sse_algorithm.as_ref()) {
        Some(algorithm @ (ServerSideEncryption::AwsKms | ServerSideEncryption::AwsKmsDsse)) => {
            models::Encryption::Kms {
                algorithm: algorithm.as_str().to_owned(),
                key: by_default.and_then(|it| it.kms_master_key_id.clone()),
                context: None,
                bucket_key: rule.and_then(|it| it.bucket_key_enabled).unwrap_or(false),
            }
        }
        _ => models::Encryption::S3,
    }
}

/// `DeleteBucketEncryption`
pub(in crate::provider) fn delete_encryption(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketEncryptionRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.change_bucket(&bucket, |it| it.encryption = models::Encryption::S3)?;
    provider.configure(&bucket, |it| it.encryption = None)?;
    Ok(())
}
