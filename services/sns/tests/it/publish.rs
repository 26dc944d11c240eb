//! What can be published.

use crate::*;

/// test_sns::test_empty_sns_message, test_sns::test_publish_with_empty_subject, test_sns::test_unknown_topic_publish,
/// test_sns::test_publish_non_existent_target, test_sns::test_publish_wrong_phone_format
#[tokio::test]
async fn refused() {
    let world = World::new();
    let topic = world.topic("t").await;
    let base = || message_to(&topic, "x");
    let absent = "arn:aws:sns:us-east-1:000000000000:none";
    let device =
        "arn:aws:sns:us-east-1:000000000000:endpoint/APNS/abcdef/0f7d5971-aa8b-4bd5-b585-0826e9f93a66";
    let phone =
        |number: &str| PublishInput { phone_number: text(number), message: text("x"), ..Default::default() };
    for (input, expected) in [
        (message_to(&topic, ""), invalid("Invalid parameter: Empty message")),
        (PublishInput { subject: text(""), ..base() }, invalid("Invalid parameter: Subject")),
        (PublishInput { subject: text(&"a".repeat(101)), ..base() }, invalid("Invalid parameter: Subject")),
        (PublishInput { subject: text("a\nb"), ..base() }, invalid("Invalid parameter: Subject")),
        (message_to(absent, "x"), fault("NotFound", "Topic does not exist")),
        (
            PublishInput { target_arn: text(device), message: text("x"), ..Default::default() },
            invalid("Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified"),
        ),
        (
            phone("+1a234"),
            invalid("Invalid parameter: PhoneNumber Reason: +1a234 is not valid to publish to"),
        ),
        (
            phone("NAA+15551234567"),
            invalid("Invalid parameter: PhoneNumber Reason: NAA+15551234567 is not valid to publish to"),
        ),
        (message_to(&topic, &"a".repeat((256 << 10) + 1)), invalid("Invalid parameter: Message too long")),
        (
            PublishInput { message_structure: text("json"), ..base() },
            invalid("Invalid parameter: Message Structure - JSON message body failed to parse"),
        ),
        (
            PublishInput { message_structure: text("json"), ..message_to(&topic, "{\"sqs\": \"x\"}") },
            invalid("Invalid parameter: Message Structure - No default entry in JSON message body"),
        ),
        (
            PublishInput { message: text("x"), ..Default::default() },
            invalid("Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"),
        ),
    ] {
        assert_eq!(world.publish(input).await.map(|it| it.message_id), Err(expected));
    }
    world.say(&topic, &"a".repeat(256 << 10)).await;
    let by_target = PublishInput { target_arn: text(&topic), message: text("x"), ..Default::default() };
    assert_eq!(world.publish(by_target).await.unwrap().message_id.unwrap().len(), 36);
}

/// test_sns::test_empty_or_wrong_message_attributes, test_sns::test_message_attributes_prefixes
#[tokio::test]
async fn attributes_that_are_refused() {
    let world = World::new();
    let topic = world.topic("t").await;
    let binary = |data_type: &str| MessageAttributeValue {
        data_type: text(data_type),
        string_value: None,
        binary_value: Some("x".into()),
    };
    let empty = |data_type: &str| MessageAttributeValue { data_type: text(data_type), ..Default::default() };
    let types = "The message attribute 'attr1' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.";
    let long = "a".repeat(256);
    for (name, value, message) in [
        (
            "attr1",
            empty("String"),
            "The message attribute 'attr1' must contain non-empty message attribute value for message attribute type 'String'.",
        ),
        (
            "attr1",
            attribute("String", ""),
            "The message attribute 'attr1' must contain non-empty message attribute value for message attribute type 'String'.",
        ),
        (
            "attr1",
            empty("Binary"),
            "The message attribute 'attr1' must contain non-empty message attribute value for message attribute type 'Binary'.",
        ),
        (
            "attr1",
            binary("String"),
            "The message attribute 'attr1' with type 'String' must use field 'String'.",
        ),
        (
            "attr1",
            binary("Number"),
            "The message attribute 'attr1' with type 'Number' must use field 'String'.",
        ),
        (
            "attr1",
            attribute("Binary", "x"),
            "The message attribute 'attr1' with type 'Binary' must use field 'Binary'.",
        ),
        ("attr1", attribute("InvalidType", "x"), types),
        ("attr1", attribute("Stringx", "x"), types),
        (
            "attr^1",
            attribute("String", "x"),
            "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.",
        ),
        (
            ".attr1",
            attribute("String", "x"),
            "Invalid message attribute name starting with character '.' was found.",
        ),
        (
            "attr1.",
            attribute("String", "x"),
            "Invalid message attribute name ending with character '.' was found.",
        ),
        (
            "att..r1",
            attribute("String", "x"),
            "Message attribute name can not have successive '.' character.",
        ),
        (&long, attribute("String", "x"), "Length of message attribute name must be less than 256 bytes."),
    ] {
        let given = attributes(&[(name, value)]);
        let expected = Err(fault("ParameterValueInvalid", message));
        let single = PublishInput { message_attributes: given.clone(), ..message_to(&topic, "x") };
        assert_eq!(world.publish(single).await.map(drop), expected);
        let entry = PublishBatchRequestEntry {
            id: text("1"),
            message: text("x"),
            message_attributes: given,
            ..Default::default()
        };
        let input =
            PublishBatchInput { topic_arn: text(&topic), publish_batch_request_entries: Some(vec![entry]) };
        assert_eq!(
            world.sns().publish_batch(&world.ctx(), input).await.map(drop).map_err(Fault::from),
            expected
        );
    }
    for good in [attribute("String.x", "x"), attribute("Number.int", "1"), binary("Binary.png")] {
        let input =
            PublishInput { message_attributes: attributes(&[("a", good)]), ..message_to(&topic, "x") };
        world.publish(input).await.unwrap();
    }
}
