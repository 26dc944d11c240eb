//! Who IAM knows: what STS asks it, behind a trait, and what holds without it.

use asf_runtime::identity::AccountId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::arns::RoleArn;

/// The alphabet of IAM's unique ids.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Characters of a unique id after its prefix.
const UNIQUE: usize = 17;

/// Who someone is, as `GetCallerIdentity` says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// `AROA..:session`, `AIDA..`, ...
    pub user_id: String,
    /// The account that the calls act in.
    pub account: AccountId,
    /// `arn:aws:sts::000000000000:assumed-role/role/session`, ...
    pub arn: String,
}

/// What is known of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleFacts {
    /// `AROA..`: the first part of the user id of its sessions.
    pub id: String,
    /// Seconds that its sessions may last; of a role that no one has described, the most there is.
    pub max_session_seconds: i32,
}

/// What STS asks of IAM. The emulator hands the provider one that asks its IAM; the default knows no one,
/// lets every role be assumed and derives the ids.
pub trait Principals: Send + Sync {
    /// The user whose long-lived access key this is.
    fn user_of_access_key(&self, access_key_id: &str) -> Option<Identity> {
        let _ = access_key_id;
        None
    }

    /// A role, if it is known.
    fn role(&self, role: &RoleArn) -> Option<RoleFacts> {
        let _ = role;
        None
    }
}

/// Knows no one.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPrincipals;

impl Principals for NoPrincipals {}

/// A role's facts where IAM has none: an id that is always the same for the same role and seed.
#[must_use]
pub fn derived_role(role: &RoleArn, seed: u64) -> RoleFacts {
    let id = unique_id("AROA", &[&role.account.to_string(), "role", &role.name], seed);
    RoleFacts { id, max_session_seconds: 43_200 }
}

/// A unique id of IAM's form, `AROA` and 17 characters, that follows from its parts and a seed.
#[must_use]
pub fn unique_id(prefix: &str, parts: &[&str], seed: u64) -> String {
    let mut digest = Sha256::new();
    digest.update(seed.to_be_bytes());
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let letters = digest.finalize().into_iter().take(UNIQUE);
    let letter = |byte: u8| ALPHABET.get(usize::from(byte % 32)).copied().map(char::from);
    prefix.chars().chain(letters.filter_map(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_the_role_and_the_seed() {
        let role = |text: &str| RoleArn::parse(text).unwrap().unwrap();
        let demo = derived_role(&role("arn:aws:iam::111122223333:role/demo"), 0).id;
        assert_eq!((demo.len(), &demo[..4]), (21, "AROA"));
        for (arn, seed, same) in [
            ("arn:aws:iam::111122223333:role/demo", 0, true),
            ("arn:aws:iam::111122223333:role/path/demo", 0, true),
            ("arn:aws:iam::111122223333:role/demo", 1, false),
            ("arn:aws:iam::111122223333:role/other", 0, false),
            ("arn:aws:iam::000000000000:role/demo", 0, false),
        ] {
            assert_eq!(derived_role(&role(arn), seed).id == demo, same, "{arn} {seed}");
        }
    }
}
