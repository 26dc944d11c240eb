//! Policies of browser uploads: what a form may have ("POST policy" of the API reference).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use asf_runtime::Timestamp;
use asf_runtime::schema::TimestampFormat;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Fault;

/// The fields of a form, by names in small letters, with the key and the bucket as they are meant.
pub type Fields = BTreeMap<String, String>;

/// A policy.
#[derive(Clone, Debug, Deserialize)]
pub struct PostPolicy {
    expiration: Option<String>,
    #[serde(default)]
    conditions: Vec<Value>,
}

/// Fields that need no condition.
const FREE: [&str; 6] = ["policy", "x-amz-signature", "signature", "awsaccesskeyid", "file", "bucket"];

fn invalid(message: &str) -> Fault {
    Fault::new("AccessDenied", 403, format!("Invalid according to Policy: {message}"))
}

impl PostPolicy {
    /// Reads the field `policy`.
    ///
    /// # Errors
    /// `InvalidPolicyDocument`
    pub fn read(field: &str) -> Result<Self, Fault> {
        let malformed =
            |why: &str| Fault::new("InvalidPolicyDocument", 400, format!("Invalid Policy: {why}"));
        let bytes = STANDARD.decode(field.trim()).map_err(|_| malformed("Invalid Base64 encoding."))?;
        serde_json::from_slice(&bytes).map_err(|_| malformed("Invalid JSON."))
    }

    /// Checks a form. Returns how many bytes the file may have, if that is said.
    ///
    /// # Errors
    /// `AccessDenied` (test_s3::TestS3PresignedPost::test_post_object_policy_conditions_validation_starts_with)
    pub fn check(&self, fields: &Fields, now: Timestamp) -> Result<Option<RangeInclusive<u64>>, Fault> {
        let expiration = self.expiration.as_deref().unwrap_or_default();
        let expiration = Timestamp::parse(expiration, TimestampFormat::DateTime).map_err(|_| {
            Fault::new("InvalidPolicyDocument", 400, "Invalid Policy: Invalid 'expiration' value.")
        })?;
        if expiration <= now {
            return Err(invalid("Policy expired."));
        }
        let (mut named, mut sizes) = (Vec::new(), None);
        for condition in &self.conditions {
            match condition {
                Value::Object(pairs) => {
                    for (name, value) in pairs {
                        let written = json!(["eq", format!("${name}"), value]);
                        named.push(check_one(fields, "eq", name, value, &written)?);
                    }
                }
                Value::Array(parts) => match parts.as_slice() {
                    [kind, least, most]
                        if kind
                            .as_str()
                            .is_some_and(|it| it.eq_ignore_ascii_case("content-length-range")) =>
                    {
                        sizes = Some(number(least)?..=number(most)?);
                    }
                    [Value::String(kind), Value::String(name), value] => {
                        let name = name.strip_prefix('$').unwrap_or(name);
                        named.push(check_one(fields, &kind.to_ascii_lowercase(), name, value, condition)?);
                    }
                    _ => return Err(unreadable()),
                },
                _ => return Err(unreadable()),
            }
        }
        let extra = fields.keys().find(|name| {
            !FREE.contains(&name.as_str()) && !name.starts_with("x-ignore-") && !named.contains(name)
        });
        match extra {
            Some(name) => Err(invalid(&format!("Extra input fields: {name}"))),
            None => Ok(sizes),
        }
    }
}

fn unreadable() -> Fault {
    Fault::new("InvalidPolicyDocument", 400, "Invalid Policy: Invalid 'conditions' value.")
}

fn number(value: &Value) -> Result<u64, Fault> {
    let text = value.as_str().and_then(|it| it.parse().ok());
    value.as_u64().or(text).ok_or_else(unreadable)
}

/// Compares a field; returns its name in small letters.
fn check_one(
    fields: &Fields,
    kind: &str,
    name: &str,
    value: &Value,
    written: &Value,
) -> Result<String, Fault> {
    let name = name.to_ascii_lowercase();
    let wanted = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let given = fields.get(&name).map(String::as_str).unwrap_or_default();
    let holds = match kind {
        "eq" => given == wanted,
        "starts-with" => given.starts_with(&wanted),
        _ => return Err(unreadable()),
    };
    if holds {
        return Ok(name);
    }
    // As AWS writes a list.
    let written = written.to_string().replace(",\"", ", \"");
    Err(invalid(&format!("Policy Condition failed: {written}")))
}

/// Whether a file has the size that it may have.
///
/// # Errors
/// `EntityTooSmall`, `EntityTooLarge`
pub fn check_size(size: u64, sizes: Option<&RangeInclusive<u64>>) -> Result<(), Fault> {
    let Some(sizes) = sizes.filter(|it| !it.contains(&size)) else { return Ok(()) };
    Err(if size < *sizes.start() {
        Fault::new("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size")
            .with("ProposedSize", size.to_string())
            .with("MinSizeAllowed", sizes.start().to_string())
    } else {
        Fault::new("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
            .with("ProposedSize", size.to_string())
            .with("MaxSizeAllowed", sizes.end().to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(conditions: &Value, fields: &[(&str, &str)]) -> Result<Option<RangeInclusive<u64>>, String> {
        let policy = json!({"expiration": "2030-01-01T00:00:00Z", "conditions": conditions});
        let policy = PostPolicy::read(&STANDARD.encode(policy.to_string())).unwrap();
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        policy.check(&fields, Timestamp::from_seconds(0)).map_err(|fault| fault.message.into_owned())
    }

    #[test]
    fn conditions() {
        let conditions =
            json!([{"acl": "private"}, ["starts-with", "$key", "user/"], ["eq", "$x-amz-meta-a", "1"]]);
        let form = |key, acl| [("key", key), ("acl", acl), ("x-amz-meta-a", "1"), ("policy", "p")];
        assert_eq!(check(&conditions, &form("user/1", "private")), Ok(None));
        for (key, acl, expected) in [
            ("other", "private", r#"Policy Condition failed: ["starts-with", "$key", "user/"]"#),
            ("user/1", "public-read", r#"Policy Condition failed: ["eq", "$acl", "private"]"#),
        ] {
            let message = check(&conditions, &form(key, acl)).unwrap_err();
            assert_eq!(message, format!("Invalid according to Policy: {expected}"));
        }
        let message = check(&json!([]), &[("tagging", "")]).unwrap_err();
        assert_eq!(message, "Invalid according to Policy: Extra input fields: tagging");
        assert_eq!(check(&json!([["content-length-range", 1, "5"]]), &[]), Ok(Some(1..=5)));
    }

    #[test]
    fn sizes() {
        assert!(check_size(3, Some(&(1..=5))).is_ok());
        assert_eq!(check_size(0, Some(&(1..=5))).unwrap_err().code, "EntityTooSmall");
        assert_eq!(check_size(6, Some(&(1..=5))).unwrap_err().code, "EntityTooLarge");
    }

    #[test]
    fn over_or_no_policy() {
        let policy = PostPolicy { expiration: Some("1970-01-01T00:00:00Z".to_owned()), conditions: vec![] };
        let fault = policy.check(&Fields::new(), Timestamp::from_seconds(1)).unwrap_err();
        assert_eq!(fault.message, "Invalid according to Policy: Policy expired.");
        assert_eq!(PostPolicy::read("!").unwrap_err().code, "InvalidPolicyDocument");
    }
}
