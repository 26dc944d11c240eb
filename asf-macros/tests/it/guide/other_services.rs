//! A provider that calls another service.

use std::sync::Arc;

use asf_api_sqs::operations::SendMessage;
use asf_api_sqs::{SendMessageRequest, SendMessageResult, SqsApi, SqsClient, SqsError};
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::client::Connect;
use asf_runtime::context::Environment;
use asf_runtime::identity::AccountId;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::{Providers, TypedOperation as _};

struct Alarms {
    connect: Connect,
}

impl Alarms {
    fn new(settings: &Settings) -> Self {
        Self { connect: settings.connect() }
    }

    /// Sends to a queue of whichever account.
    async fn ring(
        &self,
        ctx: &RequestContext,
        owner: AccountId,
        queue_url: String,
    ) -> Result<Option<String>, SqsError> {
        let mut callee = RequestContext::new(SendMessage::operation(), ctx.environment.clone());
        callee.account_id = owner;
        callee.region = ctx.region.clone();
        let input = SendMessageRequest {
            queue_url: Some(queue_url),
            message_body: Some("ring".to_owned()),
            ..Default::default()
        };
        let sqs = SqsClient::new(self.connect.clone());
        Ok(sqs.send_message(&callee, input).await?.message_id)
    }
}

/// A queue that says who has sent what.
struct Queue;

#[provider(service = "sqs", name = "queue", register = false)]
impl SqsApi for Queue {
    #[handler("SendMessage", expand)]
    fn send_message(&self, ctx: &RequestContext, message_body: String) -> SendMessageResult {
        SendMessageResult {
            message_id: Some(format!("{} {message_body}", ctx.account_id)),
            ..Default::default()
        }
    }
}

#[tokio::test]
async fn providers_call_each_other() {
    let providers = Arc::new(Providers::default().with(Arc::new(Queue)));
    let alarms = Alarms::new(providers.plugins().settings());
    let ctx = RequestContext::new(SendMessage::operation(), Environment::default());
    let owner: AccountId = "111111111111".parse().unwrap();
    assert!(alarms.ring(&ctx, owner, "q".to_owned()).await.is_err(), "nobody is there yet");
    providers.introduce();
    let answer = alarms.ring(&ctx, owner, "q".to_owned()).await;
    assert_eq!(answer.unwrap().as_deref(), Some("111111111111 ring"));
}
