//! Batches: what fails them as a whole, and what fails an entry.

use serde_json::{Value, json};

use super::{Sqs, fault, invalid, missing};

const ENTRY_ID: &str = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                        It can be at most 80 letters long.";

/// test_sqs::test_too_many_entries_in_batch_request, ::test_delete_message_batch_with_too_large_batch,
/// ::test_change_message_visibility_batch_with_too_large_batch, ::test_delete_message_batch_invalid_msg_id
#[tokio::test]
async fn wrong_as_a_whole() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let aws =
        |name: &str, message: &str| fault(400, name, &format!("AWS.SimpleQueueService.{name}"), message);
    for (operation, entry, rest) in [
        ("SendMessageBatch", "SendMessageBatchRequestEntry", json!({"MessageBody": "m"})),
        ("DeleteMessageBatch", "DeleteMessageBatchRequestEntry", json!({"ReceiptHandle": "x"})),
        (
            "ChangeMessageVisibilityBatch",
            "ChangeMessageVisibilityBatchRequestEntry",
            json!({"ReceiptHandle": "x", "VisibilityTimeout": 1}),
        ),
    ] {
        let with_ids = |ids: Vec<String>| -> Vec<Value> {
            let mut entry = rest.clone();
            let with_id = |id| {
                entry["Id"] = json!(id);
                entry.clone()
            };
            ids.into_iter().map(with_id).collect()
        };
        let ids = |ids: &[&str]| with_ids(ids.iter().map(|id| (*id).to_owned()).collect());
        let none = format!("There should be at least one {entry} in the request.");
        let many = "Maximum number of entries per request are 10. You have sent 20.";
        for (entries, expected) in [
            (Vec::new(), aws("EmptyBatchRequest", &none)),
            (with_ids((0..20).map(|id| id.to_string()).collect()), aws("TooManyEntriesInBatchRequest", many)),
            (ids(&[""]), aws("InvalidBatchEntryId", ENTRY_ID)),
            (ids(&["invalid:id"]), aws("InvalidBatchEntryId", ENTRY_ID)),
            (ids(&[&"testLongId".repeat(10)]), aws("InvalidBatchEntryId", ENTRY_ID)),
            (ids(&["a", "b", "a"]), aws("BatchEntryIdsNotDistinct", "Id a repeated.")),
            (vec![rest.clone()], missing(&format!("{entry}.1.Id"))),
        ] {
            let outcome = sqs.call(operation, json!({"QueueUrl": url, "Entries": entries})).await;
            assert_eq!(outcome, Err(expected));
        }
        let outcome = sqs.call(operation, json!({"QueueUrl": url})).await;
        assert_eq!(outcome, Err(aws("EmptyBatchRequest", &none)));
        for member in rest.as_object().unwrap().keys() {
            let mut entry_without = rest.clone();
            entry_without["Id"] = json!("second");
            entry_without.as_object_mut().unwrap().remove(member);
            let entries = [ids(&["first"]), vec![entry_without]].concat();
            let outcome = sqs.call(operation, json!({"QueueUrl": url, "Entries": entries})).await;
            assert_eq!(outcome, Err(missing(&format!("{entry}.2.{member}"))));
        }
    }
    assert!(sqs.receive(&url).await.is_empty());
}

/// test_sqs::test_send_batch_message_size: the others go through.
#[tokio::test]
async fn an_entry_that_is_too_large() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({"MaximumMessageSize": "1024"})).await;
    let entries = json!([
        {"Id": "large", "MessageBody": "a".repeat(1025)},
        {"Id": "small", "MessageBody": "a".repeat(1024)},
        {"Id": "late", "MessageBody": "a", "DelaySeconds": 901},
        {"Id": "attribute", "MessageBody": "a", "MessageAttributes": {"a": {"DataType": "String"}}},
    ]);
    let answer = sqs.ok("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await;
    let failed = |id: &str, message: &str| json!({"Id": id, "SenderFault": true, "Code": "InvalidParameterValue", "Message": message});
    assert_eq!(
        answer,
        json!({
            "Successful": [{
                "Id": "small",
                "MessageId": answer["Successful"][0]["MessageId"],
                "MD5OfMessageBody": "c9a34cfc85d982698c6ac89f76071abd",
            }],
            "Failed": [
                failed(
                    "large",
                    "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
                ),
                failed(
                    "late",
                    "Value 901 for parameter DelaySeconds is invalid. \
                     Reason: DelaySeconds must be >= 0 and <= 900.",
                ),
                failed("attribute", "Message (user) attribute 'a' must contain a non-empty value of type 'String'."),
            ],
        })
    );
    assert_eq!(sqs.bodies(&url).await.len(), 1);
}

/// test_sqs::test_send_message_batch_with_oversized_contents,
/// ::test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size
#[tokio::test]
async fn too_large_together() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let batch = |length: usize| {
        let entries = json!([
            {"Id": "1", "MessageBody": "a".repeat(length)},
            {"Id": "2", "MessageBody": "a"},
        ]);
        sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries}))
    };
    let message = "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.";
    let expected = fault(400, "BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", message);
    assert_eq!(batch(1_048_576).await, Err(expected));
    let answer = batch(1_048_575).await.unwrap();
    assert_eq!(answer["Successful"].as_array().unwrap().len(), 2);
    assert_eq!(answer.get("Failed"), None);
    assert_eq!(answer["Successful"][1]["MD5OfMessageBody"], "0cc175b9c0f1b6a831c399e269772661");
}

/// test_sqs::test_send_batch_missing_deduplication_id_for_fifo_queue
#[tokio::test]
async fn what_fifo_queues_need() {
    let sqs = Sqs::new();
    let url = sqs.fifo("q.fifo", json!({})).await;
    let send = |second: Value| {
        let first =
            json!({"Id": "1", "MessageBody": "a", "MessageGroupId": "g", "MessageDeduplicationId": "d"});
        sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": [first, second]}))
    };
    let message = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId \
                   provided explicitly";
    let without_id = send(json!({"Id": "2", "MessageBody": "b", "MessageGroupId": "g"})).await;
    assert_eq!(without_id, Err(invalid(message)));
    let without_group = send(json!({"Id": "2", "MessageBody": "b", "MessageDeduplicationId": "e"})).await;
    assert_eq!(without_group, Err(missing("MessageGroupId")));
    assert!(sqs.receive(&url).await.is_empty());
    let second = json!({"Id": "2", "MessageBody": "b", "MessageGroupId": "g", "MessageDeduplicationId": "e"});
    let answer = send(second).await.unwrap();
    assert_eq!(answer["Successful"][1]["SequenceNumber"].as_str().unwrap().len(), 20);
    assert_eq!(sqs.bodies(&url).await, ["a", "b"]);
}

#[tokio::test]
async fn deleting_and_hiding() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    for body in ["a", "b"] {
        sqs.send(&url, body).await;
    }
    let received = sqs.receive(&url).await;
    let wrong = json!({
        "Id": "wrong",
        "SenderFault": true,
        "Code": "ReceiptHandleIsInvalid",
        "Message": "The input receipt handle \"garbage\" is not a valid receipt handle.",
    });
    let entries = json!([
        {"Id": "a", "ReceiptHandle": received[0]["ReceiptHandle"], "VisibilityTimeout": 0},
        {"Id": "wrong", "ReceiptHandle": "garbage", "VisibilityTimeout": 0},
    ]);
    let answer = sqs.ok("ChangeMessageVisibilityBatch", json!({"QueueUrl": url, "Entries": entries})).await;
    assert_eq!(answer, json!({"Successful": [{"Id": "a"}], "Failed": [wrong]}));
    assert_eq!(sqs.bodies(&url).await, ["a"]);

    let entries = json!([
        {"Id": "a", "ReceiptHandle": received[0]["ReceiptHandle"]},
        {"Id": "wrong", "ReceiptHandle": "garbage"},
        {"Id": "b", "ReceiptHandle": received[1]["ReceiptHandle"]},
    ]);
    let answer = sqs.ok("DeleteMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await;
    assert_eq!(answer, json!({"Successful": [{"Id": "a"}, {"Id": "b"}], "Failed": [wrong]}));
    sqs.pass(30);
    assert!(sqs.receive(&url).await.is_empty());
}
