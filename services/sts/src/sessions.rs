//! The store of issued sessions, by access key id: bounded, and forgetting by the clock.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use asf_runtime::Timestamp;

use crate::error::{Failure, FailureKind};
use crate::session::Session;

/// Most sessions that are remembered.
pub const MAX_SESSIONS: usize = 50_000;
/// Most bytes that remembered sessions take, about.
pub const MAX_BYTES: usize = 128 << 20;
/// Seconds for which a session that is over is remembered, so that its use is told apart from that of a
/// key that was never issued.
pub const EXPIRED_KEPT: i64 = 24 * 60 * 60;

/// All sessions, of all accounts and regions: a session is good everywhere in its partition.
///
/// When there are too many, those that end first are forgotten first. A call with a forgotten key is one
/// with an unknown key, which still acts in the account that the key carries.
#[derive(Debug)]
pub struct SessionStore {
    sessions: RwLock<Sessions>,
    max_sessions: usize,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct Sessions {
    by_key: HashMap<String, Arc<Session>>,
    by_end: BTreeSet<(Timestamp, String)>,
    bytes: usize,
}

impl Default for SessionStore {
    fn default() -> Self {
        Self::bounded(MAX_SESSIONS, MAX_BYTES)
    }
}

impl SessionStore {
    /// A store of at most so many sessions that take at most so many bytes.
    #[must_use]
    pub fn bounded(max_sessions: usize, max_bytes: usize) -> Self {
        Self { sessions: RwLock::default(), max_sessions, max_bytes }
    }

    /// The session of an access key id, whether or not it is over.
    #[must_use]
    pub fn get(&self, access_key_id: &str) -> Option<Arc<Session>> {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner).by_key.get(access_key_id).cloned()
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
        let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        let kept_since = now.plus_seconds(-EXPIRED_KEPT);
        while sessions.by_end.first().is_some_and(|(end, _)| *end < kept_since) {
            sessions.forget_first();
        }
        let weight = session.weight();
        while !sessions.by_end.is_empty()
            && (sessions.by_key.len() >= self.max_sessions || sessions.bytes + weight > self.max_bytes)
        {
            sessions.forget_first();
        }
        let key = session.credentials.access_key_id.clone();
        sessions.bytes += weight;
        sessions.by_end.insert((session.expiration, key.clone()));
        // Seeded ids may give a key again.
        if let Some(former) = sessions.by_key.insert(key.clone(), session.clone()) {
            sessions.bytes = sessions.bytes.saturating_sub(former.weight());
            if former.expiration != session.expiration {
                sessions.by_end.remove(&(former.expiration, key));
            }
        }
    }

    /// How many sessions are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner).by_key.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Sessions {
    fn forget_first(&mut self) {
        if let Some((_, key)) = self.by_end.pop_first()
            && let Some(session) = self.by_key.remove(&key)
        {
            self.bytes = self.bytes.saturating_sub(session.weight());
        }
    }
}
