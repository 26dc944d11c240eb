//! Platform applications, text messages, mail.

use serde_json::json;

use asf_sns::inspection::Channel;

use crate::*;

async fn application(
    world: &World,
    name: &str,
    platform: &str,
    given: &[(&str, &str)],
) -> Result<String, Fault> {
    let input =
        CreatePlatformApplicationInput { name: text(name), platform: text(platform), attributes: map(given) };
    Ok(world.sns().create_platform_application(&world.ctx(), input).await?.platform_application_arn.unwrap())
}

const KEYS: [(&str, &str); 2] = [("PlatformPrincipal", "p"), ("PlatformCredential", "c")];

/// test_sns::test_create_platform_application, test_sns::test_create_platform_application_invalid_name,
/// test_sns::test_create_platform_application_invalid_platform,
/// test_sns::test_create_platform_application_invalid_attributes, test_sns::test_get_platform_application_attributes,
/// test_sns::test_get_platform_application_attributes_non_existing_app,
/// test_sns::test_set_platform_application_attributes,
/// test_sns::test_set_platform_application_attributes_non_existing_app, test_sns::test_list_platform_applications
#[tokio::test]
async fn applications() {
    let world = World::new();
    let long = "a".repeat(257);
    for (name, platform, given, message) in [
        ("", "ADM", &KEYS[..], "Invalid parameter:  Reason: cannot be empty".to_owned()),
        ("@name", "ADM", &KEYS, "Invalid parameter: @name Reason: must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'".to_owned()),
        (&long, "ADM", &KEYS, format!("Invalid parameter: {long} Reason: must be at most 256 characters long")),
        ("a", "AAA", &KEYS, "Invalid parameter: Platform Reason: AAA is not supported".to_owned()),
        ("a", "ADM", &KEYS[..1], "Invalid parameter: Attributes Reason: PlatformPrincipal attribute provided without PlatformCredential".to_owned()),
        ("a", "ADM", &KEYS[1..], "Invalid parameter: Attributes Reason: PlatformCredential attribute provided without PlatformPrincipal".to_owned()),
    ] {
        assert_eq!(application(&world, name, platform, given).await, Err(invalid(&message)));
    }
    let arn = application(&world, "a", "ADM", &KEYS).await.unwrap();
    assert_eq!(arn, "arn:aws:sns:us-east-1:000000000000:app/ADM/a");
    let get = async |arn: &str| {
        let input = GetPlatformApplicationAttributesInput { platform_application_arn: text(arn) };
        let found = world.sns().get_platform_application_attributes(&world.ctx(), input).await;
        found.map(|it| it.attributes.unwrap()).map_err(Fault::from)
    };
    assert_eq!(Some(get(&arn).await.unwrap()), map(&[("Enabled", "true")]));
    let list = async || {
        let found = world.sns().list_platform_applications(&world.ctx(), Default::default()).await.unwrap();
        let pair = |it: PlatformApplication| (it.platform_application_arn.unwrap(), it.attributes);
        found.platform_applications.unwrap().into_iter().map(pair).collect::<Vec<_>>()
    };
    assert_eq!(list().await, [(arn.clone(), map(&[("Enabled", "true")]))]);
    let set = async |arn: &str, given: &[(&str, &str)]| {
        let input = SetPlatformApplicationAttributesInput {
            platform_application_arn: text(arn),
            attributes: map(given),
        };
        world.sns().set_platform_application_attributes(&world.ctx(), input).await.map_err(Fault::from)
    };
    let rate = &[("SuccessFeedbackSampleRate", "50")][..];
    set(&arn, rate).await.unwrap();
    assert_eq!(
        Some(get(&arn).await.unwrap()),
        map(&[("Enabled", "true"), ("SuccessFeedbackSampleRate", "50")])
    );
    let absent = || Err(fault("NotFound", "PlatformApplication does not exist"));
    let none = "arn:aws:sns:us-east-1:000000000000:app/ADM/none";
    assert_eq!(get(none).await.map(drop), absent());
    for given in [rate, &KEYS[..1], &KEYS[1..]] {
        assert_eq!(set(none, given).await, absent());
    }
}

/// createPlatformApplicationAlreadyExists, createPlatformWithInvalidAttributes and
/// setPlatformApplicationAttributesNegativeTest of ballerina-platform/module-ballerinax-aws.sns, which runs against AWS;
/// so do those of the endpoints.
#[tokio::test]
async fn applications_that_are_there_already() {
    let world = World::new();
    let arn = application(&world, "a", "ADM", &KEYS).await.unwrap();
    assert_eq!(application(&world, "a", "ADM", &KEYS).await.as_deref(), Ok(arn.as_str()));
    let more = [KEYS[0], KEYS[1], ("EventEndpointCreated", "arn:aws:sns:us-east-1:000000000000:t")];
    assert_eq!(
        application(&world, "a", "ADM", &more).await,
        Err(invalid(
            "Invalid parameter: Name Reason: An application with the same name but different properties already exists"
        ))
    );
    let rate = ("SuccessFeedbackSampleRate", "101");
    let wrong = || {
        Err(invalid(
            "Invalid parameter: Attributes Reason: Invalid value for attribute: SuccessFeedbackSampleRate: 101 value provided is not an integer between 0-100",
        ))
    };
    assert_eq!(application(&world, "b", "ADM", &[KEYS[0], KEYS[1], rate]).await, wrong());
    let input = SetPlatformApplicationAttributesInput {
        platform_application_arn: text(&arn),
        attributes: map(&[rate]),
    };
    let set = world.sns().set_platform_application_attributes(&world.ctx(), input).await;
    assert_eq!(set.map_err(Fault::from), wrong().map(drop));
    // createEndpointWithEmptyTokenTest, createEndpointWithInvalidAttributes, createEndpointWithInvalidArnTest
    assert_eq!(
        device(&world, &arn, "", None, &[]).await,
        Err(invalid("Invalid parameter: Token Reason: cannot be empty"))
    );
    assert_eq!(
        device(&world, &arn, "t", None, &[("Token", "")]).await,
        Err(invalid(
            "Invalid parameter: Attributes Reason: Invalid value for attribute: Token: cannot be empty"
        ))
    );
    let endpoint = device(&world, &arn, "t", None, &[]).await.unwrap();
    assert_eq!(
        device(&world, &endpoint, "t", None, &[]).await,
        Err(invalid(
            "Invalid parameter: PlatformApplicationArn Reason: Wrong number of slashes in relative portion of the ARN."
        ))
    );
}

async fn device(
    world: &World,
    app: &str,
    token: &str,
    data: Option<&str>,
    given: &[(&str, &str)],
) -> Result<String, Fault> {
    let input = CreatePlatformEndpointInput {
        platform_application_arn: text(app),
        token: text(token),
        custom_user_data: data.map(str::to_owned),
        attributes: map(given),
    };
    Ok(world.sns().create_platform_endpoint(&world.ctx(), input).await?.endpoint_arn.unwrap())
}

/// test_sns::test_create_platform_endpoint, test_sns::test_create_platform_endpoint_idempotency,
/// test_sns::test_create_platform_endpoint_with_invalid_attributes,
/// test_sns::test_create_platform_endpoint_non_existent_app, test_sns::test_get_platform_endpoint_attributes,
/// test_sns::test_get_platform_endpoint_attributes_non_existent_endpoint, test_sns::test_list_platform_endpoints,
/// test_sns::test_delete_platform_endpoint, test_sns::test_delete_endpoints_of_deleted_app
#[tokio::test]
async fn devices() {
    let world = World::new();
    let app = application(&world, "a", "ADM", &KEYS).await.unwrap();
    let arn = device(&world, &app, "token_1", None, &[]).await.unwrap();
    assert!(arn.starts_with("arn:aws:sns:us-east-1:000000000000:endpoint/ADM/a/"), "{arn}");
    assert_eq!(device(&world, &app, "token_1", None, &[]).await.as_deref(), Ok(arn.as_str()));
    assert_eq!(
        device(&world, &app, "token_1", Some("x"), &[]).await,
        Err(invalid(&format!(
            "Invalid parameter: Token Reason: Endpoint {arn} already exists with the same Token, but different attributes."
        )))
    );
    let long = "a".repeat(2_049);
    for (name, value, message) in [
        (
            "CustomUserData",
            long.as_str(),
            "Invalid value for attribute: CustomUserData: must be at most 2048 bytes long in UTF-8 encoding",
        ),
        ("InvalidKey", "x", "Invalid attribute name: InvalidKey"),
        ("PlatformPrincipal", "x", "Invalid attribute name: PlatformPrincipal"),
        ("PlatformCredential", "x", "Invalid attribute name: PlatformCredential"),
    ] {
        let error = device(&world, &app, "token_2", None, &[(name, value)]).await;
        assert_eq!(error, Err(invalid(&format!("Invalid parameter: Attributes Reason: {message}"))));
    }
    let absent = "arn:aws:sns:us-east-1:000000000000:app/ADM/none";
    assert_eq!(
        device(&world, absent, "t", None, &[]).await,
        Err(fault("NotFound", "PlatformApplication does not exist"))
    );
    let get = async |arn: &str| {
        let input = GetEndpointAttributesInput { endpoint_arn: text(arn) };
        world
            .sns()
            .get_endpoint_attributes(&world.ctx(), input)
            .await
            .map(|it| it.attributes.unwrap())
            .map_err(Fault::from)
    };
    assert_eq!(Some(get(&arn).await.unwrap()), map(&[("Token", "token_1"), ("Enabled", "true")]));
    let set = async |value: &str| {
        let input =
            SetEndpointAttributesInput { endpoint_arn: text(&arn), attributes: map(&[("Enabled", value)]) };
        world.sns().set_endpoint_attributes(&world.ctx(), input).await.unwrap();
    };
    let push = PublishInput {
        target_arn: text(&arn),
        message: text(r#"{"ADM": "{\"x\": 1}"}"#),
        message_structure: text("json"),
        ..Default::default()
    };
    world.publish(push.clone()).await.unwrap();
    set("false").await;
    assert_eq!(world.publish(push).await.map(drop), Err(fault("EndpointDisabled", "Endpoint is disabled")));
    let kept = world.kept(Channel::Platform);
    assert_eq!(kept[&arn][0]["Message"], "{\"x\": 1}");
    let list = async || {
        let input = ListEndpointsByPlatformApplicationInput {
            platform_application_arn: text(&app),
            next_token: None,
        };
        let found = world.sns().list_endpoints_by_platform_application(&world.ctx(), input).await;
        let pair = |it: Endpoint| (it.endpoint_arn.unwrap(), it.attributes);
        found.map(|it| it.endpoints.unwrap().into_iter().map(pair).collect::<Vec<_>>()).map_err(Fault::from)
    };
    let shown = map(&[("Token", "token_1"), ("Enabled", "false")]);
    assert_eq!(list().await, Ok(vec![(arn.clone(), shown)]));
    world
        .sns()
        .delete_endpoint(&world.ctx(), DeleteEndpointInput { endpoint_arn: text(&arn) })
        .await
        .unwrap();
    assert_eq!(list().await, Ok(vec![]));
    let gone = || fault("NotFound", "Endpoint does not exist");
    assert_eq!(get(&arn).await, Err(gone()));
    let enable =
        SetEndpointAttributesInput { endpoint_arn: text(&arn), attributes: map(&[("Enabled", "true")]) };
    let enabled = world.sns().set_endpoint_attributes(&world.ctx(), enable).await;
    assert_eq!(enabled.map_err(Fault::from), Err(gone()));
    let delete = DeletePlatformApplicationInput { platform_application_arn: text(&app) };
    world.sns().delete_platform_application(&world.ctx(), delete).await.unwrap();
    assert_eq!(list().await, Err(fault("NotFound", "PlatformApplication does not exist")));
}

/// test_sns::test_create_platform_endpoint_custom_data, test_sns::test_create_platform_endpoint_double_custom_data,
/// test_sns::test_set_platform_endpoint_attributes, test_sns::test_delete_platform_endpoint_with_subscription
#[tokio::test]
async fn devices_and_what_is_about_them() {
    let world = World::new();
    let app = application(&world, "a", "ADM", &KEYS).await.unwrap();
    let get = async |arn: &str| {
        let input = GetEndpointAttributesInput { endpoint_arn: text(arn) };
        world.sns().get_endpoint_attributes(&world.ctx(), input).await.unwrap().attributes
    };
    let shown =
        |token: &str, data: &str| map(&[("Token", token), ("Enabled", "true"), ("CustomUserData", data)]);
    let given = [("CustomUserData", "bar")];
    let single = device(&world, &app, "token_1", None, &given).await.unwrap();
    assert_eq!(get(&single).await, shown("token_1", "bar"));
    // What stands beside the attributes goes before them.
    let double = device(&world, &app, "token_2", Some("foo"), &given).await.unwrap();
    assert_eq!(get(&double).await, shown("token_2", "foo"));
    // It can be made switched off, and is found again by what it was made with.
    let off = device(&world, &app, "token_3", None, &[("Enabled", "false")]).await.unwrap();
    assert_eq!(get(&off).await, map(&[("Token", "token_3"), ("Enabled", "false")]));

    // Subscriptions stay when their device is gone.
    let topic = world.topic("t").await;
    let arn = world.subscribe(&topic, "application", &single, &[]).await.unwrap();
    let delete = DeleteEndpointInput { endpoint_arn: text(&single) };
    world.sns().delete_endpoint(&world.ctx(), delete).await.unwrap();
    let input = ListSubscriptionsByTopicInput { topic_arn: text(&topic), next_token: None };
    let left = world.sns().list_subscriptions_by_topic(&world.ctx(), input).await.unwrap().subscriptions;
    let expected = Subscription {
        subscription_arn: text(&arn),
        owner: text("000000000000"),
        protocol: text("application"),
        endpoint: text(&single),
        topic_arn: text(&topic),
    };
    assert_eq!(format!("{left:?}"), format!("{:?}", Some(vec![expected])));
}

impl World {
    /// What was kept of a channel, by recipient.
    fn kept(&self, channel: Channel) -> Value {
        let stores = self.providers.state().stores::<asf_sns::tables::SnsStore>();
        let store = stores.at(self.ctx().account_id, &self.ctx().region);
        asf_sns::inspection::shown(&store, channel, None)
    }
}

/// test_sns::test_get_sms_attributes_from_unmodified_region, test_sns::test_is_phone_number_opted_out,
/// test_sns::test_list_opted_out, test_sns::test_opt_in_phone_number,
/// test_sns::test_opt_in_non_existing_phone_number, test_sns::test_opt_in_invalid_number
#[tokio::test]
async fn phones() {
    let world = World::new();
    let settings = async || {
        let found = world.sns().get_sms_attributes(&world.ctx(), GetSmsAttributesInput::default()).await;
        found.unwrap().attributes
    };
    assert_eq!(settings().await, map(&[("MonthlySpendLimit", "1")]));
    let set = async |name: &str, value: &str| {
        let input = SetSmsAttributesInput { attributes: map(&[(name, value)]) };
        world.sns().set_sms_attributes(&world.ctx(), input).await.map(drop).map_err(Fault::from)
    };
    set("DefaultSMSType", "Transactional").await.unwrap();
    assert!(set("DefaultSMSType", "x").await.is_err() && set("x", "y").await.is_err());
    // setSMSAttributesWithInvalidSenderIDTest of ballerina-platform/module-ballerinax-aws.sns, which runs against AWS
    assert_eq!(set("DefaultSenderID", "testSenderID").await, Err(invalid("DefaultSenderID is invalid")));
    assert_eq!(settings().await, map(&[("MonthlySpendLimit", "1"), ("DefaultSMSType", "Transactional")]));

    let topic = world.topic("t").await;
    world.subscribe(&topic, "sms", "+15551234567", &[]).await.unwrap();
    world.say(&topic, "by topic").await;
    let direct =
        PublishInput { phone_number: text("+15551234567"), message: text("direct"), ..Default::default() };
    world.publish(direct.clone()).await.unwrap();
    while world.kept(Channel::Sms)["+15551234567"].as_array().map_or(0, Vec::len) < 2 {
        tokio::task::yield_now().await;
    }
    let kept = world.kept(Channel::Sms);
    let mut texts: Vec<_> =
        kept["+15551234567"].as_array().unwrap().iter().map(|it| it["Message"].as_str().unwrap()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["by topic", "direct"]);

    let stores = world.providers.state().stores::<asf_sns::tables::SnsStore>();
    let store = stores.at(world.ctx().account_id, &world.ctx().region);
    store.opted_out.insert("+15551234567".to_owned(), asf_sns::tables::Marker {});
    let is_out = async |number: &str| {
        let input = CheckIfPhoneNumberIsOptedOutInput { phone_number: text(number) };
        let found = world.sns().check_if_phone_number_is_opted_out(&world.ctx(), input).await;
        found.map(|it| it.is_opted_out.unwrap()).map_err(Fault::from)
    };
    let list = async || {
        let found = world.sns().list_phone_numbers_opted_out(&world.ctx(), Default::default()).await;
        found.unwrap().phone_numbers.unwrap()
    };
    assert_eq!((is_out("+15551234567").await, list().await), (Ok(true), vec!["+15551234567".to_owned()]));
    assert_eq!(world.publish(direct).await.unwrap_err().code, "OptedOut");
    assert_eq!(
        is_out("x").await,
        Err(invalid("Invalid parameter: PhoneNumber Reason: input incorrectly formatted"))
    );
    let opt_in = OptInPhoneNumberInput { phone_number: text("x") };
    assert_eq!(
        world.sns().opt_in_phone_number(&world.ctx(), opt_in).await.map(drop).map_err(Fault::from),
        Err(invalid("Invalid parameter: PhoneNumber Reason: input incorrectly formatted"))
    );
    for number in ["+15551234567", "+15550000000"] {
        world
            .sns()
            .opt_in_phone_number(&world.ctx(), OptInPhoneNumberInput { phone_number: text(number) })
            .await
            .unwrap();
    }
    assert_eq!((is_out("+15551234567").await, list().await.len()), (Ok(false), 0));
}

#[tokio::test]
async fn the_sandbox() {
    let world = World::new();
    let number = "+15551234567";
    let create = CreateSmsSandboxPhoneNumberInput { phone_number: text(number), language_code: None };
    world.sns().create_sms_sandbox_phone_number(&world.ctx(), create).await.unwrap();
    let list = async || {
        let found =
            world.sns().list_sms_sandbox_phone_numbers(&world.ctx(), Default::default()).await.unwrap();
        found
            .phone_numbers
            .unwrap()
            .into_iter()
            .map(|it| it.status.unwrap().as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list().await, ["Pending"]);
    let message = world.kept(Channel::Sms)[number][0]["Message"].as_str().unwrap().to_owned();
    let password = message.rsplit(' ').next().unwrap().to_owned();
    let verify = async |password: &str| {
        let input = VerifySmsSandboxPhoneNumberInput {
            phone_number: text(number),
            one_time_password: text(password),
        };
        world.sns().verify_sms_sandbox_phone_number(&world.ctx(), input).await.map(drop)
    };
    assert!(verify("x").await.is_err());
    verify(&password).await.unwrap();
    assert_eq!(list().await, ["Verified"]);
    let delete = DeleteSmsSandboxPhoneNumberInput { phone_number: text(number) };
    world.sns().delete_sms_sandbox_phone_number(&world.ctx(), delete).await.unwrap();
    assert!(list().await.is_empty());
}

#[tokio::test]
async fn mail_and_devices_by_topic() {
    let world = World::new();
    let topic = world.topic("t").await;
    let app = application(&world, "a", "GCM", &KEYS[1..]).await.unwrap();
    let arn = device(&world, &app, "token", None, &[]).await.unwrap();
    world.subscribe(&topic, "application", &arn, &[]).await.unwrap();
    world.subscribe(&topic, "email", "a@example.com", &[]).await.unwrap();
    let mail = async |count: usize| {
        loop {
            let kept = world.kept(Channel::Email)["a@example.com"].as_array().cloned().unwrap_or_default();
            if kept.len() >= count {
                return kept;
            }
            tokio::task::yield_now().await;
        }
    };
    let asked = mail(1).await;
    let token = json(asked[0]["Message"].as_str().unwrap())["Token"].as_str().unwrap().to_owned();
    let confirm =
        ConfirmSubscriptionInput { topic_arn: text(&topic), token: Some(token), ..Default::default() };
    world.sns().confirm_subscription(&world.ctx(), confirm).await.unwrap();
    world.say(&topic, "hello").await;
    assert_eq!(mail(2).await[1]["Message"], "hello");
    while world.kept(Channel::Platform)[&arn].is_null() {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.kept(Channel::Platform)[&arn][0]["TopicArn"], json!(topic));
}
