//! `AssumeRoleWithWebIdentity`: what a token grants. Its signature is not checked: that would need the
//! keys of the issuer, which is somewhere else.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::arns::RoleArn;
use crate::error::{Failure, FailureKind};
use crate::issuing::{Desk, role_seconds};
use crate::names::{NO_SOURCE_IDENTITY, is_name};
use crate::policies::SessionPolicies;
use crate::roles::{Issued, role_session};
use crate::session::AssumedBy;
use crate::tags;

/// Issuers that AWS knows without an OIDC provider in IAM; answers name them as they are.
const BUILT_IN: [&str; 2] = ["accounts.google.com", "cognito-identity.amazonaws.com"];
/// Providers of OAuth 2.0 access tokens, which are opaque.
const OAUTH: [&str; 2] = ["www.amazon.com", "graph.facebook.com"];
/// Claims of AWS's own.
const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// What `AssumeRoleWithWebIdentity` is called with, constraints of the model met.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the members of the operation's input")]
pub struct WithWebIdentity {
    pub role_arn: String,
    pub role_session_name: String,
    pub web_identity_token: String,
    pub provider_id: Option<String>,
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
    pub duration_seconds: Option<i32>,
}

/// A session, and what the token says of whom it is for.
#[derive(Clone, Debug)]
pub struct WebIdentityIssued {
    /// The session.
    pub issued: Issued,
    /// `sub`
    pub subject: String,
    /// ARN of the OIDC provider in the role's account, or the name of a provider that needs none.
    pub provider: String,
    /// `aud`; of an access token there is none.
    pub audience: Option<String>,
}

/// What a token says that AWS looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Claims {
    issuer: String,
    subject: String,
    audience: Option<String>,
    tags: Vec<(String, String)>,
    transitive: Vec<String>,
    source_identity: Option<String>,
}

/// Lets the subject of a token act as a role.
///
/// # Errors
/// `InvalidIdentityToken` if the token cannot be read or lacks a claim, `ExpiredTokenException` if its time
/// is over, `AccessDenied` if the ARN names no role.
pub fn assume_role(desk: &Desk<'_>, input: WithWebIdentity) -> Result<WebIdentityIssued, Failure> {
    let role = RoleArn::parse(&input.role_arn)?
        .ok_or_else(|| Failure::access_denied("Not authorized to perform sts:AssumeRoleWithWebIdentity"))?;
    let oauth = input.provider_id.filter(|provider| OAUTH.contains(&provider.as_str()));
    let claims = match &oauth {
        Some(provider) => opaque(provider, &input.web_identity_token),
        None => claims(&input.web_identity_token, desk.now.seconds())?,
    };
    let facts = desk.role(&role);
    let seconds = role_seconds(input.duration_seconds, &facts, false)?;
    let policies = SessionPolicies::new(input.policy, input.policy_arns)?;
    let tags = tags::of_session(claims.tags, &claims.transitive, Vec::new())?;
    let packed_policy_size = policies.packed_size(&tags)?;

    let issuer = claims.issuer.strip_prefix("https://").unwrap_or(&claims.issuer).trim_end_matches('/');
    let provider = match oauth.is_some() || BUILT_IN.contains(&issuer) {
        true => issuer.to_owned(),
        false => format!("arn:{}:iam::{}:oidc-provider/{issuer}", desk.partition, role.account),
    };
    let by = AssumedBy::WebIdentity { provider: provider.clone(), subject: claims.subject.clone() };
    let mut new = role_session(desk, role, &facts, input.role_session_name, by, seconds);
    new.policies = policies;
    new.tags = tags;
    new.source_identity = claims.source_identity;
    Ok(WebIdentityIssued {
        issued: Issued { session: desk.issue(new), packed_policy_size },
        subject: claims.subject,
        provider,
        audience: claims.audience,
    })
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::new(FailureKind::InvalidIdentityToken, message)
}

/// The claims of a JSON web token.
fn claims(token: &str, now: i64) -> Result<Claims, Failure> {
    let no_jwt = || {
        invalid(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        )
    };
    let mut parts = token.trim().split('.');
    let (Some(header), Some(payload), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(no_jwt());
    };
    json(header).ok_or_else(no_jwt)?;
    let payload = json(payload).ok_or_else(no_jwt)?;

    // aws/aws-sdk-ruby#2698
    let missing = |claim: &str| invalid(format!("Missing a required claim: {claim}"));
    let text = |claim: &str| {
        let found = payload.get(claim).and_then(Value::as_str).filter(|text| !text.is_empty());
        found.map(str::to_owned).ok_or_else(|| missing(claim))
    };
    let issuer = text("iss")?;
    let audience = match payload.get("aud") {
        Some(Value::Array(list)) => list.first().and_then(Value::as_str),
        other => other.and_then(Value::as_str),
    };
    let audience = audience.filter(|text| !text.is_empty()).ok_or_else(|| missing("aud"))?.to_owned();
    let subject = text("sub")?;
    let end = payload.get("exp").and_then(Value::as_f64).ok_or_else(|| missing("exp"))?;
    if end <= now as f64 {
        // awslabs/aws-orbit-workbench#771, the missing space included.
        let message =
            format!("Token expired: current date/time {now} must be before the expiration date/time{end:.0}");
        return Err(Failure::new(FailureKind::ExpiredIdentityToken, message));
    }
    let (tags, transitive) = session_tags(&payload);
    let source_identity = payload.get(SOURCE_IDENTITY).and_then(Value::as_str).map(str::to_owned);
    if source_identity.as_ref().is_some_and(|it| !is_name(it)) {
        return Err(invalid(NO_SOURCE_IDENTITY));
    }
    Ok(Claims { issuer, subject, audience: Some(audience), tags, transitive, source_identity })
}

/// A part of a token: base64 of a JSON object.
fn json(part: &str) -> Option<Map<String, Value>> {
    let part = part.trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(part).or_else(|_| STANDARD_NO_PAD.decode(part)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The tags in a token: nested, or flattened into claims of their own (IAM User Guide, "Pass session tags
/// using AssumeRoleWithWebIdentity").
fn session_tags(payload: &Map<String, Value>) -> (Vec<(String, String)>, Vec<String>) {
    let first = |value: &Value| match value {
        Value::Array(list) => list.first().and_then(Value::as_str).map(str::to_owned),
        other => other.as_str().map(str::to_owned),
    };
    let nested = payload.get(TAGS).and_then(|tags| tags.get("principal_tags")).and_then(Value::as_object);
    let nested = nested.into_iter().flatten().map(|(key, value)| (key.as_str(), value));
    let prefix = format!("{TAGS}/principal_tags/");
    let flat = payload.iter().filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?, value)));
    let tags = nested.chain(flat).filter_map(|(key, value)| Some((key.to_owned(), first(value)?)));
    let transitive = payload
        .get(TAGS)
        .and_then(|tags| tags.get("transitive_tag_keys"))
        .or_else(|| payload.get(&format!("{TAGS}/transitive_tag_keys")));
    let transitive = match transitive {
        Some(Value::Array(keys)) => keys.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(key)) => vec![key.clone()],
        _ => Vec::new(),
    };
    (tags.collect(), transitive)
}

/// An access token says nothing itself; the same token is always the same subject.
fn opaque(provider: &str, token: &str) -> Claims {
    let digest = Sha256::digest(token.as_bytes());
    let subject = digest.iter().take(14).map(|byte| format!("{byte:02X}")).collect::<String>();
    let subject = if provider == "www.amazon.com" { format!("amzn1.account.{subject}") } else { subject };
    Claims { issuer: provider.to_owned(), subject, ..Claims::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn tokens_that_are_refused() {
        let no_jwt =
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
        for (token, expected) in [
            ("token".to_owned(), no_jwt),
            ("a.b.c".to_owned(), no_jwt),
            ("a.b.c.d".to_owned(), no_jwt),
            (token("[]"), no_jwt),
            (token("{}"), "Missing a required claim: iss"),
            (token(r#"{"iss":1}"#), "Missing a required claim: iss"),
            (token(r#"{"iss":"https://i"}"#), "Missing a required claim: aud"),
            (token(r#"{"iss":"https://i","aud":[]}"#), "Missing a required claim: aud"),
            (token(r#"{"iss":"https://i","aud":"a"}"#), "Missing a required claim: sub"),
            (token(r#"{"iss":"https://i","aud":["a"],"sub":"s"}"#), "Missing a required claim: exp"),
            (
                token(r#"{"iss":"https://i","aud":"a","sub":"s","exp":1626191469}"#),
                "Token expired: current date/time 1626271164 must be before the expiration \
                 date/time1626191469",
            ),
        ] {
            assert_eq!(claims(&token, 1_626_271_164).unwrap_err().message, expected, "{token}");
        }
    }

    #[test]
    fn tags_nested_and_flat() {
        for payload in [
            r#"{"https://aws.amazon.com/tags":{"principal_tags":{"Project":["Automation"],"Cost":["9"]},
                "transitive_tag_keys":["Project"]}}"#,
            r#"{"https://aws.amazon.com/tags/principal_tags/Project":"Automation",
                "https://aws.amazon.com/tags/principal_tags/Cost":["9"],
                "https://aws.amazon.com/tags/transitive_tag_keys":["Project"]}"#,
        ] {
            let payload: Map<String, Value> = serde_json::from_str(payload).unwrap();
            let (tags, transitive) = session_tags(&payload);
            let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
            assert_eq!(tags, [pair("Project", "Automation"), pair("Cost", "9")]);
            assert_eq!(transitive, ["Project"]);
        }
    }
}
