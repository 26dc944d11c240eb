use asf_api_sqs::{CreateQueueRequest, CreateQueueResult, SendMessageResult, SqsApi, SqsError};
use asf_macros::provider;
use asf_runtime::RequestContext;

#[derive(Default)]
struct Queues;

#[provider(service = "sqs")]
impl SqsApi for Queues {
    #[handler("CreateQueu")]
    async fn create_queue(
        &self,
        _ctx: &RequestContext,
        input: CreateQueueRequest,
    ) -> Result<CreateQueueResult, SqsError> {
        Ok(CreateQueueResult { queue_url: input.queue_name })
    }

    #[handler("SendMesage", expand)]
    fn send(&self, message_body: String) -> Result<SendMessageResult, SqsError> {
        Ok(SendMessageResult { message_id: Some(message_body), ..Default::default() })
    }
}

fn main() {}
