//! `AssumeRoleWithSAML`: what an assertion grants. Its signature is not checked: there is no metadata of
//! an identity provider to check it against.

mod assertion;
#[cfg(test)]
mod tests;

use asf_runtime::Timestamp;
use asf_runtime::schema::TimestampFormat;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

pub use assertion::Assertion;

use crate::arns::{self, RoleArn};
use crate::error::{Failure, FailureKind};
use crate::issuing::{Desk, role_seconds};
use crate::names::{NO_SOURCE_IDENTITY, is_name};
use crate::policies::SessionPolicies;
use crate::roles::{Issued, role_session};
use crate::session::AssumedBy;
use crate::tags;

/// What the names of AWS's attributes start with.
const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes/";
/// The same in China.
const ATTRIBUTES_CN: &str = "http://www.amazonaws.cn/SAML/Attributes/";
/// The prefix of name id formats, which answers leave away.
const NAME_ID_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";

/// What `AssumeRoleWithSAML` is called with, constraints of the model met.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the members of the operation's input")]
pub struct WithSaml {
    pub role_arn: String,
    pub principal_arn: String,
    pub saml_assertion: String,
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
    pub duration_seconds: Option<i32>,
}

/// A session, and what the assertion says of whom it is for.
#[derive(Clone, Debug)]
pub struct SamlIssued {
    /// The session.
    pub issued: Issued,
    /// The `NameID`.
    pub subject: String,
    /// Its format: `persistent`, `transient`, or a URI.
    pub subject_type: String,
    /// Who made the assertion.
    pub issuer: String,
    /// The `Recipient` of the subject's confirmation.
    pub audience: Option<String>,
    /// Tells subjects of different providers apart; see [`name_qualifier`].
    pub name_qualifier: String,
}

/// Lets the subject of an assertion act as one of the roles that it grants.
///
/// # Errors
/// `InvalidIdentityToken` if the assertion cannot be read or lacks what AWS needs, `ExpiredTokenException`
/// if its time is over, `AccessDenied` if it does not grant the role; the words are of the IAM User Guide,
/// "Troubleshoot SAML federation with IAM", where not said otherwise.
pub fn assume_role(desk: &Desk<'_>, input: WithSaml) -> Result<SamlIssued, Failure> {
    let role = RoleArn::parse(&input.role_arn)?.ok_or_else(not_authorized)?;
    let provider = arns::checked(&input.principal_arn)?;
    let provider_name = provider.resource.strip_prefix("saml-provider/").ok_or_else(not_authorized)?;
    let assertion = decode(&input.saml_assertion)?;
    check_time(&assertion, desk.now)?;
    check_audience(&assertion)?;

    let session_name = single(&assertion, "RoleSessionName")
        .ok_or_else(|| invalid("RoleSessionName is required in AuthnResponse"))?;
    let session_name = session_name.to_owned();
    if !is_name(&session_name) {
        return Err(invalid("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"));
    }
    let source_identity = single(&assertion, "SourceIdentity").map(str::to_owned);
    if source_identity.as_ref().is_some_and(|it| !is_name(it)) {
        return Err(invalid(NO_SOURCE_IDENTITY));
    }
    if !grants(&assertion, &input.role_arn, &input.principal_arn) {
        return Err(not_authorized());
    }

    let facts = desk.role(&role);
    // The attribute `SessionDuration` is for the console only (Nike-Inc/gimme-aws-creds#54).
    let mut seconds = role_seconds(input.duration_seconds, &facts, false)?;
    if let Some(end) = assertion.session_not_on_or_after.as_deref().and_then(time) {
        let left = end.seconds() - desk.now.seconds();
        if left <= 0 {
            return Err(expired());
        }
        seconds = seconds.min(i32::try_from(left).unwrap_or(i32::MAX));
    }
    let policies = SessionPolicies::new(input.policy, input.policy_arns)?;
    let (passed, transitive) = session_tags(&assertion);
    let tags = tags::of_session(passed, &transitive, Vec::new())?;
    let packed_policy_size = policies.packed_size(&tags)?;

    let subject = assertion.subject.unwrap_or_default();
    let by = AssumedBy::Saml { provider: input.principal_arn.clone(), subject: subject.clone() };
    let issuer = assertion.issuer.unwrap_or_default();
    let name_qualifier = name_qualifier(&issuer, &provider.account, provider_name);
    let mut new = role_session(desk, role, &facts, session_name, by, seconds);
    new.policies = policies;
    new.tags = tags;
    new.source_identity = source_identity;
    let format = assertion.subject_format.unwrap_or_default();
    Ok(SamlIssued {
        issued: Issued { session: desk.issue(new), packed_policy_size },
        subject,
        subject_type: format.strip_prefix(NAME_ID_FORMAT).unwrap_or(&format).to_owned(),
        issuer,
        audience: assertion.recipient,
        name_qualifier,
    })
}

/// The hash that answers call `NameQualifier`: `base64(sha1(issuer + account + "/" + provider))`, from
/// botocore's documentation of `AssumeRoleWithSAMLResponse`.
#[must_use]
pub fn name_qualifier(issuer: &str, account: &str, provider_name: &str) -> String {
    let digest = Sha1::new().chain_update(issuer).chain_update(account).chain_update("/");
    STANDARD.encode(digest.chain_update(provider_name).finalize())
}

fn invalid(message: &str) -> Failure {
    Failure::new(FailureKind::InvalidIdentityToken, message)
}

/// Versent/saml2aws#759
fn expired() -> Failure {
    Failure::new(FailureKind::ExpiredIdentityToken, "Response has expired")
}

fn not_authorized() -> Failure {
    Failure::access_denied("Not authorized to perform sts:AssumeRoleWithSAML")
}

/// From base64, which may be broken into lines.
fn decode(text: &str) -> Result<Assertion, Failure> {
    let text: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(text).map_err(|_| invalid("Invalid base64 SAMLResponse"))?;
    Assertion::read(&bytes).ok_or_else(|| invalid("Invalid SAMLResponse"))
}

fn time(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text.trim(), TimestampFormat::DateTime).ok()
}

/// The assertion's own bounds are kept, AWS's five minutes after its issue are not: they would forbid
/// assertions that lie with a project's tests.
fn check_time(assertion: &Assertion, now: Timestamp) -> Result<(), Failure> {
    let ends = &assertion.not_on_or_after;
    if ends.iter().filter_map(|text| time(text)).any(|end| end <= now) {
        return Err(expired());
    }
    Ok(())
}

/// An assertion that names audiences has to name AWS: `urn:amazon:webservices`, or a sign-in page.
fn check_audience(assertion: &Assertion) -> Result<(), Failure> {
    let is_aws = |audience: &String| {
        let audience = audience.trim();
        audience.starts_with("urn:amazon:webservices")
            || (audience.contains("signin.") && audience.ends_with("/saml"))
    };
    if !assertion.audiences.is_empty() && !assertion.audiences.iter().any(is_aws) {
        return Err(invalid("Response does not contain the required audience."));
    }
    Ok(())
}

/// The values of an attribute of AWS's.
fn values<'a>(assertion: &'a Assertion, name: &'a str) -> impl Iterator<Item = &'a str> {
    let is_it = move |(attribute, _): &&(String, Vec<String>)| local_name(attribute) == Some(name);
    assertion.attributes.iter().filter(is_it).flat_map(|(_, values)| values.iter().map(String::as_str))
}

fn local_name(attribute: &str) -> Option<&str> {
    attribute.strip_prefix(ATTRIBUTES).or_else(|| attribute.strip_prefix(ATTRIBUTES_CN))
}

fn single<'a>(assertion: &'a Assertion, name: &'a str) -> Option<&'a str> {
    values(assertion, name).next().filter(|value| !value.is_empty())
}

/// Whether one of the assertion's pairs is of this role and provider, in either order.
fn grants(assertion: &Assertion, role: &str, provider: &str) -> bool {
    values(assertion, "Role").any(|pair| match pair.split_once(',') {
        Some((one, other)) => {
            let (one, other) = (one.trim(), other.trim());
            (one == role && other == provider) || (one == provider && other == role)
        }
        None => false,
    })
}

/// The tags that attributes pass (`PrincipalTag:key`), and the keys of those that are transitive.
fn session_tags(assertion: &Assertion) -> (Vec<(String, String)>, Vec<String>) {
    let tags = assertion.attributes.iter().filter_map(|(name, values)| {
        let key = local_name(name)?.strip_prefix("PrincipalTag:")?;
        Some((key.to_owned(), values.first().cloned().unwrap_or_default()))
    });
    (tags.collect(), values(assertion, "TransitiveTagKeys").map(str::to_owned).collect())
}
