//! Deliveries to queues, whoever answers SQS.

use asf_api_sqs::{
    MessageAttributeValue, SendMessageRequest, SqsApi as _, SqsClient, operations::SendMessage,
};
use asf_runtime::RequestContext;
use asf_runtime::client::Connect;
use asf_runtime::context::Environment;
use asf_runtime::provider::TypedOperation as _;

use super::retries::Failure;
use super::target::Resource;
use crate::message_attributes::{Content, MessageAttributes};

/// What goes to a queue.
#[derive(Debug, Default)]
pub(super) struct Letter {
    pub(super) body: String,
    pub(super) attributes: MessageAttributes,
    pub(super) group: Option<String>,
    pub(super) deduplication: Option<String>,
}

/// Sends it. Queues of other accounts and regions are as near.
///
/// # Errors
/// SQS's.
pub(super) async fn send(
    connect: &Connect,
    queue: &Resource,
    letter: Letter,
    environment: &Environment,
) -> Result<(), Failure> {
    let mut ctx = RequestContext::new(SendMessage::operation(), environment.clone());
    ctx.account_id = queue.account;
    ctx.region = queue.region.clone();
    let Resource { account, region, name, .. } = queue;
    let attributes: asf_runtime::Map<MessageAttributeValue> = letter
        .attributes
        .into_iter()
        .map(|(name, attribute)| {
            let (text, binary) = match attribute.content {
                Content::Text(text) => (Some(text), None),
                Content::Binary(bytes) => (None, Some(bytes)),
            };
            let data_type = Some(attribute.data_type);
            let value = MessageAttributeValue {
                data_type,
                string_value: text,
                binary_value: binary,
                ..Default::default()
            };
            (name, value)
        })
        .collect();
    let input = SendMessageRequest {
        queue_url: Some(format!("https://sqs.{region}.{}/{account}/{name}", region.partition().dns_suffix())),
        message_body: Some(letter.body),
        message_attributes: Some(attributes).filter(|it| !it.is_empty()),
        message_group_id: letter.group,
        message_deduplication_id: letter.deduplication,
        ..Default::default()
    };
    let answer = SqsClient::new(connect.clone()).send_message(&ctx, input).await;
    answer.map(drop).map_err(|error| Failure::of(&error))
}
