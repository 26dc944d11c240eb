//! `GetQueueAttributes` and `SetQueueAttributes`.

use asf_api_sqs::*;
use asf_runtime::RequestContext;

use super::SqsProvider;
use crate::error::QueueError;
use crate::queues::check_redrive;

/// `GetQueueAttributes`
pub(super) fn get(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: GetQueueAttributesRequest,
) -> Result<GetQueueAttributesResult, SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let names = input.attribute_names.unwrap_or_default();
    let attributes = queue.attributes(&names, ctx.clock().now())?;
    let attributes: asf_runtime::Map<String> =
        attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(GetQueueAttributesResult { attributes: Some(attributes).filter(|it| !it.is_empty()) })
}

/// `SetQueueAttributes`
pub(super) fn set(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: SetQueueAttributesRequest,
) -> Result<(), SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let attributes = input.attributes.unwrap_or_default();
    if attributes.is_empty() {
        // The name is that of the query protocol, over JSON too (pulumi-aws issue 5959).
        return Err(QueueError::missing("Attribute.Name").into());
    }
    let changes: Vec<_> = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let now = ctx.clock().now();
    queue.set_attributes(&changes, now, |settings| check_redrive(&provider.store, &queue, settings, now))?;
    Ok(())
}
