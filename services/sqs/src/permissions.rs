//! `AddPermission` and `RemovePermission`: statements of the queue's policy document, by label.
//!
//! The form of the document is that of test_sqs::test_sqs_permission_lifecycle.

use asf_runtime::identity::Arn;
use serde_json::{Map, Value, json};

use crate::error::{ErrorKind, QueueError};

/// The actions that a permission can be for (`AddPermission` in the API reference).
const ACTIONS: [&str; 13] = [
    "*",
    "AddPermission",
    "ChangeMessageVisibility",
    "CreateQueue",
    "DeleteMessage",
    "DeleteQueue",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "PurgeQueue",
    "ReceiveMessage",
    "SendMessage",
    "SetQueueAttributes",
];

/// A policy with one more statement.
///
/// # Errors
/// `InvalidParameterValue`: no or unknown actions, accounts that are none, a label that is there already.
pub fn add(
    policy: Option<&str>,
    queue: &Arn,
    label: &str,
    accounts: &[String],
    actions: &[String],
) -> Result<String, QueueError> {
    if label.is_empty() || label.len() > 80 || !label.bytes().all(is_label_byte) {
        return Err(QueueError::parameter(
            "Label",
            label,
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ));
    }
    if accounts.is_empty() {
        return Err(QueueError::missing("AWSAccountIds"));
    }
    if actions.is_empty() {
        return Err(QueueError::missing("Actions"));
    }
    if actions.len() > 7 {
        return Err(QueueError::new(
            ErrorKind::OverLimit,
            format!("{} Actions were found, maximum allowed is 7.", actions.len()),
        ));
    }
    if let Some(action) = actions.iter().find(|action| !ACTIONS.contains(&action.as_str())) {
        return Err(QueueError::parameter(
            "ActionName",
            format_args!("SQS:{action}"),
            "Please refer to the appropriate WSDL for a list of valid actions.",
        ));
    }
    let is_account = |it: &&String| it.len() == 12 && it.bytes().all(|it| it.is_ascii_digit());
    if !accounts.iter().all(|it| is_account(&it)) {
        return Err(QueueError::parameter(
            "PrincipalId",
            format_args!("[{}]", accounts.join(", ")),
            "Unable to verify.",
        ));
    }

    let mut document = policy.and_then(parse).unwrap_or_else(|| {
        let mut fresh = Map::new();
        fresh.insert("Version".to_owned(), json!("2008-10-17"));
        fresh.insert("Id".to_owned(), json!(format!("{queue}/SQSDefaultPolicy")));
        fresh
    });
    let mut statements = take_statements(&mut document);
    if statements.iter().any(|statement| has_label(statement, label)) {
        return Err(QueueError::parameter("Label", label, "Already exists."));
    }
    let principals = accounts.iter().map(|account| format!("arn:{}:iam::{account}:root", queue.partition));
    statements.push(json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_many(principals)},
        "Action": one_or_many(actions.iter().map(|action| format!("SQS:{action}"))),
        "Resource": queue.to_string(),
    }));
    document.insert("Statement".to_owned(), Value::Array(statements));
    Ok(Value::Object(document).to_string())
}

/// A policy without the statement of a label; none if it was the last.
///
/// # Errors
/// `InvalidParameterValue`: no statement has this label.
pub fn remove(policy: Option<&str>, label: &str) -> Result<Option<String>, QueueError> {
    let mut document = policy.and_then(parse).unwrap_or_default();
    let mut statements = take_statements(&mut document);
    let before = statements.len();
    statements.retain(|statement| !has_label(statement, label));
    if statements.len() == before {
        return Err(QueueError::parameter("Label", label, "can't find label."));
    }
    if statements.is_empty() {
        return Ok(None);
    }
    document.insert("Statement".to_owned(), Value::Array(statements));
    Ok(Some(Value::Object(document).to_string()))
}

/// A policy document: a JSON object.
pub(crate) fn parse(policy: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(policy).ok()
}

fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn take_statements(document: &mut Map<String, Value>) -> Vec<Value> {
    match document.get_mut("Statement").map(Value::take) {
        Some(Value::Array(statements)) => statements,
        Some(single @ Value::Object(_)) => vec![single],
        _ => Vec::new(),
    }
}

fn has_label(statement: &Value, label: &str) -> bool {
    statement.get("Sid").and_then(Value::as_str) == Some(label)
}

/// IAM's way to write a list with one item.
fn one_or_many(items: impl Iterator<Item = String>) -> Value {
    let mut items: Vec<Value> = items.map(Value::String).collect();
    match items.pop() {
        Some(only) if items.is_empty() => only,
        Some(last) => {
            items.push(last);
            Value::Array(items)
        }
        None => Value::Array(items),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE: &str = "arn:aws:sqs:us-east-1:111111111111:q";

    fn adding(policy: Option<&str>, label: &str, accounts: &[&str]) -> Result<String, QueueError> {
        let accounts: Vec<String> = accounts.iter().map(|it| (*it).to_owned()).collect();
        add(policy, &QUEUE.parse().unwrap(), label, &accounts, &["ReceiveMessage".to_owned()])
    }

    /// test_sqs::test_sqs_permission_lifecycle[sqs]
    #[test]
    fn lifecycle() {
        let policy = adding(None, "crossaccountpermission", &["668614515564", "111111111111"]).unwrap();
        let document: Value = serde_json::from_str(&policy).unwrap();
        assert_eq!(
            document,
            json!({
                "Version": "2008-10-17",
                "Id": format!("{QUEUE}/SQSDefaultPolicy"),
                "Statement": [{
                    "Sid": "crossaccountpermission",
                    "Effect": "Allow",
                    "Principal": {"AWS": ["arn:aws:iam::668614515564:root", "arn:aws:iam::111111111111:root"]},
                    "Action": "SQS:ReceiveMessage",
                    "Resource": QUEUE,
                }]
            })
        );
        assert_eq!(remove(Some(&policy), "crossaccountpermission"), Ok(None));

        let first = adding(None, "crossaccountpermission", &["111111111111"]).unwrap();
        let error = adding(Some(&first), "crossaccountpermission", &["111111111111"]).unwrap_err();
        assert_eq!(
            error.message,
            "Value crossaccountpermission for parameter Label is invalid. Reason: Already exists."
        );
        let both = adding(Some(&first), "crossaccountpermission2", &["111111111111"]).unwrap();
        let second = remove(Some(&both), "crossaccountpermission").unwrap().unwrap();
        let document: Value = serde_json::from_str(&second).unwrap();
        assert_eq!(document["Statement"][0]["Sid"], "crossaccountpermission2");
        assert_eq!(document["Statement"][0]["Principal"]["AWS"], "arn:aws:iam::111111111111:root");

        let error = remove(None, "crossaccountpermission2").unwrap_err();
        assert_eq!(
            error.message,
            "Value crossaccountpermission2 for parameter Label is invalid. Reason: can't find label."
        );
    }

    #[test]
    fn wrong_permissions() {
        let queue: Arn = QUEUE.parse().unwrap();
        let of = |it: &str| vec![it.to_owned()];
        for (label, accounts, actions) in [
            ("", of("111111111111"), of("*")),
            ("a b", of("111111111111"), of("*")),
            ("a", of("root"), of("*")),
            ("a", of("111111111111"), of("Nope")),
            ("a", Vec::new(), of("*")),
            ("a", of("111111111111"), Vec::new()),
        ] {
            assert!(add(None, &queue, label, &accounts, &actions).is_err());
        }
    }
}
