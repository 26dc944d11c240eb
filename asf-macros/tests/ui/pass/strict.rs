//! What the macros write passes the strictest of lints.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, unreachable_pub, rust_2018_idioms, unused_qualifications)]

use asf_api_sqs::{CreateQueueRequest, CreateQueueResult, SqsApi, SqsError};
use asf_macros::{hook, provider};
use asf_runtime::RequestContext;
use asf_runtime::hook::HookContext;

/// Queues.
#[derive(Debug, Default)]
pub struct Queues {}

#[provider(service = "sqs")]
impl SqsApi for Queues {
    #[handler("CreateQueue")]
    async fn create_queue(
        &self,
        ctx: &RequestContext,
        input: CreateQueueRequest,
    ) -> Result<CreateQueueResult, SqsError> {
        let queue_url = input.queue_name.map(|name| format!("{}/{name}", ctx.account_id));
        Ok(CreateQueueResult { queue_url })
    }

    #[handler(DeleteQueue, expand)]
    fn delete(&self, queue_url: String) -> Result<(), SqsError> {
        drop(queue_url);
        Ok(())
    }
}

/// Greets.
#[hook(on_infra_ready, priority = 1)]
pub async fn greet(ctx: &HookContext) -> Result<(), String> {
    std::future::ready(ctx.urls().len()).await;
    Ok(())
}

#[hook(on_infra_shutdown)]
fn part() {}

fn main() {}
