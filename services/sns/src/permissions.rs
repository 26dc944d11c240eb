//! `AddPermission` and `RemovePermission`: statements of the topic's policy, by label.

use serde_json::{Map, Value, json};

use crate::error::Fault;

/// The actions that a statement can be for ("AddPermission" in the API reference, the default policy, and
/// addPermissionComplexTest of ballerina-platform/module-ballerinax-aws.sns, which runs against AWS).
const ACTIONS: [&str; 13] = [
    "*",
    "AddPermission",
    "DeleteTopic",
    "GetDataProtectionPolicy",
    "GetTopicAttributes",
    "ListSubscriptionsByTopic",
    "ListTagsForResource",
    "Publish",
    "PutDataProtectionPolicy",
    "Receive",
    "RemovePermission",
    "SetTopicAttributes",
    "Subscribe",
];

const OUT_OF_SCOPE: &str = "Policy statement action out of service scope!";

/// Checks that the statements of a topic's policy are about topics. Names with wildcards are let through.
///
/// # Errors
/// What stands behind `Invalid parameter: ` (createTopicWithInvalidPolicy there)
pub(crate) fn check(policy: &Value) -> Result<(), &'static str> {
    let is_in_scope = |action: &str| {
        let name = match action.split_once(':') {
            Some((service, name)) if service.eq_ignore_ascii_case("sns") => name,
            Some(_) => return false,
            None => action,
        };
        name.contains(['*', '?']) || ACTIONS.iter().any(|it| it.eq_ignore_ascii_case(name))
    };
    let (_, statements) = parts(policy.clone());
    let all_in_scope = statements.iter().all(|statement| match &statement["Action"] {
        Value::String(action) => is_in_scope(action),
        Value::Array(actions) => actions.iter().all(|it| it.as_str().is_none_or(is_in_scope)),
        _ => true,
    });
    if all_in_scope { Ok(()) } else { Err(OUT_OF_SCOPE) }
}

/// A policy with one more statement (test_sns::test_topic_add_multiple_permissions).
///
/// # Errors
/// `InvalidParameter` (test_sns::test_add_permission_errors, and addPermissionInvalidAccountIdTest there)
pub(crate) fn add(
    policy: Value,
    partition: &str,
    topic: &str,
    label: &str,
    accounts: &[String],
    actions: &[String],
) -> Result<Value, Fault> {
    if actions.is_empty() || actions.iter().any(|it| !ACTIONS.contains(&it.as_str())) {
        return Err(Fault::invalid(OUT_OF_SCOPE));
    }
    if accounts.iter().any(|it| it.len() != 12 || !it.bytes().all(|it| it.is_ascii_digit())) {
        return Err(Fault::invalid("A provided account ID is not valid"));
    }
    let (mut document, mut statements) = parts(policy);
    if statements.iter().any(|it| is_labelled(it, label)) {
        return Err(Fault::invalid("Statement already exists"));
    }
    statements.push(json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(accounts, |it| format!("arn:{partition}:iam::{it}:root"))},
        "Action": one_or_many(actions, |it| format!("SNS:{it}")),
        "Resource": topic,
    }));
    document.insert("Statement".to_owned(), Value::Array(statements));
    Ok(Value::Object(document))
}

/// A policy without the statement of a label, if there is one (test_sns::test_topic_remove_permission).
pub(crate) fn remove(policy: Value, label: &str) -> Value {
    let (mut document, mut statements) = parts(policy);
    statements.retain(|it| !is_labelled(it, label));
    document.insert("Statement".to_owned(), Value::Array(statements));
    Value::Object(document)
}

fn parts(policy: Value) -> (Map<String, Value>, Vec<Value>) {
    let Value::Object(mut document) = policy else { return (Map::new(), Vec::new()) };
    let statements = match document.get_mut("Statement").map(Value::take) {
        Some(Value::Array(statements)) => statements,
        Some(single @ Value::Object(_)) => vec![single],
        _ => Vec::new(),
    };
    (document, statements)
}

fn is_labelled(statement: &Value, label: &str) -> bool {
    statement["Sid"].as_str() == Some(label)
}

/// IAM's way to write a list with one item.
fn one_or_many(items: &[String], write: impl Fn(&String) -> String) -> Value {
    match items {
        [only] => write(only).into(),
        items => items.iter().map(write).collect::<Vec<_>>().into(),
    }
}
