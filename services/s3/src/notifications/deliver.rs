//! How messages reach queues, topics, functions and the event bus: by calls of the services within the process,
//! of whichever provider answers for them.

use std::str::FromStr as _;

use asf_runtime::client::Transport as _;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::value::neutral::from_neutral;
use asf_runtime::{RequestContext, Value};
use serde_json::{Value as Json, json};

use crate::configuration::notification::{Arn, Kind, Target};

/// Where a message goes.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    kind: Kind,
    arn: String,
}

impl Destination {
    pub(super) fn of(target: &Target<'_>) -> Self {
        Self { kind: target.kind, arn: target.arn.to_owned() }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// Why it did not arrive, in words for the log.
    pub(super) async fn send(&self, ctx: &RequestContext, message: String) -> Result<(), String> {
        let (ctx, arn) = self.place(ctx)?;
        match self.kind {
            Kind::Queue => {
                let url = queue_url(&ctx, arn).await?;
                call(&ctx, "sqs", "SendMessage", json!({"QueueUrl": url, "MessageBody": message})).await?;
            }
            Kind::Topic => {
                let input = json!({
                    "TopicArn": self.arn, "Message": message, "Subject": "Amazon S3 Notification"
                });
                call(&ctx, "sns", "Publish", input).await?;
            }
            Kind::Function => {
                use base64::Engine as _;
                let payload = base64::engine::general_purpose::STANDARD.encode(message);
                let input = json!({
                    "FunctionName": self.arn, "InvocationType": "Event", "Payload": payload
                });
                call(&ctx, "lambda", "Invoke", input).await?;
            }
        }
        Ok(())
    }

    /// Whether there is such a destination.
    pub(super) async fn exists(&self, ctx: &RequestContext) -> bool {
        let Ok((ctx, arn)) = self.place(ctx) else { return false };
        if ctx.providers.get(arn.service).is_none() && may_be_elsewhere(&ctx) {
            return true;
        }
        let found = match self.kind {
            Kind::Queue => queue_url(&ctx, arn).await.map(drop),
            Kind::Topic => {
                call(&ctx, "sns", "GetTopicAttributes", json!({"TopicArn": self.arn})).await.map(drop)
            }
            Kind::Function => {
                call(&ctx, "lambda", "GetFunction", json!({"FunctionName": self.arn})).await.map(drop)
            }
        };
        found
            .inspect_err(|reason| tracing::debug!(arn = self.arn, reason, "no destination of events"))
            .is_ok()
    }

    /// Account and region of the destination.
    fn place(&self, ctx: &RequestContext) -> Result<(RequestContext, Arn<'_>), String> {
        let arn = Arn::parse(&self.arn).ok_or("the ARN is none")?;
        let account = AccountId::from_str(arn.account).map_err(|_| "the ARN has no account")?;
        Ok((ctx.elsewhere(account, Region::new(arn.region)), arn))
    }
}

/// Puts an event on the default bus of the bucket's account.
///
/// # Errors
/// Why it is not there, in words for the log.
pub(super) async fn put_on_bus(
    ctx: &RequestContext,
    resource: &str,
    detail_type: &str,
    detail: String,
) -> Result<(), String> {
    let entry = json!({
        "Source": "aws.s3", "DetailType": detail_type, "Detail": detail, "Resources": [resource],
        "Time": ctx.clock().now().seconds()
    });
    call(ctx, "events", "PutEvents", json!({"Entries": [entry]})).await.map(drop)
}

/// Whether requests go on to other servers, which may have what is not here.
fn may_be_elsewhere(ctx: &RequestContext) -> bool {
    ctx.providers.chains().is_some_and(|chains| !chains.forwards().is_empty())
}

async fn queue_url(ctx: &RequestContext, arn: Arn<'_>) -> Result<String, String> {
    let input = json!({"QueueName": arn.resource, "QueueOwnerAWSAccountId": arn.account});
    let answer = call(ctx, "sqs", "GetQueueUrl", input).await?;
    let url = answer.member("QueueUrl").and_then(Value::as_str);
    url.map(str::to_owned).ok_or_else(|| "the queue has no URL".to_owned())
}

/// Calls an operation by its name, with an input in its neutral form. No client of the service is needed, which may
/// have no provider at all.
async fn call(ctx: &RequestContext, service: &str, operation: &str, input: Json) -> Result<Value, String> {
    let provider = ctx.providers.get(service).ok_or_else(|| format!("nothing answers for {service}"))?;
    let operation = provider.service().operation(operation).ok_or("there is no such operation")?;
    let schema = operation.input().ok_or("the operation has no input")?;
    let input = from_neutral(schema, &input).map_err(|error| error.to_string())?;
    let output = operation.output().map_or(Value::Null, Value::structure);
    let answer = ctx.connect().call(ctx, operation, Box::new(input), Box::new(output)).await;
    let answer: Box<dyn std::any::Any> = answer.map_err(|error| error.to_string())?;
    answer.downcast().map(|it| *it).map_err(|_| "the answer is of another type".to_owned())
}
