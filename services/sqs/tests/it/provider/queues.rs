//! Making, finding, listing, purging and deleting queues; tags.

use serde_json::json;

use super::{Fault, Sqs, fault, invalid, missing, no_such_queue};

#[tokio::test]
async fn a_queue_from_beginning_to_end() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    assert_eq!(url, "http://localhost:4566/000000000000/q");
    let found = sqs.ok("GetQueueUrl", json!({"QueueName": "q"})).await;
    assert_eq!(found, json!({"QueueUrl": url}));
    assert_eq!(sqs.ok("DeleteQueue", json!({"QueueUrl": url})).await, json!({}));
    // test_aws_sqs_queue::test_update_completely_remove_resource
    assert_eq!(sqs.call("GetQueueUrl", json!({"QueueName": "q"})).await, Err(no_such_queue()));
    for operation in ["GetQueueAttributes", "DeleteQueue", "ReceiveMessage", "ListQueueTags", "PurgeQueue"] {
        assert_eq!(sqs.call(operation, json!({"QueueUrl": url})).await, Err(no_such_queue()), "{operation}");
    }
}

/// test_sqs::test_create_queue_with_different_attributes_raises_exception,
/// ::test_create_fifo_queue_with_different_attributes_raises_error
#[tokio::test]
async fn the_same_queue_twice() {
    let sqs = Sqs::new();
    let already = |attribute: &str| {
        let message = format!(
            "A queue already exists with the same name and a different value for attribute {attribute}"
        );
        fault(400, "QueueNameExists", "QueueAlreadyExists", message)
    };
    let url = sqs.queue("q", json!({"DelaySeconds": "1"})).await;
    assert_eq!(sqs.queue("q", json!({"DelaySeconds": "1"})).await, url);
    let other = json!({"QueueName": "q", "Attributes": {"DelaySeconds": "2"}});
    assert_eq!(sqs.call("CreateQueue", other.clone()).await, Err(already("DelaySeconds")));
    sqs.ok("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": {"DelaySeconds": "2"}})).await;
    assert!(sqs.call("CreateQueue", other).await.is_ok());
    let before = json!({"QueueName": "q", "Attributes": {"DelaySeconds": "1"}});
    assert_eq!(sqs.call("CreateQueue", before).await, Err(already("DelaySeconds")));

    sqs.fifo("q.fifo", json!({"ContentBasedDeduplication": "true"})).await;
    let attributes = json!({"FifoQueue": "true", "ContentBasedDeduplication": "false"});
    let other = json!({"QueueName": "q.fifo", "Attributes": attributes});
    assert_eq!(sqs.call("CreateQueue", other).await, Err(already("ContentBasedDeduplication")));
}

/// test_sqs::test_create_standard_queue_with_fifo_attribute_raises_error
#[tokio::test]
async fn attributes_that_cannot_be_made() {
    let sqs = Sqs::new();
    let unknown = |message: &str| fault(400, "InvalidAttributeName", "InvalidAttributeName", message);
    for (attribute, value, message) in [
        ("FifoQueue", "false", "Unknown Attribute FifoQueue."),
        ("ContentBasedDeduplication", "true", "Unknown Attribute ContentBasedDeduplication."),
        (
            "DeduplicationScope",
            "queue",
            "You can specify the DeduplicationScope only when FifoQueue is set to true.",
        ),
        (
            "FifoThroughputLimit",
            "perQueue",
            "You can specify the FifoThroughputLimit only when FifoQueue is set to true.",
        ),
    ] {
        let input = json!({"QueueName": "q", "Attributes": {attribute: value}});
        assert_eq!(sqs.call("CreateQueue", input).await, Err(unknown(message)));
    }
    let name = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
    for wrong in ["", "a b", "q.fifo", &"a".repeat(81)] {
        assert_eq!(sqs.call("CreateQueue", json!({"QueueName": wrong})).await, Err(invalid(name)));
    }
    assert_eq!(sqs.call("ListQueues", json!({})).await, Ok(json!({})));
}

/// What every operation must be given, in words of SQS's own.
#[tokio::test]
async fn what_is_missing() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let with_url = |mut rest: serde_json::Value| {
        rest["QueueUrl"] = json!(url);
        rest
    };
    for operation in [
        "AddPermission",
        "ChangeMessageVisibility",
        "ChangeMessageVisibilityBatch",
        "DeleteMessage",
        "DeleteMessageBatch",
        "DeleteQueue",
        "GetQueueAttributes",
        "ListDeadLetterSourceQueues",
        "ListQueueTags",
        "PurgeQueue",
        "ReceiveMessage",
        "RemovePermission",
        "SendMessage",
        "SendMessageBatch",
        "SetQueueAttributes",
        "TagQueue",
        "UntagQueue",
    ] {
        assert_eq!(sqs.call(operation, json!({})).await, Err(missing("QueueUrl")), "{operation}");
        let wrong = sqs.call(operation, json!({"QueueUrl": "http://localhost:4566/q"})).await;
        let message = "The address http://localhost:4566/q is not valid for this endpoint.";
        assert_eq!(wrong, Err(fault(404, "InvalidAddress", "InvalidAddress", message)), "{operation}");
        let gone = sqs.call(operation, json!({"QueueUrl": "http://localhost:4566/000000000000/no"})).await;
        assert_eq!(gone, Err(no_such_queue()), "{operation}");
    }
    for (operation, input, parameter) in [
        ("CreateQueue", json!({}), "QueueName"),
        ("GetQueueUrl", json!({}), "QueueName"),
        ("StartMessageMoveTask", json!({}), "SourceArn"),
        ("ListMessageMoveTasks", json!({}), "SourceArn"),
        ("CancelMessageMoveTask", json!({}), "TaskHandle"),
        ("SendMessage", with_url(json!({})), "MessageBody"),
        ("DeleteMessage", with_url(json!({})), "ReceiptHandle"),
        ("ChangeMessageVisibility", with_url(json!({"VisibilityTimeout": 1})), "ReceiptHandle"),
        ("ChangeMessageVisibility", with_url(json!({"ReceiptHandle": "x"})), "VisibilityTimeout"),
        ("AddPermission", with_url(json!({})), "Label"),
        ("AddPermission", with_url(json!({"Label": "l"})), "AWSAccountIds"),
        ("AddPermission", with_url(json!({"Label": "l", "AWSAccountIds": ["111111111111"]})), "Actions"),
        ("RemovePermission", with_url(json!({})), "Label"),
        ("SetQueueAttributes", with_url(json!({})), "Attribute.Name"),
        ("TagQueue", with_url(json!({})), "Tags"),
        ("UntagQueue", with_url(json!({})), "TagKeys"),
    ] {
        assert_eq!(sqs.call(operation, input).await, Err(missing(parameter)), "{operation}");
    }
}

/// `SQS_DELAY_RECENTLY_DELETED` and `SQS_DELAY_PURGE_RETRY` bring AWS's waiting times
/// (test_sqs::test_successive_purge_calls_fail).
#[tokio::test]
async fn waiting_times_that_are_off_by_default() {
    let recently = fault(
        400,
        "QueueDeletedRecently",
        "AWS.SimpleQueueService.QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    );
    let in_progress = fault(
        403,
        "PurgeQueueInProgress",
        "AWS.SimpleQueueService.PurgeQueueInProgress",
        "Only one PurgeQueue operation on q is allowed every 60 seconds.",
    );
    for on in [false, true] {
        let value = if on { "1" } else { "0" };
        let sqs = Sqs::with(&[("SQS_DELAY_PURGE_RETRY", value), ("SQS_DELAY_RECENTLY_DELETED", value)]);
        let outcome = |on: bool, fault: Fault| if on { Err(fault) } else { Ok(json!({})) };
        let url = sqs.queue("q", json!({})).await;
        sqs.send(&url, "a").await;
        let purge = || sqs.call("PurgeQueue", json!({"QueueUrl": url}));
        assert_eq!(purge().await, Ok(json!({})));
        assert!(sqs.receive(&url).await.is_empty());
        let again = purge().await;
        let expected = fault(403, &in_progress.name, &in_progress.code, in_progress.message.clone());
        assert_eq!(again, outcome(on, expected));
        sqs.pass(60);
        assert_eq!(purge().await, Ok(json!({})));

        sqs.ok("DeleteQueue", json!({"QueueUrl": url})).await;
        let again = sqs.call("CreateQueue", json!({"QueueName": "q"})).await.map(|_| json!({}));
        let expected = fault(400, &recently.name, &recently.code, recently.message.clone());
        assert_eq!(again, outcome(on, expected));
        sqs.pass(60);
        assert!(sqs.call("CreateQueue", json!({"QueueName": "q"})).await.is_ok());
    }
}

/// test_sqs::test_list_queues_pagination
#[tokio::test]
async fn pages() {
    let sqs = Sqs::new().host("localhost.localstack.cloud:4566");
    for index in 0..10 {
        sqs.queue(&format!("7f7df0f5-test-queue-{index}"), json!({})).await;
    }
    sqs.queue("other", json!({})).await;
    let urls = |from: usize, to: usize| -> Vec<String> {
        let base = "http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/7f7df0f5-test-queue-";
        (from..to).map(|index| format!("{base}{index}")).collect()
    };
    let list = |input| sqs.ok("ListQueues", input);
    let prefix = "7f7df0f5-test-queue";
    assert_eq!(list(json!({"QueueNamePrefix": prefix})).await, json!({"QueueUrls": urls(0, 10)}));
    let page = list(json!({"QueueNamePrefix": prefix, "MaxResults": 2})).await;
    assert_eq!(page["QueueUrls"], json!(urls(0, 2)));
    // Base64 of the last URL.
    let token = page["NextToken"].as_str().unwrap();
    assert!(token.starts_with("aHR0cDovL3Nxcy5"), "{token}");
    let rest = list(json!({"QueueNamePrefix": prefix, "MaxResults": 8, "NextToken": token})).await;
    assert_eq!(rest, json!({"QueueUrls": urls(2, 10)}));
    assert_eq!(list(json!({"QueueNamePrefix": "nope"})).await, json!({}));

    let wrong = sqs.call("ListQueues", json!({"NextToken": "nonsense", "MaxResults": 1})).await;
    assert_eq!(wrong, Err(invalid("Invalid or expired next token.")));
    let message = "Value 1001 for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000.";
    assert_eq!(sqs.call("ListQueues", json!({"MaxResults": 1001})).await, Err(invalid(message)));
}

#[tokio::test]
async fn sources_of_a_dead_letter_queue() {
    let sqs = Sqs::new();
    let dead = sqs.queue("dead", json!({})).await;
    let list = |input| sqs.ok("ListDeadLetterSourceQueues", input);
    assert_eq!(list(json!({"QueueUrl": dead})).await, json!({"queueUrls": []}));
    let policy = json!({"deadLetterTargetArn": sqs.arn(&dead).await, "maxReceiveCount": "1"}).to_string();
    let a = sqs.queue("a", json!({"RedrivePolicy": policy})).await;
    let b = sqs.queue("b", json!({"RedrivePolicy": policy})).await;
    assert_eq!(list(json!({"QueueUrl": dead})).await, json!({"queueUrls": [a, b]}));
    let page = list(json!({"QueueUrl": dead, "MaxResults": 1})).await;
    assert_eq!(page["queueUrls"], json!([a]));
    let rest = list(json!({"QueueUrl": dead, "MaxResults": 1, "NextToken": page["NextToken"]})).await;
    assert_eq!(rest, json!({"queueUrls": [b]}));
}

/// test_sqs::test_tag_untag_queue, test_aws_sqs_queue::test_create_standard_queue_with_all_properties
#[tokio::test]
async fn tags() {
    let sqs = Sqs::new();
    let input = json!({"QueueName": "q", "tags": {"Department": "Finance"}});
    let url = sqs.ok("CreateQueue", input).await["QueueUrl"].as_str().unwrap().to_owned();
    let list = || sqs.ok("ListQueueTags", json!({"QueueUrl": url}));
    assert_eq!(list().await, json!({"Tags": {"Department": "Finance"}}));
    let untag = |keys| sqs.ok("UntagQueue", json!({"QueueUrl": url, "TagKeys": keys}));
    untag(json!(["Department"])).await;
    let tags = json!({"tag1": "value1", "tag2": "value2", "tag3": ""});
    sqs.ok("TagQueue", json!({"QueueUrl": url, "Tags": tags})).await;
    assert_eq!(list().await, json!({"Tags": tags}));
    untag(json!(["tag1", "tag3"])).await;
    assert_eq!(list().await, json!({"Tags": {"tag2": "value2"}}));
    untag(json!(["tag2"])).await;
    assert_eq!(list().await, json!({}));
}
