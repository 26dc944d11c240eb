//! What a notification costs: its signature, and `Publish` to ten queues in process.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that panics has failed")]

use std::hint::black_box;
use std::sync::Arc;

use asf_api_sns::{CreateTopicInput, PublishInput, SnsApi as _, SnsClient, SubscribeInput, operations};
use asf_api_sqs::{CreateQueueRequest, PurgeQueueRequest, SqsApi as _, SqsClient};
use asf_runtime::clock::ManualClock;
use asf_runtime::context::Environment;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::ids::Ids;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::{Providers, TypedOperation as _};
use asf_runtime::store::State;
use asf_runtime::{RequestContext, Timestamp};
use asf_sns::notification::SignatureVersion;
use asf_sns::signing::Signer;
use asf_sns::tables::{SigningKey, SnsStore};
use asf_sqs as _;
use criterion::{Criterion, criterion_group, criterion_main};

fn signatures(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let stores = State::new().stores::<SnsStore>();
    let ids = Arc::new(Ids::seeded(1));
    let signer = Signer::new(stores.at(AccountId::DEFAULT, &Region::default()).signing);
    let text = "Message\nhello\nMessageId\n1\nTimestamp\n2\nTopicArn\n3\nType\nNotification\n";
    for (name, version) in [("SHA-1", SignatureVersion::One), ("SHA-256", SignatureVersion::Two)] {
        c.bench_function(&format!("sign with {name}"), |b| {
            b.iter(|| black_box(runtime.block_on(signer.sign(text.to_owned(), version, "", &ids)).unwrap()));
        });
    }
    c.bench_function("make a key", |b| b.iter(|| black_box(SigningKey::make(&ids).unwrap())));
}

fn publish(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_780_000_000)));
    let environment = Environment { clock, ids: Arc::new(Ids::seeded(1)) };
    let providers = Arc::new(Providers::registered(Settings::default().with_state(State::new())));
    providers.introduce();
    let connect = providers.plugins().settings().connect();
    let (sns, sqs) = (SnsClient::new(connect.clone()), SqsClient::new(connect));
    let ctx = || RequestContext::new(operations::Publish::operation(), environment.clone());
    for is_raw in [false, true] {
        let name = if is_raw { "raw" } else { "signed" };
        let queues: Vec<String> = (0..10).map(|number| format!("{name}-{number}")).collect();
        let topic = runtime.block_on(async {
            let topic = CreateTopicInput { name: Some(name.to_owned()), ..Default::default() };
            let topic = sns.create_topic(&ctx(), topic).await.unwrap().topic_arn.unwrap();
            for queue in &queues {
                let create = CreateQueueRequest { queue_name: Some(queue.clone()), ..Default::default() };
                sqs.create_queue(&ctx(), create).await.unwrap();
                let subscribe = SubscribeInput {
                    topic_arn: Some(topic.clone()),
                    protocol: Some("sqs".to_owned()),
                    endpoint: Some(format!("arn:aws:sqs:us-east-1:000000000000:{queue}")),
                    attributes: Some(
                        [("RawMessageDelivery".to_owned(), is_raw.to_string())].into_iter().collect(),
                    ),
                    ..Default::default()
                };
                sns.subscribe(&ctx(), subscribe).await.unwrap();
            }
            topic
        });
        c.bench_function(&format!("Publish to ten queues, {name}"), |b| {
            b.iter(|| {
                let message = PublishInput {
                    topic_arn: Some(topic.clone()),
                    message: Some("hello".to_owned()),
                    ..Default::default()
                };
                runtime.block_on(async { black_box(sns.publish(&ctx(), message).await.unwrap()) });
            });
        });
        runtime.block_on(async {
            for queue in &queues {
                sqs.purge_queue(&ctx(), PurgeQueueRequest { queue_url: Some(queue.clone()) }).await.unwrap();
            }
        });
    }
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(20);
    targets = signatures, publish
}
criterion_main!(all);
