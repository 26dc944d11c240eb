//! Deliveries to queues, functions and streams that are out of reach for a while.

use std::collections::VecDeque;
use std::sync::Mutex;

use asf_api_firehose::{FirehoseApi, FirehoseError, PutRecordInput, PutRecordOutput};
use asf_api_lambda::{InvocationRequest, InvocationResponse, LambdaApi, LambdaError};
use asf_api_sqs::{SendMessageRequest, SendMessageResult, SqsApi, SqsError};
use asf_macros::provider;
use asf_runtime::AwsError;
use serde_json::json;

use crate::*;

/// What comes of the next calls, and who has got what. When nothing is left to come, all is well.
#[derive(Clone, Default)]
struct Weather(Arc<Mutex<Forecast>>);

#[derive(Default)]
struct Forecast {
    failures: VecDeque<(u16, &'static str)>,
    calls: usize,
    got: Vec<(String, String)>,
}

impl Weather {
    fn of(failures: &[(u16, &'static str)]) -> Self {
        let forecast = Forecast { failures: failures.iter().copied().collect(), ..Forecast::default() };
        Self(Arc::new(Mutex::new(forecast)))
    }

    fn call(&self, to: String, what: String) -> Result<(), AwsError> {
        let mut forecast = self.0.lock().unwrap();
        forecast.calls += 1;
        if let Some((status, code)) = forecast.failures.pop_front() {
            return Err(AwsError::receiver(code, "not now").with_status(status));
        }
        forecast.got.push((to, what));
        Ok(())
    }

    fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }

    fn got(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap().got.clone()
    }

    /// Waits until there were so many calls, and looks whether there are more.
    async fn settle(&self, calls: usize) {
        while self.calls() < calls {
            tokio::task::yield_now().await;
        }
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.calls(), calls);
    }
}

#[provider(service = "sqs", register = false, validation = None)]
impl SqsApi for Weather {
    #[handler("SendMessage")]
    fn send_message(&self, input: SendMessageRequest) -> Result<SendMessageResult, SqsError> {
        let url = input.queue_url.unwrap();
        let name = url.rsplit('/').next().unwrap().to_owned();
        self.call(name, input.message_body.unwrap())?;
        Ok(SendMessageResult::default())
    }
}

struct Functions(Weather);

#[provider(service = "lambda", register = false, validation = None)]
impl LambdaApi for Functions {
    #[handler("Invoke")]
    fn invoke(&self, input: InvocationRequest) -> Result<InvocationResponse, LambdaError> {
        self.0.call(input.function_name.unwrap(), String::new())?;
        Ok(InvocationResponse::default())
    }
}

struct Streams(Weather);

#[provider(service = "firehose", register = false, validation = None)]
impl FirehoseApi for Streams {
    #[handler("PutRecord")]
    fn put_record(&self, input: PutRecordInput) -> Result<PutRecordOutput, FirehoseError> {
        self.0.call(input.delivery_stream_name.unwrap(), String::new())?;
        Ok(PutRecordOutput::default())
    }
}

const RAW: (&str, &str) = ("RawMessageDelivery", "true");
const DOWN: (u16, &str) = (503, "ServiceUnavailable");

fn pair(to: &str, what: &str) -> (String, String) {
    (to.to_owned(), what.to_owned())
}

/// "Amazon SNS message delivery retries": three times at once, before `Publish` is answered; then by the clock.
#[tokio::test]
async fn of_queues() {
    let queues = Weather::of(&[DOWN; 6]);
    let world = World::with(&State::new(), |it| it.with(Arc::new(queues.clone())));
    let topic = world.topic("t").await;
    world.subscribe(&topic, "sqs", "arn:aws:sqs:us-east-1:000000000000:q", &[RAW]).await.unwrap();
    world.say(&topic, "patience").await;
    queues.settle(4).await;
    world.pass(1);
    queues.settle(5).await;
    world.pass(1);
    queues.settle(6).await;
    assert_eq!(queues.got(), []);
    world.pass(1);
    queues.settle(7).await;
    assert_eq!(queues.got(), [pair("q", "patience")]);
}

/// Errors of the caller are not tried again, nor is what nobody answers for.
#[tokio::test]
async fn not_after_errors_of_the_caller() {
    for failure in
        [(400, "AWS.SimpleQueueService.NonExistentQueue"), (403, "AccessDenied"), (501, "NotImplemented")]
    {
        let queues = Weather::of(&[failure]);
        let world = World::with(&State::new(), |it| it.with(Arc::new(queues.clone())));
        let topic = world.topic("t").await;
        let dead = json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead"}).to_string();
        let given = [RAW, ("RedrivePolicy", dead.as_str())];
        world.subscribe(&topic, "sqs", "arn:aws:sqs:us-east-1:000000000000:q", &given).await.unwrap();
        world.say(&topic, "lost").await;
        assert_eq!((queues.calls(), queues.got()), (2, vec![pair("dead", "lost")]), "{failure:?}");
    }
}

#[tokio::test]
async fn of_functions() {
    let functions = Weather::of(&[(500, "ServiceException"); 4]);
    let world = World::with(&State::new(), |it| it.with(Arc::new(Functions(functions.clone()))));
    let topic = world.topic("t").await;
    let function = "arn:aws:lambda:us-east-1:000000000000:function:f";
    world.subscribe(&topic, "lambda", function, &[]).await.unwrap();
    world.say(&topic, "patience").await;
    functions.settle(4).await;
    world.pass(1);
    functions.settle(5).await;
    assert_eq!(functions.got().len(), 1);
}

/// A stream that is throttled is given more time (the footnote of the same page): 50 attempts in six hours, and then
/// it is a dead letter.
#[tokio::test]
async fn of_streams() {
    let streams = Weather::of(&[(429, "ThrottlingException"); 51]);
    let world = World::with(&State::new(), |it| it.with(Arc::new(Streams(streams.clone()))));
    let (topic, dead) = (world.topic("t").await, world.queue("dead").await);
    let redrive = json!({ "deadLetterTargetArn": dead }).to_string();
    let role = ("SubscriptionRoleArn", "arn:aws:iam::000000000000:role/r");
    let given = [RAW, role, ("RedrivePolicy", redrive.as_str())];
    let stream = "arn:aws:firehose:us-east-1:000000000000:deliverystream/s";
    world.subscribe(&topic, "firehose", stream, &given).await.unwrap();
    world.say(&topic, "too much").await;
    streams.settle(1).await;
    world.pass(9);
    streams.settle(1).await;
    world.pass(1);
    streams.settle(2).await;
    for calls in 3..=51 {
        assert!(world.bodies(&dead).await.is_empty());
        world.pass(600);
        streams.settle(calls).await;
    }
    let mut letters = world.bodies(&dead).await;
    while letters.is_empty() {
        tokio::task::yield_now().await;
        letters = world.bodies(&dead).await;
    }
    assert_eq!((letters, streams.got().len()), (vec!["too much".to_owned()], 0));
}

/// What is published to a FIFO topic meanwhile waits behind it; other queues get theirs.
#[tokio::test]
async fn in_order() {
    let queues = Weather::of(&[DOWN; 5]);
    let world = World::with(&State::new(), |it| it.with(Arc::new(queues.clone())));
    let topic = world.create("t.fifo", &[("FifoTopic", "true")]).await.unwrap();
    for queue in ["a.fifo", "b.fifo"] {
        let arn = format!("arn:aws:sqs:us-east-1:000000000000:{queue}");
        world.subscribe(&topic, "sqs", &arn, &[RAW]).await.unwrap();
    }
    for message in ["1", "2", "3"] {
        let input = PublishInput {
            message_group_id: text("g"),
            message_deduplication_id: text(message),
            ..message_to(&topic, message)
        };
        world.publish(input).await.unwrap();
    }
    // Four of the one that is first, and three of the other, the first of which fails once.
    queues.settle(8).await;
    let got = queues.got();
    let healthy = got[0].0.clone();
    assert_eq!(got, [pair(&healthy, "1"), pair(&healthy, "2"), pair(&healthy, "3")]);
    world.pass(1);
    queues.settle(11).await;
    let late = if healthy == "a.fifo" { "b.fifo" } else { "a.fifo" };
    assert_eq!(queues.got()[3..], [pair(late, "1"), pair(late, "2"), pair(late, "3")]);
    // And it is as before.
    let input = PublishInput {
        message_group_id: text("g"),
        message_deduplication_id: text("4"),
        ..message_to(&topic, "4")
    };
    world.publish(input).await.unwrap();
    assert_eq!(queues.got().len(), 8);
}

/// A runtime takes with it what it is about to do, and nobody waits for that.
#[test]
fn on_a_runtime_that_is_gone() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let queues = Weather::of(&[DOWN; 4]);
    let world = World::with(&State::new(), |it| it.with(Arc::new(queues.clone())));
    let say = async |topic: &str, message: &str| {
        let input = PublishInput {
            message_group_id: text("g"),
            message_deduplication_id: text(message),
            ..message_to(topic, message)
        };
        world.publish(input).await.unwrap();
    };
    let first = runtime();
    let topic = first.block_on(async {
        let topic = world.create("t.fifo", &[("FifoTopic", "true")]).await.unwrap();
        world.subscribe(&topic, "sqs", "arn:aws:sqs:us-east-1:000000000000:q.fifo", &[RAW]).await.unwrap();
        say(&topic, "1").await;
        say(&topic, "2").await;
        topic
    });
    assert_eq!(queues.got(), []);
    drop(first);
    runtime().block_on(say(&topic, "3"));
    assert_eq!(queues.got(), [pair("q.fifo", "3")]);
}
