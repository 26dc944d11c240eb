//! Members of the input as parameters.

use asf_api_sqs::operations::{ReceiveMessage, SendMessage};
use asf_api_sqs::{
    ReceiveMessageRequest, ReceiveMessageResult, SendMessageRequest, SendMessageResult, SqsApi, SqsError,
};
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::error::ServiceError;
use asf_runtime::validation::Style;

use crate::calling::{context, now, output};

fn send(queue: &str, body: &str, delay: Option<i32>) -> SendMessageResult {
    SendMessageResult { message_id: Some(format!("{queue} {body} {delay:?}")), ..Default::default() }
}

/// In any order, the context among them.
struct Some3;

#[provider(service = "sqs", register = false)]
impl SqsApi for Some3 {
    #[handler("SendMessage", expand)]
    async fn send_message(
        &self,
        delay_seconds: Option<i32>,
        mut message_body: String,
        ctx: &RequestContext,
        queue_url: String,
    ) -> Result<SendMessageResult, SqsError> {
        message_body.push_str(ctx.operation.name());
        Ok(send(&queue_url, &message_body, delay_seconds))
    }

    // `provider`, `ctx`, `input` and `present` are names of what is written around this.
    #[handler("ReceiveMessage", expand)]
    fn receive(&self, max_number_of_messages: i32) -> ReceiveMessageResult {
        assert_eq!(max_number_of_messages, 3);
        ReceiveMessageResult::default()
    }
}

/// With another style.
struct InSmithysWords;

#[provider(service = "sqs", register = false, validation = Some(Style::SMITHY))]
impl SqsApi for InSmithysWords {
    #[handler("SendMessage", expand)]
    fn send_message(&self, queue_url: String, message_body: String) -> Result<SendMessageResult, SqsError> {
        Ok(send(&queue_url, &message_body, None))
    }
}

/// Without checks of the gateway: the parameters' types still have to be met.
struct WithoutChecks;

#[provider(service = "sqs", register = false, validation = None)]
impl SqsApi for WithoutChecks {
    #[handler("SendMessage", expand)]
    fn send_message(&self, message_group_id: String, queue_url: String) -> SendMessageResult {
        send(&queue_url, &message_group_id, None)
    }
}

fn input(queue: Option<&str>, body: Option<&str>) -> SendMessageRequest {
    SendMessageRequest {
        queue_url: queue.map(str::to_owned),
        message_body: body.map(str::to_owned),
        delay_seconds: Some(7),
        ..Default::default()
    }
}

#[test]
fn members_are_handed_over() {
    let found = output::<SendMessage>(&Some3, input(Some("q"), Some("b"))).unwrap();
    assert_eq!(found.message_id.as_deref(), Some("q bSendMessage Some(7)"));
    let ctx = context::<SendMessage>();
    let same = now(SqsApi::send_message(&Some3, &ctx, input(Some("q"), Some("b")))).unwrap();
    assert_eq!(found, same);
    let input = ReceiveMessageRequest { max_number_of_messages: Some(3), ..Default::default() };
    output::<ReceiveMessage>(&Some3, input).unwrap();
}

/// Checks that an input is refused, by the table as by the trait.
fn check(
    (table, method): (Result<SendMessageResult, Box<dyn ServiceError>>, Result<SendMessageResult, SqsError>),
    message: &str,
) {
    let error = table.unwrap_err();
    assert_eq!((error.code(), error.status()), ("ValidationException", 400));
    assert_eq!(error.message(), Some(message));
    let error = method.unwrap_err();
    assert_eq!((error.code(), error.message()), ("ValidationException", Some(message)));
}

fn both<P: SqsApi + asf_runtime::provider::Provider>(
    provider: &P,
    input: SendMessageRequest,
) -> (Result<SendMessageResult, Box<dyn ServiceError>>, Result<SendMessageResult, SqsError>) {
    let ctx = context::<SendMessage>();
    let method = now(SqsApi::send_message(provider, &ctx, input.clone()));
    (output::<SendMessage>(provider, input), method)
}

#[test]
fn what_is_required_and_missing() {
    check(
        both(&Some3, input(Some("q"), None)),
        "1 validation error detected: Value null at 'messageBody' failed to satisfy constraint: Member \
         must not be null",
    );
    // In the order of the model, not of the parameters.
    check(
        both(&Some3, input(None, None)),
        "2 validation errors detected: Value null at 'queueUrl' failed to satisfy constraint: Member must \
         not be null; Value null at 'messageBody' failed to satisfy constraint: Member must not be null",
    );
    check(
        both(&InSmithysWords, input(None, Some("b"))),
        "1 validation error detected. Value at '/QueueUrl' failed to satisfy constraint: Member must not be \
         null",
    );
    // Not required by the model.
    check(
        both(&WithoutChecks, input(Some("q"), None)),
        "1 validation error detected: Value null at 'messageGroupId' failed to satisfy constraint: Member \
         must not be null",
    );
}
