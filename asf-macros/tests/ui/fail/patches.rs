use asf_api_sqs::operations::SendMessage;
use asf_api_sqs::{SendMessageRequest, SendMessageResult, SqsError};
use asf_macros::patch;
use asf_runtime::RequestContext;
use asf_runtime::patch::Next;

#[patch]
async fn nothing_said(_: &RequestContext, _: SendMessageRequest) -> Result<SendMessageResult, SqsError> {
    todo!()
}

#[patch(service = "SQS", operation = "send_message", order = 3, priority = 1, priority = 2)]
async fn misspelt(_: &RequestContext, _: SendMessageRequest) -> Result<SendMessageResult, SqsError> {
    todo!()
}

#[patch(service = "sqs", operation = "SendMessage")]
fn not_async(_: &RequestContext, _: SendMessageRequest) -> Result<SendMessageResult, SqsError> {
    todo!()
}

#[patch(service = "sqs", operation = "SendMessage")]
async fn too_little(_: &RequestContext) -> Result<SendMessageResult, SqsError> {
    todo!()
}

#[patch(service = "sqs", operation = "SendMessage")]
async fn generic<T>(_: &RequestContext, _: SendMessageRequest) -> Result<SendMessageResult, SqsError> {
    todo!()
}

#[patch(service = "sqs", operation = "SendMessage")]
struct NoFunction;

struct Subject;

impl Subject {
    #[patch(service = "sqs", operation = "SendMessage")]
    async fn method(&self, _: Next<'_, SendMessage>) {}
}

fn main() {}
