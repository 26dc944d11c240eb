//! What arrives in queues.

use serde_json::json;

use crate::*;

/// test_sns::test_subscribe_sqs_queue, test_sns::test_message_attributes_not_missing
#[tokio::test]
async fn the_envelope() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    let arn = world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
    let binary = MessageAttributeValue {
        data_type: text("Binary"),
        string_value: None,
        binary_value: Some(vec![2, 3, 4].into()),
    };
    let input = PublishInput {
        subject: text("Hi \"you\""),
        message_attributes: attributes(&[
            ("an-attribute-key", attribute("String", "an-attribute-value")),
            ("binary-attribute", binary),
        ]),
        ..message_to(&topic, "text")
    };
    let id = world.publish(input).await.unwrap().message_id.unwrap();
    let body = world.bodies(&queue).await.remove(0);
    let envelope = json(&body);
    let names: Vec<&str> = envelope.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "Type",
            "MessageId",
            "TopicArn",
            "Subject",
            "Message",
            "Timestamp",
            "SignatureVersion",
            "Signature",
            "SigningCertURL",
            "UnsubscribeURL",
            "MessageAttributes"
        ]
    );
    assert_eq!(envelope["Type"], "Notification");
    assert_eq!(envelope["MessageId"], id);
    assert_eq!(envelope["Subject"], "Hi \"you\"");
    assert_eq!(envelope["Timestamp"], "2026-05-28T20:26:40.000Z");
    assert_eq!(envelope["SignatureVersion"], "1");
    let base = "http://localhost.localstack.cloud:4566";
    assert_eq!(envelope["UnsubscribeURL"], format!("{base}/?Action=Unsubscribe&SubscriptionArn={arn}"));
    let certificate = envelope["SigningCertURL"].as_str().unwrap();
    assert!(certificate.starts_with(&format!("{base}/_aws/sns/SimpleNotificationService-")), "{certificate}");
    assert_eq!(
        envelope["MessageAttributes"],
        json!({
            "an-attribute-key": {"Type": "String", "Value": "an-attribute-value"},
            "binary-attribute": {"Type": "Binary", "Value": "AgME"},
        })
    );
    // As AWS lays it out.
    assert!(body.starts_with("{\n  \"Type\" : \"Notification\",\n  \"MessageId\" : \""), "{body}");
    assert!(
        body.ends_with("    \"binary-attribute\" : {\"Type\":\"Binary\",\"Value\":\"AgME\"}\n  }\n}"),
        "{body}"
    );
}

/// test_sns::test_publish_message_before_subscribe_topic, test_sns::test_publish_unicode_chars
#[tokio::test]
async fn from_the_subscription_on() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    world.say(&topic, "test_message_before").await;
    world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
    for message in ["test_message_after", "ö§a1\"_!?,. £$-"] {
        let id = world.say(&topic, message).await;
        let messages = world.messages(&queue).await;
        assert_eq!(messages.len(), 1);
        let envelope = json(messages[0].body.as_deref().unwrap());
        assert_eq!((&envelope["Message"], &envelope["MessageId"]), (&json!(message), &json!(id)));
        // Without a subject there is no member for it, nor for attributes.
        assert!(envelope.get("Subject").is_none() && envelope.get("MessageAttributes").is_none());
    }
}

/// test_sns::test_attribute_raw_subscribe, test_sns::test_publish_sqs_from_sns
#[tokio::test]
async fn raw() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    let arn = world.subscribe(&topic, "sqs", &queue, &[("RawMessageDelivery", "true")]).await.unwrap();
    let input = PublishInput {
        message_attributes: attributes(&[("attr1", attribute("Number", "99.12"))]),
        ..message_to(&topic, "Test msg")
    };
    world.publish(input).await.unwrap();
    let message = world.messages(&queue).await.remove(0);
    assert_eq!(message.body.as_deref(), Some("Test msg"));
    assert_eq!(message.md5_of_message_attributes.as_deref(), Some("d302007e9aa062660afc85fd0a482472"));
    world.set_subscription(&arn, "RawMessageDelivery", "false").await.unwrap();
    world.say(&topic, "ö§a1\"_!?,. £$-").await;
    assert_eq!(world.texts(&queue).await, ["ö§a1\"_!?,. £$-"]);
}

/// test_sns::test_cross_region_delivery_sqs, test_sns::test_publish_message_group_id
#[tokio::test]
async fn far_queues_and_groups() {
    let world = World::new();
    let (topic, west) = (world.topic("t").await, world.region("us-west-1"));
    let queue = west.queue("q").await;
    world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
    let input = PublishInput { message_group_id: text("my-group-id-1"), ..message_to(&topic, "far") };
    world.publish(input).await.unwrap();
    let message = west.messages(&queue).await.remove(0);
    assert_eq!(json(message.body.as_deref().unwrap())["Message"], "far");
    let group = message.attributes.unwrap().get("MessageGroupId").cloned();
    assert_eq!(group.as_deref(), Some("my-group-id-1"));
}

#[tokio::test]
async fn a_text_for_each_protocol() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    let plain = world.queue("raw").await;
    world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
    world.subscribe(&topic, "sqs", &plain, &[("RawMessageDelivery", "true")]).await.unwrap();
    let publish = async |message: &str| {
        world
            .publish(PublishInput { message_structure: text("json"), ..message_to(&topic, message) })
            .await
            .unwrap()
    };
    publish(r#"{"default": "for all", "sqs": "for queues"}"#).await;
    publish(r#"{"default": "for all", "http": "for the web"}"#).await;
    assert_eq!(world.texts(&queue).await, ["for queues", "for all"]);
    assert_eq!(world.bodies(&plain).await, ["for queues", "for all"]);
}

/// test_sns::test_redrive_policy_sqs_queue_subscription, test_sns::test_redrive_policy_lambda_subscription
#[tokio::test]
async fn dead_letters() {
    let world = World::new();
    let dead = world.queue("dead").await;
    let policy = json!({ "deadLetterTargetArn": dead }).to_string();
    let gone = "arn:aws:sqs:us-east-1:000000000000:gone";
    let function = "arn:aws:lambda:us-east-1:000000000000:function:none";
    for (protocol, endpoint, is_raw) in
        [("sqs", gone, "true"), ("sqs", gone, "false"), ("lambda", function, "false")]
    {
        let topic = world.topic(&format!("t-{protocol}-{is_raw}")).await;
        let given = [("RedrivePolicy", policy.as_str()), ("RawMessageDelivery", is_raw)];
        world.subscribe(&topic, protocol, endpoint, &given).await.unwrap();
        let input = PublishInput {
            message_attributes: attributes(&[("attr1", attribute("Number", "111"))]),
            ..message_to(&topic, "lost")
        };
        world.publish(input).await.unwrap();
        // Functions are called behind the answer.
        let mut messages = world.messages(&dead).await;
        while messages.is_empty() {
            tokio::task::yield_now().await;
            messages = world.messages(&dead).await;
        }
        let message = messages.remove(0);
        let names: Vec<_> = message.message_attributes.unwrap_or_default().keys().cloned().collect();
        if is_raw == "true" {
            assert_eq!((message.body.as_deref(), names), (Some("lost"), vec!["attr1".to_owned()]));
        } else {
            let envelope = json(message.body.as_deref().unwrap());
            assert_eq!(envelope["Message"], "lost");
            assert_eq!(envelope["MessageAttributes"], json!({"attr1": {"Type": "Number", "Value": "111"}}));
            assert!(names.is_empty());
        }
    }
}

/// More than fit in a row, and each once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_many() {
    let world = World::new();
    let topic = world.topic("t").await;
    let mut queues = Vec::new();
    for number in 0..200 {
        let queue = world.queue(&format!("q{number}")).await;
        world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
        queues.push(queue);
    }
    world.say(&topic, "all").await;
    let mut signatures = std::collections::HashSet::new();
    for queue in &queues {
        let bodies = world.bodies(queue).await;
        assert_eq!(bodies.len(), 1);
        signatures.insert(json(&bodies[0])["Signature"].as_str().unwrap().to_owned());
    }
    assert_eq!(signatures.len(), 1);
}
