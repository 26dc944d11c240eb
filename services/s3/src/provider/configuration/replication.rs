//! Replication of a bucket.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::{S3Provider, bucket};
use crate::configuration::refusal::not_found;
use crate::configuration::replication;
use crate::models::BucketKey;

/// `GetBucketReplication`
pub(in crate::provider) fn get(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketReplicationRequest,
) -> Result<GetBucketReplicationOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configurations = provider.configurations(&bucket);
    // test_s3::TestS3BucketReplication::test_replication_config
    let kept = configurations.replication.as_ref().ok_or_else(|| {
        not_found(
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found",
            &bucket.name,
        )
    })?;
    Ok(GetBucketReplicationOutput { replication_configuration: Some(kept.to_owned()) })
}

/// `PutBucketReplication`
pub(in crate::provider) fn put(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketReplicationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let is_versioned = |name: &str| {
        let found = provider.store.tables.buckets.get(&BucketKey::new(ctx.partition(), name));
        found.is_some_and(|it| it.keeps_versions())
    };
    let checked = replication::check(
        input.replication_configuration,
        bucket.keeps_versions(),
        is_versioned,
        ctx.ids(),
    )?;
    provider.configure(&bucket, |it| it.replication = Some(checked.into()))?;
    Ok(())
}

/// `DeleteBucketReplication`
pub(in crate::provider) fn delete(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketReplicationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.configure(&bucket, |it| it.replication = None)?;
    Ok(())
}
