//! `AddPermission` and `RemovePermission`.

use asf_api_sqs::*;
use asf_runtime::RequestContext;

use super::SqsProvider;
use super::errors::required;

/// `AddPermission`
pub(super) fn add(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: AddPermissionRequest,
) -> Result<(), SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let label = required(input.label, "Label")?;
    let accounts = input.aws_account_ids.unwrap_or_default();
    let actions = input.actions.unwrap_or_default();
    queue.add_permission(&label, &accounts, &actions, ctx.clock().now())?;
    Ok(())
}

/// `RemovePermission`
pub(super) fn remove(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: RemovePermissionRequest,
) -> Result<(), SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let label = required(input.label, "Label")?;
    queue.remove_permission(&label, ctx.clock().now())?;
    Ok(())
}
