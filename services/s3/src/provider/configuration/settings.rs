//! Tags, access logs, who pays, acceleration, attribute-based access control.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::{S3Provider, bucket};
use crate::configuration::Kept;
use crate::configuration::logging::{self, Target};
use crate::configuration::refusal::{document, not_found};
use crate::configuration::tagging::{self, Tagged};
use crate::error::Fault;
use crate::models::BucketKey;

/// `GetBucketTagging`
pub(in crate::provider) fn tags(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketTaggingRequest,
) -> Result<GetBucketTaggingOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let tags = &provider.configurations(&bucket).tags;
    if tags.is_empty() {
        // test_s3_api::TestS3BucketObjectTagging::test_put_bucket_tagging_none_value
        return Err(not_found("NoSuchTagSet", "The TagSet does not exist", &bucket.name).into());
    }
    let tags = tags.iter().map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) });
    Ok(GetBucketTaggingOutput { tag_set: Some(tags.collect()) })
}

/// `PutBucketTagging`
pub(in crate::provider) fn put_tags(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketTaggingRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    // Without a set it is as good as an empty one (the same scenario).
    let tags = input.tagging.ok_or_else(Fault::malformed_xml)?.tag_set.unwrap_or_default();
    tagging::check(&tags, Tagged::Bucket)?;
    let tags = tags.into_iter().filter_map(|it| Some((it.key?, it.value?))).collect();
    provider.configure(&bucket, |it| it.tags = tags)?;
    Ok(())
}

/// `DeleteBucketTagging`
pub(in crate::provider) fn delete_tags(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketTaggingRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.configure(&bucket, |it| it.tags.clear())?;
    Ok(())
}

/// `GetBucketLogging`
pub(in crate::provider) fn logging(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketLoggingRequest,
) -> Result<GetBucketLoggingOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let logging = provider.configurations(&bucket).logging.as_ref().map(Kept::to_owned);
    Ok(GetBucketLoggingOutput { logging_enabled: logging })
}

/// `PutBucketLogging`
pub(in crate::provider) fn put_logging(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketLoggingRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let enabled = input.bucket_logging_status.ok_or_else(Fault::malformed_xml)?.logging_enabled;
    if let Some(enabled) = &enabled {
        logging::check(enabled, |name| {
            let found = provider.store.tables.buckets.get(&BucketKey::new(ctx.partition(), name))?;
            Some(Target {
                is_own: found.owner == bucket.owner,
                is_near: found.region == bucket.region,
                ownership: found.ownership.as_deref().map(ObjectOwnership::from),
            })
        })?;
    }
    provider.configure(&bucket, |it| it.logging = enabled.map(Into::into))?;
    Ok(())
}

/// `GetBucketRequestPayment`
pub(in crate::provider) fn request_payment(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketRequestPaymentRequest,
) -> Result<GetBucketRequestPaymentOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let requester_pays = provider.configurations(&bucket).requester_pays;
    let payer = if requester_pays { Payer::Requester } else { Payer::BucketOwner };
    Ok(GetBucketRequestPaymentOutput { payer: Some(payer) })
}

/// `PutBucketRequestPayment` (test_s3::TestS3::test_s3_request_payer_exceptions)
pub(in crate::provider) fn put_request_payment(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketRequestPaymentRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let payer = document(input.request_payment_configuration)?.payer;
    provider.configure(&bucket, |it| it.requester_pays = payer == Some(Payer::Requester))?;
    Ok(())
}

/// `GetBucketAccelerateConfiguration`
pub(in crate::provider) fn acceleration(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketAccelerateConfigurationRequest,
) -> Result<GetBucketAccelerateConfigurationOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let status = provider.configurations(&bucket).acceleration.as_deref().map(BucketAccelerateStatus::from);
    Ok(GetBucketAccelerateConfigurationOutput { status, request_charged: None })
}

/// `PutBucketAccelerateConfiguration`
pub(in crate::provider) fn put_acceleration(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketAccelerateConfigurationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    if bucket.name.contains('.') {
        // S3's error responses.
        return Err(Fault::invalid_request(
            "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names",
        )
        .into());
    }
    let status = document(input.accelerate_configuration)?.status.ok_or_else(Fault::malformed_xml)?;
    provider.configure(&bucket, |it| it.acceleration = Some(status.as_str().to_owned()))?;
    Ok(())
}

/// `GetBucketAbac`
pub(in crate::provider) fn abac(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketAbacRequest,
) -> Result<GetBucketAbacOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let status = match provider.configurations(&bucket).abac {
        true => BucketAbacStatus::Enabled,
        false => BucketAbacStatus::Disabled,
    };
    Ok(GetBucketAbacOutput { abac_status: Some(AbacStatus { status: Some(status) }) })
}

/// `PutBucketAbac`
pub(in crate::provider) fn put_abac(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketAbacRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let status = document(input.abac_status)?.status.ok_or_else(Fault::malformed_xml)?;
    provider.configure(&bucket, |it| it.abac = status == BucketAbacStatus::Enabled)?;
    Ok(())
}
