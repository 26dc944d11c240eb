//! The store of issued sessions, by access key id: bounded, and forgetting by the clock.

use std::sync::Arc;

use asf_macros::Store;
use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::store::{Index, Indexed, Indexes, State, Table};

use crate::error::{Failure, FailureKind};
use crate::session::Session;

/// Most sessions that are remembered.
pub const MAX_SESSIONS: usize = 50_000;
/// Most bytes that remembered sessions take, about.
pub const MAX_BYTES: usize = 128 << 20;
/// Seconds for which a session that is over is remembered, so that its use is told apart from that of a
/// key that was never issued.
pub const EXPIRED_KEPT: i64 = 24 * 60 * 60;

/// What STS keeps.
#[derive(Clone, Debug, Store)]
#[store(service = "sts")]
pub struct StsStore {
    /// All sessions by access key id, of all accounts and regions: a session is good everywhere in its
    /// partition, and its key is unique.
    #[store(cross_account)]
    sessions: Table<String, Session, Indexed<SessionIndexes>>,
}

/// What the bounds ask for.
#[derive(Clone, Debug, Default)]
struct SessionIndexes {
    by_end: Index<Timestamp, String>,
    bytes: usize,
}

impl Indexes<String, Session> for SessionIndexes {
    fn added(&mut self, key: &String, session: &Session) {
        self.by_end.insert(session.expiration, key.clone());
        self.bytes += session.weight();
    }

    fn removed(&mut self, key: &String, session: &Session) {
        self.by_end.remove(session.expiration, key.clone());
        self.bytes -= session.weight();
    }
}

/// The sessions, bounded.
///
/// When there are too many, those that end first are forgotten first. A call with a forgotten key is one
/// with an unknown key, which still acts in the account that the key carries.
#[derive(Debug)]
pub struct SessionStore {
    sessions: Table<String, Session, Indexed<SessionIndexes>>,
    max_sessions: usize,
    max_bytes: usize,
}

impl SessionStore {
    /// The sessions of a state: at most [`MAX_SESSIONS`] that take at most [`MAX_BYTES`].
    #[must_use]
    pub fn of(state: &State) -> Self {
        Self::bounded(state, MAX_SESSIONS, MAX_BYTES)
    }

    /// At most so many sessions that take at most so many bytes.
    #[must_use]
    pub fn bounded(state: &State, max_sessions: usize, max_bytes: usize) -> Self {
        let StsStore { sessions } = state.stores().at(AccountId::DEFAULT, &Region::default());
        Self { sessions, max_sessions, max_bytes }
    }

    /// The session of an access key id, whether or not it is over.
    #[must_use]
    pub fn get(&self, access_key_id: &str) -> Option<Arc<Session>> {
        self.sessions.get(&access_key_id.to_owned())
    }

    /// The session behind a call's credentials: for the gateway, and for whoever enforces permissions.
    /// `None` if the key was not issued here, or was forgotten.
    ///
    /// # Errors
    /// `ExpiredToken` if the session is over, `InvalidClientTokenId` if the session token is missing or
    /// another one's; both 403, in AWS's words ("Common errors" of every service's API reference).
    pub fn check(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Arc<Session>>, Failure> {
        let Some(session) = self.get(access_key_id) else { return Ok(None) };
        if session_token != Some(session.credentials.session_token.as_str()) {
            return Err(Failure::new(
                FailureKind::InvalidClientTokenId,
                "The security token included in the request is invalid.",
            ));
        }
        if session.is_expired(now) {
            return Err(Failure::new(
                FailureKind::ExpiredToken,
                "The security token included in the request is expired",
            ));
        }
        Ok(Some(session))
    }

    /// Puts a session in, and forgets what is long over or too much.
    pub fn insert(&self, session: &Arc<Session>, now: Timestamp) {
        let kept_since = now.plus_seconds(-EXPIRED_KEPT);
        let weight = session.weight();
        self.sessions.write(|sessions| {
            // Seeded ids may give a key again.
            sessions.remove(&session.credentials.access_key_id);
            loop {
                let indexes = sessions.tree().indexes();
                let Some((end, first)) = indexes.by_end.iter().next() else { break };
                let is_full =
                    indexes.by_end.len() >= self.max_sessions || indexes.bytes + weight > self.max_bytes;
                if *end >= kept_since && !is_full {
                    break;
                }
                let first = first.clone();
                sessions.remove(&first);
            }
            sessions.insert(session.credentials.access_key_id.clone(), session.clone());
        });
    }

    /// How many sessions are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}
