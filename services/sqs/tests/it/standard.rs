//! Standard queues: sending, receiving, hiding, deleting, ageing.

use asf_sqs::error::ErrorKind;
use asf_sqs::receive::Wish;
use asf_sqs::send::Outgoing;

use crate::{World, assert_error, bodies};

fn outgoing(body: &str) -> Outgoing {
    Outgoing { body: body.to_owned(), ..Outgoing::default() }
}

#[tokio::test]
async fn a_message_is_received_deleted_and_gone() {
    let world = World::new();
    let queue = world.queue("q", &[]);
    let sent = world.text(&queue, "message");
    assert_eq!(sent.md5_of_body, "78e731027d8fd50ed642340b7c9a63b3");
    assert_eq!((sent.sequence_number, sent.md5_of_attributes), (None, None));
    assert_eq!(world.counts(&queue), (1, 0, 0));

    let received = world.all(&queue).await;
    assert_eq!(received[0].message.id, sent.message_id);
    assert_eq!(world.counts(&queue), (0, 0, 1));
    assert!(world.all(&queue).await.is_empty());
    queue.delete_message(&received[0].handle, world.now()).unwrap();
    assert_eq!(world.counts(&queue), (0, 0, 0));
    // Again is no error.
    queue.delete_message(&received[0].handle, world.now()).unwrap();
}

/// test_sqs::test_delete_after_visibility_timeout
#[tokio::test]
async fn a_handle_deletes_after_its_timeout() {
    let world = World::new();
    let queue = world.queue("q", &[("VisibilityTimeout", "1")]);
    world.text(&queue, "foobar");
    let first = world.all(&queue).await;
    world.pass(1);
    let second = world.all(&queue).await;
    assert_eq!((first[0].receives, second[0].receives), (1, 2));
    assert_ne!(first[0].handle, second[0].handle);
    assert_eq!(first[0].first_received, second[0].first_received);
    world.pass(1);
    queue.delete_message(&first[0].handle, world.now()).unwrap();
    assert!(world.all(&queue).await.is_empty());
}

#[tokio::test]
async fn visibility() {
    let world = World::new();
    let queue = world.queue("q", &[]);
    world.text(&queue, "a");
    let received = world.all(&queue).await;
    let handle = &received[0].handle;

    // The default is 30 seconds.
    world.pass(29);
    assert!(world.bodies(&queue).await.is_empty());
    queue.change_visibility(handle, 10, world.now()).unwrap();
    world.pass(9);
    assert!(world.bodies(&queue).await.is_empty());
    world.pass(1);
    assert_error(
        queue.change_visibility(handle, 10, world.now()),
        ErrorKind::MessageNotInflight,
        "The specified message isn't in flight.",
    );
    let received = world.all(&queue).await;
    let handle = &received[0].handle;
    queue.change_visibility(handle, 0, world.now()).unwrap();
    assert_eq!(world.bodies(&queue).await, ["a"]);

    for seconds in [-1, 43_201] {
        assert_error(
            queue.change_visibility(handle, seconds, world.now()),
            ErrorKind::InvalidParameterValue,
            &format!(
                "Value {seconds} for parameter VisibilityTimeout is invalid. \
                 Reason: Must be >= 0 and <= 43200, if provided."
            ),
        );
    }
    // Twelve hours from the receive on, not from the change.
    world.pass(1);
    assert_error(
        queue.change_visibility(handle, 43_200, world.now()),
        ErrorKind::InvalidParameterValue,
        "Value 43200 for parameter VisibilityTimeout is invalid. \
         Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
    );
    queue.change_visibility(handle, 43_199, world.now()).unwrap();
    queue.delete_message(handle, world.now()).unwrap();
    assert_error(
        queue.change_visibility(handle, 1, world.now()),
        ErrorKind::InvalidParameterValue,
        &format!(
            "Value {handle} for parameter ReceiptHandle is invalid. \
             Reason: Message does not exist or is not available for visibility timeout change."
        ),
    );
}

#[tokio::test]
async fn handles_of_elsewhere() {
    let world = World::new();
    let (queue, other) = (world.queue("q", &[]), world.queue("other", &[]));
    world.text(&queue, "a");
    let handle = &world.all(&queue).await[0].handle;
    for (queue, handle) in [(&other, handle.as_str()), (&queue, "garbage")] {
        let message = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
        let now = world.now();
        assert_error(queue.delete_message(handle, now), ErrorKind::ReceiptHandleIsInvalid, &message);
        assert_error(queue.change_visibility(handle, 1, now), ErrorKind::ReceiptHandleIsInvalid, &message);
    }
}

#[tokio::test]
async fn delays() {
    let world = World::new();
    let queue = world.queue("q", &[("DelaySeconds", "5")]);
    world.text(&queue, "queue's");
    world.send(&queue, Outgoing { delay_seconds: Some(0), ..outgoing("none") }).unwrap();
    world.send(&queue, Outgoing { delay_seconds: Some(10), ..outgoing("own") }).unwrap();
    assert_eq!(world.counts(&queue), (1, 2, 0));
    assert_eq!(world.bodies(&queue).await, ["none"]);
    world.pass(5);
    assert_eq!(world.counts(&queue), (1, 1, 1));
    assert_eq!(world.bodies(&queue).await, ["queue's"]);
    world.pass(5);
    assert_eq!(world.bodies(&queue).await, ["own"]);

    for delay in [-1, 901] {
        assert_error(
            world.send(&queue, Outgoing { delay_seconds: Some(delay), ..outgoing("x") }),
            ErrorKind::InvalidParameterValue,
            &format!(
                "Value {delay} for parameter DelaySeconds is invalid. \
                 Reason: DelaySeconds must be >= 0 and <= 900."
            ),
        );
    }
}

#[tokio::test]
async fn retention() {
    let world = World::new();
    let queue = world.queue("q", &[("MessageRetentionPeriod", "60")]);
    for body in ["visible", "in flight"] {
        world.text(&queue, body);
    }
    world.send(&queue, Outgoing { delay_seconds: Some(900), ..outgoing("delayed") }).unwrap();
    let first = Wish { max: Some(1), visibility: Some(1000), wait: Some(0), ..Wish::default() };
    assert_eq!(world.receive(&queue, first).await.unwrap().len(), 1);
    world.pass(30);
    world.text(&queue, "younger");
    world.pass(29);
    assert_eq!(world.counts(&queue), (2, 1, 1));
    world.pass(1);
    assert_eq!(world.counts(&queue), (1, 0, 0));
    assert_eq!(world.bodies(&queue).await, ["younger"]);
}

/// test_sqs::test_send_receive_max_number_of_messages, ::test_send_receive_wait_time_seconds
#[tokio::test]
async fn what_a_receiver_may_ask_for() {
    let world = World::new();
    let queue = world.queue("q", &[]);
    for i in 0..11 {
        world.text(&queue, &i.to_string());
    }
    let wish = Wish { wait: Some(0), ..Wish::default() };
    assert_eq!(world.receive(&queue, wish.clone()).await.unwrap().len(), 1);
    assert_eq!(bodies(&world.all(&queue).await).len(), 10);

    let range = "Must be between 1 and 10, if provided.";
    let wait = "Must be >= 0 and <= 20, if provided.";
    let visibility = "Must be >= 0 and <= 43200, if provided.";
    let max = |max| Wish { max: Some(max), ..wish.clone() };
    let waiting = |wait| Wish { wait: Some(wait), ..wish.clone() };
    let hiding = |visibility| Wish { visibility: Some(visibility), ..wish.clone() };
    for (wish, parameter, value, reason) in [
        (max(11), "MaxNumberOfMessages", 11, range),
        (max(0), "MaxNumberOfMessages", 0, range),
        (waiting(21), "WaitTimeSeconds", 21, wait),
        (waiting(-1), "WaitTimeSeconds", -1, wait),
        (hiding(43_201), "VisibilityTimeout", 43_201, visibility),
        (hiding(-1), "VisibilityTimeout", -1, visibility),
    ] {
        assert_error(
            world.receive(&queue, wish).await,
            ErrorKind::InvalidParameterValue,
            &format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"),
        );
    }
}

#[tokio::test]
async fn what_a_sender_may_send() {
    let world = World::new();
    let queue = world.queue("q", &[("MaximumMessageSize", "1024")]);
    // test_sqs::test_send_empty_message
    assert_error(
        world.send(&queue, outgoing("")),
        ErrorKind::MissingParameter,
        "The request must contain the parameter MessageBody.",
    );
    // test_sqs::test_send_oversized_message, with another size
    assert!(world.send(&queue, outgoing(&"a".repeat(1024))).is_ok());
    assert_error(
        world.send(&queue, outgoing(&"a".repeat(1025))),
        ErrorKind::InvalidParameterValue,
        "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    );
    // Bytes count, not characters.
    assert!(world.send(&queue, outgoing(&"ä".repeat(513))).is_err());
    // test_sqs::test_send_batch_message_size
    let settings = queue.settings(world.now()).unwrap();
    assert_error(
        queue.send_entry(outgoing(&"a".repeat(1025)), &settings, "", world.now(), &world.ids),
        ErrorKind::InvalidParameterValue,
        "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
    );
    // test_sqs::test_send_oversized_message
    let large = world.queue("large", &[]);
    assert!(world.send(&large, outgoing(&"a".repeat(1_048_576))).is_ok());
    assert_error(
        world.send(&large, outgoing(&"a".repeat(1_048_577))),
        ErrorKind::InvalidParameterValue,
        "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
    );

    for (body, character) in [("a\u{0}", "0"), ("\u{b}b", "B"), ("\u{ffff}", "FFFF"), ("\u{1f}", "1F")] {
        assert_error(
            world.send(&queue, outgoing(body)),
            ErrorKind::InvalidMessageContents,
            &format!(
                "Invalid binary character '#x{character}' was found in the message body, the set of allowed \
                 characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]"
            ),
        );
    }
    assert!(world.send(&queue, outgoing("\t\n\r ä \u{7f} \u{10ffff}")).is_ok());

    let deduplicated = Outgoing { deduplication_id: Some("d".to_owned()), ..outgoing("a") };
    assert_error(
        world.send(&queue, deduplicated),
        ErrorKind::InvalidParameterValue,
        "Value d for parameter MessageDeduplicationId is invalid. \
         Reason: The request include parameter that is not valid for this queue type.",
    );
    let grouped = Outgoing { group: Some("tenant".to_owned()), ..outgoing("fair") };
    assert!(world.send(&queue, grouped).is_ok());
}

/// test_sqs::test_message_system_attribute_names_with_attribute_names
#[tokio::test]
async fn system_attributes() {
    let world = World::new();
    let queue = world.queue("q", &[]);
    let grouped = Outgoing { group: Some("tenant".to_owned()), ..outgoing("msg") };
    world.send(&queue, grouped).unwrap();
    let sent = world.now().millis().to_string();
    world.pass(2);
    let received = &world.all(&queue).await[0];
    for (name, value) in [
        ("SenderId", Some("000000000000".to_owned())),
        ("SentTimestamp", Some(sent)),
        ("ApproximateReceiveCount", Some("1".to_owned())),
        ("ApproximateFirstReceiveTimestamp", Some(world.now().millis().to_string())),
        ("MessageGroupId", Some("tenant".to_owned())),
        ("SequenceNumber", None),
        ("MessageDeduplicationId", None),
        ("AWSTraceHeader", None),
        ("DeadLetterQueueSourceArn", None),
    ] {
        assert_eq!(received.system_attribute(name), value, "{name}");
    }
}

/// test_sqs::test_successive_purge_calls_fail
#[tokio::test]
async fn purging() {
    let world = World::new();
    let queue = world.queue("q", &[]);
    for body in ["a", "b"] {
        world.text(&queue, body);
    }
    let held = world.receive(&queue, Wish { wait: Some(0), ..Wish::default() }).await.unwrap();
    queue.purge(world.now(), true).unwrap();
    assert_eq!(world.counts(&queue), (0, 0, 0));
    // The handle of what is gone does nothing to what comes after.
    world.text(&queue, "c");
    queue.delete_message(&held[0].handle, world.now()).unwrap();
    assert_eq!(world.bodies(&queue).await, ["c"]);

    world.pass(59);
    assert_error(
        queue.purge(world.now(), true),
        ErrorKind::PurgeQueueInProgress,
        "Only one PurgeQueue operation on q is allowed every 60 seconds.",
    );
    queue.purge(world.now(), false).unwrap();
    world.pass(60);
    queue.purge(world.now(), true).unwrap();
}
