//! FIFO queues: groups, deduplication, attempts.

use asf_sqs::error::ErrorKind;
use asf_sqs::receive::Wish;
use asf_sqs::send::Outgoing;

use crate::{World, assert_error, bodies};

fn outgoing(group: Option<&str>, id: Option<&str>) -> Outgoing {
    Outgoing {
        body: "body".to_owned(),
        group: group.map(str::to_owned),
        deduplication_id: id.map(str::to_owned),
        ..Outgoing::default()
    }
}

/// test_sqs::test_posting_to_fifo_requires_deduplicationid_group_id,
/// ::test_fifo_queue_send_message_with_delay_seconds_fails
#[tokio::test]
async fn what_a_message_must_have() {
    let world = World::new();
    let queue = world.fifo(&[]);
    for (message, kind, text) in [
        (
            outgoing(None, Some("d")),
            ErrorKind::MissingParameter,
            "The request must contain the parameter MessageGroupId.",
        ),
        (
            outgoing(Some("g"), None),
            ErrorKind::InvalidParameterValue,
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId \
             provided explicitly",
        ),
        (
            Outgoing { delay_seconds: Some(2), ..outgoing(Some("g"), Some("d")) },
            ErrorKind::InvalidParameterValue,
            "Value 2 for parameter DelaySeconds is invalid. \
             Reason: The request include parameter that is not valid for this queue type.",
        ),
        (
            outgoing(Some("group 123"), Some("d")),
            ErrorKind::InvalidParameterValue,
            "Value group 123 for parameter MessageGroupId is invalid. Reason: MessageGroupId can only \
             include alphanumeric and punctuation characters. 1 to 128 in length.",
        ),
        (
            outgoing(Some("g"), Some("")),
            ErrorKind::InvalidParameterValue,
            "Value  for parameter MessageDeduplicationId is invalid. Reason: MessageDeduplicationId can \
             only include alphanumeric and punctuation characters. 1 to 128 in length.",
        ),
    ] {
        assert_error(world.send(&queue, message), kind, text);
    }
    assert!(
        world.send(&queue, Outgoing { delay_seconds: Some(0), ..outgoing(Some("g"), Some("d")) }).is_ok()
    );
}

/// test_sqs::test_fifo_message_attributes
#[tokio::test]
async fn system_attributes() {
    let world = World::new();
    let queue = world.fifo(&[("VisibilityTimeout", "0")]);
    let sent = world.grouped(&queue, "group-1", "dedup-1", "message-body-1");
    assert_eq!(sent.md5_of_body, "19c9e282d65f9733bc6b35d50062c7ee");
    for count in ["1", "2"] {
        let received = &world.all(&queue).await[0];
        for (name, value) in [
            ("MessageDeduplicationId", Some("dedup-1")),
            ("MessageGroupId", Some("group-1")),
            ("SequenceNumber", sent.sequence_number.as_deref()),
            ("ApproximateReceiveCount", Some(count)),
        ] {
            assert_eq!(received.system_attribute(name).as_deref(), value, "{name}");
        }
    }
    assert_eq!(sent.sequence_number.map(|it| it.len()), Some(20));
}

#[tokio::test]
async fn groups_keep_their_order_and_lock() {
    let world = World::new();
    let queue = world.fifo(&[]);
    for (group, body) in [("g", "g1"), ("h", "h1"), ("g", "g2"), ("g", "g3"), ("h", "h2")] {
        world.grouped(&queue, group, body, body);
    }
    let one = Wish { wait: Some(0), ..Wish::default() };
    let g1 = world.receive(&queue, one.clone()).await.unwrap();
    assert_eq!(bodies(&g1), ["g1"]);
    // `g` is locked; as much as there is of `h` comes at once.
    let h = world.all(&queue).await;
    assert_eq!(bodies(&h), ["h1", "h2"]);
    assert!(world.all(&queue).await.is_empty());
    queue.delete_message(&g1[0].handle, world.now()).unwrap();
    assert_eq!(world.bodies(&queue).await, ["g2", "g3"]);
    // Deleting the second does not unlock.
    queue.delete_message(&h[1].handle, world.now()).unwrap();
    world.grouped(&queue, "h", "h3", "h3");
    assert!(world.all(&queue).await.is_empty());
    // After the timeout everything is there again, in order.
    world.pass(30);
    assert_eq!(world.bodies(&queue).await, ["h1", "h3", "g2", "g3"]);
}

/// test_sqs::test_fifo_group_visibility_extends_with_change_message_visibility
#[tokio::test]
async fn a_group_goes_on_from_its_first_visible_message() {
    // By case: whether the receiver gives each of three messages back, and what can be received then.
    for (given_back, again) in [
        ([false, false, false], vec![]),
        ([true, false, false], vec!["foo"]),
        ([true, true, false], vec!["foo", "bar"]),
        ([false, true, true], vec![]),
        ([true, false, true], vec!["foo"]),
    ] {
        let world = World::new();
        let queue = world.fifo(&[]);
        for body in ["foo", "bar", "baz"] {
            world.grouped(&queue, "g", body, body);
        }
        let received = world.all(&queue).await;
        assert_eq!(bodies(&received), ["foo", "bar", "baz"]);
        for (message, give_back) in received.iter().zip(given_back) {
            if give_back {
                queue.change_visibility(&message.handle, 0, world.now()).unwrap();
            }
        }
        assert_eq!(world.bodies(&queue).await, again, "{given_back:?}");
    }
}

/// test_sqs::test_fifo_delete_after_visibility_timeout, ::test_fifo_delete_after_visibility_timeout_extended
#[tokio::test]
async fn handles_expire() {
    let world = World::new();
    let queue = world.fifo(&[("VisibilityTimeout", "1")]);
    world.grouped(&queue, "g", "d", "foobar");
    let expired = |handle: &str| {
        format!(
            "Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
        )
    };
    let first = world.all(&queue).await[0].handle.clone();
    world.pass(1);
    let now = world.now();
    assert_error(queue.delete_message(&first, now), ErrorKind::InvalidParameterValue, &expired(&first));
    assert_error(queue.change_visibility(&first, 9, now), ErrorKind::InvalidParameterValue, &expired(&first));
    let second = world.all(&queue).await[0].handle.clone();
    assert_error(queue.delete_message(&first, now), ErrorKind::InvalidParameterValue, &expired(&first));
    queue.change_visibility(&second, 10, now).unwrap();
    world.pass(9);
    queue.delete_message(&second, world.now()).unwrap();
    assert_eq!(world.counts(&queue), (0, 0, 0));
    queue.delete_message(&second, world.now()).unwrap();
}

/// test_sqs::test_fifo_empty_message_groups_added_back_to_queue
#[tokio::test]
async fn empty_groups_come_back() {
    let world = World::new();
    let queue = world.fifo(&[]);
    world.grouped(&queue, "g", "1", "Message 1");
    let first = world.all(&queue).await;
    assert_eq!(first[0].message.md5_of_body, "68390233272823b7adf13a1db79b2cd7");
    queue.delete_message(&first[0].handle, world.now()).unwrap();
    assert!(world.all(&queue).await.is_empty());
    world.grouped(&queue, "g", "2", "Message 2");
    assert_eq!(world.bodies(&queue).await, ["Message 2"]);
}

/// test_sqs::test_fifo_deduplication_arrives_once_after_delete,
/// ::test_fifo_deduplication_not_on_message_group_id
#[tokio::test]
async fn duplicates_within_five_minutes() {
    for content_based in [false, true] {
        let world = World::new();
        let queue =
            world.fifo(&[("ContentBasedDeduplication", if content_based { "true" } else { "false" })]);
        let id = (!content_based).then_some("dedup");
        let first = world.send(&queue, outgoing(Some("g"), id)).unwrap();
        let received = world.all(&queue).await;
        queue.delete_message(&received[0].handle, world.now()).unwrap();
        for (after, group) in [(0, "g"), (0, "h"), (299, "g")] {
            world.pass(after);
            let again = world.send(&queue, outgoing(Some(group), id)).unwrap();
            assert_eq!(
                (&again.message_id, &again.sequence_number),
                (&first.message_id, &first.sequence_number)
            );
            assert!(world.all(&queue).await.is_empty());
        }
        world.pass(1);
        let anew = world.send(&queue, outgoing(Some("g"), id)).unwrap();
        assert_ne!(anew.message_id, first.message_id);
        assert!(anew.sequence_number > first.sequence_number);
        assert_eq!(world.bodies(&queue).await, ["body"]);
    }
}

/// test_sqs::test_sqs_fifo_message_group_scope_no_throughput_setting
#[tokio::test]
async fn deduplication_by_group() {
    let world = World::new();
    let queue = world.fifo(&[("DeduplicationScope", "messageGroup")]);
    world.grouped(&queue, "g1", "d", "Test");
    world.grouped(&queue, "g2", "d", "Test");
    world.grouped(&queue, "g2", "d", "Test");
    assert_eq!(world.bodies(&queue).await, ["Test", "Test"]);
}

/// test_sqs::test_fifo_change_to_high_throughput_after_creation,
/// ::test_fifo_change_to_regular_throughput_after_creation
#[tokio::test]
async fn changes_of_scope() {
    let high = [("DeduplicationScope", "messageGroup"), ("FifoThroughputLimit", "perMessageGroupId")];
    let regular = [("DeduplicationScope", "queue"), ("FifoThroughputLimit", "perQueue")];
    for (before, after, expected) in [
        (regular, high, [vec!["Test1"], vec![], vec![], vec!["Test4"], vec![]]),
        (high, regular, [vec!["Test1"], vec!["Test2"], vec!["Test3"], vec!["Test4"], vec![]]),
    ] {
        let world = World::new();
        let queue = world.fifo(&before);
        let steps = [("g1", "d", "Test1"), ("g2", "d", "Test2"), ("g3", "d", "Test3"), ("g1", "e", "Test4")];
        for (step, (group, id, body)) in steps.into_iter().chain([("g1", "e", "Test5")]).enumerate() {
            if step == 2 {
                queue.set_attributes(&after, world.now(), |_| Ok(())).unwrap();
            }
            world.grouped(&queue, group, id, body);
            let received = world.all(&queue).await;
            assert_eq!(bodies(&received), expected[step], "{step}");
            for message in received {
                queue.delete_message(&message.handle, world.now()).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn delays_are_the_queues() {
    let world = World::new();
    let queue = world.fifo(&[("DelaySeconds", "5")]);
    world.grouped(&queue, "g", "1", "a");
    assert_eq!(world.counts(&queue), (0, 1, 0));
    assert!(world.all(&queue).await.is_empty());
    world.pass(5);
    assert_eq!(world.bodies(&queue).await, ["a"]);
}

#[tokio::test]
async fn a_repeated_attempt_gets_the_same_messages() {
    let world = World::new();
    let queue = world.fifo(&[]);
    for body in ["a", "b"] {
        world.grouped(&queue, "g", body, body);
    }
    let attempt = Wish { max: Some(10), wait: Some(0), attempt: Some("try-1".to_owned()), ..Wish::default() };
    let first = world.receive(&queue, attempt.clone()).await.unwrap();
    world.pass(20);
    let again = world.receive(&queue, attempt.clone()).await.unwrap();
    let handles = |received: &[asf_sqs::receive::Received]| {
        received.iter().map(|it| (it.handle.clone(), it.receives)).collect::<Vec<_>>()
    };
    assert_eq!(handles(&first), handles(&again));
    assert_eq!(bodies(&first), ["a", "b"]);
    // The timeout started anew.
    world.pass(20);
    assert_eq!(world.counts(&queue), (0, 0, 2));
    queue.delete_message(&first[0].handle, world.now()).unwrap();
    assert!(world.receive(&queue, attempt).await.unwrap().is_empty());

    let standard = world.queue("standard", &[]);
    let wish = Wish { attempt: Some("try".to_owned()), ..Wish::default() };
    assert_error(
        world.receive(&standard, wish).await,
        ErrorKind::InvalidParameterValue,
        "Value try for parameter ReceiveRequestAttemptId is invalid. \
         Reason: The request include parameter that is not valid for this queue type.",
    );
}

/// "PurgeQueue" in the API reference makes no difference between the types; the words are those of
/// test_sqs::test_successive_purge_calls_fail. A group that was held up is free.
#[tokio::test]
async fn purging() {
    let world = World::new();
    let queue = world.fifo(&[]);
    for body in ["a", "b"] {
        world.grouped(&queue, "g", body, body);
    }
    let held = world.receive(&queue, Wish { wait: Some(0), ..Wish::default() }).await.unwrap();
    assert_eq!(bodies(&held), ["a"]);
    queue.purge(world.now(), true).unwrap();
    assert_eq!(world.counts(&queue), (0, 0, 0));
    world.grouped(&queue, "g", "c", "c");
    assert_eq!(world.bodies(&queue).await, ["c"]);
    assert_error(
        queue.purge(world.now(), true),
        ErrorKind::PurgeQueueInProgress,
        "Only one PurgeQueue operation on q.fifo is allowed every 60 seconds.",
    );
    world.pass(60);
    queue.purge(world.now(), true).unwrap();
}
