//! Policies of access points.

use asf_api_s3control::{
    DeleteAccessPointPolicyRequest, GetAccessPointPolicyRequest, GetAccessPointPolicyResult,
    GetAccessPointPolicyStatusRequest, GetAccessPointPolicyStatusResult, PolicyStatus,
    PutAccessPointPolicyRequest, S3ControlError,
};
use asf_runtime::RequestContext;

use super::access_points::{find, key, missing};
use super::{S3ControlProvider, check_account};
use crate::configuration::policy;
use crate::error::Fault;
use crate::models::AccessPointKey;

/// `PutAccessPointPolicy`
pub(super) fn put(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: PutAccessPointPolicyRequest,
) -> Result<(), S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let key = key(ctx, input.name);
    let point = find(provider, &key)?;
    let text = input.policy.unwrap_or_default();
    let document = policy::check(&text, &key.arn())?;
    if point.public_access_block.block_public_policy && policy::is_public(&document) {
        return Err(Fault::access_denied().into());
    }
    set(provider, &key, Some(text))
}

/// `DeleteAccessPointPolicy`
pub(super) fn delete(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: DeleteAccessPointPolicyRequest,
) -> Result<(), S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    set(provider, &key(ctx, input.name), None)
}

fn set(
    provider: &S3ControlProvider,
    key: &AccessPointKey,
    text: Option<String>,
) -> Result<(), S3ControlError> {
    let found = provider.store.tables.access_points.update(key, |it| it.policy = text);
    Ok(found.ok_or_else(|| missing(key))?)
}

/// `GetAccessPointPolicy`
pub(super) fn get(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: GetAccessPointPolicyRequest,
) -> Result<GetAccessPointPolicyResult, S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let policy = policy_of(provider, &key(ctx, input.name))?;
    Ok(GetAccessPointPolicyResult { policy: Some(policy) })
}

/// `GetAccessPointPolicyStatus`
pub(super) fn status(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: GetAccessPointPolicyStatusRequest,
) -> Result<GetAccessPointPolicyStatusResult, S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let policy = policy_of(provider, &key(ctx, input.name))?;
    let is_public = serde_json::from_str(&policy).is_ok_and(|document| policy::is_public(&document));
    let policy_status = Some(PolicyStatus { is_public: Some(is_public) });
    Ok(GetAccessPointPolicyStatusResult { policy_status })
}

/// The words: from memory.
fn policy_of(provider: &S3ControlProvider, key: &AccessPointKey) -> Result<String, Fault> {
    find(provider, key)?.policy.clone().ok_or_else(|| {
        Fault::new("NoSuchAccessPointPolicy", 404, "The specified accesspoint policy does not exist")
            .with("AccessPointName", &*key.name)
    })
}
