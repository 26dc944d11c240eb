//! Who may do what: ACLs, policies, public access, ownership.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::{S3Provider, bucket};
use crate::configuration::acl::{self, AclRequest, Owners};
use crate::configuration::refusal::not_found;
use crate::configuration::{ownership, policy};
use crate::error::Fault;
use crate::names::canonical_id;

/// `GetBucketAcl`
pub(in crate::provider) fn acl(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketAclRequest,
) -> Result<GetBucketAclOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let owner = canonical_id(bucket.owner);
    let kept = provider.configurations(&bucket).acl.clone();
    let (owner, grants) = acl::shown(&kept.unwrap_or_else(|| acl::private(&owner)), &owner);
    Ok(GetBucketAclOutput { owner: Some(owner), grants: Some(grants) })
}

/// `PutBucketAcl`
pub(in crate::provider) fn put_acl(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketAclRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let owner = canonical_id(bucket.owner);
    let request = AclRequest {
        canned: input.acl.map(|it| it.as_str().to_owned()),
        grant_full_control: input.grant_full_control,
        grant_read: input.grant_read,
        grant_read_acp: input.grant_read_acp,
        grant_write: input.grant_write,
        grant_write_acp: input.grant_write_acp,
        policy: input.access_control_policy,
    };
    let acl = request.required(Owners { own: &owner, bucket: &owner })?;
    let block = provider.public_access_block(&bucket);
    acl::check_allowed(&acl, &owner, bucket.ownership.as_deref(), block)?;
    provider.configure(&bucket, |it| it.acl = Some(acl))?;
    Ok(())
}

/// `GetBucketPolicy`
pub(in crate::provider) fn policy(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketPolicyRequest,
) -> Result<GetBucketPolicyOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let policy = provider.configurations(&bucket).policy.clone();
    let policy = policy.ok_or_else(|| no_policy(&bucket.name))?;
    Ok(GetBucketPolicyOutput { policy: Some(policy) })
}

/// `GetBucketPolicyStatus`
pub(in crate::provider) fn policy_status(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketPolicyStatusRequest,
) -> Result<GetBucketPolicyStatusOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configurations = provider.configurations(&bucket);
    let text = configurations.policy.as_deref().ok_or_else(|| no_policy(&bucket.name))?;
    let is_public = serde_json::from_str(text).is_ok_and(|document| policy::is_public(&document));
    Ok(GetBucketPolicyStatusOutput { policy_status: Some(PolicyStatus { is_public: Some(is_public) }) })
}

/// `PutBucketPolicy`
pub(in crate::provider) fn put_policy(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketPolicyRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let text = input.policy.unwrap_or_default();
    let document = policy::check(&text, &bucket.arn())?;
    if provider.public_access_block(&bucket).block_public_policy && policy::is_public(&document) {
        return Err(Fault::access_denied().into());
    }
    provider.configure(&bucket, |it| it.policy = Some(text))?;
    Ok(())
}

/// `DeleteBucketPolicy`
pub(in crate::provider) fn delete_policy(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketPolicyRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.configure(&bucket, |it| it.policy = None)?;
    Ok(())
}

/// test_s3_api::TestS3BucketPolicy::test_bucket_policy_crud
fn no_policy(bucket: &str) -> Fault {
    not_found("NoSuchBucketPolicy", "The bucket policy does not exist", bucket)
}

/// `GetPublicAccessBlock`
pub(in crate::provider) fn public_access_block(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetPublicAccessBlockRequest,
) -> Result<GetPublicAccessBlockOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    // test_s3_api::TestS3PublicAccessBlock::test_crud_public_access_block
    let block = provider.configurations(&bucket).public_access_block.ok_or_else(|| {
        not_found(
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
            &bucket.name,
        )
    })?;
    Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(block.into()) })
}

/// `PutPublicAccessBlock`
pub(in crate::provider) fn put_public_access_block(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutPublicAccessBlockRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let block = input.public_access_block_configuration.ok_or_else(Fault::malformed_xml)?;
    provider.configure(&bucket, |it| it.public_access_block = Some((&block).into()))?;
    Ok(())
}

/// `DeletePublicAccessBlock`
pub(in crate::provider) fn delete_public_access_block(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeletePublicAccessBlockRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.configure(&bucket, |it| it.public_access_block = None)?;
    Ok(())
}

/// `GetBucketOwnershipControls`
pub(in crate::provider) fn ownership(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketOwnershipControlsRequest,
) -> Result<GetBucketOwnershipControlsOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    // test_s3_api::TestS3BucketOwnershipControls::test_crud_bucket_ownership_controls
    let ownership = bucket.ownership.as_deref().ok_or_else(|| {
        not_found(
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found",
            &bucket.name,
        )
    })?;
    let controls = ownership::controls(ownership.into());
    Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(controls) })
}

/// `PutBucketOwnershipControls`
pub(in crate::provider) fn put_ownership(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &PutBucketOwnershipControlsRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let ownership = ownership::check(input.ownership_controls.as_ref())?;
    provider.change_bucket(&bucket, |it| it.ownership = Some(ownership.as_str().to_owned()))?;
    Ok(())
}

/// `DeleteBucketOwnershipControls`
pub(in crate::provider) fn delete_ownership(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketOwnershipControlsRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.change_bucket(&bucket, |it| it.ownership = None)?;
    Ok(())
}
