use asf_api_sqs::{
    CreateQueueRequest, CreateQueueResult, ListQueuesRequest, ListQueuesResult, PurgeQueueRequest,
    SendMessageRequest, SendMessageResult, SqsApi, SqsError,
};
use asf_macros::provider;
use asf_runtime::RequestContext;

#[derive(Default)]
struct Queues;

#[provider(service = "sqs")]
impl SqsApi for Queues {
    #[handler("CreateQueue")]
    async fn create_queue(_ctx: &RequestContext, _input: CreateQueueRequest) -> Result<CreateQueueResult, SqsError> {
        Ok(CreateQueueResult::default())
    }

    #[handler("ListQueues")]
    async fn list_queues<T>(
        &mut self,
        _ctx: RequestContext,
        _input: ListQueuesRequest,
    ) -> Result<ListQueuesResult, SqsError> {
        Ok(ListQueuesResult::default())
    }

    #[handler("PurgeQueue")]
    async fn purge_queue(&self, _ctx: &RequestContext, _input: PurgeQueueRequest) -> Result<(), SqsError> {
        Ok(())
    }

    #[handler("PurgeQueue", expand)]
    fn purge_again(&self, queue_url: &str, (_a, _b): (String, String)) {}

    #[handler("PurgeQueue")]
    fn purge_for_the_third_time(&self) {}

    #[handler("SendMessage")]
    fn send(&self, queue_url: String, message_body: String) -> SendMessageResult {
        SendMessageResult::default()
    }

    #[handler(3)]
    fn set_queue_attributes(&self) {}

    #[handler("TagQueue", expanded)]
    fn tag_queue(&self) {}

    #[handler]
    fn untag_queue(&self) {}

    async fn send_message(
        &self,
        _ctx: &RequestContext,
        _input: SendMessageRequest,
    ) -> Result<SendMessageResult, SqsError> {
        Ok(SendMessageResult::default())
    }
}

fn main() {}
