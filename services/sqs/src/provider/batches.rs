//! Batches. What is wrong with a batch as a whole is an error of the operation; what is wrong with an
//! entry is an entry of `Failed`, and the others go through. Empty lists are left out
//! (test_sqs::test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size).

use asf_api_sqs::*;
use asf_runtime::RequestContext;

use super::SqsProvider;
use super::errors::failed;
use super::messages::{sender, system_attributes, trace, user_attributes};
use crate::batches::{check_ids, check_total_size, missing};
use crate::error::QueueError;
use crate::send::{Outgoing, check_fifo_members};

/// `SendMessageBatch`
pub(super) fn send(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: SendMessageBatchRequest,
) -> Result<SendMessageBatchResult, SqsError> {
    const ENTRY: &str = "SendMessageBatchRequestEntry";
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let entries = input.entries.unwrap_or_default();
    check_ids(ENTRY, entries.iter().map(|entry| entry.id.as_deref()))?;
    let now = ctx.clock().now();
    let settings = queue.settings(now)?;
    for (index, entry) in entries.iter().enumerate() {
        if entry.message_body.as_ref().is_none_or(String::is_empty) {
            return Err(missing(ENTRY, index, "MessageBody").into());
        }
        check_fifo_members(
            &settings,
            entry.message_group_id.as_deref(),
            entry.message_deduplication_id.as_deref(),
        )?;
    }
    let trace = trace(ctx);
    let outgoing: Vec<_> = entries.into_iter().map(|entry| outgoing(entry, trace.clone())).collect();
    check_total_size(outgoing.iter().filter_map(|(_, it)| Some(it.as_ref().ok()?.size())).sum())?;

    let outcome =
        each(outgoing, |outgoing| queue.send_entry(outgoing?, &settings, sender(ctx), now, ctx.ids()));
    let entry = |(id, sent): (String, crate::send::Sent)| SendMessageBatchResultEntry {
        id: Some(id),
        message_id: Some(sent.message_id),
        md5_of_message_body: Some(sent.md5_of_body),
        md5_of_message_attributes: sent.md5_of_attributes,
        md5_of_message_system_attributes: sent.md5_of_system_attributes,
        sequence_number: sent.sequence_number,
    };
    Ok(SendMessageBatchResult {
        successful: present(outcome.successful.into_iter().map(entry).collect()),
        failed: present(outcome.failed),
    })
}

/// `DeleteMessageBatch`
pub(super) fn delete(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: DeleteMessageBatchRequest,
) -> Result<DeleteMessageBatchResult, SqsError> {
    const ENTRY: &str = "DeleteMessageBatchRequestEntry";
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let entries = input.entries.unwrap_or_default();
    check_ids(ENTRY, entries.iter().map(|entry| entry.id.as_deref()))?;
    if let Some(index) = entries.iter().position(|entry| entry.receipt_handle.is_none()) {
        return Err(missing(ENTRY, index, "ReceiptHandle").into());
    }
    let now = ctx.clock().now();
    let entries = entries.into_iter().map(|it| (it.id.unwrap_or_default(), it.receipt_handle));
    let outcome = each(entries, |handle| queue.delete_message(&handle.unwrap_or_default(), now));
    let entry = |(id, ())| DeleteMessageBatchResultEntry { id: Some(id) };
    Ok(DeleteMessageBatchResult {
        successful: present(outcome.successful.into_iter().map(entry).collect()),
        failed: present(outcome.failed),
    })
}

/// `ChangeMessageVisibilityBatch`
pub(super) fn change_visibility(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: ChangeMessageVisibilityBatchRequest,
) -> Result<ChangeMessageVisibilityBatchResult, SqsError> {
    const ENTRY: &str = "ChangeMessageVisibilityBatchRequestEntry";
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let entries = input.entries.unwrap_or_default();
    check_ids(ENTRY, entries.iter().map(|entry| entry.id.as_deref()))?;
    for (index, entry) in entries.iter().enumerate() {
        if entry.receipt_handle.is_none() {
            return Err(missing(ENTRY, index, "ReceiptHandle").into());
        }
        if entry.visibility_timeout.is_none() {
            return Err(missing(ENTRY, index, "VisibilityTimeout").into());
        }
    }
    let now = ctx.clock().now();
    let entries =
        entries.into_iter().map(|it| (it.id.unwrap_or_default(), (it.receipt_handle, it.visibility_timeout)));
    let outcome = each(entries, |(handle, seconds)| {
        queue.change_visibility(&handle.unwrap_or_default(), seconds.unwrap_or_default(), now)
    });
    let entry = |(id, ())| ChangeMessageVisibilityBatchResultEntry { id: Some(id) };
    Ok(ChangeMessageVisibilityBatchResult {
        successful: present(outcome.successful.into_iter().map(entry).collect()),
        failed: present(outcome.failed),
    })
}

/// An entry as the domain takes it; its attributes may be wrong.
fn outgoing(
    entry: SendMessageBatchRequestEntry,
    trace: Option<String>,
) -> (String, Result<Outgoing, QueueError>) {
    let id = entry.id.unwrap_or_default();
    let attributes = user_attributes(entry.message_attributes);
    let system = system_attributes(entry.message_system_attributes);
    let outgoing = attributes.and_then(|attributes| {
        Ok(Outgoing {
            body: entry.message_body.unwrap_or_default(),
            delay_seconds: entry.delay_seconds,
            attributes,
            system_attributes: system?,
            trace,
            deduplication_id: entry.message_deduplication_id,
            group: entry.message_group_id,
        })
    });
    (id, outgoing)
}

/// What came of the entries of a batch.
struct Outcome<T> {
    successful: Vec<(String, T)>,
    failed: Vec<BatchResultErrorEntry>,
}

/// Does something with each entry, in order.
fn each<E, T>(
    entries: impl IntoIterator<Item = (String, E)>,
    act: impl Fn(E) -> Result<T, QueueError>,
) -> Outcome<T> {
    let mut outcome = Outcome { successful: Vec::new(), failed: Vec::new() };
    for (id, entry) in entries {
        match act(entry) {
            Ok(result) => outcome.successful.push((id, result)),
            Err(error) => outcome.failed.push(failed(id, error)),
        }
    }
    outcome
}

fn present<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}
