//! Who calls: from access key and token to an identity, with the session if it is one.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Partition};

use crate::error::Failure;
use crate::principals::{Identity, Principals};
use crate::session::Session;
use crate::sessions::SessionStore;

/// The user id of callers with a plain key, which LocalStack's users know from `GetCallerIdentity`.
/// AWS has the account id there for its root user.
pub const PLAIN_USER_ID: &str = "AKIAIOSFODNN7EXAMPLE";

/// The caller of an operation.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who it is.
    pub identity: Identity,
    /// Its session, if it calls with temporary credentials that were issued here.
    pub session: Option<Arc<Session>>,
}

impl Caller {
    /// Finds out who calls. A key that no one knows is the root user of its account.
    ///
    /// `key` is the access key id with the session token that came with it, none for unsigned calls;
    /// `account` the account that the call acts in.
    ///
    /// # Errors
    /// As [`SessionStore::check`].
    pub fn resolve(
        key: Option<(&str, Option<&str>)>,
        account: AccountId,
        partition: Partition,
        sessions: &SessionStore,
        principals: &dyn Principals,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        if let Some((id, token)) = key {
            if let Some(session) = sessions.check(id, token, now)? {
                return Ok(Self { identity: session.identity.clone(), session: Some(session) });
            }
            if let Some(identity) = principals.user_of_access_key(id) {
                return Ok(Self { identity, session: None });
            }
        }
        let arn = root_arn(partition, account);
        Ok(Self { identity: Identity { user_id: PLAIN_USER_ID.to_owned(), account, arn }, session: None })
    }
}

/// `arn:aws:iam::000000000000:root`
#[must_use]
pub fn root_arn(partition: Partition, account: AccountId) -> String {
    format!("arn:{partition}:iam::{account}:root")
}
