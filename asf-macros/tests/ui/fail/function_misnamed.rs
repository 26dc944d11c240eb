use asf_api_sqs::{CreateQueueRequest, CreateQueueResult, DeleteQueueRequest, SqsApi, SqsError};
use asf_macros::provider;
use asf_runtime::RequestContext;

#[derive(Default)]
struct Queues;

#[provider(service = "sqs")]
impl SqsApi for Queues {
    #[handler("CreateQueue")]
    async fn make_queue(
        &self,
        _ctx: &RequestContext,
        input: CreateQueueRequest,
    ) -> Result<CreateQueueResult, SqsError> {
        Ok(CreateQueueResult { queue_url: input.queue_name })
    }

    // The method of another operation.
    #[handler("ListQueues")]
    async fn delete_queue(&self, _ctx: &RequestContext, _input: DeleteQueueRequest) -> Result<(), SqsError> {
        Ok(())
    }
}

fn main() {}
