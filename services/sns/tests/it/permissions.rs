//! Statements of policies.

use serde_json::json;

use crate::*;

/// test_sns::test_topic_add_permission, test_sns::test_topic_add_multiple_permissions,
/// test_sns::test_topic_remove_permission, test_sns::test_add_permission_errors, test_sns::test_remove_permission_errors
#[tokio::test]
async fn statements() {
    let world = World::new();
    let arn = world.topic("t").await;
    let add = async |topic: &str, label: &str, actions: &[&str]| {
        let input = AddPermissionInput {
            topic_arn: text(topic),
            label: text(label),
            aws_account_id: Some(vec!["111111111111".to_owned()]),
            action_name: Some(actions.iter().map(|it| (*it).to_owned()).collect()),
        };
        world.sns().add_permission(&world.ctx(), input).await.map_err(Fault::from)
    };
    // addPermissionInvalidAccountIdTest, addPermissionComplexTest and removePermissionDoesNotExistTest of
    // ballerina-platform/module-ballerinax-aws.sns, which runs against AWS
    let input = AddPermissionInput {
        topic_arn: text(&arn),
        label: text("x"),
        aws_account_id: Some(vec!["InvalidAccountId".to_owned()]),
        action_name: Some(vec!["Publish".to_owned()]),
    };
    assert_eq!(
        world.sns().add_permission(&world.ctx(), input).await.map_err(Fault::from),
        Err(invalid("Invalid parameter: A provided account ID is not valid"))
    );
    let remove = async |topic: &str, label: &str| {
        let input = RemovePermissionInput { topic_arn: text(topic), label: text(label) };
        world.sns().remove_permission(&world.ctx(), input).await.map_err(Fault::from)
    };
    let statements = async || json(&world.topic_attributes(&arn).await["Policy"])["Statement"].clone();

    add(&arn, "test", &["Publish"]).await.unwrap();
    let added = json!({
        "Sid": "test",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "SNS:Publish",
        "Resource": arn,
    });
    assert_eq!(statements().await[1], added);
    assert_eq!(statements().await[0]["Sid"], "__default_statement_ID");
    let exists = add(&arn, "test", &["Publish"]).await;
    assert_eq!(exists, Err(invalid("Invalid parameter: Statement already exists")));
    add(&arn, "two", &["Publish", "Subscribe"]).await.unwrap();
    assert_eq!(statements().await[2]["Action"], json!(["SNS:Publish", "SNS:Subscribe"]));
    let scope = Err(invalid("Invalid parameter: Policy statement action out of service scope!"));
    assert_eq!(add(&arn, "x", &["Fly"]).await, scope);
    let none = "arn:aws:sns:us-east-1:000000000000:none";
    let not_found = Err(fault("NotFound", "Topic does not exist"));
    assert_eq!(add(none, "x", &["Publish"]).await, not_found);
    assert_eq!(remove(none, "x").await, not_found);
    let more = ["GetDataProtectionPolicy", "ListTagsForResource", "PutDataProtectionPolicy"];
    add(&arn, "more", &more).await.unwrap();
    remove(&arn, "more").await.unwrap();
    remove(&arn, "ThisLabelDoesNotExist").await.unwrap();
    remove(&arn, "test").await.unwrap();
    remove(&arn, "two").await.unwrap();
    assert_eq!(statements().await.as_array().unwrap().len(), 1);
}
