//! Operations on single messages, and messages as the wire has them.
//!
//! A body is moved in when it is sent, and copied once when it is received: it stays in the queue until
//! it is deleted.

use std::pin::pin;

use asf_api_sqs::*;
use asf_runtime::gateway::TraceContext;
use asf_runtime::{Map, RequestContext};
use futures_util::future::{Either, select};

use super::SqsProvider;
use super::errors::required;
use crate::error::QueueError;
use crate::message_attributes::{self, AttributeContent, AttributeValue, Attributes, RawValue};
use crate::models::Message as Stored;
use crate::receive::{Received, SYSTEM_ATTRIBUTES, Wish, receive as receive_from};
use crate::send::Outgoing;
use crate::{attributes, md5};

/// `SendMessage`
pub(super) fn send(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: SendMessageRequest,
) -> Result<SendMessageResult, SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let outgoing = Outgoing {
        // An empty body is a missing one.
        body: input.message_body.unwrap_or_default(),
        delay_seconds: input.delay_seconds,
        attributes: user_attributes(input.message_attributes)?,
        system_attributes: system_attributes(input.message_system_attributes)?,
        trace: trace(ctx),
        deduplication_id: input.message_deduplication_id,
        group: input.message_group_id,
    };
    let sent = queue.send(outgoing, sender(ctx), ctx.clock().now(), ctx.ids())?;
    Ok(SendMessageResult {
        md5_of_message_body: Some(sent.md5_of_body),
        md5_of_message_attributes: sent.md5_of_attributes,
        md5_of_message_system_attributes: sent.md5_of_system_attributes,
        message_id: Some(sent.message_id),
        sequence_number: sent.sequence_number,
    })
}

/// `ReceiveMessage`
pub(super) async fn receive(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: ReceiveMessageRequest,
) -> Result<ReceiveMessageResult, SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let old_names = input.attribute_names.unwrap_or_default();
    let names = input.message_system_attribute_names.unwrap_or_default();
    let system: Vec<&str> =
        old_names.iter().map(AsRef::as_ref).chain(names.iter().map(AsRef::as_ref)).collect();
    let wanted = Wanted::new(&system, input.message_attribute_names.unwrap_or_default())?;
    let wish = Wish {
        max: input.max_number_of_messages,
        visibility: input.visibility_timeout,
        wait: input.wait_time_seconds,
        attempt: input.receive_request_attempt_id,
        unlimited: provider.options.unlimited_receives,
    };
    let receiving = pin!(receive_from(&queue, &provider.store, ctx.clock(), ctx.ids(), &wish));
    let received = match select(receiving, pin!(ctx.ending.begun())).await {
        Either::Left((received, _)) => received?,
        // Nothing has come so far, and nobody waits for a process that ends.
        Either::Right(((), _)) => Vec::new(),
    };
    let messages: Vec<Message> = received.iter().map(|it| wanted.message_of(it)).collect();
    // test_sqs::test_receive_empty_queue
    Ok(ReceiveMessageResult { messages: Some(messages).filter(|messages| !messages.is_empty()) })
}

/// `DeleteMessage`
pub(super) fn delete(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: DeleteMessageRequest,
) -> Result<(), SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let handle = required(input.receipt_handle, "ReceiptHandle")?;
    queue.delete_message(&handle, ctx.clock().now())?;
    Ok(())
}

/// `ChangeMessageVisibility`
pub(super) fn change_visibility(
    provider: &SqsProvider,
    ctx: &RequestContext,
    input: ChangeMessageVisibilityRequest,
) -> Result<(), SqsError> {
    let queue = provider.queue(ctx, input.queue_url.as_deref())?;
    let handle = required(input.receipt_handle, "ReceiptHandle")?;
    let seconds = required(input.visibility_timeout, "VisibilityTimeout")?;
    queue.change_visibility(&handle, seconds, ctx.clock().now())?;
    Ok(())
}

/// `SenderId`: the caller's identity. Of callers whose credentials are not looked up, that is the account.
pub(super) fn sender(ctx: &RequestContext) -> &str {
    ctx.account_id.as_str()
}

/// The trace that a request belongs to.
pub(super) fn trace(ctx: &RequestContext) -> Option<String> {
    let trace = ctx.request.headers.get(TraceContext::HEADER)?.to_str().ok()?;
    Some(trace).filter(|trace| !trace.is_empty()).map(str::to_owned)
}

/// The attributes that a user gives a message.
pub(super) fn user_attributes(given: Option<Map<MessageAttributeValue>>) -> Result<Attributes, QueueError> {
    let raw = given.unwrap_or_default().into_iter().map(|(name, value)| {
        let value = RawValue {
            data_type: value.data_type.unwrap_or_default(),
            text: value.string_value,
            binary: value.binary_value,
            has_list: is_given(value.string_list_values) || is_given(value.binary_list_values),
        };
        (name, value)
    });
    message_attributes::check_user(raw)
}

/// The attributes for other AWS services.
pub(super) fn system_attributes(
    given: Option<Map<MessageSystemAttributeValue>>,
) -> Result<Attributes, QueueError> {
    let raw = given.unwrap_or_default().into_iter().map(|(name, value)| {
        let value = RawValue {
            data_type: value.data_type.unwrap_or_default(),
            text: value.string_value,
            binary: value.binary_value,
            has_list: is_given(value.string_list_values) || is_given(value.binary_list_values),
        };
        (name, value)
    });
    message_attributes::check_system(raw)
}

/// Some SDKs send the lists empty.
fn is_given<T>(list: Option<Vec<T>>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}

/// What a receiver wants to know of a message besides its body.
pub(crate) struct Wanted {
    /// In the order in which they are answered.
    system: Vec<&'static str>,
    /// Names, prefixes (`bar.*`), `All`, `.*`.
    user: Vec<String>,
}

impl Wanted {
    /// `AttributeNames` and `MessageSystemAttributeNames` count together
    /// (test_sqs::test_message_system_attribute_names_with_attribute_names). The former has the type of
    /// names of queue attributes, which no message has.
    ///
    /// # Errors
    /// `InvalidAttributeName` if there is no attribute of a name.
    fn new(system: &[&str], user: Vec<String>) -> Result<Self, QueueError> {
        let known =
            |name: &str| SYSTEM_ATTRIBUTES.contains(&name) || QueueAttributeName::VALUES.contains(&name);
        if let Some(stray) = system.iter().find(|name| !known(name)) {
            return Err(attributes::unknown(stray));
        }
        let asked_for = |name: &&str| system.iter().any(|wanted| *wanted == "All" || wanted == name);
        Ok(Self { system: SYSTEM_ATTRIBUTES.into_iter().filter(asked_for).collect(), user })
    }

    /// These system attributes, and all of the user's.
    pub(crate) fn everything(system: impl Iterator<Item = &'static str>) -> Self {
        Self { system: system.collect(), user: vec!["All".to_owned()] }
    }

    fn message_of(&self, received: &Received) -> Message {
        self.message(&received.message, received.handle.clone(), |name| received.system_attribute(name))
    }

    /// A message as the wire has it.
    pub(crate) fn message(
        &self,
        stored: &Stored,
        handle: String,
        system_attribute: impl Fn(&str) -> Option<String>,
    ) -> Message {
        let system: Map<String> = self
            .system
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), system_attribute(name)?)))
            .collect();
        let user = match self.user.is_empty() {
            true => Attributes::new(),
            false => message_attributes::select(&stored.attributes, &self.user),
        };
        Message {
            message_id: Some(stored.id.clone()),
            receipt_handle: Some(handle),
            md5_of_body: Some(stored.md5_of_body.clone()),
            body: Some(stored.body.clone()),
            attributes: Some(system).filter(|it| !it.is_empty()),
            // Of what is answered, not of all that the message has
            // (test_sqs::test_receive_message_message_system_attribute_names_filters).
            md5_of_message_attributes: md5::of_attributes(&user),
            message_attributes: (!user.is_empty())
                .then(|| user.into_iter().map(|(name, value)| (name, wire_value(value))).collect()),
        }
    }
}

fn wire_value(value: AttributeValue) -> MessageAttributeValue {
    let mut wire = MessageAttributeValue { data_type: Some(value.data_type), ..Default::default() };
    match value.content {
        AttributeContent::Text(text) => wire.string_value = Some(text),
        AttributeContent::Binary(bytes) => wire.binary_value = Some(bytes),
    }
    wire
}
