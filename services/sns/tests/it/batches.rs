//! `PublishBatch`

use crate::*;

fn entries(ids: &[&str]) -> Vec<PublishBatchRequestEntry> {
    let entry = |id: &&str| PublishBatchRequestEntry {
        id: text(id),
        message: text(&format!("to {id}")),
        ..Default::default()
    };
    ids.iter().map(entry).collect()
}

/// test_sns::test_publish_batch_invalid_entry_id, test_sns::test_publish_batch_too_long_message,
/// test_sns::test_publish_batch_messages_without_topic
#[tokio::test]
async fn checked_as_a_whole() {
    let world = World::new();
    let topic = world.topic("t").await;
    let publish = async |topic: &str, entries: Vec<PublishBatchRequestEntry>| {
        let input =
            PublishBatchInput { topic_arn: text(topic), publish_batch_request_entries: Some(entries) };
        world.sns().publish_batch(&world.ctx(), input).await.map_err(Fault::from)
    };
    let (long, fits) = ("a".repeat(81), "a".repeat(80));
    let id = |message: &str| Some(fault("InvalidBatchEntryId", message));
    for (ids, expected) in [
        (
            &[long.as_str()][..],
            id(&format!("The Id of a batch entry in the batch request is too long: {long}")),
        ),
        (
            &["message.id"],
            id(
                "The Id of a batch entry in the batch request contains an impermissible character: message.id",
            ),
        ),
        (
            &["msg@123#test"],
            id(
                "The Id of a batch entry in the batch request contains an impermissible character: msg@123#test",
            ),
        ),
        (
            &["a", "a"],
            Some(fault(
                "BatchEntryIdsNotDistinct",
                "Two or more batch entries in the request have the same Id.",
            )),
        ),
        (&[], Some(fault("EmptyBatchRequest", "The batch request doesn't contain any entries."))),
        (
            &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"],
            Some(fault(
                "TooManyEntriesInBatchRequest",
                "The batch request contains more entries than permissible.",
            )),
        ),
        (&[&fits, "valid-message_123"], None),
    ] {
        assert_eq!(publish(&topic, entries(ids)).await.err(), expected, "{ids:?}");
    }
    let absent = "arn:aws:sns:us-east-1:000000000000:none";
    let error = publish(absent, entries(&["1"])).await.err();
    assert_eq!(error, Some(fault("NotFound", "Topic does not exist")));
    let mut large = entries(&["1", "2"]);
    large.iter_mut().for_each(|entry| entry.message = Some("a".repeat((128 << 10) + 1)));
    assert_eq!(
        publish(&topic, large).await.err(),
        Some(fault(
            "BatchRequestTooLong",
            "The length of all the messages put together is more than the limit."
        ))
    );
}

/// test_sns::test_publish_batch_messages_from_sns_to_sqs
#[tokio::test]
async fn delivered() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    world.subscribe(&topic, "sqs", &queue, &[("RawMessageDelivery", "true")]).await.unwrap();
    let mut given = entries(&["1", "2", "3"]);
    given[1].message_attributes = attributes(&[("attr1", attribute("Number", "19.12"))]);
    let input = PublishBatchInput { topic_arn: text(&topic), publish_batch_request_entries: Some(given) };
    let answer = world.sns().publish_batch(&world.ctx(), input).await.unwrap();
    let ids: Vec<_> =
        answer.successful.unwrap().into_iter().map(|it| (it.id.unwrap(), it.sequence_number)).collect();
    assert_eq!(ids, [("1".to_owned(), None), ("2".to_owned(), None), ("3".to_owned(), None)]);
    assert_eq!(answer.failed.unwrap().len(), 0);
    let messages = world.messages(&queue).await;
    let bodies: Vec<_> = messages.iter().map(|it| it.body.as_deref().unwrap()).collect();
    assert_eq!(bodies, ["to 1", "to 2", "to 3"]);
    assert_eq!(messages[1].md5_of_message_attributes.as_deref(), Some("1f07082409022a373fa2a2601f82b3cb"));
}

/// publishBatchWithFailures and publishBatchToFifoTestNegative of ballerina-platform/module-ballerinax-aws.sns, which runs
/// against AWS.
#[tokio::test]
async fn entry_by_entry() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
    let mut given = entries(&["id1", "id2", "id3", "id4"]);
    given[1].subject = text("Invalid\nSubject");
    given[3].message_structure = text("json");
    let input = PublishBatchInput { topic_arn: text(&topic), publish_batch_request_entries: Some(given) };
    let answer = world.sns().publish_batch(&world.ctx(), input).await.unwrap();
    let ids: Vec<_> = answer.successful.unwrap().into_iter().map(|it| it.id.unwrap()).collect();
    assert_eq!(ids, ["id1", "id3"]);
    let failed: Vec<_> = answer
        .failed
        .unwrap()
        .into_iter()
        .map(|it| (it.id.unwrap(), it.code.unwrap(), it.message.unwrap(), it.sender_fault.unwrap()))
        .collect();
    let wrong = |id: &str, message: &str| {
        (id.to_owned(), "InvalidParameter".to_owned(), format!("Invalid parameter: {message}"), true)
    };
    assert_eq!(
        failed,
        [wrong("id2", "Subject"), wrong("id4", "Message Structure - JSON message body failed to parse")]
    );
    assert_eq!(world.texts(&queue).await, ["to id1", "to id3"]);

    let fifo = world.create("t.fifo", &[("FifoTopic", "true")]).await.unwrap();
    let mut given = entries(&["id1", "id2"]);
    given.iter_mut().for_each(|it| it.message_group_id = text("g"));
    given[0].message_deduplication_id = text("1");
    let input = PublishBatchInput { topic_arn: text(&fifo), publish_batch_request_entries: Some(given) };
    assert_eq!(
        world.sns().publish_batch(&world.ctx(), input).await.map(drop).map_err(Fault::from),
        Err(invalid(
            "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
        ))
    );
}
