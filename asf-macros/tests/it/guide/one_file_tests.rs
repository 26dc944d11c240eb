//! The provider in one file does what its 60 lines say.

use asf_api_sqs::operations::{CreateQueue, ReceiveMessage, SendMessage};
use asf_api_sqs::{CreateQueueRequest, ReceiveMessageRequest, SendMessageRequest, SqsApi};
use asf_runtime::RequestContext;
use asf_runtime::context::Environment;
use asf_runtime::plugin::{PROVIDERS, Settings};
use asf_runtime::provider::TypedOperation as _;
use futures_util::FutureExt as _;

use super::one_file::SimpleQueues;
use crate::calling::output;

#[test]
fn a_message_is_received_once() {
    let provider = SimpleQueues::default();
    let ctx = RequestContext::new(CreateQueue::operation(), Environment::default());
    let input = CreateQueueRequest { queue_name: Some("orders".to_owned()), ..Default::default() };
    let created = SqsApi::create_queue(&provider, &ctx, input).now_or_never().unwrap().unwrap();
    assert_eq!(created.queue_url.as_deref(), Some("http://localhost:4566/000000000000/orders"));
}

#[test]
fn three_operations() {
    let provider = SimpleQueues::default();
    let input = CreateQueueRequest { queue_name: Some("q".to_owned()), ..Default::default() };
    let queue_url = output::<CreateQueue>(&provider, input).unwrap().queue_url;
    let send = |body: &str| SendMessageRequest {
        queue_url: queue_url.clone(),
        message_body: Some(body.to_owned()),
        ..Default::default()
    };
    let sent = ["a", "b"].map(|body| output::<SendMessage>(&provider, send(body)).unwrap().message_id);
    let receive = ReceiveMessageRequest {
        queue_url: queue_url.clone(),
        max_number_of_messages: Some(10),
        ..Default::default()
    };
    let received = output::<ReceiveMessage>(&provider, receive.clone()).unwrap().messages.unwrap();
    let found: Vec<_> = received.iter().map(|it| it.message_id.clone()).collect();
    assert_eq!(found, sent);
    assert_eq!(output::<ReceiveMessage>(&provider, receive).unwrap().messages, None);
}

#[test]
fn complaints() {
    let missing = SendMessageRequest { message_body: Some("a".to_owned()), ..Default::default() };
    let unknown = SendMessageRequest { queue_url: Some("q".to_owned()), ..missing.clone() };
    for (input, code) in
        [(missing, "ValidationException"), (unknown, "AWS.SimpleQueueService.NonExistentQueue")]
    {
        let error = output::<SendMessage>(&SimpleQueues::default(), input).unwrap_err();
        assert_eq!((error.code(), error.status()), (code, 400));
    }
}

#[test]
fn is_found_by_the_gateway() {
    let plugin = PROVIDERS.iter().find(|it| (it.service, it.name) == ("sqs", "simple")).unwrap();
    assert_eq!((plugin.create)(&Settings::default()).service().name, "sqs");
}
