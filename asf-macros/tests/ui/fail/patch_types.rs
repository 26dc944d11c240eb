use asf_api_sqs::operations::{DeleteMessage, SendMessage};
use asf_api_sqs::{DeleteMessageRequest, SendMessageRequest, SendMessageResult, SqsError};
use asf_macros::patch;
use asf_runtime::RequestContext;
use asf_runtime::patch::Next;

#[patch(service = "sqs", operation = "SendMessages")]
async fn no_such_operation(_: &RequestContext, _: SendMessageRequest) -> Result<SendMessageResult, SqsError> {
    todo!()
}

#[patch(service = "sqs", operation = "SendMessage")]
async fn another_input(_: &RequestContext, _: DeleteMessageRequest) -> Result<SendMessageResult, SqsError> {
    todo!()
}

#[patch(service = "sqs", operation = "SendMessage")]
async fn another_output(_: &RequestContext, _: SendMessageRequest) -> Result<(), SqsError> {
    Ok(())
}

#[patch(service = "sqs", operation = "SendMessage")]
async fn another_next(
    _: &RequestContext,
    _: SendMessageRequest,
    _: Next<'_, DeleteMessage>,
) -> Result<SendMessageResult, SqsError> {
    todo!()
}

fn main() {}
