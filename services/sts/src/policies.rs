//! Session policies: the inline document, the ARNs of managed ones, and how much both take when packed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::arns;
use crate::error::{Failure, FailureKind};
use crate::tags::SessionTag;

/// Most managed policies of a session ("up to 10 managed policy ARNs", botocore's documentation).
const MAX_ARNS: usize = 10;
/// Bytes that policies and tags may take when packed. AWS's format and limit are not published; deflated
/// bytes against this give the size in botocore's example of `GetFederationToken`.
const PACKED_LIMIT: usize = 1_600;
/// Effort of packing; nobody reads the result.
const PACKING_LEVEL: u8 = 6;

/// What restricts a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionPolicies {
    /// The inline policy, as it was passed.
    pub document: Option<String>,
    /// ARNs of managed policies.
    pub arns: Vec<String>,
}

impl SessionPolicies {
    /// Checks what was passed.
    ///
    /// # Errors
    /// `MalformedPolicyDocument` if the document is no policy, `ValidationError` if an ARN is none or there
    /// are too many.
    pub fn new(document: Option<String>, arns: Vec<String>) -> Result<Self, Failure> {
        if arns.len() > MAX_ARNS {
            let list = format!("[{}]", arns.join(", "));
            return Err(Failure::constraint(
                &list,
                "policyArns",
                &format!("have length less than or equal to {MAX_ARNS}"),
            ));
        }
        for arn in &arns {
            arns::checked(arn)?;
        }
        if let Some(document) = &document {
            check_document(document)?;
        }
        Ok(Self { document, arns })
    }

    /// How much of the space for packed policies and tags is taken, in percent. `None` if nothing was
    /// passed that takes any.
    ///
    /// # Errors
    /// `PackedPolicyTooLarge` if it is more than there is.
    pub fn packed_size(&self, tags: &[SessionTag]) -> Result<Option<i32>, Failure> {
        let mut text = self.document.clone().unwrap_or_default();
        for arn in &self.arns {
            text.push_str(arn);
        }
        let has_policies = !text.is_empty();
        for tag in tags {
            text.extend([tag.key.as_str(), "=", tag.value.as_str(), ";"]);
        }
        if text.is_empty() {
            return Ok(None);
        }
        let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), PACKING_LEVEL).len();
        let percent = packed.saturating_mul(100) / PACKED_LIMIT;
        if percent > 100 {
            let message = match has_policies {
                true => {
                    format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.")
                }
                false => format!("Packed size of session tags consumes {percent}% of allotted space."),
            };
            return Err(Failure::new(FailureKind::PackedPolicyTooLarge, message));
        }
        Ok(i32::try_from(percent).ok())
    }
}

fn malformed(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::MalformedPolicyDocument, message)
}

/// Whether a text is a policy that can stand alone: its grammar, not its meaning.
fn check_document(text: &str) -> Result<(), Failure> {
    let document: Value = serde_json::from_str(text).map_err(|_| malformed(not_json(text)))?;
    let syntax = || malformed("Syntax errors in policy.");
    let policy = document.as_object().ok_or_else(syntax)?;
    let known = ["Version", "Id", "Statement"];
    if policy.keys().any(|key| !known.contains(&key.as_str())) {
        return Err(syntax());
    }
    match policy.get("Version") {
        None => {}
        Some(version) if version == "2012-10-17" || version == "2008-10-17" => {}
        Some(_) => return Err(syntax()),
    }
    let statements = match policy.get("Statement") {
        Some(Value::Array(list)) if !list.is_empty() => list.as_slice(),
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => return Err(syntax()),
    };
    for statement in statements {
        check_statement(statement.as_object().ok_or_else(syntax)?)?;
    }
    Ok(())
}

fn check_statement(statement: &Map<String, Value>) -> Result<(), Failure> {
    let known = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    if statement.contains_key("Principal") || statement.contains_key("NotPrincipal") {
        return Err(malformed("Policy document should not specify a principal."));
    }
    let effect = statement.get("Effect").and_then(Value::as_str);
    let fits = matches!(effect, Some("Allow" | "Deny"))
        && statement.keys().all(|key| known.contains(&key.as_str()))
        && statement.get("Condition").is_none_or(Value::is_object)
        && statement.get("Sid").is_none_or(Value::is_string);
    if !fits {
        return Err(malformed("Syntax errors in policy."));
    }
    let actions = texts(statement, ["Action", "NotAction"])?
        .ok_or_else(|| malformed("Policy statement must contain actions."))?;
    if actions.iter().any(|action| *action != "*" && !action.contains(':')) {
        let message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
        return Err(malformed(message));
    }
    texts(statement, ["Resource", "NotResource"])?
        .ok_or_else(|| malformed("Policy statement must contain resources."))?;
    Ok(())
}

/// The texts of the one of two elements that is there: one, or a list. `None` if neither is.
fn texts<'a>(statement: &'a Map<String, Value>, names: [&str; 2]) -> Result<Option<Vec<&'a str>>, Failure> {
    let syntax = || malformed("Syntax errors in policy.");
    let [one, other] = names.map(|name| statement.get(name));
    let found = match (one, other) {
        (Some(_), Some(_)) => return Err(syntax()),
        (None, None) => return Ok(None),
        (Some(found), None) | (None, Some(found)) => found,
    };
    let texts: Option<Vec<_>> = match found {
        Value::String(text) => Some(vec![text.as_str()]),
        Value::Array(list) => list.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let texts = texts.ok_or_else(syntax)?;
    Ok((!texts.is_empty()).then_some(texts))
}

/// What STS says of a text that is no JSON: the words of its JSON parser, as reported in
/// ansible-collections/amazon.aws#2778, where the text starts with what starts no value.
fn not_json(text: &str) -> String {
    let (mut line, mut column) = (1, 1);
    for letter in text.chars() {
        match letter {
            '\n' => (line, column) = (line + 1, 1),
            ' ' | '\t' | '\r' => column += 1,
            '{' | '[' | '"' | '-' | '0'..='9' | 't' | 'f' | 'n' => break,
            _ => {
                let reader = text.bytes().fold(0_u32, |sum, byte| sum.rotate_left(5) ^ u32::from(byte));
                return format!(
                    "Unexpected character ('{letter}' (code {})): expected a valid value (number, String, \
                     array, object, 'true', 'false' or 'null')\n at [Source: java.io.StringReader@{reader:x}; \
                     line: {line}, column: {}]",
                    u32::from(letter),
                    column + 1
                );
            }
        }
    }
    "Syntax errors in policy.".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYNTAX: &str = "Syntax errors in policy.";

    #[test]
    fn documents() {
        let statement = |text: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{text}]}}"#);
        for (document, expected) in [
            (statement(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#), None),
            (r#"{"Statement":{"Effect":"Deny","NotAction":["*"],"NotResource":["*"]}}"#.to_owned(), None),
            (
                statement(r#"{"Sid":"a","Effect":"Allow","Action":["a:b"],"Resource":"*","Condition":{}}"#),
                None,
            ),
            ("{".to_owned(), Some(SYNTAX)),
            ("[]".to_owned(), Some(SYNTAX)),
            ("{}".to_owned(), Some(SYNTAX)),
            (statement(""), Some(SYNTAX)),
            (r#"{"Version":"2020","Statement":[]}"#.to_owned(), Some(SYNTAX)),
            (r#"{"Other":1,"Statement":[]}"#.to_owned(), Some(SYNTAX)),
            (statement("1"), Some(SYNTAX)),
            (statement(r#"{"Effect":"allow","Action":"s3:*","Resource":"*"}"#), Some(SYNTAX)),
            (statement(r#"{"Effect":"Allow","Action":1,"Resource":"*"}"#), Some(SYNTAX)),
            (
                statement(r#"{"Effect":"Allow","Action":"a:b","NotAction":"a:b","Resource":"*"}"#),
                Some(SYNTAX),
            ),
            (
                statement(r#"{"Effect":"Allow","Action":"s3","Resource":"*"}"#),
                Some("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
            ),
            (
                statement(r#"{"Effect":"Allow","Resource":"*"}"#),
                Some("Policy statement must contain actions."),
            ),
            (
                statement(r#"{"Effect":"Allow","Action":"s3:*"}"#),
                Some("Policy statement must contain resources."),
            ),
            (
                statement(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}"#),
                Some("Policy document should not specify a principal."),
            ),
        ] {
            let found = check_document(&document).err().map(|error| error.message);
            assert_eq!(found.as_deref(), expected, "{document}");
        }
        let message = check_document("invalid").unwrap_err().message;
        assert!(
            message.starts_with(
                "Unexpected character ('i' (code 105)): expected a valid value (number, String, array, \
                 object, 'true', 'false' or 'null')\n at [Source: java.io.StringReader@"
            ) && message.ends_with("; line: 1, column: 2]"),
            "{message}"
        );
    }

    #[test]
    fn packed_sizes() {
        // botocore's example of GetFederationToken, which answers 8.
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Stmt1","Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;
        let tag = |key: &str, value: &str| SessionTag {
            key: key.to_owned(),
            value: value.to_owned(),
            transitive: false,
        };
        let new =
            |document: Option<&str>| SessionPolicies::new(document.map(str::to_owned), Vec::new()).unwrap();
        assert_eq!(new(None).packed_size(&[]), Ok(None));
        let tags = [tag("Project", "Pegasus"), tag("Cost-Center", "98765")];
        assert_eq!(new(Some(policy)).packed_size(&tags), Ok(Some(8)));
        let noise = asf_runtime::ids::Ids::seeded(1).text(4000, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        let large = policy.replace("Stmt1", &noise);
        let error = new(Some(&large)).packed_size(&[]).unwrap_err();
        assert_eq!(error.kind, FailureKind::PackedPolicyTooLarge);
        assert!(error.message.starts_with("Packed policy consumes 1"), "{}", error.message);
        let error = new(None).packed_size(&[tag("noise", &noise)]).unwrap_err();
        assert!(error.message.starts_with("Packed size of session tags consumes 1"), "{}", error.message);
    }

    #[test]
    fn arns_of_managed_policies() {
        let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned();
        let new = |arns| SessionPolicies::new(None, arns).map(|it| it.arns.len()).map_err(|it| it.message);
        assert_eq!(new(vec![arn.clone(); 10]), Ok(10));
        assert_eq!(
            new(vec!["not-an-arn-but-long-enough".to_owned()]),
            Err("not-an-arn-but-long-enough is invalid".to_owned())
        );
        assert!(new(vec![arn; 11]).unwrap_err().ends_with("have length less than or equal to 10"));
    }
}
