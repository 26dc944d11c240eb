//! The provider as callers within the process have it: through `SqsApi`, and as it is registered.

use std::collections::BTreeSet;

use asf_api_sqs::{CreateQueueRequest, ReceiveMessageRequest, SERVICE, SendMessageRequest, SqsApi, SqsError};
use asf_runtime::error::ServiceError;
use asf_runtime::plugin::{PROVIDERS, Settings};
use asf_runtime::schema::Operation;

use super::Sqs;

#[tokio::test]
async fn through_the_trait() {
    let sqs = Sqs::new();
    let input = CreateQueueRequest { queue_name: Some("q".to_owned()), ..Default::default() };
    let url = sqs.provider.create_queue(&sqs.context("CreateQueue"), input).await.unwrap().queue_url;
    let input = SendMessageRequest {
        queue_url: url.clone(),
        message_body: Some("body".to_owned()),
        ..Default::default()
    };
    let sent = sqs.provider.send_message(&sqs.context("SendMessage"), input).await.unwrap();
    let input = ReceiveMessageRequest { queue_url: url, ..Default::default() };
    let received = sqs.provider.receive_message(&sqs.context("ReceiveMessage"), input).await.unwrap();
    let message = received.messages.unwrap().remove(0);
    assert_eq!((message.message_id, message.body.as_deref()), (sent.message_id, Some("body")));

    let input = ReceiveMessageRequest { queue_url: Some("nope".to_owned()), ..Default::default() };
    let error = sqs.provider.receive_message(&sqs.context("ReceiveMessage"), input).await.unwrap_err();
    assert!(matches!(error, SqsError::QueueDoesNotExist(_)), "{error}");
    assert_eq!(error.status(), 400);
}

#[test]
fn every_operation_is_bound() {
    let plugin = PROVIDERS.iter().find(|plugin| plugin.service == "sqs").unwrap();
    let provider = (plugin.create)(&Settings::default());
    let missing: BTreeSet<_> =
        SERVICE.operations().filter(|it| !provider.implements(*it)).map(Operation::name).collect();
    assert_eq!((missing, SERVICE.operations().count()), (BTreeSet::new(), 23));
    assert!(provider.validation().is_none());
}
