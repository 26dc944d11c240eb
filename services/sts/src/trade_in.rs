//! `GetDelegatedAccessToken`: a trade-in token for credentials of the principal that was delegated.
//!
//! AWS's tokens come out of a product's delegation flow, which has no API. Here [`trade_in_token`] makes
//! them.

use std::sync::Arc;

use asf_runtime::Timestamp;
use serde_json::{Value, json};

use crate::arns;
use crate::caller::Caller;
use crate::error::{Failure, FailureKind};
use crate::issuing::{Desk, HOUR, NewSession};
use crate::principals::{Identity, unique_id};
use crate::sealed;
use crate::session::{Principal, Session};

const PURPOSE: &str = "trade-in token";

/// A token for credentials of a principal, good until a time.
#[must_use]
pub fn trade_in_token(principal_arn: &str, expiration: Timestamp) -> String {
    let content = json!({ "principal": principal_arn, "expiration": expiration.seconds() });
    sealed::seal(PURPOSE, &content.to_string())
}

/// Exchanges a token; the answer's `AssumedPrincipal` is the session's identity's ARN.
///
/// # Errors
/// `ExpiredTradeInTokenException` if its time is over, `AccessDenied` if [`trade_in_token`] did not make it.
pub fn exchange(desk: &Desk<'_>, caller: &Caller, token: &str) -> Result<Arc<Session>, Failure> {
    let invalid = || Failure::access_denied("The trade-in token is not valid.");
    let content = sealed::open(PURPOSE, token).ok_or_else(invalid)?;
    let content: Value = serde_json::from_str(&content).map_err(|_| invalid())?;
    let principal = content.get("principal").and_then(Value::as_str).ok_or_else(invalid)?;
    let expiration = content.get("expiration").and_then(Value::as_i64).ok_or_else(invalid)?;
    if Timestamp::from_seconds(expiration) <= desk.now {
        return Err(Failure::new(
            FailureKind::ExpiredTradeInToken,
            "The trade-in token provided in the request has expired and can no longer be exchanged for \
             credentials. Request a new token and retry the operation.",
        ));
    }
    let arn = arns::checked(principal)?;
    let account = arn.account.parse().map_err(|_| invalid())?;
    let user_id = unique_id("AIDA", &[principal], desk.seed);
    let identity = Identity { user_id, account, arn: principal.to_owned() };
    let delegated = Principal::Delegated { arn: principal.to_owned() };
    let mut new = NewSession::new(identity, delegated, HOUR);
    new.issued_to = Some(caller.identity.arn.clone());
    Ok(desk.issue(new))
}
