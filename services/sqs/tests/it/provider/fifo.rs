//! FIFO queues on the wire.

use serde_json::{Value, json};

use super::{Sqs, invalid, missing};

async fn send(sqs: &Sqs, url: &str, group: &str, id: &str, body: &str) -> Value {
    let input = json!({
        "QueueUrl": url, "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": id,
    });
    sqs.ok("SendMessage", input).await
}

/// test_sqs::test_fifo_message_attributes
#[tokio::test]
async fn system_attributes() {
    let sqs = Sqs::new();
    let url = sqs.fifo("q.fifo", json!({"VisibilityTimeout": "0"})).await;
    let sent = send(&sqs, &url, "group-1", "dedup-1", "message-body-1").await;
    let (md5, number) = ("19c9e282d65f9733bc6b35d50062c7ee", &sent["SequenceNumber"]);
    assert_eq!(
        sent,
        json!({"MD5OfMessageBody": md5, "MessageId": sent["MessageId"], "SequenceNumber": number})
    );
    for count in ["1", "2"] {
        let input = json!({"QueueUrl": url, "AttributeNames": ["All"]});
        let message = &sqs.ok("ReceiveMessage", input).await["Messages"][0];
        assert_eq!(
            message["Attributes"],
            json!({
                "SenderId": "000000000000",
                "SentTimestamp": "1780000000000",
                "ApproximateReceiveCount": count,
                "ApproximateFirstReceiveTimestamp": "1780000000000",
                "SequenceNumber": number,
                "MessageDeduplicationId": "dedup-1",
                "MessageGroupId": "group-1",
            })
        );
    }
}

/// test_sqs::test_posting_to_fifo_requires_deduplicationid_group_id,
/// ::test_fifo_queue_send_message_with_delay_seconds_fails, ::test_message_deduplication_id_invalid[spaces]
#[tokio::test]
async fn what_a_message_must_have() {
    let sqs = Sqs::new();
    let url = sqs.fifo("q.fifo", json!({})).await;
    let both = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId \
                provided explicitly";
    let delayed = "Value 2 for parameter DelaySeconds is invalid. \
                   Reason: The request include parameter that is not valid for this queue type.";
    let spaces = "Value group 123 for parameter MessageDeduplicationId is invalid. Reason: \
                  MessageDeduplicationId can only include alphanumeric and punctuation characters. \
                  1 to 128 in length.";
    for (rest, expected) in [
        (json!({"MessageDeduplicationId": "d"}), missing("MessageGroupId")),
        (json!({"MessageGroupId": "g"}), invalid(both)),
        (json!({"MessageGroupId": "g", "MessageDeduplicationId": "d", "DelaySeconds": 2}), invalid(delayed)),
        (json!({"MessageGroupId": "g", "MessageDeduplicationId": "group 123"}), invalid(spaces)),
    ] {
        let mut input = rest;
        input["QueueUrl"] = json!(url);
        input["MessageBody"] = json!("foobar");
        assert_eq!(sqs.call("SendMessage", input).await, Err(expected));
    }
}

/// test_sqs::test_fifo_delete_after_visibility_timeout
#[tokio::test]
async fn handles_expire() {
    let sqs = Sqs::new();
    let url = sqs.fifo("q.fifo", json!({"VisibilityTimeout": "1"})).await;
    send(&sqs, &url, "g", "d", "foobar").await;
    let received = sqs.receive(&url).await;
    let handle = received[0]["ReceiptHandle"].as_str().unwrap();
    sqs.pass(2);
    let message = format!(
        "Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
    );
    let outcome = sqs.call("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": handle})).await;
    assert_eq!(outcome, Err(invalid(message)));
}

/// test_sqs::test_fifo_change_to_high_throughput_after_creation
#[tokio::test]
async fn high_throughput() {
    let sqs = Sqs::new();
    let url = sqs.fifo("q.fifo", json!({})).await;
    send(&sqs, &url, "1", "dedup", "Test1").await;
    assert_eq!(sqs.bodies(&url).await, ["Test1"]);
    let high = json!({"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"});
    sqs.ok("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": high})).await;
    let names = json!(["DeduplicationScope", "FifoThroughputLimit"]);
    assert_eq!(sqs.attributes(&url, names).await, json!({"Attributes": high}));
    // What was seen in the queue counts in every group still.
    send(&sqs, &url, "2", "dedup", "Test2").await;
    assert!(sqs.receive(&url).await.is_empty());
    send(&sqs, &url, "3", "dedup2", "Test4").await;
    send(&sqs, &url, "4", "dedup2", "Test5").await;
    assert_eq!(sqs.bodies(&url).await, ["Test4", "Test5"]);
}

/// test_sqs::test_fifo_approximate_number_of_messages_not_visible: a received message counts, what stands
/// behind it in its group does not.
#[tokio::test]
async fn counts() {
    let sqs = Sqs::new();
    let url = sqs.fifo("q.fifo", json!({})).await;
    for id in ["1", "2", "3"] {
        send(&sqs, &url, "g", id, id).await;
    }
    sqs.ok("ReceiveMessage", json!({"QueueUrl": url, "MaxNumberOfMessages": 1})).await;
    let names = json!(["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);
    let expected = json!({"ApproximateNumberOfMessages": "2", "ApproximateNumberOfMessagesNotVisible": "1"});
    assert_eq!(sqs.attributes(&url, names).await, json!({"Attributes": expected}));
}
