//! Message-move tasks: what they answer, where they run, and when they end.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Fault, Sqs, fault, invalid, settle};

/// URLs of a dead-letter queue with ten messages, and of a queue that they can go to.
async fn with_dead_letters(sqs: &Sqs) -> (String, String) {
    let dead = sqs.queue("dead", json!({})).await;
    let policy = json!({"deadLetterTargetArn": sqs.arn(&dead).await, "maxReceiveCount": 1}).to_string();
    let source = sqs.queue("source", json!({"RedrivePolicy": policy, "VisibilityTimeout": "0"})).await;
    for index in 0..10 {
        sqs.send(&source, &index.to_string()).await;
    }
    assert_eq!(sqs.receive(&source).await.len(), 10);
    assert!(sqs.receive(&source).await.is_empty());
    (dead, source)
}

fn not_found(message: &str) -> Fault {
    fault(404, "ResourceNotFoundException", "ResourceNotFoundException", message)
}

async fn count(sqs: &Sqs, url: &str) -> Value {
    sqs.attributes(url, json!(["ApproximateNumberOfMessages"])).await["Attributes"]
        ["ApproximateNumberOfMessages"]
        .take()
}

/// test_sqs_move_task::test_move_task_with_throughput_limit, ::test_move_task_cancel
#[tokio::test]
async fn started_listed_cancelled() {
    let sqs = Sqs::new();
    let (dead, _) = with_dead_letters(&sqs).await;
    let target = sqs.queue("target", json!({})).await;
    let (source_arn, target_arn) = (sqs.arn(&dead).await, sqs.arn(&target).await);
    let list = |max| sqs.ok("ListMessageMoveTasks", json!({"SourceArn": source_arn, "MaxResults": max}));
    assert_eq!(list(10).await, json!({"Results": []}));
    let input = json!({
        "SourceArn": source_arn, "DestinationArn": target_arn, "MaxNumberOfMessagesPerSecond": 1,
    });
    let started = sqs.ok("StartMessageMoveTask", input.clone()).await;
    let handle = &started["TaskHandle"];
    assert_eq!(started, json!({"TaskHandle": handle}));
    // test_sqs_move_task::test_start_multiple_move_tasks
    let message = "There is already a task running. Only one active task is allowed for a source queue arn at \
                   a given time.";
    assert_eq!(sqs.call("StartMessageMoveTask", input).await, Err(invalid(message)));
    settle().await;
    sqs.pass(1);
    settle().await;
    let entry = |rest: Value| {
        let mut entry = json!({
            "SourceArn": source_arn,
            "DestinationArn": target_arn,
            "MaxNumberOfMessagesPerSecond": 1,
            "ApproximateNumberOfMessagesMoved": 2,
            "ApproximateNumberOfMessagesToMove": 10,
            "StartedTimestamp": 1_780_000_000_000_i64,
        });
        entry.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        json!({"Results": [entry]})
    };
    assert_eq!(list(1).await, entry(json!({"Status": "RUNNING", "TaskHandle": handle})));
    let cancelled = sqs.ok("CancelMessageMoveTask", json!({"TaskHandle": handle})).await;
    assert_eq!(cancelled, json!({"ApproximateNumberOfMessagesMoved": 2}));
    sqs.pass(1);
    settle().await;
    assert_eq!(list(1).await, entry(json!({"Status": "CANCELLED"})));
    assert_eq!((count(&sqs, &dead).await, count(&sqs, &target).await), (json!("8"), json!("2")));
}

#[tokio::test]
async fn back_to_where_they_came_from() {
    let sqs = Sqs::new();
    let (dead, source) = with_dead_letters(&sqs).await;
    let source_arn = sqs.arn(&dead).await;
    sqs.ok("StartMessageMoveTask", json!({"SourceArn": source_arn})).await;
    settle().await;
    assert_eq!((count(&sqs, &dead).await, count(&sqs, &source).await), (json!("0"), json!("10")));
    let listed = sqs.ok("ListMessageMoveTasks", json!({"SourceArn": source_arn})).await;
    assert_eq!(
        listed["Results"][0],
        json!({
            "Status": "COMPLETED",
            "SourceArn": source_arn,
            "ApproximateNumberOfMessagesMoved": 10,
            "ApproximateNumberOfMessagesToMove": 10,
            "StartedTimestamp": 1_780_000_000_000_i64,
        })
    );
}

/// The destination goes while a task runs: what it refuses stays in the source.
#[tokio::test]
async fn a_destination_that_goes() {
    let sqs = Sqs::new();
    let (dead, _) = with_dead_letters(&sqs).await;
    let target = sqs.queue("target", json!({})).await;
    let (source_arn, target_arn) = (sqs.arn(&dead).await, sqs.arn(&target).await);
    let input = json!({
        "SourceArn": source_arn, "DestinationArn": target_arn, "MaxNumberOfMessagesPerSecond": 4,
    });
    sqs.ok("StartMessageMoveTask", input).await;
    settle().await;
    sqs.ok("DeleteQueue", json!({"QueueUrl": target})).await;
    sqs.pass(1);
    settle().await;
    let task = sqs.ok("ListMessageMoveTasks", json!({"SourceArn": source_arn})).await["Results"][0].take();
    assert_eq!(task["Status"], "FAILED");
    assert_eq!(task["FailureReason"], "AWS.SimpleQueueService.NonExistentQueue");
    assert_eq!(count(&sqs, &dead).await, "6");
}

/// test_sqs_move_task::test_source_needs_redrive_policy, ::test_destination_needs_to_exist,
/// ::test_cancel_with_invalid_task_handle, ::test_cancel_with_invalid_source_arn_in_task_handle,
/// ::test_cancel_with_invalid_task_id_in_task_handle
#[tokio::test]
async fn wrong_tasks() {
    use base64::Engine;
    let sqs = Sqs::new();
    let (dead, source) = with_dead_letters(&sqs).await;
    let (dead, source) = (sqs.arn(&dead).await, sqs.arn(&source).await);
    let nowhere = "arn:aws:sqs:us-east-1:000000000000:nope";
    let handle = |source: &str| {
        let text = json!({"taskId": "x", "sourceArn": source}).to_string();
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let no_source = "The resource that you specified for the SourceArn parameter doesn't exist.";
    let no_destination = "The resource that you specified for the DestinationArn parameter doesn't exist.";
    for (operation, input, expected) in [
        (
            "StartMessageMoveTask",
            json!({"SourceArn": source}),
            invalid("Source queue must be configured as a Dead Letter Queue."),
        ),
        (
            "StartMessageMoveTask",
            json!({"SourceArn": dead, "DestinationArn": nowhere}),
            not_found(no_destination),
        ),
        ("StartMessageMoveTask", json!({"SourceArn": nowhere}), not_found(no_source)),
        ("ListMessageMoveTasks", json!({"SourceArn": nowhere}), not_found(no_source)),
        (
            "CancelMessageMoveTask",
            json!({"TaskHandle": "foobared"}),
            invalid("Value for parameter TaskHandle is invalid."),
        ),
        ("CancelMessageMoveTask", json!({"TaskHandle": handle(nowhere)}), not_found(no_source)),
        ("CancelMessageMoveTask", json!({"TaskHandle": handle(&dead)}), not_found("Task does not exist.")),
    ] {
        assert_eq!(sqs.call(operation, input).await, Err(expected));
    }
}

/// Without its provider a task has nothing to go on for.
#[tokio::test]
async fn tasks_end_with_the_provider() {
    let sqs = Sqs::new();
    let (dead, _) = with_dead_letters(&sqs).await;
    let holders = Arc::strong_count(&sqs.clock);
    let input = json!({"SourceArn": sqs.arn(&dead).await, "MaxNumberOfMessagesPerSecond": 1});
    sqs.ok("StartMessageMoveTask", input).await;
    settle().await;
    assert_eq!(Arc::strong_count(&sqs.clock), holders + 1);
    let clock = sqs.clock.clone();
    drop(sqs);
    settle().await;
    assert_eq!(Arc::strong_count(&clock), 1);
}
