//! SNS with SQS beside it, as other services call them, under a clock that the test moves. Facts of AWS's are cited by
//! the recording that has them, `file::scenario`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod batches;
mod delivery;
mod fifo;
mod filters;
mod http;
mod managed;
mod people;
mod permissions;
mod publish;
mod reopened;
mod retries;
mod signatures;
mod subscriptions;
mod topics;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use asf_api_sns::*;
use asf_api_sqs::{
    CreateQueueRequest, Message, QueueAttributeName, ReceiveMessageRequest, SqsApi as _, SqsClient,
};
use asf_runtime::client::Connect;
use asf_runtime::clock::ManualClock;
use asf_runtime::context::Environment;
use asf_runtime::error::ServiceError;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::ids::Ids;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::{Providers, TypedOperation as _};
use asf_runtime::store::State;
use asf_runtime::{Map, RequestContext, Timestamp};
use asf_sns::tables::{SigningKey, SnsStore};
use asf_sqs as _;
use serde_json::Value;

/// A process with SNS and SQS, and who calls it from where.
#[derive(Clone)]
struct World {
    providers: Arc<Providers>,
    clock: Arc<ManualClock>,
    environment: Environment,
    account: &'static str,
    region: &'static str,
}

impl World {
    fn new() -> Self {
        Self::of(&State::new())
    }

    fn of(state: &State) -> Self {
        Self::with(state, |providers| providers)
    }

    /// With providers besides those of SNS and SQS.
    fn with(state: &State, more: impl FnOnce(Providers) -> Providers) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_780_000_000)));
        let environment = Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(1)) };
        let providers = Arc::new(more(Providers::registered(Settings::default().with_state(state.clone()))));
        providers.introduce();
        // Keys take a while to make: one is enough for all worlds.
        static KEY: OnceLock<SigningKey> = OnceLock::new();
        let key = KEY.get_or_init(|| SigningKey::make(&Ids::seeded(1)).unwrap());
        state.stores::<SnsStore>().at(AccountId::DEFAULT, &Region::default()).signing.set(key.clone());
        Self { providers, clock, environment, account: "000000000000", region: "us-east-1" }
    }

    fn account(&self, account: &'static str) -> Self {
        Self { account, ..self.clone() }
    }

    fn region(&self, region: &'static str) -> Self {
        Self { region, ..self.clone() }
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn ctx(&self) -> RequestContext {
        let mut ctx =
            RequestContext::new(asf_api_sns::operations::Publish::operation(), self.environment.clone());
        ctx.account_id = self.account.parse().unwrap();
        ctx.region = Region::new(self.region);
        ctx
    }

    fn connect(&self) -> Connect {
        self.providers.plugins().settings().connect()
    }

    fn sns(&self) -> SnsClient<Connect> {
        SnsClient::new(self.connect())
    }

    fn sqs(&self) -> SqsClient<Connect> {
        SqsClient::new(self.connect())
    }

    async fn create(&self, name: &str, attributes: &[(&str, &str)]) -> Result<String, Fault> {
        let input = CreateTopicInput { name: text(name), attributes: map(attributes), ..Default::default() };
        Ok(self.sns().create_topic(&self.ctx(), input).await?.topic_arn.unwrap())
    }

    async fn topic(&self, name: &str) -> String {
        self.create(name, &[]).await.unwrap()
    }

    async fn topic_attributes(&self, arn: &str) -> Map<String> {
        let input = GetTopicAttributesInput { topic_arn: text(arn) };
        self.sns().get_topic_attributes(&self.ctx(), input).await.unwrap().attributes.unwrap()
    }

    async fn set_topic(&self, arn: &str, name: &str, value: &str) -> Result<(), Fault> {
        let input = SetTopicAttributesInput {
            topic_arn: text(arn),
            attribute_name: text(name),
            attribute_value: text(value),
        };
        Ok(self.sns().set_topic_attributes(&self.ctx(), input).await?)
    }

    async fn subscribe(
        &self,
        topic: &str,
        protocol: &str,
        endpoint: &str,
        attributes: &[(&str, &str)],
    ) -> Result<String, Fault> {
        let input = SubscribeInput {
            topic_arn: text(topic),
            protocol: text(protocol),
            endpoint: text(endpoint),
            attributes: map(attributes),
            return_subscription_arn: Some(true),
        };
        Ok(self.sns().subscribe(&self.ctx(), input).await?.subscription_arn.unwrap())
    }

    async fn subscription(&self, arn: &str) -> Result<Map<String>, Fault> {
        let input = GetSubscriptionAttributesInput { subscription_arn: text(arn) };
        Ok(self.sns().get_subscription_attributes(&self.ctx(), input).await?.attributes.unwrap())
    }

    async fn set_subscription(&self, arn: &str, name: &str, value: &str) -> Result<(), Fault> {
        let input = SetSubscriptionAttributesInput {
            subscription_arn: text(arn),
            attribute_name: text(name),
            attribute_value: text(value),
        };
        Ok(self.sns().set_subscription_attributes(&self.ctx(), input).await?)
    }

    async fn publish(&self, input: PublishInput) -> Result<PublishResponse, Fault> {
        Ok(self.sns().publish(&self.ctx(), input).await?)
    }

    async fn say(&self, topic: &str, message: &str) -> String {
        self.publish(message_to(topic, message)).await.unwrap().message_id.unwrap()
    }

    /// A queue's ARN.
    async fn queue(&self, name: &str) -> String {
        let attributes: Map<String> = match name.ends_with(".fifo") {
            true => [("FifoQueue".to_owned(), "true".to_owned())].into_iter().collect(),
            false => Map::new(),
        };
        let input = CreateQueueRequest {
            queue_name: text(name),
            attributes: Some(attributes).filter(|it| !it.is_empty()),
            ..Default::default()
        };
        self.sqs().create_queue(&self.ctx(), input).await.unwrap();
        format!("arn:aws:sqs:{}:{}:{name}", self.region, self.account)
    }

    /// What lies in a queue of the caller's.
    async fn messages(&self, queue: &str) -> Vec<Message> {
        let name = queue.rsplit(':').next().unwrap();
        let input = ReceiveMessageRequest {
            queue_url: Some(format!("https://sqs.{}.amazonaws.com/{}/{name}", self.region, self.account)),
            max_number_of_messages: Some(10),
            message_attribute_names: Some(vec!["All".to_owned()]),
            attribute_names: Some(vec![QueueAttributeName::All]),
            ..Default::default()
        };
        self.sqs().receive_message(&self.ctx(), input).await.unwrap().messages.unwrap_or_default()
    }

    async fn bodies(&self, queue: &str) -> Vec<String> {
        self.messages(queue).await.into_iter().map(|it| it.body.unwrap()).collect()
    }

    /// The text of the envelopes in a queue.
    async fn texts(&self, queue: &str) -> Vec<String> {
        let envelope = |body: String| {
            serde_json::from_str::<Value>(&body).unwrap()["Message"].as_str().unwrap().to_owned()
        };
        self.bodies(queue).await.into_iter().map(envelope).collect()
    }
}

/// An error as a client sees it.
#[derive(Debug, PartialEq)]
struct Fault {
    code: String,
    message: String,
    status: u16,
}

impl From<SnsError> for Fault {
    fn from(error: SnsError) -> Self {
        let message = error.message().unwrap_or_default().to_owned();
        Self { code: error.code().to_owned(), message, status: error.status() }
    }
}

fn fault(code: &str, message: &str) -> Fault {
    let status = if code == "NotFound" || code == "ResourceNotFound" { 404 } else { 400 };
    Fault { code: code.to_owned(), message: message.to_owned(), status }
}

fn invalid(message: &str) -> Fault {
    fault("InvalidParameter", message)
}

fn text(it: &str) -> Option<String> {
    Some(it.to_owned())
}

fn map(pairs: &[(&str, &str)]) -> Option<Map<String>> {
    Some(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn message_to(topic: &str, message: &str) -> PublishInput {
    PublishInput { topic_arn: text(topic), message: text(message), ..Default::default() }
}

fn attribute(data_type: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue { data_type: text(data_type), string_value: text(value), binary_value: None }
}

fn attributes(all: &[(&str, MessageAttributeValue)]) -> Option<Map<MessageAttributeValue>> {
    Some(all.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
