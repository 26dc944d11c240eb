use asf_api_sqs::{ListQueuesResult, SqsApi, SqsError};
use asf_macros::provider;
use asf_runtime::RequestContext;

#[derive(Default)]
struct Queues;

#[provider(service = "sqs")]
impl SqsApi for Queues {
    #[handler("ListQueues")]
    async fn list_queues(&self, _ctx: &RequestContext) -> Result<ListQueuesResult, SqsError> {
        Ok(ListQueuesResult::default())
    }
}

fn main() {}
