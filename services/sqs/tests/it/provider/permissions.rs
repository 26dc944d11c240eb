//! `AddPermission`, `RemovePermission`, and the policy that they write.

use serde_json::{Value, json};

use super::{Sqs, invalid};

/// test_sqs::test_sqs_permission_lifecycle
#[tokio::test]
async fn lifecycle() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let arn = sqs.arn(&url).await;
    let add = |label: &str, accounts: Value| {
        let input = json!({
            "QueueUrl": url, "Label": label, "AWSAccountIds": accounts, "Actions": ["ReceiveMessage"],
        });
        sqs.call("AddPermission", input)
    };
    let remove = |label: &str| sqs.call("RemovePermission", json!({"QueueUrl": url, "Label": label}));
    let statement = |label: &str, principal: Value| {
        json!({
            "Sid": label,
            "Effect": "Allow",
            "Principal": {"AWS": principal},
            "Action": "SQS:ReceiveMessage",
            "Resource": arn,
        })
    };
    let assert_policy = async |statements: Value| {
        let answer = sqs.attributes(&url, json!(["Policy"])).await;
        let policy: Value = serde_json::from_str(answer["Attributes"]["Policy"].as_str().unwrap()).unwrap();
        let id = format!("{arn}/SQSDefaultPolicy");
        assert_eq!(policy, json!({"Version": "2008-10-17", "Id": id, "Statement": statements}));
    };
    let (one, two) = ("crossaccountpermission", "crossaccountpermission2");
    let root = "arn:aws:iam::000000000000:root";

    assert_eq!(add(one, json!(["668614515564", "000000000000"])).await, Ok(json!({})));
    assert_policy(json!([statement(one, json!(["arn:aws:iam::668614515564:root", root]))])).await;
    assert_eq!(remove(one).await, Ok(json!({})));
    assert_eq!(sqs.attributes(&url, json!(["Policy"])).await, json!({}));

    add(one, json!(["000000000000"])).await.unwrap();
    assert_policy(json!([statement(one, json!(root))])).await;
    let message = "Value crossaccountpermission for parameter Label is invalid. Reason: Already exists.";
    assert_eq!(add(one, json!(["000000000000"])).await, Err(invalid(message)));
    add(two, json!(["000000000000"])).await.unwrap();
    assert_policy(json!([statement(one, json!(root)), statement(two, json!(root))])).await;
    remove(one).await.unwrap();
    assert_policy(json!([statement(two, json!(root))])).await;
    remove(two).await.unwrap();
    assert_eq!(sqs.attributes(&url, json!(["Policy"])).await, json!({}));
    let message = "Value crossaccountpermission2 for parameter Label is invalid. Reason: can't find label.";
    assert_eq!(remove(two).await, Err(invalid(message)));
}

/// test_aws_sqs_queueinlinepolicy::test_update_sqs_with_inlinepolicy,
/// test_aws_sqs_queuepolicy::test_update_to_remove_queuepolicy_from_template
#[tokio::test]
async fn a_policy_is_kept_as_it_was_given() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let policy = json!({
        "Statement": [{
            "Action": ["sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
            "Effect": "Allow",
            "Principal": "*",
            "Resource": "arn:aws:sqs:us-east-1:000000000000:q",
        }],
        "Version": "2012-10-17",
    })
    .to_string();
    let set = |policy: &str| {
        sqs.call("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": {"Policy": policy}}))
    };
    set(&policy).await.unwrap();
    let answer = sqs.attributes(&url, json!(["Policy"])).await;
    assert_eq!(answer, json!({"Attributes": {"Policy": policy}}));
    assert_eq!(set("no JSON").await.unwrap_err().code, "InvalidAttributeValue");
    set("").await.unwrap();
    assert_eq!(sqs.attributes(&url, json!(["Policy"])).await, json!({}));
}
