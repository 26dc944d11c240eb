//! Filter policies of subscriptions.

use serde_json::json;

use crate::*;

fn deep() -> String {
    let values = |count: usize| (0..count).collect::<Vec<_>>();
    json!({"key_a": {"key_b": {"key_c": values(4)}}, "key_d": {"key_e": values(3)}, "key_f": values(3)})
        .to_string()
}

/// test_sns_filter_policy::test_policy_complexity, test_sns_filter_policy::test_policy_complexity_with_or,
/// test_sns_filter_policy::test_sub_filter_policy_nested_property,
/// test_sns_filter_policy::test_sub_filter_policy_nested_property_constraints,
/// test_sns_filter_policy::test_set_subscription_filter_policy_scope, test_sns::test_subscribe_invalid_filter_policy
#[tokio::test]
async fn limits() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    let other = world.queue("other").await;
    let many: Vec<usize> = (0..151).collect();
    let keys = json!({"a": [1], "b": [1], "c": [1], "d": [1], "e": [1], "f": [1]}).to_string();
    let complex = "FilterPolicy: Filter policy is too complex";
    for (policy, reason) in [
        (json!({ "a": many }).to_string(), complex),
        (json!({"a": many[..16], "b": many[..10]}).to_string(), complex),
        (json!({"$or": [{"a": many[..100]}, {"b": many[..51]}]}).to_string(), complex),
        (keys.clone(), "FilterPolicy: Filter policy can not have more than 5 keys"),
        (
            "invalid".to_owned(),
            "FilterPolicy: failed to parse JSON. Unrecognized token 'invalid': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 8]",
        ),
        (
            json!({"object": {"key": [{"prefix": "auto-"}]}}).to_string(),
            "Filter policy scope MessageAttributes does not support nested filter policy",
        ),
        // test_sns_filter_policy::test_validate_policy_exists_operator,
        // test_sns_filter_policy::test_validate_policy_numeric_operator; more of them in asf-patterns
        (
            r#"{"key": [{"exists": null}]}"#.to_owned(),
            "FilterPolicy: exists match pattern must be either true or false.\n at [Source: (String)\"{\"key\":[{\"exists\":null}]}\"; line: 1, column: 23]",
        ),
        (
            r#"{"key": [{"numeric": [">", 3, "<", 1]}]}"#.to_owned(),
            "FilterPolicy: Bottom must be less than top\n at [Source: (String)\"{\"key\":[{\"numeric\":[\">\",3,\"<\",1]}]}\"; line: 1, column: 33]",
        ),
    ] {
        let given = [("FilterPolicy", policy.as_str())];
        let error = world.subscribe(&topic, "sqs", &other, &given).await;
        assert_eq!(error, Err(invalid(&format!("Invalid parameter: Attributes Reason: {reason}"))));
    }
    let arn = world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
    let set = async |name: &str, value: &str| world.set_subscription(&arn, name, value).await;
    assert_eq!(
        set("FilterPolicy", &json!({"object": {"key": ["x"]}}).to_string()).await,
        Err(invalid(
            "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy"
        ))
    );
    assert_eq!(
        set("FilterPolicyScope", "RandomValue").await,
        Err(invalid(
            "Invalid parameter: FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes"
        ))
    );
    set("FilterPolicyScope", "MessageBody").await.unwrap();
    // It is shown with a policy only.
    assert!(!world.subscription(&arn).await.unwrap().contains_key("FilterPolicyScope"));
    for (policy, message) in [
        (deep(), "Invalid parameter: FilterPolicy: Filter policy is too complex"),
        (keys, "Invalid parameter: FilterPolicy: Filter policy can not have more than 5 keys"),
        (
            r#"{"key_a": "value_one"}"#.to_owned(),
            "Invalid parameter: FilterPolicy: \"key_a\" must be an object or an array\n at [Source: (String)\"{\"key_a\":\"value_one\"}\"; line: 1, column: 11]",
        ),
    ] {
        assert_eq!(set("FilterPolicy", &policy).await, Err(invalid(message)));
    }
    set("FilterPolicy", &json!({"object": {"key": [{"prefix": "auto-"}]}}).to_string()).await.unwrap();
    assert_eq!(world.subscription(&arn).await.unwrap()["FilterPolicyScope"], "MessageBody");
    assert!(set("FilterPolicyScope", "MessageAttributes").await.is_err());
    set("FilterPolicy", "{}").await.unwrap();
    assert!(!world.subscription(&arn).await.unwrap().contains_key("FilterPolicy"));
}

/// test_sns_filter_policy::test_filter_policy, test_sns_filter_policy::test_exists_filter_policy
#[tokio::test]
async fn of_attributes() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    let given = [
        ("RawMessageDelivery", "true"),
        ("FilterPolicy", r#"{"attr1": [{"numeric": [">", 0, "<=", 100]}]}"#),
    ];
    let arn = world.subscribe(&topic, "sqs", &queue, &given).await.unwrap();
    let say = async |message: &str, given: &[(&str, MessageAttributeValue)]| {
        let input = PublishInput { message_attributes: attributes(given), ..message_to(&topic, message) };
        world.publish(input).await.unwrap();
    };
    let number = |value: &str| attribute("Number", value);
    say("99", &[("attr1", number("99"))]).await;
    say("111", &[("attr1", number("111"))]).await;
    say("text", &[("attr1", attribute("String", "99"))]).await;
    say("none", &[]).await;
    assert_eq!(world.bodies(&queue).await, ["99"]);
    let array = |value: &str| attribute("String.Array", value);
    for (policy, passed) in [
        (r#"{"attr1": [null, {"anything-but": "whatever"}]}"#, &["array", "number", "none"][..]),
        (r#"{"attr1": [{"exists": true}]}"#, &["array", "whatever", "number"]),
        (r#"{"attr1": [{"exists": false}]}"#, &["none"]),
        // test_sns_filter_policy::test_exists_filter_policy_attributes_array
        (r#"{"attr1": ["value1"]}"#, &["array"]),
        (r#"{"attr1": [true, 7]}"#, &["array"]),
        (r#"{"attr1": [99]}"#, &["number"]),
    ] {
        world.set_subscription(&arn, "FilterPolicy", policy).await.unwrap();
        say("array", &[("attr1", array(r#"["value1", "value2", true, 7]"#))]).await;
        say("whatever", &[("attr1", attribute("String", "whatever"))]).await;
        say("number", &[("attr1", number("99"))]).await;
        say("none", &[("attr2", number("1"))]).await;
        assert_eq!(world.bodies(&queue).await, passed, "{policy}");
    }
}

/// test_sns_filter_policy::test_filter_policy_for_batch
#[tokio::test]
async fn of_batches() {
    let world = World::new();
    let topic = world.topic("t").await;
    let (filtered, all) = (world.queue("filtered").await, world.queue("all").await);
    let policy = r#"{"attr1": [{"numeric": [">", 0, "<=", 100]}]}"#;
    let arn = world.subscribe(&topic, "sqs", &filtered, &[("FilterPolicy", policy)]).await.unwrap();
    let open = world.subscribe(&topic, "sqs", &all, &[]).await.unwrap();
    // The scope is shown as soon as there is a policy.
    let shown = world.subscription(&arn).await.unwrap();
    assert_eq!(
        (json(&shown["FilterPolicy"]), &*shown["FilterPolicyScope"]),
        (json(policy), "MessageAttributes")
    );
    let shown = world.subscription(&open).await.unwrap();
    assert!(!shown.contains_key("FilterPolicy") && !shown.contains_key("FilterPolicyScope"));
    let entry = |id: &str, number: &str| PublishBatchRequestEntry {
        id: text(id),
        message: text(number),
        message_attributes: attributes(&[("attr1", attribute("Number", number))]),
        ..Default::default()
    };
    let entries = vec![entry("1", "99"), entry("2", "111")];
    let input = PublishBatchInput { topic_arn: text(&topic), publish_batch_request_entries: Some(entries) };
    world.sns().publish_batch(&world.ctx(), input).await.unwrap();
    assert_eq!(world.texts(&filtered).await, ["99"]);
    assert_eq!(world.texts(&all).await, ["99", "111"]);
}

/// test_sns_filter_policy::test_filter_policy_ip_address_condition
#[tokio::test]
async fn of_addresses() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    let policy = r#"{"detail": {"$or": [
        {"sourceIPAddress": [{"cidr": "10.0.0.0/24"}]},
        {"sourceIPAddressV6": [{"cidr": "2001:0db8:1234:1a00::/64"}]}
    ]}}"#;
    let given =
        [("RawMessageDelivery", "true"), ("FilterPolicyScope", "MessageBody"), ("FilterPolicy", policy)];
    world.subscribe(&topic, "sqs", &queue, &given).await.unwrap();
    let event = |name: &str, address: &str| json!({"id": "1", "detail": {name: address}}).to_string();
    let passed = [
        event("sourceIPAddress", "10.0.0.255"),
        event("sourceIPAddressV6", "2001:0db8:1234:1a00:0000:0000:0000:0000"),
    ];
    let not = [
        event("sourceIPAddress", "10.0.0.256"),
        event("sourceIPAddress", "10.0.1.255"),
        event("sourceIPAddressV6", "2001:0db8:1234:1b00:0000:0000:0000:0000"),
    ];
    for body in passed.iter().chain(&not) {
        world.say(&topic, body).await;
    }
    assert_eq!(world.bodies(&queue).await, passed);
}

/// test_sns_filter_policy::test_filter_policy_on_message_body
#[tokio::test]
async fn of_bodies() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    let policy = r#"{"object": {"key": [{"prefix": "auto-"}, "hardcodedvalue"]}}"#;
    let given =
        [("RawMessageDelivery", "true"), ("FilterPolicyScope", "MessageBody"), ("FilterPolicy", policy)];
    world.subscribe(&topic, "sqs", &queue, &given).await.unwrap();
    let passed = [r#"{"object": {"key": "auto-test"}}"#, r#"{"object": {"key": "hardcodedvalue"}}"#];
    for body in
        passed.into_iter().chain([r#"{"object": {"key": "test-auto"}}"#, r#"{"object": "x"}"#, "x", "[]"])
    {
        world.say(&topic, body).await;
    }
    assert_eq!(world.bodies(&queue).await, passed);
}
