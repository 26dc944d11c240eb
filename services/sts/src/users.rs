//! Sessions of users: `GetSessionToken` and `GetFederationToken`.

use std::sync::Arc;

use crate::caller::Caller;
use crate::error::Failure;
use crate::issuing::{Desk, NewSession, mfa};
use crate::policies::SessionPolicies;
use crate::principals::Identity;
use crate::roles::Issued;
use crate::session::{Principal, Session};
use crate::tags;

/// Seconds of a session without `DurationSeconds`: 12 hours (botocore's documentation).
const DEFAULT_SECONDS: i32 = 43_200;

/// Temporary credentials of the caller itself.
///
/// # Errors
/// `AccessDenied` if the caller has such already (aws/aws-sdk-net#1704), or shows half of an MFA device.
pub fn session_token(
    desk: &Desk<'_>,
    caller: &Caller,
    duration_seconds: Option<i32>,
    serial_number: Option<String>,
    token_code: Option<&str>,
) -> Result<Arc<Session>, Failure> {
    refuse_sessions(caller, "GetSessionToken")?;
    let mfa_serial = mfa(serial_number, token_code)?;
    let identity = caller.identity.clone();
    let seconds = duration_seconds.unwrap_or(DEFAULT_SECONDS);
    let mut new = NewSession::new(identity.clone(), Principal::SameAs(identity), seconds);
    new.mfa_serial = mfa_serial;
    new.issued_to = Some(caller.identity.arn.clone());
    Ok(desk.issue(new))
}

/// What `GetFederationToken` is called with, constraints of the model met.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the members of the operation's input")]
pub struct Federation {
    pub name: String,
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
    pub duration_seconds: Option<i32>,
    pub tags: Vec<(String, String)>,
}

/// Temporary credentials of someone whom the caller vouches for
/// (test_sts::TestSTSIntegrations::test_get_federation_token).
///
/// # Errors
/// `AccessDenied` if the caller has temporary credentials itself (fwdcloudsec/granted#151), and those of
/// policies and tags.
pub fn federation_token(desk: &Desk<'_>, caller: &Caller, input: Federation) -> Result<Issued, Failure> {
    refuse_sessions(caller, "GetFederationToken")?;
    let policies = SessionPolicies::new(input.policy, input.policy_arns)?;
    let tags = tags::of_session(input.tags, &[], Vec::new())?;
    // Unlike other operations this one says 0 when nothing was passed.
    let packed_policy_size = policies.packed_size(&tags)?.or(Some(0));
    let account = caller.identity.account;
    let name = input.name;
    let identity = Identity {
        user_id: format!("{account}:{name}"),
        account,
        arn: format!("arn:{}:sts::{account}:federated-user/{name}", desk.partition),
    };
    let principal = Principal::FederatedUser { name, user: caller.identity.clone() };
    let seconds = input.duration_seconds.unwrap_or(DEFAULT_SECONDS);
    let mut new = NewSession::new(identity, principal, seconds);
    new.policies = policies;
    new.tags = tags;
    new.issued_to = Some(caller.identity.arn.clone());
    Ok(Issued { session: desk.issue(new), packed_policy_size })
}

fn refuse_sessions(caller: &Caller, operation: &str) -> Result<(), Failure> {
    match &caller.session {
        Some(_) => Err(Failure::access_denied(format!("Cannot call {operation} with session credentials"))),
        None => Ok(()),
    }
}
