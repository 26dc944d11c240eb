//! Topics and their attributes.

use serde_json::json;

use crate::*;

/// test_sns::test_create_topic_name_constraints
#[tokio::test]
async fn names() {
    let world = World::new();
    let wrong = Err(invalid("Invalid parameter: Topic Name"));
    let (long, too_long) = ("a".repeat(256), "a".repeat(257));
    for name in ["", "a.b", "a b", "a:b", "a/b", "ä", "t.fifo", &too_long] {
        assert_eq!(world.create(name, &[]).await, wrong, "{name}");
    }
    for name in ["t", ".fifo", "a.b.fifo"] {
        assert_eq!(world.create(name, &[("FifoTopic", "true")]).await, wrong, "{name}");
    }
    assert_eq!(world.topic(&long).await, format!("arn:aws:sns:us-east-1:000000000000:{long}"));
    assert_eq!(
        world.create("t.fifo", &[("FifoTopic", "true")]).await.unwrap(),
        "arn:aws:sns:us-east-1:000000000000:t.fifo"
    );
}

/// test_sns::test_create_topic_different_attrs, test_sns::test_create_topic_should_be_idempotent
#[tokio::test]
async fn made_again() {
    let world = World::new();
    let arn = world.create("t", &[("DisplayName", "Value1")]).await.unwrap();
    assert_eq!(world.create("t", &[]).await.unwrap(), arn);
    assert_eq!(world.create("t", &[("DisplayName", "Value1")]).await.unwrap(), arn);
    let differs =
        Err(invalid("Invalid parameter: Attributes Reason: Topic already exists with different attributes"));
    assert_eq!(world.create("t", &[("DisplayName", "Value2")]).await, differs);
    assert_eq!(world.create("t", &[("SignatureVersion", "2")]).await, differs);
    assert_eq!(world.create("t", &[("DisplayName", "Value1"), ("SignatureVersion", "2")]).await, differs);
    assert_eq!(
        world.create("t", &[("FifoTopic", "true")]).await,
        Err(invalid("Invalid parameter: Topic Name"))
    );
    world.set_topic(&arn, "DisplayName", "AlreadySet").await.unwrap();
    assert_eq!(world.topic("t").await, arn);
    assert_eq!(world.topic_attributes(&arn).await["DisplayName"], "AlreadySet");
}

fn tags(pairs: &[(&str, &str)]) -> Option<Vec<Tag>> {
    Some(pairs.iter().map(|(key, value)| Tag { key: text(key), value: text(value) }).collect())
}

/// test_sns::test_create_duplicate_topic_check_idempotency, test_sns::test_create_duplicate_topic_with_more_tags,
/// test_sns::test_tags, test_sns::test_tags_removed_after_deletion
#[tokio::test]
async fn tagged() {
    let world = World::new();
    let create = async |given: &[(&str, &str)]| {
        let input = CreateTopicInput { name: text("t"), tags: tags(given), ..Default::default() };
        world
            .sns()
            .create_topic(&world.ctx(), input)
            .await
            .map_err(Fault::from)
            .map(|it| it.topic_arn.unwrap())
    };
    let list = async |arn: &str| {
        let input = ListTagsForResourceRequest { resource_arn: text(arn) };
        let found = world.sns().list_tags_for_resource(&world.ctx(), input).await.unwrap().tags.unwrap();
        found.into_iter().map(|it| (it.key.unwrap(), it.value.unwrap())).collect::<Vec<_>>()
    };
    let arn = create(&[("k1", "v1"), ("k2", "v2")]).await.unwrap();
    for same in [&[("k1", "v1"), ("k2", "v2")][..], &[("k1", "v1")], &[]] {
        assert_eq!(create(same).await.unwrap(), arn);
    }
    let more = create(&[("k1", "v1"), ("k3", "v3")]).await;
    assert_eq!(
        more,
        Err(invalid("Invalid parameter: Tags Reason: Topic already exists with different tags"))
    );
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(list(&arn).await, [pair("k1", "v1"), pair("k2", "v2")]);
    let untag = UntagResourceRequest { resource_arn: text(&arn), tag_keys: Some(vec!["k1".to_owned()]) };
    world.sns().untag_resource(&world.ctx(), untag).await.unwrap();
    assert_eq!(list(&arn).await, [pair("k2", "v2")]);
    let tag = TagResourceRequest { resource_arn: text(&arn), tags: tags(&[("k2", "v2b")]) };
    world.sns().tag_resource(&world.ctx(), tag).await.unwrap();
    assert_eq!(list(&arn).await, [pair("k2", "v2b")]);
    let twice = TagResourceRequest { resource_arn: text(&arn), tags: tags(&[("k", "1"), ("k", "2")]) };
    let error = world.sns().tag_resource(&world.ctx(), twice).await.unwrap_err();
    assert_eq!(Fault::from(error), invalid("Invalid parameter: Duplicated keys are not allowed."));
    for _ in 0..2 {
        let delete = DeleteTopicInput { topic_arn: text(&arn) };
        world.sns().delete_topic(&world.ctx(), delete).await.unwrap();
    }
    create(&[]).await.unwrap();
    assert_eq!(list(&arn).await, []);
    // test_sns::test_create_topic_after_delete_with_new_tags, test_sns::test_delete_non_existent_topic
    let delete = async |arn: &str| {
        world.sns().delete_topic(&world.ctx(), DeleteTopicInput { topic_arn: text(arn) }).await.unwrap();
    };
    delete(&arn).await;
    assert_eq!(create(&[("new", "tag")]).await.unwrap(), arn);
    assert_eq!(list(&arn).await, [pair("new", "tag")]);
    delete("arn:aws:sns:us-east-1:000000000000:never-made").await;
}

/// test_sns::test_create_topic_test_arn, test_sns::test_publish_batch_messages_from_fifo_topic_to_fifo_queue,
/// test_sns::test_topic_get_attributes_with_fifo_false
#[tokio::test]
async fn attributes_as_they_are_shown() {
    let world = World::new();
    let arn = world.create("t", &[("FifoTopic", "false")]).await.unwrap();
    let mut shown = world.topic_attributes(&arn).await;
    let policy = json(&shown.shift_remove("Policy").unwrap());
    assert_eq!(
        policy,
        json!({
            "Version": "2008-10-17",
            "Id": "__default_policy_ID",
            "Statement": [{
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [
                    "SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission",
                    "SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"
                ],
                "Resource": arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": "000000000000"}},
            }],
        })
    );
    assert_eq!(json(&shown.shift_remove("EffectiveDeliveryPolicy").unwrap()), effective());
    let expected = map(&[
        ("DisplayName", ""),
        ("Owner", "000000000000"),
        ("SubscriptionsConfirmed", "0"),
        ("SubscriptionsDeleted", "0"),
        ("SubscriptionsPending", "0"),
        ("TopicArn", &arn),
    ]);
    shown.sort_keys();
    assert_eq!(Some(shown), expected);
    assert_eq!(
        world.set_topic(&arn, "FifoTopic", "false").await,
        Err(invalid("Invalid parameter: AttributeName"))
    );

    let fifo = world.create("t.fifo", &[("FifoTopic", "true")]).await.unwrap();
    let shown = world.topic_attributes(&fifo).await;
    assert_eq!((shown["FifoTopic"].as_str(), shown["ContentBasedDeduplication"].as_str()), ("true", "false"));
}

fn effective() -> Value {
    json!({"http": {
        "defaultHealthyRetryPolicy": {
            "backoffFunction": "linear", "maxDelayTarget": 20, "minDelayTarget": 20, "numMaxDelayRetries": 0,
            "numMinDelayRetries": 0, "numNoDelayRetries": 0, "numRetries": 3,
        },
        "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
        "disableSubscriptionOverrides": false,
    }})
}

/// test_sns::test_topic_delivery_policy_crud
#[tokio::test]
async fn delivery_policies() {
    let world = World::new();
    let arn = world.topic("t").await;
    let both = async || {
        let shown = world.topic_attributes(&arn).await;
        (shown.get("DeliveryPolicy").map(|it| json(it)), json(&shown["EffectiveDeliveryPolicy"]))
    };
    let set = async |value: Value| world.set_topic(&arn, "DeliveryPolicy", &value.to_string()).await.unwrap();
    set(json!({"http": {"defaultRequestPolicy": {"headerContentType": "application/json"}}})).await;
    let mut expected = effective();
    expected["http"]["defaultRequestPolicy"]["headerContentType"] = "application/json".into();
    let own = json!({"http": {"defaultRequestPolicy": {"headerContentType": "application/json"}, "disableSubscriptionOverrides": false}});
    assert_eq!(both().await, (Some(own), expected));

    set(json!({"http": {"defaultHealthyRetryPolicy": {"maxDelayTarget": 6, "minDelayTarget": 5, "numRetries": 1}}})).await;
    let own = json!({"http": {"defaultHealthyRetryPolicy": {"maxDelayTarget": 6, "minDelayTarget": 5, "numRetries": 1}, "disableSubscriptionOverrides": false}});
    let mut expected = effective();
    for (name, value) in [("maxDelayTarget", 6), ("minDelayTarget", 5), ("numRetries", 1)] {
        expected["http"]["defaultHealthyRetryPolicy"][name] = value.into();
    }
    assert_eq!(both().await, (Some(own), expected));

    set(json!({"http": {"defaultHealthyRetryPolicy": null}})).await;
    assert_eq!(both().await, (Some(json!({"http": {"disableSubscriptionOverrides": false}})), effective()));
    world.set_topic(&arn, "DeliveryPolicy", "").await.unwrap();
    assert_eq!(both().await, (None, effective()));
}

#[tokio::test]
async fn values_that_are_refused() {
    let world = World::new();
    let arn = world.topic("t").await;
    for (name, value) in [
        ("SignatureVersion", "3"),
        ("TracingConfig", "x"),
        ("Policy", "x"),
        ("DeliveryPolicy", "x"),
        ("ContentBasedDeduplication", "true"),
        ("FifoThroughputScope", "Topic"),
        ("ArchivePolicy", "{\"MessageRetentionPeriod\": \"30\"}"),
        ("Nothing", "x"),
        ("TopicArn", "x"),
    ] {
        let error = world.set_topic(&arn, name, value).await.unwrap_err();
        assert_eq!(error.code, "InvalidParameter", "{name}");
        assert!(world.create("u", &[(name, value)]).await.is_err(), "{name}");
    }
    let fifo = world
        .create("t.fifo", &[("FifoTopic", "true"), ("ContentBasedDeduplication", "true")])
        .await
        .unwrap();
    world.set_topic(&fifo, "FifoThroughputScope", "MessageGroup").await.unwrap();
    world.set_topic(&fifo, "ArchivePolicy", "{\"MessageRetentionPeriod\": \"30\"}").await.unwrap();
    assert!(world.set_topic(&fifo, "ArchivePolicy", "{\"MessageRetentionPeriod\": \"0\"}").await.is_err());
    world.set_topic(&arn, "HTTPSuccessFeedbackSampleRate", "50").await.unwrap();
    assert_eq!(world.topic_attributes(&arn).await["HTTPSuccessFeedbackSampleRate"], "50");
}

/// test_sns::test_create_topic_in_multiple_regions, test_sns::test_create_topic_test_arn
#[tokio::test]
async fn isolation_and_absence() {
    let world = World::new();
    let arn = world.topic("t").await;
    let list = async |world: &World| {
        let found =
            world.sns().list_topics(&world.ctx(), ListTopicsInput::default()).await.unwrap().topics.unwrap();
        found.into_iter().map(|it| it.topic_arn.unwrap()).collect::<Vec<_>>()
    };
    let (west, other) = (world.region("us-west-1"), world.account("111111111111"));
    let in_west = west.topic("t").await;
    assert_eq!(
        (list(&world).await, list(&west).await, list(&other).await),
        (vec![arn.clone()], vec![in_west], vec![])
    );
    let get = async |world: &World, arn: &str| {
        let input = GetTopicAttributesInput { topic_arn: text(arn) };
        world.sns().get_topic_attributes(&world.ctx(), input).await.map(drop).map_err(Fault::from)
    };
    let absent = "arn:aws:sns:us-east-1:000000000000:none";
    assert_eq!(get(&world, absent).await, Err(fault("NotFound", "Topic does not exist")));
    assert_eq!(get(&west, &arn).await, Err(invalid("Invalid parameter: TopicArn")));
    assert_eq!(
        get(&world, "t").await,
        Err(invalid("Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"))
    );
    // Whosever it is.
    assert_eq!(get(&other, &arn).await, Ok(()));
}

#[tokio::test]
async fn pages_of_a_hundred() {
    let world = World::new();
    for number in 0..205 {
        world.topic(&format!("t{number:03}")).await;
    }
    let (mut token, mut sizes, mut all) = (None, Vec::new(), Vec::new());
    loop {
        let input = ListTopicsInput { next_token: token };
        let page = world.sns().list_topics(&world.ctx(), input).await.unwrap();
        let topics = page.topics.unwrap();
        sizes.push(topics.len());
        all.extend(topics.into_iter().map(|it| it.topic_arn.unwrap()));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [100, 100, 5]);
    assert!(all.is_sorted() && all.len() == 205);
    let error =
        world.sns().list_topics(&world.ctx(), ListTopicsInput { next_token: text("?") }).await.unwrap_err();
    assert_eq!(Fault::from(error), invalid("Invalid parameter: NextToken"));
}

#[tokio::test]
async fn data_protection_policies() {
    let world = World::new();
    let arn = world.topic("t").await;
    let put = async |policy: &str| {
        let input =
            PutDataProtectionPolicyInput { resource_arn: text(&arn), data_protection_policy: text(policy) };
        world.sns().put_data_protection_policy(&world.ctx(), input).await
    };
    let get = async || {
        let input = GetDataProtectionPolicyInput { resource_arn: text(&arn) };
        world
            .sns()
            .get_data_protection_policy(&world.ctx(), input)
            .await
            .unwrap()
            .data_protection_policy
            .unwrap()
    };
    assert_eq!(get().await, "");
    put(r#"{"Name": "x"}"#).await.unwrap();
    assert_eq!(get().await, r#"{"Name": "x"}"#);
    assert!(put("x").await.is_err());
}

/// createTopicWithInvalidAttributesTest, createTopicWithInvalidDeliveryPolicyTest, createTopicWithInvalidPolicy,
/// createTopicWithInvalidDataProtectionPolicy and setTopicAttributesNegativeTest of
/// ballerina-platform/module-ballerinax-aws.sns, which runs against AWS; the last delivery policy is of
/// awsdocs/amazon-sns-developer-guide, pull request 5.
#[tokio::test]
async fn values_that_aws_has_words_for() {
    let world = World::new();
    let arn = world.topic("t").await;
    let retries =
        |name: &str, value: u32| json!({"http": {"defaultHealthyRetryPolicy": {name: value}}}).to_string();
    let policy = json!({"Statement": [{"Action": ["SNS:Publishx", "SNS:Subscribe"]}]}).to_string();
    for (name, value, reason) in [
        (
            "SQSSuccessFeedbackSampleRate",
            "500",
            "SQSSuccessFeedbackSampleRate: 500 value provided is not an integer between 0-100",
        ),
        (
            "DeliveryPolicy",
            &retries("numRetries", 300),
            "DeliveryPolicy: http.defaultHealthyRetryPolicy.numRetries must be less than or equal to 100",
        ),
        (
            "DeliveryPolicy",
            &retries("minDelayTarget", 0),
            "DeliveryPolicy: http.defaultHealthyRetryPolicy.minDelayTarget must be greater than or equal to 1",
        ),
        ("Policy", &policy, "Policy statement action out of service scope!"),
    ] {
        assert_eq!(
            world.create("u", &[(name, value)]).await,
            Err(invalid(&format!("Invalid parameter: Attributes Reason: {reason}")))
        );
        assert_eq!(
            world.set_topic(&arn, name, value).await,
            Err(invalid(&format!("Invalid parameter: {reason}")))
        );
    }
    for action in [json!("sns:Publish"), json!("SNS:*"), json!(["SNS:GetDataProtectionPolicy", "*"])] {
        let policy = json!({"Statement": {"Action": action}}).to_string();
        world.set_topic(&arn, "Policy", &policy).await.unwrap();
    }
    let input = CreateTopicInput {
        name: text("u"),
        data_protection_policy: text(r#"{"Statement": [{"DataDirection": "Inbxound"}]}"#),
        ..Default::default()
    };
    assert_eq!(
        world.sns().create_topic(&world.ctx(), input).await.map(drop).map_err(Fault::from),
        Err(invalid(
            "Invalid parameter: DataProtectionPolicy Reason: Statement DataDirection must be either Inbound or Outbound"
        ))
    );
}
