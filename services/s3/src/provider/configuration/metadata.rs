//! Metadata tables of a bucket, of both versions.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::{S3Provider, bucket};
use crate::configuration::metadata_table;
use crate::configuration::refusal::{document, not_found};
use crate::error::Fault;

/// From memory.
fn missing(bucket: &str) -> Fault {
    not_found("MetadataConfigurationNotFound", "The metadata configuration was not found", bucket)
}

/// From memory.
fn present(bucket: &str) -> Fault {
    let message = "A metadata configuration already exists for this bucket.";
    Fault::new("InvalidBucketState", 409, message).with("BucketName", bucket)
}

/// `CreateBucketMetadataConfiguration`
pub(in crate::provider) fn create(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: CreateBucketMetadataConfigurationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let (account, region) = (bucket.owner, &bucket.region);
    let result = metadata_table::check(input.metadata_configuration, &bucket.name, account, region)?;
    let is_new = provider.configure(&bucket, |it| {
        let is_new = it.metadata.is_none();
        it.metadata.get_or_insert_with(|| result.into());
        is_new
    })?;
    if is_new { Ok(()) } else { Err(present(&bucket.name).into()) }
}

/// `GetBucketMetadataConfiguration`
pub(in crate::provider) fn get(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketMetadataConfigurationRequest,
) -> Result<GetBucketMetadataConfigurationOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configurations = provider.configurations(&bucket);
    let kept = configurations.metadata.as_ref().ok_or_else(|| missing(&bucket.name))?;
    let result =
        GetBucketMetadataConfigurationResult { metadata_configuration_result: Some(kept.to_owned()) };
    Ok(GetBucketMetadataConfigurationOutput { get_bucket_metadata_configuration_result: Some(result) })
}

/// `DeleteBucketMetadataConfiguration`
pub(in crate::provider) fn delete(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketMetadataConfigurationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.configure(&bucket, |it| it.metadata = None)?;
    Ok(())
}

/// `UpdateBucketMetadataInventoryTableConfiguration`
pub(in crate::provider) fn update_inventory(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: UpdateBucketMetadataInventoryTableConfigurationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let asked = document(input.inventory_table_configuration)?;
    update(provider, &bucket, |result| {
        let table_bucket = result.destination_result.as_ref().and_then(|it| it.table_bucket_arn.clone());
        let configuration = InventoryTableConfiguration {
            configuration_state: asked.configuration_state,
            encryption_configuration: asked.encryption_configuration,
        };
        let inventory = metadata_table::inventory(configuration, &table_bucket.unwrap_or_default());
        result.inventory_table_configuration_result = Some(inventory);
    })
}

/// `UpdateBucketMetadataJournalTableConfiguration`
pub(in crate::provider) fn update_journal(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: UpdateBucketMetadataJournalTableConfigurationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let asked = document(input.journal_table_configuration)?;
    update(provider, &bucket, |result| {
        result.journal_table_configuration_result.get_or_insert_default().record_expiration =
            asked.record_expiration;
    })
}

fn update(
    provider: &S3Provider,
    bucket: &crate::models::Bucket,
    change: impl FnOnce(&mut MetadataConfigurationResult),
) -> Result<(), S3Error> {
    let found = provider.configure(bucket, |it| {
        let mut result = it.metadata.as_ref()?.to_owned();
        change(&mut result);
        it.metadata = Some(result.into());
        Some(())
    })?;
    Ok(found.ok_or_else(|| missing(&bucket.name))?)
}

/// `CreateBucketMetadataTableConfiguration`
pub(in crate::provider) fn create_table(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: CreateBucketMetadataTableConfigurationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let result = metadata_table::check_table(input.metadata_table_configuration)?;
    let is_new = provider.configure(&bucket, |it| {
        let is_new = it.metadata_table.is_none();
        it.metadata_table.get_or_insert_with(|| result.into());
        is_new
    })?;
    if is_new { Ok(()) } else { Err(present(&bucket.name).into()) }
}

/// `GetBucketMetadataTableConfiguration`
pub(in crate::provider) fn get_table(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketMetadataTableConfigurationRequest,
) -> Result<GetBucketMetadataTableConfigurationOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configurations = provider.configurations(&bucket);
    let kept = configurations.metadata_table.as_ref().ok_or_else(|| missing(&bucket.name))?;
    let result = GetBucketMetadataTableConfigurationResult {
        metadata_table_configuration_result: Some(kept.to_owned()),
        status: Some("ACTIVE".to_owned()),
        error: None,
    };
    Ok(GetBucketMetadataTableConfigurationOutput {
        get_bucket_metadata_table_configuration_result: Some(result),
    })
}

/// `DeleteBucketMetadataTableConfiguration`
pub(in crate::provider) fn delete_table(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketMetadataTableConfigurationRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.configure(&bucket, |it| it.metadata_table = None)?;
    Ok(())
}
