//! The provider as clients meet it: requests in a protocol, answers and errors as they are on the wire,
//! under a clock that the test moves. Facts of AWS's are cited by the recording that has them.

mod attributes;
mod batches;
mod developer;
mod fifo;
mod messages;
mod move_tasks;
mod permissions;
mod query;
mod queues;
mod typed;
mod urls;

use std::sync::Arc;
use std::time::Duration;

use asf_api_sqs::SERVICE;
use asf_runtime::clock::ManualClock;
use asf_runtime::context::Environment;
use asf_runtime::ids::Ids;
use asf_runtime::plugin::Settings;
use asf_runtime::protocol::{self, Exchange, Response};
use asf_runtime::provider::{Answer, Provider};
use asf_runtime::schema::ProtocolKind;
use asf_runtime::shape::ByteStream;
use asf_runtime::{RequestContext, Timestamp, identity::Region};
use asf_sqs::SqsProvider;
use serde_json::{Value, json};

/// A provider, and who calls it from where.
#[derive(Clone)]
struct Sqs {
    provider: Arc<SqsProvider>,
    clock: Arc<ManualClock>,
    environment: Environment,
    account: &'static str,
    region: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    path: &'static str,
}

/// An error as a client sees it.
#[derive(Debug, PartialEq)]
struct Fault {
    status: u16,
    /// `__type` of JSON, without its namespace.
    name: String,
    /// The code of `x-amzn-query-error`, which is what SDKs show.
    code: String,
    message: String,
}

impl Sqs {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(settings: &[(&str, &str)]) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_780_000_000)));
        let settings = settings.iter().copied().collect::<Settings>();
        Self {
            provider: Arc::new(SqsProvider::new(&settings)),
            environment: Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(1)) },
            clock,
            account: "000000000000",
            region: "us-east-1",
            headers: vec![("host", "localhost:4566")],
            path: "/",
        }
    }

    fn account(&self, account: &'static str) -> Self {
        Self { account, ..self.clone() }
    }

    fn region(&self, region: &'static str) -> Self {
        Self { region, ..self.clone() }
    }

    fn host(&self, host: &'static str) -> Self {
        Self { headers: vec![("host", host)], ..self.clone() }
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn context(&self, operation: &str) -> RequestContext {
        let operation = SERVICE.operation(operation).unwrap();
        let mut ctx = RequestContext::new(operation, self.environment.clone());
        let mut request = http::Request::builder().uri(self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        ctx.request = request.body(()).unwrap().into_parts().0;
        ctx.account_id = self.account.parse().unwrap();
        ctx.region = Region::new(self.region);
        ctx
    }

    /// A request whose body is of a protocol, from end to end.
    async fn exchange(&self, kind: ProtocolKind, operation: &str, body: String) -> Response {
        let protocol = protocol::of(kind);
        let ctx = self.context(operation);
        let exchange = Exchange { headers: &ctx.request.headers, request_id: &ctx.request_id };
        let provider: &dyn Provider = &*self.provider;
        let mut input = provider.new_input(ctx.operation).expect(operation);
        let outcome = match protocol.parse_request(
            ctx.operation,
            &ctx.request,
            ByteStream::Full(body.into()),
            &mut *input,
        ) {
            Ok(()) => provider.call(&ctx, ctx.operation, input).await,
            Err(error) => Err(error.into()),
        };
        match outcome {
            Ok(Answer::Output(mut output)) => {
                protocol.serialize_response(ctx.operation, &mut *output, exchange).unwrap()
            }
            Ok(Answer::Raw(response)) => response,
            Err(error) => protocol.serialize_error(SERVICE, Some(ctx.operation), &*error, exchange),
        }
    }

    /// A call over JSON.
    async fn call(&self, operation: &str, input: Value) -> Result<Value, Fault> {
        let response = self.exchange(ProtocolKind::Json, operation, input.to_string()).await;
        let (head, body) = response.into_parts();
        let body: Value = serde_json::from_slice(&body.collect(1 << 30).await.unwrap()).unwrap_or(json!({}));
        if head.status == 200 {
            return Ok(body);
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let name = text(&body["__type"]);
        let code = head.headers["x-amzn-query-error"].to_str().unwrap().strip_suffix(";Sender").unwrap();
        Err(Fault {
            status: head.status.as_u16(),
            name: name.rsplit_once('#').unwrap_or_default().1.to_owned(),
            code: code.to_owned(),
            message: text(&body["message"]),
        })
    }

    async fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input).await.unwrap()
    }

    /// Makes a queue; its URL.
    async fn queue(&self, name: &str, attributes: Value) -> String {
        let input = json!({"QueueName": name, "Attributes": attributes});
        self.ok("CreateQueue", input).await["QueueUrl"].as_str().unwrap().to_owned()
    }

    async fn fifo(&self, name: &str, mut attributes: Value) -> String {
        attributes["FifoQueue"] = json!("true");
        self.queue(name, attributes).await
    }

    async fn send(&self, url: &str, body: &str) -> Value {
        self.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": body})).await
    }

    /// Up to ten messages.
    async fn receive(&self, url: &str) -> Vec<Value> {
        let input = json!({"QueueUrl": url, "MaxNumberOfMessages": 10});
        match self.ok("ReceiveMessage", input).await.get("Messages") {
            Some(messages) => messages.as_array().unwrap().clone(),
            None => Vec::new(),
        }
    }

    async fn bodies(&self, url: &str) -> Vec<String> {
        self.receive(url).await.iter().map(|it| it["Body"].as_str().unwrap().to_owned()).collect()
    }

    async fn attributes(&self, url: &str, names: Value) -> Value {
        self.ok("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": names})).await
    }

    async fn arn(&self, url: &str) -> String {
        let answer = self.attributes(url, json!(["QueueArn"])).await;
        answer["Attributes"]["QueueArn"].as_str().unwrap().to_owned()
    }
}

fn fault(status: u16, name: &str, code: &str, message: impl Into<String>) -> Fault {
    Fault { status, name: name.to_owned(), code: code.to_owned(), message: message.into() }
}

/// `InvalidParameterValue`, the commonest.
fn invalid(message: impl Into<String>) -> Fault {
    fault(400, "InvalidParameterValueException", "InvalidParameterValue", message)
}

/// `MissingParameter`
fn missing(parameter: &str) -> Fault {
    let message = format!("The request must contain the parameter {parameter}.");
    fault(400, "MissingRequiredParameterException", "MissingParameter", message)
}

/// test_aws_sqs_queue::test_update_completely_remove_resource
fn no_such_queue() -> Fault {
    fault(
        400,
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist.",
    )
}

/// Lets tasks and waiting receivers go on as far as they can.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}
