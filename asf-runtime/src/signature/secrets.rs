//! Which secret an access key has.

use std::fmt;
use std::sync::Arc;

use super::Refusal;
use crate::Timestamp;
use crate::context::Credentials;
use crate::identity::AccountId;
use crate::plugin::{CREDENTIAL_STORES, Settings};
use crate::provider::Providers;

/// The secret of keys that no one issued, unless `ASF_TEST_SECRET_KEY` is set: what LocalStack's users sign
/// with.
const TEST_SECRET: &str = "test";

/// A secret access key. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

impl SecretKey {
    /// A secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

/// Why nothing can be signed with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// No one has issued it, or it was deleted or made inactive.
    #[error("the access key is not known")]
    Unknown,
    /// It belongs to a session, and the token with it is missing or another one's.
    #[error("the session token is not that of the access key")]
    WrongToken,
    /// Its session is over.
    #[error("the session of the access key is over")]
    Expired,
}

impl KeyRefusal {
    /// The refusal of a request with these credentials.
    pub(crate) fn of(self, credentials: &Credentials) -> Refusal {
        let token = credentials.session_token.clone().unwrap_or_default();
        match self {
            Self::Unknown => Refusal::UnknownKey(credentials.access_key_id.clone()),
            Self::WrongToken => Refusal::WrongToken(token),
            Self::Expired => Refusal::ExpiredToken(token),
        }
    }
}

/// Knows the secrets of access keys.
pub trait SecretKeys: fmt::Debug + Send + Sync {
    /// The secret of a request's credentials.
    ///
    /// # Errors
    /// When they are no (longer) good.
    fn secret(&self, credentials: &Credentials, now: Timestamp) -> Result<SecretKey, KeyRefusal>;
}

/// The keys of a process. In this order:
///
/// 1. Keys that a service has issued: sessions of STS, keys of IAM's users
///    ([`CredentialStore`](crate::plugin::CredentialStore)).
/// 2. The pair in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
/// 3. `test` and the numbers of accounts, which LocalStack's users have for access keys: their secret is
///    `ASF_TEST_SECRET_KEY`, `test` without it.
///
/// All others are unknown.
pub struct IssuedKeys {
    providers: Arc<Providers>,
    given: Option<(String, SecretKey)>,
    test: SecretKey,
}

impl IssuedKeys {
    /// What these providers have issued, and what the settings say.
    #[must_use]
    pub fn new(providers: Arc<Providers>, settings: &Settings) -> Self {
        let given = settings.get("AWS_ACCESS_KEY_ID").zip(settings.get("AWS_SECRET_ACCESS_KEY"));
        Self {
            providers,
            given: given.map(|(id, secret)| (id.to_owned(), SecretKey::new(secret))),
            test: SecretKey::new(settings.get("ASF_TEST_SECRET_KEY").unwrap_or(TEST_SECRET)),
        }
    }
}

impl SecretKeys for IssuedKeys {
    fn secret(&self, credentials: &Credentials, now: Timestamp) -> Result<SecretKey, KeyRefusal> {
        for store in CREDENTIAL_STORES {
            let Some(provider) = self.providers.get(store.service) else { continue };
            if let Some(secret) = (store.secret)(&*provider, credentials, now)? {
                return Ok(secret);
            }
        }
        let id = credentials.access_key_id.as_str();
        if let Some((_, secret)) = self.given.as_ref().filter(|(given, _)| given == id) {
            return Ok(secret.clone());
        }
        if id == "test" || id.parse::<AccountId>().is_ok() {
            return Ok(self.test.clone());
        }
        Err(KeyRefusal::Unknown)
    }
}

impl fmt::Debug for IssuedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuedKeys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_no_one_issued() {
        let of = |settings: &[(&str, &str)], id: &str| {
            let keys = IssuedKeys::new(Arc::default(), &settings.iter().copied().collect());
            let credentials = Credentials { access_key_id: id.to_owned(), session_token: None };
            keys.secret(&credentials, Timestamp::new(0, 0)).map(|it| it.reveal().to_owned())
        };
        let pair = [("AWS_ACCESS_KEY_ID", "mine"), ("AWS_SECRET_ACCESS_KEY", "hidden")];
        let known = |secret: &str| Ok(secret.to_owned());
        assert_eq!(of(&[], "test"), known("test"));
        assert_eq!(of(&[], "111122223333"), known("test"));
        assert_eq!(of(&[("ASF_TEST_SECRET_KEY", "other")], "test"), known("other"));
        assert_eq!(of(&pair, "mine"), known("hidden"));
        assert_eq!(of(&pair, "test"), known("test"));
        assert_eq!(of(&pair[..1], "mine"), Err(KeyRefusal::Unknown));
        for id in ["mine", "", "AKIAIOSFODNN7EXAMPLE", "LSIAQAAAAAAVNCBMPNSG", "11112222333"] {
            assert_eq!(of(&[], id), Err(KeyRefusal::Unknown), "{id}");
        }
        assert_eq!(format!("{:?}", SecretKey::new("hidden")), "SecretKey");
    }
}
