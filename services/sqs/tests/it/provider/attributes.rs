//! Attributes of queues, read and set.

use serde_json::{Value, json};

use super::{Sqs, fault, invalid};

/// All attributes but the ARN and the two times, which the recordings have placeholders for.
async fn all(sqs: &Sqs, url: &str) -> Value {
    let mut answer = sqs.attributes(url, json!(["All"])).await;
    let attributes = answer["Attributes"].as_object_mut().unwrap();
    for name in ["QueueArn", "CreatedTimestamp", "LastModifiedTimestamp"] {
        assert!(attributes.remove(name).is_some(), "{name}");
    }
    answer["Attributes"].take()
}

fn with(mut base: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

/// test_aws_sqs_queue::test_create_standard_queue_with_required_properties
fn standard() -> Value {
    json!({
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "DelaySeconds": "0",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "30",
    })
}

/// test_aws_sqs_queue::test_create_fifo_queue_with_required_properties, ::test_update_fifo_queue_remove_all_properties
fn fifo() -> Value {
    with(
        standard(),
        &json!({
            "FifoQueue": "true",
            "ContentBasedDeduplication": "false",
            "DeduplicationScope": "queue",
            "FifoThroughputLimit": "perQueue",
        }),
    )
}

#[tokio::test]
async fn defaults() {
    let sqs = Sqs::new();
    let (plain, ordered) = (sqs.queue("q", json!({})).await, sqs.fifo("q.fifo", json!({})).await);
    assert_eq!(all(&sqs, &plain).await, standard());
    assert_eq!(all(&sqs, &ordered).await, fifo());
    assert_eq!(sqs.arn(&plain).await, "arn:aws:sqs:us-east-1:000000000000:q");
    // Those that are asked for, none of which are all.
    assert_eq!(sqs.ok("GetQueueAttributes", json!({"QueueUrl": plain})).await, json!({}));
    let two = sqs.attributes(&plain, json!(["VisibilityTimeout", "DelaySeconds", "Policy"])).await;
    assert_eq!(two, json!({"Attributes": {"VisibilityTimeout": "30", "DelaySeconds": "0"}}));
    let unknown =
        sqs.call("GetQueueAttributes", json!({"QueueUrl": plain, "AttributeNames": ["Nope"]})).await;
    let message = "Unknown Attribute Nope.";
    assert_eq!(unknown, Err(fault(400, "InvalidAttributeName", "InvalidAttributeName", message)));
}

/// test_sqs::test_create_and_update_queue_attributes
#[tokio::test]
async fn set_at_creation_and_later() {
    let sqs = Sqs::new();
    let initial = json!({
        "MessageRetentionPeriod": "604800", "ReceiveMessageWaitTimeSeconds": "10", "VisibilityTimeout": "20",
    });
    let url = sqs.queue("q", initial.clone()).await;
    assert_eq!(all(&sqs, &url).await, with(standard(), &initial));
    let changes = json!({"DelaySeconds": "420", "MaximumMessageSize": "2048", "VisibilityTimeout": "69"});
    sqs.ok("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": changes})).await;
    assert_eq!(all(&sqs, &url).await, with(with(standard(), &initial), &changes));
}

/// test_aws_sqs_queue::test_create_standard_queue_with_all_properties
#[tokio::test]
async fn all_that_a_standard_queue_has() {
    let sqs = Sqs::new();
    let allow = json!({"redrivePermission": "allowAll"}).to_string();
    let dead = sqs.queue("dead", json!({"RedriveAllowPolicy": allow})).await;
    let policy = json!({"deadLetterTargetArn": sqs.arn(&dead).await, "maxReceiveCount": 7}).to_string();
    let given = json!({
        "DelaySeconds": "17",
        "KmsDataKeyReusePeriodSeconds": "297",
        "KmsMasterKeyId": "alias/aws/sqs",
        "MaximumMessageSize": "1234",
        "MessageRetentionPeriod": "13579",
        "ReceiveMessageWaitTimeSeconds": "18",
        "RedrivePolicy": policy,
        "VisibilityTimeout": "45",
    });
    let url = sqs.queue("q", given.clone()).await;
    let expected = with(with(standard(), &given), &json!({"SqsManagedSseEnabled": "false"}));
    assert_eq!(all(&sqs, &url).await, expected);
    let answer = sqs.attributes(&dead, json!(["RedriveAllowPolicy"])).await;
    assert_eq!(answer, json!({"Attributes": {"RedriveAllowPolicy": allow}}));
}

/// test_sqs::test_set_queue_attributes_default_values
#[tokio::test]
async fn an_empty_value_is_the_default() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let set = |attributes| sqs.ok("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": attributes}));
    let kms = json!({"KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "6000"});
    set(kms.clone()).await;
    let off = json!({"SqsManagedSseEnabled": "false"});
    assert_eq!(all(&sqs, &url).await, with(with(standard(), &kms), &off));
    set(json!({"KmsMasterKeyId": "", "KmsDataKeyReusePeriodSeconds": ""})).await;
    assert_eq!(all(&sqs, &url).await, with(standard(), &off));
}

/// test_sqs::test_set_unsupported_attribute_standard, ::test_set_unsupported_attribute_fifo
#[tokio::test]
async fn the_type_of_a_queue_is_what_it_is() {
    let sqs = Sqs::new();
    let (plain, ordered) = (sqs.queue("q", json!({})).await, sqs.fifo("q.fifo", json!({})).await);
    let unknown = "Unknown Attribute FifoQueue.";
    let fixed = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.";
    for (url, value, name, message) in [
        (&plain, "true", "InvalidAttributeName", unknown),
        (&plain, "false", "InvalidAttributeName", unknown),
        (&ordered, "false", "InvalidAttributeValue", fixed),
    ] {
        let input = json!({"QueueUrl": url, "Attributes": {"FifoQueue": value}});
        assert_eq!(sqs.call("SetQueueAttributes", input).await, Err(fault(400, name, name, message)));
    }
}

/// test_sqs::test_set_empty_redrive_policy, ::test_invalid_dead_letter_arn_rejected_before_lookup
#[tokio::test]
async fn redrive_policies() {
    let sqs = Sqs::new();
    let dead = sqs.queue("dead", json!({})).await;
    let policy = json!({"deadLetterTargetArn": sqs.arn(&dead).await, "maxReceiveCount": 2}).to_string();
    let url = sqs.queue("q", json!({"RedrivePolicy": policy})).await;
    let set = |value: &str| {
        sqs.call("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": {"RedrivePolicy": value}}))
    };
    assert_eq!(set("").await, Ok(json!({})));
    assert_eq!(sqs.attributes(&url, json!(["RedrivePolicy"])).await, json!({}));

    let dummy = r#"{"deadLetterTargetArn":"dummy","maxReceiveCount":42}"#;
    let message = format!(
        "Value {dummy} for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn."
    );
    assert_eq!(set(dummy).await, Err(invalid(message)));
    let gone = policy.replace(":dead\"", ":gone\"");
    let name = "QueueDoesNotExist";
    let message = format!(
        "Value {gone} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist."
    );
    let code = "AWS.SimpleQueueService.NonExistentQueue";
    assert_eq!(set(&gone).await, Err(fault(400, name, code, message)));
}
