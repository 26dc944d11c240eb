//! Signing keys and signatures of version 4.

use hmac::{Hmac, Mac};
use sha2::{Digest as _, Sha256};

use super::{AmzDate, CredentialScope, SecretKey};

/// The algorithm's name, and what version 4 signs starts with.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// SHA-256 of nothing.
pub const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The key of a day, region and service, derived from a secret.
#[derive(Clone)]
pub struct SigningKey([u8; 32]);

impl SigningKey {
    /// The key of a scope.
    #[must_use]
    pub fn of(secret: &SecretKey, scope: &CredentialScope) -> Self {
        let secret = format!("AWS4{}", secret.reveal());
        let parts = [scope.day.as_str(), scope.region(), &scope.service, &scope.terminator];
        let first = hmac(secret.as_bytes(), parts[0].as_bytes());
        Self(parts[1..].iter().fold(first, |key, part| hmac(&key, part.as_bytes())))
    }

    /// Signs a text, in hexadecimal digits.
    #[must_use]
    pub fn sign(&self, text: &[u8]) -> String {
        hex(&hmac(&self.0, text))
    }

    /// Whether a signature is that of a text, told in a time that does not depend on where they differ.
    #[must_use]
    pub fn verify(&self, text: &[u8], signature: &str) -> bool {
        let Some(signature) = crate::body::Digest::from_hex(signature) else { return false };
        keyed(&self.0).is_some_and(|mac| mac.chain_update(text).verify_slice(signature.as_bytes()).is_ok())
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey")
    }
}

/// What is signed, of a canonical request.
#[must_use]
pub fn string_to_sign(date: AmzDate, scope: &CredentialScope, canonical_request: &[u8]) -> String {
    format!("{ALGORITHM}\n{date}\n{scope}\n{}", sha256_hex(canonical_request))
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    crate::body::Digest::new(bytes).to_hex()
}

/// HMAC takes keys of every length, so there is always one.
fn keyed(key: &[u8]) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(key).ok()
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    keyed(key).map(|mac| mac.chain_update(text).finalize().into_bytes().into()).unwrap_or_default()
}
