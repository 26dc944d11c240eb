//! `TagQueue`, `UntagQueue`, `ListQueueTags`.

use asf_api_sqs::*;
use asf_runtime::RequestContext;

use super::SqsProvider;

/// `TagQueue`
pub(super) fn tag(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: TagQueueRequest,
) -> Result<(), SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    queue.tag(input.tags.unwrap_or_default(), ctx.clock().now())?;
    Ok(())
}

/// `UntagQueue`
pub(super) fn untag(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: UntagQueueRequest,
) -> Result<(), SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    queue.untag(&input.tag_keys.unwrap_or_default(), ctx.clock().now())?;
    Ok(())
}

/// `ListQueueTags`
pub(super) fn list(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: &ListQueueTagsRequest,
) -> Result<ListQueueTagsResult, SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let tags = queue.open(ctx.clock().now())?.tags.clone();
    // test_sqs::test_tag_untag_queue
    Ok(ListQueueTagsResult { tags: Some(tags).filter(|tags| !tags.is_empty()) })
}
