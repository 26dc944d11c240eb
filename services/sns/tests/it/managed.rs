//! Functions and delivery streams, played by providers of ours.

use std::sync::Mutex;

use asf_api_firehose::{FirehoseApi, PutRecordInput, PutRecordOutput};
use asf_api_lambda::{InvocationRequest, InvocationResponse, InvocationType, LambdaApi};
use asf_macros::provider;
use serde_json::json;

use crate::*;

/// Who was called, where, and with what.
type Calls = Arc<Mutex<Vec<(String, String, Value)>>>;

struct Functions(Calls);

#[provider(service = "lambda", register = false, validation = None)]
impl LambdaApi for Functions {
    #[handler("Invoke")]
    fn invoke(&self, ctx: &RequestContext, input: InvocationRequest) -> InvocationResponse {
        assert_eq!(input.invocation_type, Some(InvocationType::Event));
        let event = serde_json::from_slice(&input.payload.unwrap()).unwrap();
        let place = format!("{} {}", ctx.account_id, ctx.region);
        self.0.lock().unwrap().push((input.function_name.unwrap(), place, event));
        InvocationResponse { status_code: Some(202), ..Default::default() }
    }
}

struct Streams(Calls);

#[provider(service = "firehose", register = false, validation = None)]
impl FirehoseApi for Streams {
    #[handler("PutRecord")]
    fn put_record(&self, ctx: &RequestContext, input: PutRecordInput) -> PutRecordOutput {
        let data = input.record.unwrap().data.unwrap();
        let data = String::from_utf8(data.to_vec()).unwrap();
        let place = format!("{} {}", ctx.account_id, ctx.region);
        self.0.lock().unwrap().push((input.delivery_stream_name.unwrap(), place, data.into()));
        PutRecordOutput::default()
    }
}

async fn first(calls: &Calls) -> (String, String, Value) {
    loop {
        if let Some(call) = calls.lock().unwrap().pop() {
            return call;
        }
        tokio::task::yield_now().await;
    }
}

/// test_sns::test_python_lambda_subscribe_sns_topic, test_sns::test_sns_topic_as_lambda_dead_letter_queue
#[tokio::test]
async fn functions() {
    let calls = Calls::default();
    let world = World::with(&State::new(), |it| it.with(Arc::new(Functions(calls.clone()))));
    let topic = world.topic("t").await;
    let function = "arn:aws:lambda:eu-west-1:111111111111:function:f";
    let arn = world.subscribe(&topic, "lambda", function, &[]).await.unwrap();
    let input =
        PublishInput { subject: text("[Subject] Test subject"), ..message_to(&topic, "Hello world.") };
    let id = world.publish(input).await.unwrap().message_id;
    let (name, place, mut event) = first(&calls).await;
    assert_eq!((name.as_str(), place.as_str()), (function, "111111111111 eu-west-1"));
    let signature = event["Records"][0]["Sns"]["Signature"].take();
    assert!(signature.as_str().is_some_and(|it| it.len() == 344), "{signature}");
    let certificate = event["Records"][0]["Sns"]["SigningCertUrl"].take();
    assert!(certificate.as_str().unwrap().ends_with(".pem"), "{certificate}");
    assert_eq!(
        event,
        json!({"Records": [{
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": arn,
            "Sns": {
                "Type": "Notification",
                "MessageId": id,
                "TopicArn": topic,
                "Subject": "[Subject] Test subject",
                "Message": "Hello world.",
                "Timestamp": "2026-05-28T20:26:40.000Z",
                "SignatureVersion": "1",
                "Signature": null,
                "SigningCertUrl": null,
                "UnsubscribeUrl": format!("http://localhost.localstack.cloud:4566/?Action=Unsubscribe&SubscriptionArn={arn}"),
                "MessageAttributes": {},
            },
        }]})
    );
    world.say(&topic, "no subject").await;
    assert_eq!(first(&calls).await.2["Records"][0]["Sns"]["Subject"], Value::Null);
}

#[tokio::test]
async fn streams() {
    let calls = Calls::default();
    let world = World::with(&State::new(), |it| it.with(Arc::new(Streams(calls.clone()))));
    let topic = world.topic("t").await;
    let stream = "arn:aws:firehose:us-east-1:000000000000:deliverystream/s";
    let role = ("SubscriptionRoleArn", "arn:aws:iam::000000000000:role/r");
    let arn = world.subscribe(&topic, "firehose", stream, &[role]).await.unwrap();
    world.say(&topic, "kept").await;
    let (name, _, record) = first(&calls).await;
    assert_eq!((name.as_str(), &json(record.as_str().unwrap())["Message"]), ("s", &json!("kept")));
    world.set_subscription(&arn, "RawMessageDelivery", "true").await.unwrap();
    world.say(&topic, "raw").await;
    assert_eq!(first(&calls).await.2, "raw");
}
