//! Data protection policies: kept as they are, if they can be one.

use serde_json::Value;

use crate::error::Fault;

/// The policy as it is kept; `None` if there is none. Little of it is looked at: nothing is made of it here.
///
/// # Errors
/// `InvalidParameter` (createTopicWithInvalidDataProtectionPolicy of ballerina-platform/module-ballerinax-aws.sns, which
/// runs against AWS; for what is no JSON the words are ours)
pub(crate) fn check(given: Option<String>) -> Result<Option<String>, Fault> {
    let Some(text) = given.filter(|it| !it.is_empty()) else { return Ok(None) };
    let wrong = |reason: &str| Err(Fault::reason("DataProtectionPolicy", reason));
    let policy = match serde_json::from_str::<Value>(&text) {
        Ok(policy) if policy.is_object() => policy,
        _ => return wrong("failed to parse JSON."),
    };
    let statements = policy["Statement"].as_array().into_iter().flatten();
    let mut directions = statements.filter_map(|it| it["DataDirection"].as_str());
    if directions.any(|it| !matches!(it, "Inbound" | "Outbound")) {
        return wrong("Statement DataDirection must be either Inbound or Outbound");
    }
    Ok(Some(text))
}
