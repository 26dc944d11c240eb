//! Bucket policies: whether a document is one for its bucket, and whether it lets everyone in.
//!
//! Who may do what is not decided here.

use std::borrow::Cow;

use crate::error::Fault;
use serde_json::{Map, Value};

/// Checks the document of a policy for a resource, whose ARN it has to be about.
///
/// The words of all but the first two: from memory.
///
/// # Errors
/// `MalformedPolicy` (test_s3_api::TestS3BucketPolicy::test_bucket_policy_exc)
pub fn check(text: &str, resource: &str) -> Result<Value, Fault> {
    let not_json = || malformed("Policies must be valid JSON and the first byte must be '{'");
    if !text.starts_with('{') {
        return Err(not_json());
    }
    let document: Value = serde_json::from_str(text).map_err(|_| not_json())?;
    let statements =
        document.get("Statement").ok_or_else(|| malformed("Missing required field Statement"))?;
    if let Some(version) = document.get("Version")
        && !matches!(version.as_str(), Some("2012-10-17" | "2008-10-17"))
    {
        return Err(malformed("The policy must contain a valid version string"));
    }
    let statements = one_or_more(statements);
    if statements.is_empty() {
        return Err(malformed("Could not parse the policy: Statement is empty!"));
    }
    for statement in statements {
        let statement = statement.as_object().ok_or_else(|| malformed("Invalid policy syntax."))?;
        check_statement(statement, resource)?;
    }
    Ok(document)
}

fn check_statement(statement: &Map<String, Value>, resource: &str) -> Result<(), Fault> {
    let either = |names: [&str; 2]| names.into_iter().find_map(|name| statement.get(name));
    let missing = |name: &str| malformed(format!("Missing required field {name}"));
    match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow" | "Deny") => {}
        Some(other) => return Err(malformed(format!("Invalid effect: {other}"))),
        None => return Err(missing("Effect")),
    }
    let principal = either(["Principal", "NotPrincipal"]).ok_or_else(|| missing("Principal"))?;
    if !is_principal(principal) {
        return Err(malformed("Invalid principal in policy"));
    }
    let actions = texts(either(["Action", "NotAction"]).ok_or_else(|| missing("Action"))?);
    let is_action = |it: &str| {
        it == "*"
            || it.split_once(':').is_some_and(|(service, _)| {
                service.eq_ignore_ascii_case("s3")
                    || service == "s3express"
                    || service == "s3-object-lambda"
                    || service == "*"
            })
    };
    if !actions.is_some_and(|it| !it.is_empty() && it.iter().all(|it| is_action(it))) {
        return Err(malformed("Policy has invalid action"));
    }
    let resources = texts(either(["Resource", "NotResource"]).ok_or_else(|| missing("Resource"))?);
    if !resources.is_some_and(|it| !it.is_empty() && it.iter().all(|it| is_within(it, resource))) {
        return Err(malformed("Policy has invalid resource"));
    }
    if statement.get("Condition").is_some_and(|it| !it.is_object()) {
        return Err(malformed("Invalid policy syntax."));
    }
    Ok(())
}

/// Whether an ARN of a policy is about a resource, or what is in it. Partitions make no difference.
fn is_within(arn: &str, resource: &str) -> bool {
    if arn == "*" {
        return true;
    }
    let without_partition = |arn: &str| {
        let rest = arn.strip_prefix("arn:")?;
        rest.split_once(':').map(|(_, rest)| rest.to_owned())
    };
    let (Some(arn), Some(resource)) = (without_partition(arn), without_partition(resource)) else {
        return false;
    };
    arn.strip_prefix(&resource).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '*', '?']))
}

/// `"*"`, or an object of one or more kinds. That an account or role exists is not looked into.
fn is_principal(principal: &Value) -> bool {
    let Value::Object(kinds) = principal else { return principal == "*" };
    !kinds.is_empty()
        && kinds.iter().all(|(kind, names)| {
            let Some(names) = texts(names).filter(|it| !it.is_empty()) else { return false };
            match kind.as_str() {
                "AWS" => names.iter().all(|it| is_aws_principal(it)),
                "Service" | "Federated" | "CanonicalUser" => true,
                _ => false,
            }
        })
}

fn is_aws_principal(name: &str) -> bool {
    let is_account = name.len() == 12 && name.bytes().all(|it| it.is_ascii_digit());
    // A role or user that was deleted is shown by its id.
    let is_id = name.starts_with("AROA") || name.starts_with("AIDA");
    let is_arn = name.starts_with("arn:") && (name.contains(":iam::") || name.contains(":sts::"));
    name == "*" || is_account || is_id || is_arn
}

/// Whether a policy lets everyone in: a statement allows it to `*`, and no condition narrows that to fixed
/// values (S3 user guide, "The meaning of 'public'").
#[must_use]
pub fn is_public(document: &Value) -> bool {
    let statements = document.get("Statement").map(one_or_more).unwrap_or_default();
    statements.into_iter().any(|statement| {
        let is_allowed = statement.get("Effect").is_some_and(|it| it == "Allow");
        let is_everyone = match statement.get("Principal") {
            Some(Value::Object(kinds)) => kinds.values().filter_map(texts).flatten().any(|it| it == "*"),
            Some(principal) => principal == "*",
            // Everyone but some.
            None => statement.get("NotPrincipal").is_some(),
        };
        is_allowed && is_everyone && !statement.get("Condition").is_some_and(is_narrow)
    })
}

/// The condition keys that make a policy non-public, if their values are fixed.
const NARROWING: [&str; 13] = [
    "aws:sourceip",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:userid",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
];

fn is_narrow(condition: &Value) -> bool {
    let operators = condition.as_object().into_iter().flat_map(|it| it.iter());
    operators.filter(|(operator, _)| !operator.contains("Not") && operator.as_str() != "Null").any(
        |(_, keys)| {
            keys.as_object().into_iter().flat_map(|it| it.iter()).any(|(key, values)| {
                let key = key.to_ascii_lowercase();
                let is_fixed = |it: &&str| match key.as_str() {
                    "aws:sourceip" => !matches!(*it, "0.0.0.0/0" | "::/0"),
                    _ => !it.contains(['*', '?']) && !it.contains("${"),
                };
                NARROWING.contains(&key.as_str())
                    && texts(values).is_some_and(|it| !it.is_empty() && it.iter().all(is_fixed))
            })
        },
    )
}

fn one_or_more(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

/// A text or a list of texts.
fn texts(value: &Value) -> Option<Vec<&str>> {
    one_or_more(value).into_iter().map(Value::as_str).collect()
}

fn malformed(message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::new("MalformedPolicy", 400, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BUCKET: &str = "arn:aws:s3:::photos";

    fn statement(change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut statement = json!({
            "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::photos/*"
        });
        change(statement.as_object_mut().unwrap());
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    }

    #[test]
    fn what_is_refused() {
        let set = |name: &str, value: Value| statement(|it| drop(it.insert(name.to_owned(), value)));
        let without = |name: &str| statement(|it| drop(it.remove(name)));
        for (text, expected) in [
            (String::new(), "Policies must be valid JSON and the first byte must be '{'"),
            ("random".to_owned(), "Policies must be valid JSON and the first byte must be '{'"),
            ("{".to_owned(), "Policies must be valid JSON and the first byte must be '{'"),
            ("{}".to_owned(), "Missing required field Statement"),
            (
                r#"{"Version": "1", "Statement": []}"#.to_owned(),
                "The policy must contain a valid version string",
            ),
            (without("Effect"), "Missing required field Effect"),
            (without("Principal"), "Missing required field Principal"),
            (without("Action"), "Missing required field Action"),
            (without("Resource"), "Missing required field Resource"),
            (set("Principal", json!("someone")), "Invalid principal in policy"),
            (set("Principal", json!({"AWS": "someone"})), "Invalid principal in policy"),
            (set("Action", json!("sqs:SendMessage")), "Policy has invalid action"),
            (set("Resource", json!("arn:aws:s3:::other/*")), "Policy has invalid resource"),
            (set("Resource", json!("arn:aws:s3:::photos2/*")), "Policy has invalid resource"),
            (set("Resource", json!(["arn:aws:s3:::photos", "arn:aws:s3:::photos/a"])), ""),
            (set("Principal", json!({"AWS": ["arn:aws:iam::111122223333:root", "111122223333"]})), ""),
            (set("Principal", json!({"Service": "logging.s3.amazonaws.com"})), ""),
            (statement(|_| ()), ""),
        ] {
            let found = check(&text, BUCKET).err().map(|it| it.to_string()).unwrap_or_default();
            assert_eq!(found.strip_prefix("MalformedPolicy: ").unwrap_or(&found), expected, "{text}");
        }
    }

    #[test]
    fn what_is_public() {
        let with = |principal: Value, condition: Option<Value>| {
            let mut statement = json!({"Effect": "Allow", "Principal": principal});
            if let Some(condition) = condition {
                statement.as_object_mut().unwrap().insert("Condition".to_owned(), condition);
            }
            is_public(&json!({"Statement": statement}))
        };
        assert!(with(json!("*"), None));
        assert!(with(json!({"AWS": ["111122223333", "*"]}), None));
        assert!(!with(json!({"AWS": "arn:aws:iam::111122223333:root"}), None));
        assert!(!with(json!("*"), Some(json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))));
        assert!(with(json!("*"), Some(json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}))));
        assert!(with(json!("*"), Some(json!({"StringLike": {"aws:PrincipalArn": "*"}}))));
        assert!(with(json!("*"), Some(json!({"Bool": {"aws:SecureTransport": "true"}}))));
    }
}
