//! Subscriptions and their attributes.

use asf_runtime::context::Credentials;
use serde_json::json;

use crate::*;

async fn list(world: &World, topic: &str) -> Vec<Subscription> {
    let input = ListSubscriptionsByTopicInput { topic_arn: text(topic), next_token: None };
    world.sns().list_subscriptions_by_topic(&world.ctx(), input).await.unwrap().subscriptions.unwrap()
}

async fn unsubscribe(world: &World, arn: &str) -> Result<(), Fault> {
    let input = UnsubscribeInput { subscription_arn: text(arn) };
    Ok(world.sns().unsubscribe(&world.ctx(), input).await?)
}

/// test_sns::test_subscribe_idempotency, test_sns::test_not_found_error_on_set_subscription_attributes,
/// test_sns::test_creating_subscription_with_attributes, test_sns::test_subscribe_attributes
#[tokio::test]
async fn once_for_each_endpoint() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    let arn = world.subscribe(&topic, "sqs", &queue, &[("RawMessageDelivery", "true")]).await.unwrap();
    let mut shown = world.subscription(&arn).await.unwrap();
    shown.sort_keys();
    let expected = map(&[
        ("ConfirmationWasAuthenticated", "true"),
        ("Endpoint", &queue),
        ("Owner", "000000000000"),
        ("PendingConfirmation", "false"),
        ("Protocol", "sqs"),
        ("RawMessageDelivery", "true"),
        ("SubscriptionArn", &arn),
        ("SubscriptionPrincipal", "arn:aws:iam::000000000000:root"),
        ("TopicArn", &topic),
    ]);
    assert_eq!(Some(shown), expected);
    for same in [&[("RawMessageDelivery", "true")][..], &[]] {
        assert_eq!(world.subscribe(&topic, "sqs", &queue, same).await.unwrap(), arn);
    }
    for other in [&[("RawMessageDelivery", "false")][..], &[("FilterPolicyScope", "MessageBody")]] {
        let error = world.subscribe(&topic, "sqs", &queue, other).await;
        assert_eq!(
            error,
            Err(invalid(
                "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
            ))
        );
    }
    // test_sns::test_getting_subscriptions_by_topic
    let expected = Subscription {
        subscription_arn: text(&arn),
        owner: text("000000000000"),
        protocol: text("sqs"),
        endpoint: text(&queue),
        topic_arn: text(&topic),
    };
    assert_eq!(format!("{:?}", list(&world, &topic).await), format!("{:?}", [expected]));
    // test_sns::test_set_subscription_attributes
    for value in ["false", "true"] {
        world.set_subscription(&arn, "RawMessageDelivery", value).await.unwrap();
        assert_eq!(world.subscription(&arn).await.unwrap()["RawMessageDelivery"], value);
    }
    unsubscribe(&world, &arn).await.unwrap();
    assert!(list(&world, &topic).await.is_empty());
    let gone = Err(fault("NotFound", "Subscription does not exist"));
    assert_eq!(world.set_subscription(&arn, "RawMessageDelivery", "true").await, gone);
    assert_eq!(world.subscription(&arn).await.map(drop), gone);
    assert_eq!(world.topic_attributes(&topic).await["SubscriptionsDeleted"], "1");
    assert_ne!(world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap(), arn);
}

/// test_sns::test_subscribe_with_invalid_protocol, test_sns::test_subscribe_sqs_queue_url,
/// test_sns::test_subscribe_unknown_sqs_queue, test_sns::test_subscribe_unknown_topic,
/// test_sns::test_subscribe_invalid_sms, test_sns::test_subscribe_sms_endpoint, test_sns::test_validations_for_fifo
#[tokio::test]
async fn endpoints() {
    let world = World::new();
    let topic = world.topic("t").await;
    let fifo = world.create("t.fifo", &[("FifoTopic", "true")]).await.unwrap();
    for (protocol, endpoint, message) in [
        (
            "test-protocol",
            "x",
            "Invalid parameter: Amazon SNS does not support this protocol string: test-protocol",
        ),
        ("sqs", "http://localhost:4566/000000000000/q", "Invalid parameter: SQS endpoint ARN"),
        ("sqs", "arn:aws:sqs:us-east-1:q", "Invalid parameter: SQS endpoint ARN"),
        ("sms", "NAA+15551234567", "Invalid SMS endpoint: NAA+15551234567"),
        ("sms", "+15--551234567", "Invalid SMS endpoint: +15--551234567"),
        ("sms", "/+15551234567", "Invalid SMS endpoint: /+15551234567"),
        ("sms", "+15551234567.", "Invalid SMS endpoint: +15551234567."),
        ("https", "http://example.com", "Invalid parameter: Endpoint must match the specified protocol"),
        ("email", "nobody", "Invalid parameter: Email address"),
        ("lambda", "f", "Invalid parameter: Lambda endpoint ARN"),
        ("application", "invalid arn", "Invalid parameter: Application endpoint arn invalid:invalid arn"),
        (
            "sqs",
            "arn:aws:sqs:us-east-1:000000000000:q.fifo",
            "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
        ),
    ] {
        assert_eq!(world.subscribe(&topic, protocol, endpoint, &[]).await, Err(invalid(message)));
    }
    for (protocol, endpoint) in [
        ("sqs", "arn:aws:sqs:us-east-1:000000000000:not-there"),
        ("sms", "+123123123"),
        ("lambda", "arn:aws:lambda:us-east-1:000000000000:function:f"),
    ] {
        let arn = world.subscribe(&topic, protocol, endpoint, &[]).await.unwrap();
        let shown = world.subscription(&arn).await.unwrap();
        assert_eq!(
            (shown["PendingConfirmation"].as_str(), shown["ConfirmationWasAuthenticated"].as_str()),
            ("false", "true")
        );
    }
    for queue in ["q", "q.fifo"] {
        let arn = format!("arn:aws:sqs:us-east-1:000000000000:{queue}");
        world.subscribe(&fifo, "sqs", &arn, &[]).await.unwrap();
    }
    // hashicorp/terraform-provider-aws, issue 38441
    assert_eq!(
        world.subscribe(&fifo, "sms", "+123123123", &[]).await,
        Err(invalid("Invalid parameter: Invalid protocol type: sms"))
    );
    let none = "arn:aws:sns:us-east-1:000000000000:none";
    assert_eq!(
        world.subscribe(none, "sms", "+123123123", &[]).await,
        Err(fault("NotFound", "Topic does not exist"))
    );
    // test_sns::test_cross_region_delivery_sqs
    let west = world.region("us-west-1");
    assert_eq!(
        west.subscribe(&topic, "sms", "+123123123", &[]).await,
        Err(invalid("Invalid parameter: TopicArn"))
    );
}

/// test_sns::test_unsubscribe_wrong_arn_format
#[tokio::test]
async fn arns_of_subscriptions() {
    let world = World::new();
    for (arn, message) in [
        (
            "randomstring",
            "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1",
        ),
        (
            "arn:aws:sns:us-east-1:random",
            "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 5",
        ),
        ("arn:aws:sns:us-east-1:000000000000:random", "Invalid parameter: SubscriptionId"),
        ("", "Invalid parameter: SubscriptionArn Reason: no value for required parameter"),
    ] {
        assert_eq!(unsubscribe(&world, arn).await, Err(invalid(message)));
    }
    let id = "arn:aws:sns:us-east-1:000000000000:t:00000000-0000-0000-0000-000000000000";
    assert_eq!(unsubscribe(&world, id).await, Ok(()));
    // test_sns::test_get_subscription_attributes_error_not_exists
    assert_eq!(world.subscription(id).await.map(drop), Err(fault("NotFound", "Subscription does not exist")));
}

/// test_sns::test_creating_subscription, test_sns::test_confirm_subscription, test_sns::test_double_subscription
#[tokio::test]
async fn pending() {
    let world = World::new();
    let topic = world.topic("t").await;
    let input = SubscribeInput {
        topic_arn: text(&topic),
        protocol: text("email"),
        endpoint: text("a@example.com"),
        ..Default::default()
    };
    let pending = world.sns().subscribe(&world.ctx(), input).await.unwrap().subscription_arn.unwrap();
    assert_eq!(pending, "pending confirmation");
    assert_eq!(list(&world, &topic).await[0].subscription_arn.as_deref(), Some("PendingConfirmation"));
    let arn = world.subscribe(&topic, "email", "a@example.com", &[]).await.unwrap();
    assert_eq!(world.subscription(&arn).await.unwrap()["PendingConfirmation"], "true");
    assert_eq!(world.topic_attributes(&topic).await["SubscriptionsPending"], "1");

    let store = world.providers.state().stores::<asf_sns::tables::SnsStore>();
    let store = store.at(world.ctx().account_id, &world.ctx().region);
    let token = store.subscriptions.get(&arn).unwrap().token.clone().unwrap();
    let confirm = async |topic: &str, token: &str| {
        let input =
            ConfirmSubscriptionInput { topic_arn: text(topic), token: text(token), ..Default::default() };
        let confirmed = world.sns().confirm_subscription(&world.ctx(), input).await;
        confirmed.map(|it| it.subscription_arn.unwrap()).map_err(Fault::from)
    };
    // test_sns::test_subscribe_external_http_endpoint
    assert_eq!(confirm("x", &token).await, Err(invalid("Invalid parameter: Topic")));
    assert_eq!(confirm(&topic, "abc123").await, Err(invalid("Invalid parameter: Token")));
    // confirmSubscriptionWithInvalidTokenTest of ballerina-platform/module-ballerinax-aws.sns, which runs against AWS
    assert_eq!(confirm(&topic, "invalidToken").await, Err(invalid("Invalid token")));
    for _ in 0..2 {
        assert_eq!(confirm(&topic, &token).await.as_deref(), Ok(arn.as_str()));
    }
    assert_eq!(world.subscription(&arn).await.unwrap()["PendingConfirmation"], "false");
    // It is good for two days; asking again makes it so again.
    let other = world.subscribe(&topic, "email", "b@example.com", &[]).await.unwrap();
    let token = store.subscriptions.get(&other).unwrap().token.clone().unwrap();
    world.pass(2 * 24 * 3_600);
    assert_eq!(confirm(&topic, &token).await, Err(invalid("Invalid parameter: Token")));
    world.subscribe(&topic, "email", "b@example.com", &[]).await.unwrap();
    assert_eq!(confirm(&topic, &token).await, Ok(other));
}

/// test_sns::test_delete_subscriptions_on_delete_topic
#[tokio::test]
async fn of_a_deleted_topic() {
    let world = World::new();
    let (topic, queue) = (world.topic("t").await, world.queue("q").await);
    let arn = world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
    world.sns().delete_topic(&world.ctx(), DeleteTopicInput { topic_arn: text(&topic) }).await.unwrap();
    assert_eq!(world.subscription(&arn).await.unwrap()["TopicArn"], topic);
    world.topic("t").await;
    assert!(list(&world, &topic).await.is_empty());
    world.say(&topic, "nobody hears it").await;
    assert!(world.bodies(&queue).await.is_empty());
}

/// Whoever makes a subscription owns it.
#[tokio::test]
async fn across_accounts() {
    let world = World::new();
    let (topic, other) = (world.topic("t").await, world.account("111111111111"));
    let queue = other.queue("q").await;
    let arn = other.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
    let own = async |world: &World| {
        let found =
            world.sns().list_subscriptions(&world.ctx(), ListSubscriptionsInput::default()).await.unwrap();
        found.subscriptions.unwrap().into_iter().map(|it| it.owner.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((own(&world).await, own(&other).await), (vec![], vec!["111111111111".to_owned()]));
    assert_eq!(list(&world, &topic).await.len(), 1);
    assert_eq!(other.subscription(&arn).await.unwrap()["PendingConfirmation"], "false");
    world.say(&topic, "hello").await;
    assert_eq!(other.texts(&queue).await, ["hello"]);
    // Somebody else's queue is asked, in a message to it.
    let third = world.queue("mine").await;
    let arn = other.subscribe(&topic, "sqs", &third, &[]).await.unwrap();
    assert_eq!(other.subscription(&arn).await.unwrap()["PendingConfirmation"], "true");
    let mut asked = world.bodies(&third).await;
    while asked.is_empty() {
        tokio::task::yield_now().await;
        asked = world.bodies(&third).await;
    }
    let asked = json(&asked[0]);
    assert_eq!(asked["Type"], "SubscriptionConfirmation");
    let token = asked["Token"].as_str();
    let confirm = ConfirmSubscriptionInput {
        topic_arn: text(&topic),
        token: token.map(str::to_owned),
        ..Default::default()
    };
    world.sns().confirm_subscription(&world.ctx(), confirm).await.unwrap();
    world.say(&topic, "let in").await;
    assert_eq!(world.texts(&third).await, ["let in"]);
}

/// test_sns::test_list_subscriptions_by_topic_pagination
#[tokio::test]
async fn pages() {
    let world = World::new();
    let topic = world.topic("t").await;
    for number in 0..101 {
        world.subscribe(&topic, "sms", &format!("+1555123{number:04}"), &[]).await.unwrap();
    }
    let page = async |token: Option<String>| {
        let input = ListSubscriptionsByTopicInput { topic_arn: text(&topic), next_token: token };
        let page = world.sns().list_subscriptions_by_topic(&world.ctx(), input).await.unwrap();
        (page.subscriptions.unwrap().len(), page.next_token)
    };
    let (first, token) = page(None).await;
    assert_eq!((first, page(token).await), (100, (1, None)));
}

/// test_sns::test_subscribe_external_http_endpoint_content_type
#[tokio::test]
async fn delivery_policies() {
    let world = World::new();
    let topic = world.topic("t").await;
    let policy = json!({"requestPolicy": {"headerContentType": "text/csv"}}).to_string();
    let given = [("DeliveryPolicy", policy.as_str()), ("RawMessageDelivery", "true")];
    let arn = world.subscribe(&topic, "http", "http://localhost:1/x", &given).await.unwrap();
    let shown = world.subscription(&arn).await.unwrap();
    let mut expected = json!({
        "guaranteed": false, "healthyRetryPolicy": null, "requestPolicy": {"headerContentType": "text/csv"},
        "sicklyRetryPolicy": null, "throttlePolicy": null,
    });
    assert_eq!(json(&shown["DeliveryPolicy"]), expected);
    expected["healthyRetryPolicy"] = json!({
        "backoffFunction": "linear", "maxDelayTarget": 20, "minDelayTarget": 20, "numMaxDelayRetries": 0,
        "numMinDelayRetries": 0, "numNoDelayRetries": 0, "numRetries": 3,
    });
    assert_eq!(json(&shown["EffectiveDeliveryPolicy"]), expected);
    assert_eq!(shown["ConfirmationWasAuthenticated"], "false");
    assert_eq!(shown["PendingConfirmation"], "true");
}

/// test_sns::test_validations_for_fifo and our own
#[tokio::test]
async fn attributes_that_are_refused() {
    let world = World::new();
    let topic = world.topic("t").await;
    let fifo = world.create("t.fifo", &[("FifoTopic", "true")]).await.unwrap();
    let arn = world.subscribe(&fifo, "sqs", "arn:aws:sqs:us-east-1:000000000000:q.fifo", &[]).await.unwrap();
    let to = |queue: &str| {
        json!({"deadLetterTargetArn": format!("arn:aws:sqs:us-east-1:000000000000:{queue}")}).to_string()
    };
    assert_eq!(
        world.set_subscription(&arn, "RedrivePolicy", &to("d")).await,
        Err(invalid(
            "Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        ))
    );
    world.set_subscription(&arn, "RedrivePolicy", &to("d.fifo")).await.unwrap();
    for (name, value) in [
        ("Nothing", "x"),
        ("RawMessageDelivery", "x"),
        ("RedrivePolicy", "{\"a\": 1}"),
        ("ReplayPolicy", "x"),
    ] {
        assert_eq!(
            world.set_subscription(&arn, name, value).await.unwrap_err().code,
            "InvalidParameter",
            "{name}"
        );
    }
    let no_role =
        world.subscribe(&topic, "firehose", "arn:aws:firehose:us-east-1:000000000000:deliverystream/s", &[]);
    assert!(no_role.await.unwrap_err().message.contains("SubscriptionRoleArn"));
    // subscribeWithInvalidAttributeTest and setSubscriptionAttributesTestNegative of
    // ballerina-platform/module-ballerinax-aws.sns, which runs against AWS
    let raw = ("RawMessageDelivery", "true");
    let reason =
        |protocol: &str| format!("Delivery protocol [{protocol}] does not support raw message delivery.");
    assert_eq!(
        world.subscribe(&topic, "email", "a@example.com", &[raw]).await,
        Err(invalid(&format!("Invalid parameter: Attributes Reason: {}", reason("email"))))
    );
    let phone = world.subscribe(&topic, "sms", "+123123123", &[]).await.unwrap();
    assert_eq!(
        world.set_subscription(&phone, raw.0, raw.1).await,
        Err(invalid(&format!("Invalid parameter: {}", reason("sms"))))
    );
    // cloudposse/terraform-aws-sns-topic, issue 48
    let counted =
        json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:d", "maxReceiveCount": 5});
    assert_eq!(
        world.subscribe(&topic, "sms", "+123123124", &[("RedrivePolicy", &counted.to_string())]).await,
        Err(invalid(
            "Invalid parameter: Attributes Reason: RedrivePolicy: invalid JSON. Attribute maxReceiveCount is unknown."
        ))
    );
}

/// "ConfirmSubscription" and "Unsubscribe" in the API reference: `AuthenticateOnUnsubscribe`.
#[tokio::test]
async fn guarded() {
    let world = World::new();
    let (other, third) = (world.account("111111111111"), world.account("222222222222"));
    let topic = world.topic("t").await;
    let key = Credentials { access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(), session_token: None };
    let ctx = |world: &World, is_signed: bool| {
        let mut ctx = world.ctx();
        ctx.credentials = is_signed.then(|| key.clone());
        ctx
    };
    let store = world.providers.state().stores::<SnsStore>().at(world.ctx().account_id, &world.ctx().region);
    let confirm = async |arn: &str, is_signed: bool, flag: &str| {
        let token = store.subscriptions.get(&arn.to_owned()).unwrap().token.clone();
        let authenticate_on_unsubscribe = text(flag);
        let input = ConfirmSubscriptionInput { topic_arn: text(&topic), token, authenticate_on_unsubscribe };
        world.sns().confirm_subscription(&ctx(&world, is_signed), input).await.map(drop).map_err(Fault::from)
    };
    let unsubscribe = async |arn: &str, caller: &World, is_signed: bool| {
        let input = UnsubscribeInput { subscription_arn: text(arn) };
        world.sns().unsubscribe(&ctx(caller, is_signed), input).await.map_err(Fault::from)
    };
    let refused = |user: &str, action: &str, arn: &str| {
        let message = format!("User: {user} is not authorized to perform: SNS:{action} on resource: {arn}");
        Err(Fault { code: "AuthorizationError".to_owned(), message, status: 403 })
    };
    let subscribe = async |address: &str| other.subscribe(&topic, "email", address, &[]).await.unwrap();

    let arn = subscribe("a@example.com").await;
    assert_eq!(confirm(&arn, false, "true").await, refused("anonymous", "ConfirmSubscription", &topic));
    assert_eq!(other.subscription(&arn).await.unwrap()["PendingConfirmation"], "true");
    assert_eq!(confirm(&arn, true, "true").await, Ok(()));
    assert_eq!(other.subscription(&arn).await.unwrap()["ConfirmationWasAuthenticated"], "true");
    assert_eq!(unsubscribe(&arn, &world, false).await, refused("anonymous", "Unsubscribe", &arn));
    let stranger = "arn:aws:iam::222222222222:root";
    assert_eq!(unsubscribe(&arn, &third, true).await, refused(stranger, "Unsubscribe", &arn));
    // The subscription's owner, and the topic's.
    assert_eq!(unsubscribe(&arn, &other, true).await, Ok(()));
    assert!(other.subscription(&arn).await.is_err());
    let arn = subscribe("b@example.com").await;
    confirm(&arn, true, "True").await.unwrap();
    assert_eq!(unsubscribe(&arn, &world, true).await, Ok(()));
    // Without the flag, the link in the message is enough.
    for (is_signed, flag) in [(true, "false"), (false, "false")] {
        let arn = subscribe("c@example.com").await;
        confirm(&arn, is_signed, flag).await.unwrap();
        let shown = other.subscription(&arn).await.unwrap();
        assert_eq!(shown["ConfirmationWasAuthenticated"], is_signed.to_string());
        assert_eq!(unsubscribe(&arn, &world, false).await, Ok(()));
        assert!(other.subscription(&arn).await.is_err());
    }
}
