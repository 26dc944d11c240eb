//! ACLs of objects.

use asf_api_s3::*;
use asf_runtime::RequestContext;
use asf_runtime::identity::AccountId;

use super::S3Provider;
use super::lookup::OnMarker;
use super::writes::created;
use crate::configuration::acl::{self, AclRequest, Owners};
use crate::configuration::public_access_block::PublicAccessBlock;
use crate::error::Fault;
use crate::events::{EventKind, publish};
use crate::models::{Acl, Bucket as BucketRecord};
use crate::names::canonical_id;

/// `PutObjectAcl`
pub(super) fn put(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutObjectAclRequest,
) -> Result<PutObjectAclOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "PUT", OnMarker::NotAllowed)?;
    let request = AclRequest {
        canned: input.acl.as_ref().map(|it| it.as_str().to_owned()),
        grant_full_control: input.grant_full_control,
        grant_read: input.grant_read,
        grant_read_acp: input.grant_read_acp,
        grant_write: input.grant_write,
        grant_write_acp: input.grant_write_acp,
        policy: input.access_control_policy,
    };
    let (own, of_bucket) = (canonical_id(found.version.owner), canonical_id(bucket.owner));
    let acl = request.required(Owners { own: &own, bucket: &of_bucket })?;
    check_allowed(provider, &bucket, &acl)?;
    provider.change_object(&found, &bucket.key, |version| {
        if let Some(data) = &mut version.data {
            data.acl = Some(acl);
        }
    })?;
    publish(provider, ctx, &bucket, || created(EventKind::ObjectAclPut, &bucket, &found));
    Ok(PutObjectAclOutput::default())
}

/// `GetObjectAcl`
pub(super) fn get(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetObjectAclRequest,
) -> Result<GetObjectAclOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key = input.key.as_deref().unwrap_or_default();
    let found = provider.object(&bucket, key, input.version_id.as_deref(), "GET", OnMarker::NoSuchKey)?;
    let own = canonical_id(found.version.owner);
    let acl = found.data()?.acl.clone().unwrap_or_else(|| acl::private(&own));
    let (owner, grants) = acl::shown(&acl, &own);
    Ok(GetObjectAclOutput { owner: Some(owner), grants: Some(grants), ..Default::default() })
}

/// The ACL that a request that writes an object asks for.
///
/// # Errors
/// `InvalidArgument` and its like; `AccessControlListNotSupported`, `AccessDenied`, where the bucket does not let it.
pub(super) fn of_new(
    provider: &S3Provider,
    bucket: &BucketRecord,
    owner: AccountId,
    request: &AclRequest,
) -> Result<Option<Acl>, Fault> {
    let (own, of_bucket) = (canonical_id(owner), canonical_id(bucket.owner));
    let acl = request.read(Owners { own: &own, bucket: &of_bucket })?;
    if let Some(acl) = &acl {
        check_allowed(provider, bucket, acl)?;
    }
    Ok(acl)
}

fn check_allowed(provider: &S3Provider, bucket: &BucketRecord, acl: &Acl) -> Result<(), Fault> {
    let block = provider.configurations(bucket).public_access_block.unwrap_or(PublicAccessBlock::NONE);
    acl::check_allowed(acl, &canonical_id(bucket.owner), bucket.ownership.as_deref(), block)
}
