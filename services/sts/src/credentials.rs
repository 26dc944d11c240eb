//! The making of session credentials: access key id, secret, token.

use asf_runtime::access_key::{AccessKeyKind, AccessKeyStyle};
use asf_runtime::identity::AccountId;
use asf_runtime::ids::Ids;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Random bytes of a secret access key: 40 characters.
const SECRET: usize = 30;
/// Random bytes of a session token. AWS's have no fixed size and come with a few hundred characters.
const TOKEN: usize = 255;
/// What session tokens of AWS start with, in base64: tag and length of their first field.
const TOKEN_START: [u8; 9] = [0x17, 0x6f, 0x72, 0x69, 0x67, 0x69, 0x6e, 0x5f, 0x32];

/// The three parts that a client signs with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// `LSIA..`; carries the account.
    pub access_key_id: String,
    /// 40 characters.
    pub secret_access_key: String,
    /// What has to come with calls, as `X-Amz-Security-Token`.
    pub session_token: String,
}

impl Credentials {
    /// New temporary credentials in an account.
    #[must_use]
    pub fn issue(style: AccessKeyStyle, account: AccountId, ids: &Ids) -> Self {
        let mut secret = [0; SECRET];
        ids.fill(&mut secret);
        let mut token = vec![0; TOKEN_START.len() + TOKEN];
        ids.fill(&mut token);
        for (byte, start) in token.iter_mut().zip(TOKEN_START) {
            *byte = start;
        }
        Self {
            access_key_id: style.issue(AccessKeyKind::Temporary, account, ids),
            secret_access_key: STANDARD.encode(secret),
            session_token: STANDARD.encode(token),
        }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Secret and token are no one's business in a log.
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_form_of_awss() {
        let ids = Ids::seeded(1);
        let made = Credentials::issue(AccessKeyStyle::LocalStack, AccountId::DEFAULT, &ids);
        assert!(made.access_key_id.starts_with("LSIAQAAAAAAA"), "{}", made.access_key_id);
        assert_eq!(made.secret_access_key.len(), 40);
        assert!(made.session_token.starts_with("F29yaWdpbl8y"), "{}", made.session_token);
        assert!(!format!("{made:?}").contains(&made.secret_access_key));
        let again = Credentials::issue(AccessKeyStyle::LocalStack, AccountId::DEFAULT, &ids);
        assert_ne!(made, again);
        assert_eq!(made, Credentials::issue(AccessKeyStyle::LocalStack, AccountId::DEFAULT, &Ids::seeded(1)));
    }
}
