//! Single messages: sent, received, hidden, deleted.

use serde_json::{Value, json};

use super::{Sqs, fault, invalid, missing, settle};

fn handle(message: &Value) -> &str {
    message["ReceiptHandle"].as_str().unwrap()
}

/// test_sqs::test_send_receive_wait_time_seconds, ::test_receive_empty_queue
#[tokio::test]
async fn sent_received_deleted() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    assert_eq!(sqs.ok("ReceiveMessage", json!({"QueueUrl": url})).await, json!({}));
    let sent = sqs.send(&url, "message").await;
    let md5 = "78e731027d8fd50ed642340b7c9a63b3";
    assert_eq!(sent, json!({"MD5OfMessageBody": md5, "MessageId": sent["MessageId"]}));
    assert_eq!(sent["MessageId"].as_str().unwrap().len(), 36);

    let received = sqs.receive(&url).await;
    let handle = handle(&received[0]);
    assert_eq!(
        received,
        [json!({
            "MessageId": sent["MessageId"], "ReceiptHandle": handle, "MD5OfBody": md5, "Body": "message",
        })]
    );
    assert!(sqs.receive(&url).await.is_empty());
    let delete = json!({"QueueUrl": url, "ReceiptHandle": handle});
    for _ in 0..2 {
        assert_eq!(sqs.ok("DeleteMessage", delete.clone()).await, json!({}));
    }
    sqs.pass(30);
    assert!(sqs.receive(&url).await.is_empty());
    // test_sqs::test_send_empty_message
    let empty = sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": ""})).await;
    assert_eq!(empty, Err(missing("MessageBody")));
}

/// test_sqs::test_send_oversized_message
#[tokio::test]
async fn too_large() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let attributes = json!({"k": {"DataType": "String", "StringValue": "x"}});
    let send = |length: usize| {
        let body = "a".repeat(length);
        let input = json!({"QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes});
        sqs.call("SendMessage", input)
    };
    // Name, type and value count too: eight bytes.
    assert!(send(1_048_568).await.is_ok());
    let message = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.";
    assert_eq!(send(1_048_569).await, Err(invalid(message)));
}

/// test_sqs::test_send_receive_max_number_of_messages, ::test_send_receive_wait_time_seconds
#[tokio::test]
async fn what_a_receiver_may_ask_for() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let range = "Must be between 1 and 10, if provided.";
    let wait = "Must be >= 0 and <= 20, if provided.";
    for (parameter, value, reason) in [
        ("MaxNumberOfMessages", 11, range),
        ("MaxNumberOfMessages", 0, range),
        ("WaitTimeSeconds", 21, wait),
        ("WaitTimeSeconds", -1, wait),
        ("VisibilityTimeout", 43_201, "Must be >= 0 and <= 43200, if provided."),
    ] {
        let message = format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}");
        let outcome = sqs.call("ReceiveMessage", json!({"QueueUrl": url, parameter: value})).await;
        assert_eq!(outcome, Err(invalid(message)));
    }
    let names = json!({"QueueUrl": url, "MessageSystemAttributeNames": ["Nope"]});
    let unknown = fault(400, "InvalidAttributeName", "InvalidAttributeName", "Unknown Attribute Nope.");
    assert_eq!(sqs.call("ReceiveMessage", names).await, Err(unknown));
}

/// `SQS_DISABLE_MAX_NUMBER_OF_MESSAGE_LIMIT`
#[tokio::test]
async fn more_than_ten_at_once() {
    let sqs = Sqs::with(&[("SQS_DISABLE_MAX_NUMBER_OF_MESSAGE_LIMIT", "true")]);
    let url = sqs.queue("q", json!({})).await;
    for index in 0..20 {
        sqs.send(&url, &index.to_string()).await;
    }
    let answer = sqs.ok("ReceiveMessage", json!({"QueueUrl": url, "MaxNumberOfMessages": 15})).await;
    assert_eq!(answer["Messages"].as_array().unwrap().len(), 15);
    assert!(sqs.call("ReceiveMessage", json!({"QueueUrl": url, "MaxNumberOfMessages": 0})).await.is_err());
}

/// test_sqs::test_receive_message_message_system_attribute_names_filters,
/// ::test_message_system_attribute_names_with_attribute_names
#[tokio::test]
async fn attributes_that_are_asked_for() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({"VisibilityTimeout": "0"})).await;
    let attributes = json!({"Foo": {"DataType": "String", "StringValue": "Bar"}});
    let input = json!({"QueueUrl": url, "MessageBody": "msg", "MessageAttributes": attributes});
    let sent = sqs.ok("SendMessage", input).await;
    let md5 = "ae7155c6026991b6d54b11589678bf9c";
    assert_eq!(sent["MD5OfMessageAttributes"], md5);
    let now = "1780000000000";
    let everything = |count: u32| {
        json!({
            "SenderId": "000000000000",
            "SentTimestamp": now,
            "ApproximateReceiveCount": count.to_string(),
            "ApproximateFirstReceiveTimestamp": now,
        })
    };
    let sender = json!({"SenderId": "000000000000"});
    let count = json!({"ApproximateReceiveCount": "5", "SenderId": "000000000000"});
    for (names, old_names, user_names, system, user) in [
        (json!(["All"]), json!([]), json!([]), Some(everything(1)), None),
        (json!(["All"]), json!([]), json!(["All"]), Some(everything(2)), Some(&attributes)),
        (json!(["SenderId"]), json!([]), json!(["F.*"]), Some(sender.clone()), Some(&attributes)),
        (json!(["SenderId"]), json!(["SenderId"]), json!(["Foo", "nope"]), Some(sender), Some(&attributes)),
        (json!(["SenderId"]), json!(["ApproximateReceiveCount"]), json!(["Bar.*"]), Some(count), None),
        (json!(["SenderId"]), json!(["All"]), json!([".*"]), Some(everything(6)), Some(&attributes)),
        (json!(["AWSTraceHeader"]), json!(["VisibilityTimeout"]), json!([]), None, None),
    ] {
        let input = json!({
            "QueueUrl": url,
            "MessageSystemAttributeNames": names,
            "AttributeNames": old_names,
            "MessageAttributeNames": user_names,
        });
        let message = sqs.ok("ReceiveMessage", input.clone()).await["Messages"][0].take();
        assert_eq!(message.get("Attributes"), system.as_ref(), "{input}");
        assert_eq!(message.get("MessageAttributes"), user, "{input}");
        assert_eq!(message.get("MD5OfMessageAttributes"), user.map(|_| json!(md5)).as_ref(), "{input}");
    }
}

/// test_sqs::test_send_message_with_binary_attributes
#[tokio::test]
async fn binary_attributes() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let bytes =
        "dHJhY2VwYXJlbnQeMDAtNzc0MDYyZDZjMzcwODFhNWEwYjliNWI4OGUzMDYyN2MtMmQyNDgyMjExZjY0ODlkYS0wMQ==";
    let attributes = json!({"attr1": {"DataType": "Binary", "BinaryValue": bytes}});
    let input = json!({"QueueUrl": url, "MessageBody": "test", "MessageAttributes": attributes});
    let md5 = "8cbe4db156db8a94db8b801b7addb984";
    assert_eq!(sqs.ok("SendMessage", input).await["MD5OfMessageAttributes"], md5);
    let input = json!({"QueueUrl": url, "MessageAttributeNames": ["All"]});
    let message = sqs.ok("ReceiveMessage", input).await["Messages"][0].take();
    assert_eq!(
        message,
        json!({
            "MessageId": message["MessageId"],
            "ReceiptHandle": message["ReceiptHandle"],
            "MD5OfBody": "098f6bcd4621d373cade4e832627b4f6",
            "Body": "test",
            "MD5OfMessageAttributes": md5,
            "MessageAttributes": attributes,
        })
    );
}

#[tokio::test]
async fn wrong_attributes() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let text = |data_type: &str| json!({"DataType": data_type, "StringValue": "x"});
    for (kind, name, value, complaint) in [
        ("MessageAttributes", "a", text("Wrong"), "supported type prefixes: Binary, Number, String."),
        ("MessageAttributes", "", text("String"), "non-empty message attribute name"),
        ("MessageAttributes", "a", json!({"StringValue": "x"}), "non-empty message attribute type"),
        ("MessageAttributes", "a", json!({"DataType": "String"}), "non-empty value of type 'String'"),
        ("MessageSystemAttributes", "Other", text("String"), "supported names: AWSTraceHeader."),
        ("MessageSystemAttributes", "AWSTraceHeader", text("Number"), "cast the value"),
    ] {
        let input = json!({"QueueUrl": url, "MessageBody": "m", kind: {name: value}});
        let error = sqs.call("SendMessage", input).await.unwrap_err();
        assert_eq!(error.code, "InvalidParameterValue");
        assert!(error.message.contains(complaint), "{}", error.message);
    }
    let lists = json!({"DataType": "String", "StringListValues": ["x"]});
    let input = json!({"QueueUrl": url, "MessageBody": "m", "MessageAttributes": {"a": lists}});
    let error = sqs.call("SendMessage", input).await.unwrap_err();
    assert_eq!(error.code, "AWS.SimpleQueueService.UnsupportedOperation");
    let empty_lists = json!({
        "DataType": "String", "StringValue": "x", "StringListValues": [], "BinaryListValues": [],
    });
    let input = json!({"QueueUrl": url, "MessageBody": "m", "MessageAttributes": {"a": empty_lists}});
    assert!(sqs.call("SendMessage", input).await.is_ok());
    let error = sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "\u{1}"})).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.status), ("InvalidMessageContents", 400));
}

/// A trace comes with the message, or with the request.
#[tokio::test]
async fn traces() {
    let mut sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let own = json!({"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-own"}});
    let names = json!({"QueueUrl": url, "MessageSystemAttributeNames": ["AWSTraceHeader"]});
    for (of_request, of_message, expected) in [
        (None, None, None),
        (Some("Root=1-request"), None, Some("Root=1-request")),
        (None, Some(&own), Some("Root=1-own")),
        (Some("Root=1-request"), Some(&own), Some("Root=1-own")),
    ] {
        sqs.headers = of_request.map(|trace| ("x-amzn-trace-id", trace)).into_iter().collect();
        let input = json!({"QueueUrl": url, "MessageBody": "m", "MessageSystemAttributes": of_message});
        let sent = sqs.ok("SendMessage", input).await;
        // The digest is of what the sender gave.
        assert_eq!(sent.get("MD5OfMessageSystemAttributes").is_some(), of_message.is_some());
        let message = &sqs.ok("ReceiveMessage", names.clone()).await["Messages"][0];
        let expected = expected.map(|trace| json!({"AWSTraceHeader": trace}));
        assert_eq!(message.get("Attributes"), expected.as_ref());
    }
}

/// test_sqs::test_delete_after_visibility_timeout
#[tokio::test]
async fn visibility() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({"VisibilityTimeout": "1"})).await;
    sqs.send(&url, "foobar").await;
    let first = sqs.receive(&url).await.remove(0);
    let change = |seconds: i32| {
        let input = json!({
            "QueueUrl": url, "ReceiptHandle": handle(&first), "VisibilityTimeout": seconds,
        });
        sqs.call("ChangeMessageVisibility", input)
    };
    assert_eq!(change(5).await, Ok(json!({})));
    sqs.pass(4);
    assert!(sqs.receive(&url).await.is_empty());
    assert_eq!(change(0).await, Ok(json!({})));
    assert_eq!(sqs.bodies(&url).await, ["foobar"]);
    sqs.pass(1);
    let not_in_flight = fault(
        400,
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
        // Its shape has no member for a text.
        "The specified message isn't in flight.",
    );
    assert_eq!(change(1).await, Err(not_in_flight));
    sqs.ok("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": handle(&first)})).await;
    assert!(sqs.receive(&url).await.is_empty());
    let message = r#"The input receipt handle "garbage" is not a valid receipt handle."#;
    let outcome = sqs.call("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": "garbage"})).await;
    assert_eq!(outcome, Err(fault(404, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", message)));
}

#[tokio::test]
async fn long_polling() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    for comes in [true, false] {
        let receiver = {
            let (sqs, url) = (sqs.clone(), url.clone());
            let input = json!({"QueueUrl": url, "WaitTimeSeconds": 20});
            tokio::spawn(async move { sqs.ok("ReceiveMessage", input).await })
        };
        settle().await;
        assert!(!receiver.is_finished());
        match comes {
            true => drop(sqs.send(&url, "a").await),
            false => sqs.pass(20),
        }
        assert_eq!(receiver.await.unwrap().get("Messages").is_some(), comes);
    }
}

/// Delays are the message's or the queue's.
#[tokio::test]
async fn delays() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({"DelaySeconds": "5"})).await;
    sqs.send(&url, "the queue's").await;
    sqs.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "none", "DelaySeconds": 0})).await;
    assert_eq!(sqs.bodies(&url).await, ["none"]);
    sqs.pass(5);
    assert_eq!(sqs.bodies(&url).await, ["the queue's"]);
    let counts = json!({"Attributes": {
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "2",
        "ApproximateNumberOfMessagesDelayed": "0",
    }});
    let names = counts["Attributes"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(sqs.attributes(&url, json!(names)).await, counts);
}

/// A message that was received too often goes to the dead-letter queue, and says where it comes from.
#[tokio::test]
async fn dead_letters() {
    let sqs = Sqs::new();
    let dead = sqs.queue("dead", json!({})).await;
    let policy = json!({"deadLetterTargetArn": sqs.arn(&dead).await, "maxReceiveCount": 1}).to_string();
    let url = sqs.queue("q", json!({"RedrivePolicy": policy, "VisibilityTimeout": "0"})).await;
    let sent = sqs.send(&url, "poison").await;
    assert_eq!(sqs.bodies(&url).await, ["poison"]);
    assert!(sqs.receive(&url).await.is_empty());
    let input = json!({"QueueUrl": dead, "MessageSystemAttributeNames": ["DeadLetterQueueSourceArn"]});
    let letter = &sqs.ok("ReceiveMessage", input).await["Messages"][0];
    assert_eq!(letter["MessageId"], sent["MessageId"]);
    assert_eq!(letter["Attributes"], json!({"DeadLetterQueueSourceArn": sqs.arn(&url).await}));
}
