//! Signatures of notifications: the key, its certificate, and signing with it.
//!
//! The key is made when the first notification is signed, kept with the state, and the same for all accounts and
//! regions: what was delivered before a restart can still be verified after it.

use std::sync::Arc;

use asf_runtime::ids::Ids;
use asf_runtime::store::Attribute;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DnType, KeyPair};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rsa::rand_core::{self, CryptoRng, RngCore};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use rustls::pki_types::PrivatePkcs8KeyDer;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::notification::{Signature, SignatureVersion};
use crate::tables::SigningKey;

/// Bits of the key: those of AWS's.
const BITS: usize = 2_048;
/// What certificates are served below.
pub const PREFIX: &str = "/_aws/sns/SimpleNotificationService-";
/// What their names end with.
pub const SUFFIX: &str = ".pem";

/// Why nothing can be signed.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The key cannot be made or read, or does not sign.
    #[error("the key for signatures: {0}")]
    Key(String),
    /// The certificate cannot be made.
    #[error("the certificate for signatures: {0}")]
    Certificate(#[from] rcgen::Error),
    /// Work in the background has ended early.
    #[error(transparent)]
    Ended(#[from] tokio::task::JoinError),
}

/// Signs notifications.
#[derive(Debug)]
pub struct Signer {
    kept: Attribute<SigningKey>,
    ready: OnceCell<Arc<Ready>>,
}

/// A key that can be used.
struct Ready {
    key: RsaPrivateKey,
    id: String,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}

impl Signer {
    /// With the key that is kept there, or will be.
    #[must_use]
    pub fn new(kept: Attribute<SigningKey>) -> Self {
        Self { kept, ready: OnceCell::new() }
    }

    /// Signs a text. `base` is how URLs begin.
    ///
    /// # Errors
    /// There is no key, and none can be made.
    pub async fn sign(
        &self,
        text: String,
        version: SignatureVersion,
        base: &str,
        ids: &Arc<Ids>,
    ) -> Result<Signature, SigningError> {
        let ready = self.ready.get_or_try_init(|| self.open(ids.clone())).await?.clone();
        let certificate = format!("{base}{PREFIX}{}{SUFFIX}", ready.id);
        // Milliseconds of arithmetic, in which others can be answered.
        let value = tokio::task::spawn_blocking(move || ready.sign(&text, version)).await??;
        Ok(Signature { value, certificate })
    }

    /// The certificate of an id.
    #[must_use]
    pub fn certificate(&self, id: &str) -> Option<String> {
        let kept = self.kept.get();
        (!kept.key.is_empty() && kept.id == id).then(|| kept.certificate.clone())
    }

    async fn open(&self, ids: Arc<Ids>) -> Result<Arc<Ready>, SigningError> {
        let kept = self.kept.clone();
        tokio::task::spawn_blocking(move || {
            let wrong = |error: rsa::pkcs8::Error| SigningError::Key(error.to_string());
            let before = kept.get();
            if !before.key.is_empty() {
                let key = RsaPrivateKey::from_pkcs8_der(&before.key).map_err(wrong)?;
                return Ok(Arc::new(Ready { key, id: before.id.clone() }));
            }
            let made = SigningKey::make(&ids)?;
            let key = RsaPrivateKey::from_pkcs8_der(&made.key).map_err(wrong)?;
            let id = made.id.clone();
            kept.set(made);
            Ok(Arc::new(Ready { key, id }))
        })
        .await?
    }
}

impl SigningKey {
    /// A new key, which takes a while.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn make(ids: &Ids) -> Result<Self, SigningError> {
        let wrong = |error: &dyn std::fmt::Display| SigningError::Key(error.to_string());
        let key = RsaPrivateKey::new(&mut Random(ids), BITS).map_err(|error| wrong(&error))?;
        let der = key.to_pkcs8_der().map_err(|error| wrong(&error))?;
        let certificate = self_signed(der.as_bytes())?;
        Ok(Self { key: der.as_bytes().to_vec(), certificate, id: ids.text(32, b"0123456789abcdef") })
    }
}

impl Ready {
    fn sign(&self, text: &str, version: SignatureVersion) -> Result<String, SigningError> {
        let signed = match version {
            SignatureVersion::One => self.key.sign(Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(text)),
            SignatureVersion::Two => self.key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(text)),
        };
        signed.map(|it| STANDARD.encode(it)).map_err(|error| SigningError::Key(error.to_string()))
    }
}

fn self_signed(key: &[u8]) -> Result<String, SigningError> {
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(key), &rcgen::PKCS_RSA_SHA256)?;
    let mut params = CertificateParams::new(["sns.localhost.localstack.cloud".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "sns.localhost.localstack.cloud");
    Ok(params.self_signed(&key)?.pem())
}

/// The ids' source of randomness, as the `rsa` crate wants it.
struct Random<'a>(&'a Ids);

impl RngCore for Random<'_> {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), rand_core::Error> {
        self.0.fill(buffer);
        Ok(())
    }
}

impl CryptoRng for Random<'_> {}
