//! What operations that issue sessions have in common: how long, by which key, and where it is kept.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::access_key::AccessKeyStyle;
use asf_runtime::identity::Partition;
use asf_runtime::ids::Ids;

use crate::arns::RoleArn;
use crate::credentials::Credentials;
use crate::error::Failure;
use crate::policies::SessionPolicies;
use crate::principals::{Identity, Principals, RoleFacts, derived_role};
use crate::session::{Principal, Session};
use crate::sessions::SessionStore;
use crate::tags::SessionTag;

/// Seconds of a session of a role without `DurationSeconds`, and most of one in role chaining.
pub(crate) const HOUR: i32 = 3_600;

/// Everything that issuing takes from the call and from the provider.
pub struct Desk<'a> {
    /// Where sessions are kept.
    pub sessions: &'a SessionStore,
    /// What IAM knows.
    pub principals: &'a dyn Principals,
    /// How key ids look.
    pub style: AccessKeyStyle,
    /// The seed of derived ids.
    pub seed: u64,
    /// Where ids come from.
    pub ids: &'a Ids,
    /// The time of the call.
    pub now: Timestamp,
    /// The partition that is called.
    pub partition: Partition,
}

/// What a new session is made of, besides its credentials.
#[derive(Debug)]
pub(crate) struct NewSession {
    pub(crate) identity: Identity,
    pub(crate) principal: Principal,
    pub(crate) seconds: i32,
    pub(crate) policies: SessionPolicies,
    pub(crate) tags: Vec<SessionTag>,
    pub(crate) source_identity: Option<String>,
    pub(crate) mfa_serial: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) provided_contexts: Vec<(String, String)>,
    pub(crate) issued_to: Option<String>,
    pub(crate) chained_from: Option<String>,
}

impl NewSession {
    /// One without what is optional.
    pub(crate) fn new(identity: Identity, principal: Principal, seconds: i32) -> Self {
        Self {
            identity,
            principal,
            seconds,
            policies: SessionPolicies::default(),
            tags: Vec::new(),
            source_identity: None,
            mfa_serial: None,
            external_id: None,
            provided_contexts: Vec::new(),
            issued_to: None,
            chained_from: None,
        }
    }
}

impl Desk<'_> {
    /// Issues credentials, in the account of the identity, and keeps the session.
    pub(crate) fn issue(&self, new: NewSession) -> Arc<Session> {
        // Expirations are whole seconds on the wire.
        let expiration = self.now.truncated_to_seconds().plus_seconds(i64::from(new.seconds));
        let session = Arc::new(Session {
            credentials: Credentials::issue(self.style, new.identity.account, self.ids),
            issued: self.now,
            expiration,
            principal: new.principal,
            identity: new.identity,
            policies: new.policies,
            tags: new.tags,
            source_identity: new.source_identity,
            mfa_serial: new.mfa_serial,
            external_id: new.external_id,
            provided_contexts: new.provided_contexts,
            issued_to: new.issued_to,
            chained_from: new.chained_from,
        });
        self.sessions.insert(&session, self.now);
        session
    }

    /// What is known of a role, or follows from its ARN.
    pub(crate) fn role(&self, role: &RoleArn) -> RoleFacts {
        self.principals.role(role).unwrap_or_else(|| derived_role(role, self.seed))
    }
}

/// Seconds that a session of a role lasts.
///
/// # Errors
/// `ValidationError` if that is more than the role allows (prolane/samltoawsstskeys#61), or more than an
/// hour where a session assumes the role (99designs/aws-vault#263, mmmorris1975/aws-runas#11: sessions of
/// `GetSessionToken` too).
pub(crate) fn role_seconds(asked: Option<i32>, role: &RoleFacts, chained: bool) -> Result<i32, Failure> {
    let seconds = asked.unwrap_or(HOUR);
    if chained && seconds > HOUR {
        return Err(Failure::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role \
             chaining.",
        ));
    }
    if seconds > role.max_session_seconds {
        return Err(Failure::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(seconds)
}

/// The MFA device of a call with a code of it. Every code is right: there are no devices.
///
/// # Errors
/// `AccessDenied` if one is there without the other (y13i/sgviz#9).
pub(crate) fn mfa(serial: Option<String>, code: Option<&str>) -> Result<Option<String>, Failure> {
    match (serial, code) {
        (Some(serial), Some(_)) => Ok(Some(serial)),
        (None, None) => Ok(None),
        _ => Err(Failure::access_denied(
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
        )),
    }
}
