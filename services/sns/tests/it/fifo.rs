//! FIFO topics.

use crate::*;

fn grouped(topic: &str, message: &str, id: Option<&str>) -> PublishInput {
    PublishInput {
        message_group_id: text("message-group-id-1"),
        message_deduplication_id: id.map(str::to_owned),
        ..message_to(topic, message)
    }
}

async fn fifo(world: &World, name: &str, by_content: &str) -> String {
    world.create(name, &[("FifoTopic", "true"), ("ContentBasedDeduplication", by_content)]).await.unwrap()
}

/// test_sns::test_validations_for_fifo
#[tokio::test]
async fn refused() {
    let world = World::new();
    let (topic, plain) = (fifo(&world, "t.fifo", "false").await, world.topic("t").await);
    for (input, message) in [
        (
            message_to(&topic, "x"),
            "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
        ),
        (
            grouped(&topic, "x", None),
            "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
        ),
        (
            grouped(&plain, "x", Some("1")),
            "Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
        ),
    ] {
        assert_eq!(world.publish(input).await.map(drop), Err(invalid(message)));
    }
}

/// test_sns::test_message_to_fifo_sqs, test_sns::test_publish_to_fifo_topic_deduplication_on_topic_level,
/// test_sns::test_fifo_topic_to_regular_sqs
#[tokio::test]
async fn once_in_five_minutes() {
    let world = World::new();
    let topic = fifo(&world, "t.fifo", "true").await;
    let (queue, plain) = (world.queue("q.fifo").await, world.queue("q").await);
    for endpoint in [&queue, &plain] {
        world.subscribe(&topic, "sqs", endpoint, &[]).await.unwrap();
    }
    let first = world.publish(grouped(&topic, "Test", None)).await.unwrap();
    let again = world.publish(grouped(&topic, "Test", None)).await.unwrap();
    assert_eq!((&first.message_id, &first.sequence_number), (&again.message_id, &again.sequence_number));
    assert_eq!(first.sequence_number.as_deref().unwrap().len(), 20);

    let mut messages = world.messages(&queue).await;
    assert_eq!(messages.len(), 1);
    let message = messages.remove(0);
    let envelope = json(message.body.as_deref().unwrap());
    let names: Vec<&str> = envelope.as_object().unwrap().keys().map(String::as_str).collect();
    // Not signed.
    assert_eq!(
        names,
        ["Type", "MessageId", "SequenceNumber", "TopicArn", "Message", "Timestamp", "UnsubscribeURL"]
    );
    assert_eq!(envelope["SequenceNumber"].as_str(), first.sequence_number.as_deref());
    let attributes = message.attributes.unwrap();
    assert_eq!(attributes["MessageGroupId"], "message-group-id-1");
    assert_eq!(
        attributes["MessageDeduplicationId"],
        "532eaabd9574880dbf76b9b8cc00832c20a6ec113d682299550d7a6e0f345e25"
    );
    let mut messages = world.messages(&plain).await;
    assert_eq!(messages.len(), 1);
    assert!(!messages.remove(0).attributes.unwrap().contains_key("MessageGroupId"));

    world.pass(299);
    assert_eq!(world.publish(grouped(&topic, "Test", None)).await.unwrap().message_id, first.message_id);
    world.pass(1);
    let later = world.publish(grouped(&topic, "Test", None)).await.unwrap();
    assert_ne!(later.message_id, first.message_id);
    assert!(later.sequence_number > first.sequence_number);
}

/// "FifoThroughputScope": the scope of deduplication is that of the throughput.
#[tokio::test]
async fn scopes() {
    let world = World::new();
    let topic = fifo(&world, "t.fifo", "false").await;
    let say = async |group: &str| {
        let input = PublishInput { message_group_id: text(group), ..grouped(&topic, "x", Some("1")) };
        world.publish(input).await.unwrap().message_id.unwrap()
    };
    assert_eq!(say("g").await, say("h").await);
    world.set_topic(&topic, "FifoThroughputScope", "MessageGroup").await.unwrap();
    let (g, h) = (say("g").await, say("h").await);
    assert_ne!(g, h);
    assert_eq!((say("g").await, say("h").await), (g, h));
}

/// Each group in the order in which it was published, by however many at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn order() {
    let world = World::new();
    let topic = fifo(&world, "t.fifo", "false").await;
    let queue = world.queue("q.fifo").await;
    world.subscribe(&topic, "sqs", &queue, &[("RawMessageDelivery", "true")]).await.unwrap();
    let publishers: Vec<_> = (0..40)
        .map(|number| {
            let (world, input) =
                (world.clone(), grouped(&topic, &number.to_string(), Some(&number.to_string())));
            tokio::spawn(async move {
                (world.publish(input).await.unwrap().sequence_number.unwrap(), number.to_string())
            })
        })
        .collect();
    let mut published = Vec::new();
    for publisher in publishers {
        published.push(publisher.await.unwrap());
    }
    published.sort();
    let expected: Vec<_> = published.into_iter().map(|(_, body)| body).collect();
    let mut received = Vec::new();
    while received.len() < expected.len() {
        let name = "https://sqs.us-east-1.amazonaws.com/000000000000/q.fifo";
        for message in world.messages(&queue).await {
            received.push(message.body.unwrap());
            let input = asf_api_sqs::DeleteMessageRequest {
                queue_url: text(name),
                receipt_handle: message.receipt_handle,
            };
            world.sqs().delete_message(&world.ctx(), input).await.unwrap();
        }
    }
    assert_eq!(received, expected);
}

/// test_sns::test_publish_to_fifo_topic_to_sqs_queue_no_content_dedup: the topic's ids are enough for a queue that makes
/// none of its own.
#[tokio::test]
async fn ids_of_the_topic() {
    for is_raw in ["false", "true"] {
        let world = World::new();
        let (topic, queue) = (fifo(&world, "t.fifo", "true").await, world.queue("q.fifo").await);
        world.subscribe(&topic, "sqs", &queue, &[("RawMessageDelivery", is_raw)]).await.unwrap();
        world.publish(grouped(&topic, "Test single", None)).await.unwrap();
        let entry = PublishBatchRequestEntry {
            id: text("1"),
            message: text("Test batched"),
            message_group_id: text("message-group-id-1"),
            ..Default::default()
        };
        let input =
            PublishBatchInput { topic_arn: text(&topic), publish_batch_request_entries: Some(vec![entry]) };
        world.sns().publish_batch(&world.ctx(), input).await.unwrap();
        let messages = world.messages(&queue).await;
        let got: Vec<_> = messages
            .iter()
            .map(|message| {
                let body = message.body.clone().unwrap();
                let shown = message.attributes.as_ref().unwrap();
                let text =
                    if is_raw == "true" { body } else { json(&body)["Message"].as_str().unwrap().to_owned() };
                (text, shown["MessageGroupId"].as_str(), shown["MessageDeduplicationId"].as_str())
            })
            .collect();
        let group = "message-group-id-1";
        let expected = [
            ("Test single", "2591186cff6c740cb9e0cfce1653a7e6998d57da12e1da13d85344b1c08be4cb"),
            ("Test batched", "32a45f72fe3d20fb5d4f1647421d1c5f9d20ef207c8ab713443cc9f9b76c468c"),
        ];
        assert_eq!(got, expected.map(|(text, id)| (text.to_owned(), group, id)));
    }
}
