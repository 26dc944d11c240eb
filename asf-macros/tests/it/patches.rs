//! Functions with `#[patch]` around an operation, called as the gateway calls it.

use std::sync::Arc;

use asf_api_sqs::operations::{DeleteMessage, SendMessage};
use asf_api_sqs::{
    DeleteMessageRequest, QueueDoesNotExist, SendMessageRequest, SendMessageResult, SqsApi as _,
};
use asf_api_sqs::{SqsClient, SqsError};
use asf_macros::{patch, provider};
use asf_runtime::RequestContext;
use asf_runtime::client::InProcess;
use asf_runtime::context::Environment;
use asf_runtime::patch::{Next, Patches};
use asf_runtime::plugin::{PluginState, Plugins, Settings};
use asf_runtime::provider::{Providers, TypedOperation as _};

/// Answers with the body as id.
#[derive(Default)]
struct Echo;

#[provider(service = "sqs", name = "echo", register = false)]
impl asf_api_sqs::SqsApi for Echo {
    #[handler("SendMessage", expand)]
    fn send_message(&self, message_body: String) -> Result<SendMessageResult, SqsError> {
        match message_body.as_str() {
            "lost" => Err(QueueDoesNotExist::new("There is no such queue.").into()),
            _ => Ok(SendMessageResult { message_id: Some(message_body), ..Default::default() }),
        }
    }
}

/// Adds a letter on the way in, and another one on the way out.
#[patch(service = "sqs", operation = "SendMessage")]
async fn inner(
    ctx: &RequestContext,
    mut input: SendMessageRequest,
    next: Next<'_, SendMessage>,
) -> Result<SendMessageResult, SqsError> {
    input.message_body = input.message_body.map(|it| format!("{it}-i"));
    let mut output = next.call(ctx, input).await?;
    output.message_id = output.message_id.map(|it| format!("{it}-I"));
    Ok(output)
}

#[patch(service = "sqs", operation = "SendMessage", priority = 10, name = "outermost")]
async fn outer(
    ctx: &RequestContext,
    mut input: SendMessageRequest,
    next: Next<'_, SendMessage>,
) -> Result<SendMessageResult, SqsError> {
    let first = input.clone();
    input.message_body = input.message_body.map(|it| format!("{it}-o"));
    match next.call(ctx, input).await {
        Ok(mut output) => {
            output.message_id = output.message_id.map(|it| format!("{it}-O"));
            Ok(output)
        }
        // Once more, as it was.
        Err(SqsError::QueueDoesNotExist(_)) => next.call(ctx, first).await,
        Err(error) => Err(error),
    }
}

#[patch(service = "sqs", operation = "SendMessage", priority = 20, should_load = wanted)]
async fn replaced(_: &RequestContext, _: SendMessageRequest) -> Result<SendMessageResult, SqsError> {
    Ok(SendMessageResult { message_id: Some("replaced".to_owned()), ..Default::default() })
}

fn wanted(settings: &Settings) -> Result<(), String> {
    settings.get("WISH").map(|_| ()).ok_or_else(|| "WISH is not set".to_owned())
}

/// Of an operation that the provider does not have.
#[patch(service = "sqs", operation = "DeleteMessage", constant = FORGET)]
pub(crate) async fn forget(_: &RequestContext, _: DeleteMessageRequest) -> Result<(), SqsError> {
    Ok(())
}

struct Process {
    providers: Arc<Providers>,
    plugins: Plugins,
    client: SqsClient<InProcess>,
}

fn process(settings: &[(&str, &str)]) -> Process {
    let plugins = Plugins::new(settings.iter().copied().collect());
    let providers = Arc::new(Providers::admitted(plugins.clone()).with(Arc::new(Echo)));
    let client = SqsClient::new(InProcess::new(providers.clone()));
    Process { providers, plugins, client }
}

impl Process {
    async fn send(&self, body: &str) -> Result<String, SqsError> {
        let ctx = RequestContext::new(SendMessage::operation(), Environment::default());
        let input = SendMessageRequest {
            queue_url: Some("q".to_owned()),
            message_body: Some(body.to_owned()),
            ..Default::default()
        };
        Ok(self.client.send_message(&ctx, input).await?.message_id.unwrap())
    }

    fn patches(&self) -> &Patches {
        self.providers.patches()
    }

    fn state(&self, name: &str) -> Option<PluginState> {
        self.plugins.list().into_iter().find(|it| it.id.to_string() == name).map(|it| it.state)
    }
}

#[tokio::test]
async fn in_order_around_the_provider() {
    let process = process(&[]);
    assert_eq!(process.send("a").await.unwrap(), "a-o-i-I-O");
    let error = process.send("lost").await;
    // Neither letter makes it a queue that is not there.
    assert_eq!(error.unwrap(), "lost-o-i-I-O");
    assert_eq!(process.state("patches/sqs.SendMessage:inner"), Some(PluginState::Loaded));
    let skipped = PluginState::Skipped { reason: "WISH is not set".to_owned() };
    assert_eq!(process.state("patches/sqs.SendMessage:replaced"), Some(skipped));
}

#[tokio::test]
async fn switched_and_removed_while_it_runs() {
    let process = process(&[("WISH", "peace")]);
    let patches = process.patches();
    assert_eq!(process.send("a").await.unwrap(), "replaced");
    let replaced = patches.find("sqs.SendMessage:replaced").unwrap();
    assert!(patches.switch(replaced, false));
    assert_eq!(process.send("a").await.unwrap(), "a-o-i-I-O");
    assert_eq!(process.state("patches/sqs.SendMessage:replaced"), Some(PluginState::Disabled));
    assert!(patches.switch(replaced, true));
    assert_eq!(process.send("a").await.unwrap(), "replaced");
    assert!(patches.remove(replaced) && !patches.remove(replaced) && !patches.switch(replaced, true));
    assert!(patches.remove(patches.find("sqs.SendMessage:inner").unwrap()));
    assert_eq!(process.send("a").await.unwrap(), "a-o-O");
    // An error goes through the one that is left, which tries again.
    let outermost = patches.find("sqs.SendMessage:outermost").unwrap();
    assert!(patches.remove(outermost));
    assert!(matches!(process.send("lost").await, Err(SqsError::QueueDoesNotExist(_))));
    assert_eq!(process.send("a").await.unwrap(), "a");
}

#[tokio::test]
async fn disabled_by_name() {
    let process = process(&[("ASF_DISABLED_PLUGINS", "patches/sqs.*:inner")]);
    assert_eq!(process.send("a").await.unwrap(), "a-o-O");
    assert_eq!(process.state("patches/sqs.SendMessage:inner"), Some(PluginState::Disabled));
}

/// One that is added, of what no one implements.
#[tokio::test]
async fn what_no_one_has() {
    let process = process(&[]);
    let ctx = RequestContext::new(DeleteMessage::operation(), Environment::default());
    let delete = || process.client.delete_message(&ctx, DeleteMessageRequest::default());
    assert!(delete().await.is_err());
    let id = process.patches().add(FORGET);
    assert!(delete().await.is_ok());
    assert_eq!(process.state("patches/sqs.DeleteMessage:forget"), Some(PluginState::Loaded));
    assert!(process.patches().remove(id));
    assert!(delete().await.is_err());
    assert_eq!(process.state("patches/sqs.DeleteMessage:forget"), None);
}
