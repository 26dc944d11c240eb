//! What an account blocks of public access (test_s3control::TestS3ControlPublicAccessBlock).

use asf_api_s3control::{
    DeletePublicAccessBlockRequest, GetPublicAccessBlockOutput, GetPublicAccessBlockRequest,
    PublicAccessBlockConfiguration, PutPublicAccessBlockRequest, S3ControlError,
};
use asf_runtime::RequestContext;

use super::{S3ControlProvider, check_account};
use crate::configuration::public_access_block::{AccountBlock, PublicAccessBlock};
use crate::error::Fault;

/// A configuration as it came: what is not said is not blocked.
pub(super) fn read(it: &PublicAccessBlockConfiguration) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: it.block_public_acls.unwrap_or(false),
        ignore_public_acls: it.ignore_public_acls.unwrap_or(false),
        block_public_policy: it.block_public_policy.unwrap_or(false),
        restrict_public_buckets: it.restrict_public_buckets.unwrap_or(false),
    }
}

/// A configuration as answers have it.
pub(super) fn shown(it: PublicAccessBlock) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration {
        block_public_acls: Some(it.block_public_acls),
        ignore_public_acls: Some(it.ignore_public_acls),
        block_public_policy: Some(it.block_public_policy),
        restrict_public_buckets: Some(it.restrict_public_buckets),
    }
}

/// `GetPublicAccessBlock`
pub(super) fn get(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: &GetPublicAccessBlockRequest,
) -> Result<GetPublicAccessBlockOutput, S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let found = provider.store.tables.account_blocks.get(&ctx.account_id).ok_or_else(|| {
        Fault::new(
            "NoSuchPublicAccessBlockConfiguration",
            404,
            "The public access block configuration was not found",
        )
        .with("AccountId", ctx.account_id.as_str())
    })?;
    Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(shown(found.block)) })
}

/// `PutPublicAccessBlock` (test_empty_public_access_block)
pub(super) fn put(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: &PutPublicAccessBlockRequest,
) -> Result<(), S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let asked = input.public_access_block_configuration.as_ref();
    let asked = asked.filter(|it| **it != PublicAccessBlockConfiguration::default());
    let asked = asked.ok_or_else(|| Fault::invalid_request("Must specify at least one configuration."))?;
    provider.store.tables.account_blocks.insert(ctx.account_id, AccountBlock { block: read(asked) });
    Ok(())
}

/// `DeletePublicAccessBlock`
pub(super) fn delete(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: &DeletePublicAccessBlockRequest,
) -> Result<(), S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    provider.store.tables.account_blocks.remove(&ctx.account_id);
    Ok(())
}
