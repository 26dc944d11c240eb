//! Operations on queues as a whole.

use asf_api_sqs::*;
use asf_runtime::RequestContext;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::SqsProvider;
use super::errors::required;
use crate::error::{ErrorKind, QueueError};
use crate::queues::{self, NewQueue, page_size};

/// `CreateQueue`
pub(super) fn create(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: CreateQueueRequest,
) -> Result<CreateQueueResult, SqsError> {
    provider.resume_tasks(ctx);
    let name = required(input.queue_name, "QueueName")?;
    let attributes = input.attributes.unwrap_or_default();
    let new = NewQueue {
        name: &name,
        attributes: attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        tags: input.tags.unwrap_or_default(),
    };
    let queue = queues::create(
        &provider.store,
        ctx.account_id,
        &ctx.region,
        new,
        provider.options.delay_recently_deleted,
        ctx.clock().now(),
        ctx.ids(),
    )?;
    Ok(CreateQueueResult { queue_url: Some(provider.url(ctx, &queue)) })
}

/// `DeleteQueue`
pub(super) fn delete(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: &DeleteQueueRequest,
) -> Result<(), SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    provider.store.remove(&queue, ctx.clock().now());
    Ok(())
}

/// `GetQueueUrl`, of another account's queue too.
pub(super) fn get_url(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: GetQueueUrlRequest,
) -> Result<GetQueueUrlResult, SqsError> {
    provider.resume_tasks(ctx);
    let name = required(input.queue_name, "QueueName")?;
    let account = match input.queue_owner_aws_account_id {
        // What is no account has no queues.
        Some(owner) => owner.parse().map_err(|_| QueueError::no_such_queue())?,
        None => ctx.account_id,
    };
    let queue = queues::find(&provider.store, account, &ctx.region, &name)?;
    Ok(GetQueueUrlResult { queue_url: Some(provider.url(ctx, &queue)) })
}

/// `PurgeQueue`
pub(super) fn purge(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: &PurgeQueueRequest,
) -> Result<(), SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    queue.purge(ctx.clock().now(), provider.options.delay_purge_retry)?;
    Ok(())
}

/// `ListQueues`
pub(super) fn list(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: ListQueuesRequest,
) -> Result<ListQueuesResult, SqsError> {
    provider.resume_tasks(ctx);
    let max = page_size(input.max_results)?;
    let after = input.next_token.map(|token| last_of_page(&token)).transpose()?;
    let prefix = input.queue_name_prefix.unwrap_or_default();
    let locality = provider.store.locality(ctx.account_id, &ctx.region);
    let (found, more) = locality.list(&prefix, after.as_deref(), max, |_| true);
    let urls: Vec<String> = found.iter().map(|queue| provider.url(ctx, queue)).collect();
    Ok(ListQueuesResult {
        next_token: next_token(&urls, more, input.max_results),
        queue_urls: Some(urls).filter(|urls| !urls.is_empty()),
    })
}

/// `ListDeadLetterSourceQueues`
pub(super) fn list_dead_letter_sources(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: ListDeadLetterSourceQueuesRequest,
) -> Result<ListDeadLetterSourceQueuesResult, SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let max = page_size(input.max_results)?;
    let after = input.next_token.map(|token| last_of_page(&token)).transpose()?;
    let now = ctx.clock().now();
    let (found, more) = queues::dead_letter_sources(&provider.store, &queue, after.as_deref(), max, now);
    let urls: Vec<String> = found.iter().map(|queue| provider.url(ctx, queue)).collect();
    Ok(ListDeadLetterSourceQueuesResult {
        next_token: next_token(&urls, more, input.max_results),
        // Required in the model, so there even if it is empty.
        queue_urls: Some(urls),
    })
}

/// Where the next page begins: base64 of the last URL (test_sqs::test_list_queues_pagination). Given to
/// those only who said how long a page is ("MaxResults" of `ListQueues` in the API reference).
fn next_token(urls: &[String], more: bool, max_results: Option<i32>) -> Option<String> {
    let last = urls.last().filter(|_| more && max_results.is_some())?;
    Some(STANDARD.encode(last))
}

/// The name of the queue that was a page's last.
fn last_of_page(token: &str) -> Result<String, QueueError> {
    let url = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let name = url.as_ref().and_then(|url| Some(url.rsplit_once('/')?.1.to_owned()));
    name.filter(|name| !name.is_empty())
        .ok_or_else(|| QueueError::new(ErrorKind::InvalidParameterValue, "Invalid or expired next token."))
}
