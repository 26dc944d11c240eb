//! `Publish` and `PublishBatch`.

use std::collections::HashSet;

use asf_api_sns::*;
use asf_runtime::{Map, RequestContext};

use super::SnsProvider;
use super::subscriptions::signature_version;
use crate::error::{ErrorKind, Fault};
use crate::fifo::{self, Lane, Placed};
use crate::filter::Filtered;
use crate::inspection::{self, Channel, Kept};
use crate::message::{MAX_SIZE, Outgoing, Texts};
use crate::message_attributes::{self, RawAttribute};
use crate::notification::Notification;
use crate::topics::Topic;
use crate::{endpoints, platforms};

/// Entries of a batch at most ("PublishBatch" in the API reference).
const MAX_ENTRIES: usize = 10;

/// A message that was taken.
struct Published {
    message_id: String,
    sequence: Option<String>,
}

fn raw(given: Option<Map<MessageAttributeValue>>) -> impl Iterator<Item = (String, RawAttribute)> {
    given.unwrap_or_default().into_iter().map(|(name, value)| {
        let data_type = value.data_type.unwrap_or_default();
        (name, RawAttribute { data_type, text: value.string_value, binary: value.binary_value })
    })
}

/// `Publish`
pub(super) async fn publish(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: PublishInput,
) -> Result<PublishResponse, SnsError> {
    let message = Outgoing {
        text: input.message.unwrap_or_default(),
        subject: input.subject,
        structure: input.message_structure.filter(|it| !it.is_empty()),
        attributes: message_attributes::check(raw(input.message_attributes))?,
        group: input.message_group_id,
        deduplication: input.message_deduplication_id,
    };
    let is_device = |arn: &str| arn.contains(":endpoint/");
    let published = match (input.topic_arn, input.target_arn, input.phone_number) {
        (None, None, Some(number)) => to_phone(provider, ctx, &number, &message)?,
        (None, Some(arn), None) if is_device(&arn) => to_device(provider, ctx, &arn, &message)?,
        (Some(arn), None, None) | (None, Some(arn), None) => {
            let topic = provider.topic(ctx, Some(&arn))?;
            message.check()?;
            fifo::check(&topic.record, &message)?;
            let mut lane = match topic.record.is_fifo() {
                true => Some(provider.lanes.enter(&arn).await),
                false => None,
            };
            to_topic(provider, ctx, &topic, message, lane.as_deref_mut()).await?
        }
        // From memory, as the one below.
        (None, None, None) => {
            return Err(Fault::reason("TopicArn or TargetArn", "no value for required parameter").into());
        }
        _ => {
            return Err(Fault::reason(
                "TopicArn",
                "Only one of TopicArn, TargetArn or PhoneNumber is allowed",
            )
            .into());
        }
    };
    Ok(PublishResponse { message_id: Some(published.message_id), sequence_number: published.sequence })
}

/// Hands a checked message to the subscribers of a topic.
async fn to_topic(
    provider: &SnsProvider,
    ctx: &RequestContext,
    topic: &Topic,
    message: Outgoing,
    lane: Option<&mut Lane>,
) -> Result<Published, Fault> {
    let texts = message.texts()?;
    let now = ctx.clock().now();
    let room = provider.courier.room(message.size())?;
    let mut published = Published { message_id: ctx.ids().uuid(), sequence: None };
    let mut deduplication = None;
    if let Some(lane) = lane {
        let id = fifo::deduplication_id(&message);
        let group = message.group.as_deref().unwrap_or_default();
        match fifo::place(lane, topic, group, &id, &published.message_id, now, ctx.ids()) {
            Placed::New(sequence) => published.sequence = Some(sequence),
            // test_sns::test_publish_batch_messages_from_fifo_topic_to_fifo_queue
            Placed::Again(seen) => {
                let (message_id, sequence) = (seen.message_id.clone(), Some(seen.sequence.clone()));
                return Ok(Published { message_id, sequence });
            }
        }
        deduplication = Some(id);
    }
    let all = provider.courier.targets(topic);
    let filtered = Filtered::new(texts.of(""), &message.attributes);
    let passes = |filter: Option<&crate::filter::Filter>| filter.is_none_or(|it| filtered.passes(it));
    let targets: Vec<_> = all.iter().filter(|it| passes(it.filter.as_ref())).cloned().collect();
    if targets.is_empty() {
        return Ok(published);
    }
    let notification = Notification {
        message_id: published.message_id.clone(),
        topic: topic.arn(),
        subject: message.subject,
        texts,
        structure: message.structure,
        attributes: message.attributes,
        at: now,
        sequence: published.sequence.clone(),
        group: message.group,
        deduplication,
        signature_version: signature_version(&topic.record),
        base: provider.public.base(&ctx.request),
    };
    let parcel = provider.courier.parcel(notification, room, &ctx.environment);
    provider.courier.deliver(parcel, targets).await;
    Ok(published)
}

/// A message to a phone, without a topic.
fn to_phone(
    provider: &SnsProvider,
    ctx: &RequestContext,
    number: &str,
    message: &Outgoing,
) -> Result<Published, Fault> {
    // test_sns::test_publish_wrong_phone_format
    if !endpoints::is_e164(number) {
        return Err(Fault::reason("PhoneNumber", format_args!("{number} is not valid to publish to")));
    }
    message.check()?;
    let store = provider.store(ctx);
    if store.opted_out.contains(&number.to_owned()) {
        return Err(Fault::new(ErrorKind::OptedOut, "Phone number is opted out"));
    }
    let text = message.texts()?.of("sms").to_owned();
    Ok(keep(ctx, &store, Channel::Sms, number, text, message))
}

/// A message to a device, without a topic.
fn to_device(
    provider: &SnsProvider,
    ctx: &RequestContext,
    arn: &str,
    message: &Outgoing,
) -> Result<Published, Fault> {
    let store = provider.store(ctx);
    platforms::check_device(&store, arn)?;
    message.check()?;
    // arn:..:endpoint/GCM/app/uuid
    let platform = arn.split('/').nth(1).unwrap_or_default();
    let text = match (message.texts(), message.structure.as_deref()) {
        (Ok(texts), _) => texts.of(platform).to_owned(),
        // A text for the platform is enough.
        (Err(fault), Some("json")) => {
            let named = serde_json::from_str(&message.text).map_err(|_| fault.clone())?;
            let texts = Texts::ByProtocol { default: String::new(), named };
            Some(texts.of(platform)).filter(|it| !it.is_empty()).ok_or(fault)?.to_owned()
        }
        (Err(fault), _) => return Err(fault),
    };
    Ok(keep(ctx, &store, Channel::Platform, arn, text, message))
}

fn keep(
    ctx: &RequestContext,
    store: &crate::tables::SnsStore,
    channel: Channel,
    to: &str,
    text: String,
    message: &Outgoing,
) -> Published {
    let message_id = ctx.ids().uuid();
    inspection::keep(
        store,
        channel,
        Kept {
            to: to.to_owned(),
            message_id: message_id.clone(),
            topic: None,
            subscription: None,
            message: text,
            subject: message.subject.clone(),
            structure: message.structure.clone(),
            attributes: message.attributes.clone(),
        },
    );
    Published { message_id, sequence: None }
}

/// `PublishBatch`. What is wrong with the attributes, groups and deduplication of an entry is wrong with the batch
/// (test_sns::test_empty_or_wrong_message_attributes; publishBatchToFifoTestNegative of
/// ballerina-platform/module-ballerinax-aws.sns, which runs against AWS); what is wrong with its subject is not
/// (publishBatchWithFailures there), nor, it seems, with its text.
pub(super) async fn publish_batch(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: PublishBatchInput,
) -> Result<PublishBatchResponse, SnsError> {
    let arn = input.topic_arn.unwrap_or_default();
    let topic = provider.topic(ctx, Some(&arn))?;
    let entries = input.publish_batch_request_entries.unwrap_or_default();
    check_ids(&entries)?;
    let mut messages = Vec::with_capacity(entries.len());
    for entry in entries {
        let message = Outgoing {
            text: entry.message.unwrap_or_default(),
            subject: entry.subject,
            structure: entry.message_structure.filter(|it| !it.is_empty()),
            attributes: message_attributes::check(raw(entry.message_attributes))?,
            group: entry.message_group_id,
            deduplication: entry.message_deduplication_id,
        };
        messages.push((entry.id, message));
    }
    // test_sns::test_publish_batch_too_long_message
    if messages.iter().map(|(_, message)| message.size()).sum::<usize>() > MAX_SIZE {
        return Err(Fault::new(
            ErrorKind::BatchRequestTooLong,
            "The length of all the messages put together is more than the limit.",
        )
        .into());
    }
    for (_, message) in &messages {
        fifo::check(&topic.record, message)?;
    }
    let mut lane = match topic.record.is_fifo() {
        true => Some(provider.lanes.enter(&arn).await),
        false => None,
    };
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, message) in messages {
        let published = match message.check() {
            Ok(()) => to_topic(provider, ctx, &topic, message, lane.as_deref_mut()).await,
            Err(fault) => Err(fault),
        };
        match published {
            Ok(Published { message_id, sequence }) => successful.push(PublishBatchResultEntry {
                id,
                message_id: Some(message_id),
                sequence_number: sequence,
            }),
            Err(fault) => {
                // Otherwise there was no room for it.
                let is_wrong = fault.kind == ErrorKind::InvalidParameter;
                failed.push(BatchResultErrorEntry {
                    id,
                    code: Some(if is_wrong { "InvalidParameter" } else { "Throttled" }.to_owned()),
                    message: Some(fault.message),
                    sender_fault: Some(is_wrong),
                });
            }
        }
    }
    Ok(PublishBatchResponse { successful: Some(successful), failed: Some(failed) })
}

/// test_sns::test_publish_batch_invalid_entry_id; the other three are from memory of SQS, whose words they are.
fn check_ids(entries: &[PublishBatchRequestEntry]) -> Result<(), Fault> {
    let wrong = |kind, message: String| Err(Fault::new(kind, message));
    if entries.is_empty() {
        return wrong(
            ErrorKind::EmptyBatchRequest,
            "The batch request doesn't contain any entries.".to_owned(),
        );
    }
    if entries.len() > MAX_ENTRIES {
        return wrong(
            ErrorKind::TooManyEntriesInBatchRequest,
            "The batch request contains more entries than permissible.".to_owned(),
        );
    }
    let mut seen = HashSet::new();
    for id in entries.iter().map(|it| it.id.as_deref().unwrap_or_default()) {
        let about = |what: &str| format!("The Id of a batch entry in the batch request {what}: {id}");
        if id.len() > 80 {
            return wrong(ErrorKind::InvalidBatchEntryId, about("is too long"));
        }
        let is_plain = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
        if id.is_empty() || !id.bytes().all(is_plain) {
            return wrong(ErrorKind::InvalidBatchEntryId, about("contains an impermissible character"));
        }
        if !seen.insert(id) {
            return wrong(
                ErrorKind::BatchEntryIdsNotDistinct,
                "Two or more batch entries in the request have the same Id.".to_owned(),
            );
        }
    }
    Ok(())
}
