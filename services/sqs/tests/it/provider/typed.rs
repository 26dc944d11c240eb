//! The provider as callers within the process have it: through `SqsApi`, and as it is registered.

use std::collections::BTreeSet;
use std::pin::pin;

use asf_api_sqs::{CreateQueueRequest, ReceiveMessageRequest, SERVICE, SendMessageRequest, SqsApi, SqsError};
use asf_runtime::ending::Ending;
use asf_runtime::error::ServiceError;
use asf_runtime::plugin::{PROVIDERS, Settings};
use asf_runtime::schema::Operation;
use futures_util::FutureExt as _;

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

/// A process that ends waits for nobody who waits for messages.
#[tokio::test]
async fn a_long_poll_ends_with_its_server() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", serde_json::json!({})).await;
    let mut ctx = sqs.context("ReceiveMessage");
    ctx.ending = Ending::of_server();
    let input =
        ReceiveMessageRequest { queue_url: Some(url), wait_time_seconds: Some(20), ..Default::default() };
    let mut receiving = pin!(sqs.provider.receive_message(&ctx, input.clone()));
    assert!(receiving.as_mut().now_or_never().is_none());
    ctx.ending.begin();
    assert!(receiving.await.unwrap().messages.is_none());
    // What is there is given out all the same.
    sqs.send(input.queue_url.as_deref().unwrap(), "a").await;
    let received = sqs.provider.receive_message(&ctx, input).await.unwrap();
    assert_eq!(received.messages.map(|it| it.len()), Some(1));
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
