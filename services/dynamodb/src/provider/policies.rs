//! `PutResourcePolicy`, `GetResourcePolicy`, `DeleteResourcePolicy`. Policies are kept, not enforced.
//!
//! The words are those of moto's tests that were run against AWS (tests/test_dynamodb/test_dynamodb_resource_policy.py,
//! `aws_verified`, Apache-2.0), where nothing else is said.

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;
use serde_json::{Map as Object, Value};

use super::DynamoProvider;
use super::addressing::{by_resource_arn, no_named_table};
use crate::error::DynamoError;
use crate::store::OpenTable;
use crate::store::records::Policy;
use crate::store::tables::Rebuild;

/// Bytes of a policy (quirks: DDB-TABLE-442).
const LONGEST: usize = 20_480;

fn not_found(what: &str) -> DynamoDbError {
    PolicyNotFoundException::new(format!(
        "Resource-based policy not found for the provided ResourceArn: {what}"
    ))
    .into()
}

/// `PutResourcePolicy`. That of the same is nothing new.
pub(super) fn put(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: PutResourcePolicyInput,
) -> Result<PutResourcePolicyOutput, DynamoDbError> {
    let arn = input.resource_arn.unwrap_or_default();
    let address = provider.store.home(by_resource_arn(&arn)?);
    let text = canonical(&input.policy.unwrap_or_default())?;
    let now = ctx.clock().now().millis();
    let expected = input.expected_revision_id;
    let mut revision = String::new();
    let changed = provider.store.alter(&address, |table| {
        check_revision(table, expected.as_deref())?;
        let mut record = (*table.record).clone();
        revision = match &record.policy {
            Some(current) if current.text == text => current.revision.clone(),
            // It is the time in milliseconds (quirks: DDB-TABLE-233), and another than that before.
            Some(current) => current.revision.parse().map_or(now, |it: i64| now.max(it + 1)).to_string(),
            None => now.to_string(),
        };
        record.policy = Some(Policy { text, revision: revision.clone() });
        Ok::<_, DynamoDbError>((record, Rebuild::default()))
    })?;
    changed.ok_or_else(|| no_named_table(&address))?;
    Ok(PutResourcePolicyOutput { revision_id: Some(revision) })
}

/// `NO_POLICY` is none (API reference).
fn check_revision(table: &OpenTable, expected: Option<&str>) -> Result<(), DynamoDbError> {
    let name = &table.address.name;
    match (expected, &table.record.policy) {
        (None, _) | (Some("NO_POLICY"), None) => Ok(()),
        (Some(expected), Some(policy)) if policy.revision == expected => Ok(()),
        (Some("NO_POLICY"), Some(Policy { revision, .. })) => Err(not_found(&format!(
            "Requested policy update expecting none to be present for table {name}, but a policy exists with revision \
             id {revision}."
        ))),
        (Some(expected), Some(Policy { revision, .. })) => Err(not_found(&format!(
            "Requested update for policy with revision id {expected}, but the policy associated to target table {name} \
             has revision id {revision}."
        ))),
        // The end from memory: the finding breaks off (quirks: DDB-TABLE-246).
        (Some(expected), None) => Err(not_found(&format!(
            "Requested update for policy with revision id {expected}, but table {name} has no associated policy."
        ))),
    }
}

/// `GetResourcePolicy`
pub(super) fn get(
    provider: &DynamoProvider,
    input: GetResourcePolicyInput,
) -> Result<GetResourcePolicyOutput, DynamoDbError> {
    let arn = input.resource_arn.unwrap_or_default();
    let address = provider.store.home(by_resource_arn(&arn)?);
    let table = provider.store.table(&address).ok_or_else(|| no_named_table(&address))?;
    let Policy { text, revision } = table.record.policy.clone().ok_or_else(|| not_found(&arn))?;
    Ok(GetResourcePolicyOutput { policy: Some(shown(text)), revision_id: Some(revision) })
}

/// `DeleteResourcePolicy`; of none it is no error (quirks: DDB-TABLE-205).
pub(super) fn delete(
    provider: &DynamoProvider,
    input: DeleteResourcePolicyInput,
) -> Result<DeleteResourcePolicyOutput, DynamoDbError> {
    let arn = input.resource_arn.unwrap_or_default();
    let address = provider.store.home(by_resource_arn(&arn)?);
    let mut revision = None;
    let expected = input.expected_revision_id;
    let changed = provider.store.alter(&address, |table| {
        check_revision(table, expected.as_deref())?;
        let mut record = (*table.record).clone();
        revision = record.policy.take().map(|policy| policy.revision);
        Ok::<_, DynamoDbError>((record, Rebuild::default()))
    })?;
    changed.ok_or_else(|| no_named_table(&address))?;
    Ok(DeleteResourcePolicyOutput { revision_id: revision })
}

/// A policy as AWS keeps it: members in one order, without white space, lists of one as that one
/// (quirks: DDB-TABLE-208, 351, 353, 355).
///
/// # Errors
///
/// If it is none (quirks: DDB-TABLE-442, 457).
pub(super) fn canonical(text: &str) -> Result<String, DynamoError> {
    if text.len() > LONGEST {
        return Err(DynamoError::parameter(format_args!("Maximum policy size of {LONGEST} bytes exceeded")));
    }
    let invalid = |reason: &str| DynamoError::parameter(format_args!("Invalid policy document: {reason}"));
    let policy = match serde_json::from_str(text) {
        Ok(Value::Object(policy)) => policy,
        Ok(Value::Null) => return Err(invalid("This text appears not to be a policy")),
        _ => return Err(invalid("This policy contains invalid Json")),
    };
    if policy.is_empty() {
        return Err(invalid("Syntax error at position (1,3)"));
    }
    let statements = match policy.get("Statement") {
        Some(Value::Array(all)) if all.is_empty() => {
            return Err(invalid("Could not parse the policy: Statement is empty!"));
        }
        Some(Value::Array(all)) => all.clone(),
        Some(one @ Value::Object(_)) => vec![one.clone()],
        _ => return Err(invalid("Could not parse the policy: Statement is empty!")),
    };
    let mut kept = Object::new();
    for member in ["Version", "Id"] {
        kept.extend(policy.get(member).map(|it| (member.to_owned(), it.clone())));
    }
    let mut ids: Vec<&str> = Vec::new();
    for statement in &statements {
        for required in ["Effect", "Resource"] {
            if statement.get(required).is_none() {
                return Err(invalid(&format!("Missing required field {required}")));
            }
        }
        if let Some(id) = statement.get("Sid").and_then(Value::as_str) {
            if ids.contains(&id) {
                return Err(invalid("The Statement Ids in the policy are not unique"));
            }
            ids.push(id);
        }
    }
    kept.insert("Statement".to_owned(), statements.iter().map(statement).collect());
    Ok(Value::Object(kept).to_string())
}

/// A statement, its members in their order.
fn statement(given: &Value) -> Value {
    const ORDER: [&str; 9] = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    let of_one = |value: &Value| match value {
        Value::Array(all) if all.len() == 1 => all[0].clone(),
        other => other.clone(),
    };
    let mut kept = Object::new();
    for member in ORDER {
        let Some(value) = given.get(member) else { continue };
        let value = match (member, value) {
            ("Effect", Value::String(effect)) if effect.eq_ignore_ascii_case("allow") => "Allow".into(),
            ("Effect", Value::String(effect)) if effect.eq_ignore_ascii_case("deny") => "Deny".into(),
            ("Principal" | "NotPrincipal", Value::Object(principals)) => {
                let each = |(kind, whose): (&String, &Value)| (kind.clone(), of_one(&principal(whose)));
                Value::Object(principals.iter().map(each).collect())
            }
            ("Action" | "NotAction" | "Resource" | "NotResource", value) => of_one(value),
            (_, value) => value.clone(),
        };
        kept.insert(member.to_owned(), value);
    }
    Value::Object(kept)
}

/// Accounts as their roots, each once (quirks: DDB-TABLE-352).
fn principal(whose: &Value) -> Value {
    let root = |text: &str| match text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("arn:aws:iam::{text}:root"),
        false => text.to_owned(),
    };
    match whose {
        Value::String(text) => root(text).into(),
        Value::Array(all) => {
            let mut kept: Vec<Value> = Vec::new();
            for one in all {
                let one = one.as_str().map_or_else(|| one.clone(), |text| root(text).into());
                if !kept.contains(&one) {
                    kept.push(one);
                }
            }
            kept.into()
        }
        other => other.clone(),
    }
}

/// One without a version is shown with that which IAM takes it for, and is another than that all the same
/// (quirks: DDB-TABLE-354).
fn shown(text: String) -> String {
    match text.strip_prefix('{') {
        Some(rest) if !rest.starts_with("\"Version\"") => format!("{{\"Version\":\"2008-10-17\",{rest}"),
        _ => text,
    }
}
