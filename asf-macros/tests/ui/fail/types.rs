use asf_api_sqs::{
    CreateQueueRequest, CreateQueueResult, DeleteQueueRequest, ListQueuesResult, SendMessageResult, SqsApi,
    SqsError,
};
use asf_macros::provider;
use asf_runtime::RequestContext;

#[derive(Default)]
struct Queues;

#[provider(service = "sqs")]
impl SqsApi for Queues {
    // Another operation's input.
    #[handler("CreateQueue")]
    async fn create_queue(
        &self,
        _ctx: &RequestContext,
        _input: DeleteQueueRequest,
    ) -> Result<CreateQueueResult, SqsError> {
        Ok(CreateQueueResult::default())
    }

    // Another operation's output.
    #[handler("DeleteQueue")]
    async fn delete_queue(
        &self,
        _ctx: &RequestContext,
        _input: DeleteQueueRequest,
    ) -> Result<CreateQueueResult, SqsError> {
        Ok(CreateQueueResult::default())
    }
}

#[derive(Default)]
struct OwnForms;

#[provider(service = "sqs", name = "own")]
impl SqsApi for OwnForms {
    // Another operation's input.
    #[handler("CreateQueue")]
    fn create(&self, _input: DeleteQueueRequest) -> Result<CreateQueueResult, SqsError> {
        Ok(CreateQueueResult::default())
    }

    // Another operation's output.
    #[handler("DeleteQueue")]
    fn delete(&self, _input: DeleteQueueRequest) -> Result<CreateQueueResult, SqsError> {
        Ok(CreateQueueResult::default())
    }

    // Members of other types, and one that there is not.
    #[handler("SendMessage", expand)]
    async fn send(
        &self,
        _ctx: &RequestContext,
        delay_seconds: Option<String>,
        message_body: i32,
    ) -> Result<SendMessageResult, SqsError> {
        drop((delay_seconds, message_body));
        Ok(SendMessageResult::default())
    }

    #[handler("PurgeQueue", expand)]
    fn purge(&self, queue_ur: String) {
        drop(queue_ur);
    }

    // An input that is left out without `expand`.
    #[handler("ListQueues")]
    fn list(&self) -> ListQueuesResult {
        ListQueuesResult::default()
    }
}

fn main() {
    let _ = CreateQueueRequest::default();
}
