//! Signatures of notifications: the key, its certificate, and signing with it.
//!
//! The key is made when the first notification is signed, kept with the state, and the same for all accounts and
//! regions: what was delivered before a restart can still be verified after it.
//!
//! It has four primes, not two (RFC 8017, 3.2): those who verify see no difference, and it signs three times as fast,
//! with pure Rust as fast as ring with two, which signs with no SHA-1. Its modulus has 2,048 bits as AWS's.

use std::sync::Arc;

use asf_runtime::ids::Ids;
use asf_runtime::store::Attribute;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_bigint_dig::RandPrime as _;
use rcgen::{CertificateParams, DnType, PublicKeyData, SignatureAlgorithm};
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::rand_core::{self, CryptoRng, RngCore};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::notification::{Signature, SignatureVersion};
use crate::tables::SigningKey;

/// Bits of the key: those of AWS's.
const BITS: usize = 2_048;
/// Primes of the key: of 512 bits, which nobody finds by factoring it either.
const PRIMES: usize = 4;
/// The public exponent: that of AWS's.
const EXPONENT: u32 = 65_537;
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
        (!kept.id.is_empty() && kept.id == id).then(|| kept.certificate.clone())
    }

    async fn open(&self, ids: Arc<Ids>) -> Result<Arc<Ready>, SigningError> {
        let kept = self.kept.clone();
        tokio::task::spawn_blocking(move || {
            let before = kept.get();
            if !before.id.is_empty() {
                return Ok(Arc::new(Ready { key: before.open()?, id: before.id.clone() }));
            }
            let made = SigningKey::make(&ids)?;
            let ready = Ready { key: made.open()?, id: made.id.clone() };
            kept.set(made);
            Ok(Arc::new(ready))
        })
        .await?
    }
}

fn wrong(error: impl std::fmt::Display) -> SigningError {
    SigningError::Key(error.to_string())
}

impl SigningKey {
    /// A new key, which takes a while.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn make(ids: &Ids) -> Result<Self, SigningError> {
        let mut random = Random(ids);
        let key = loop {
            let primes: Vec<_> = (0..PRIMES).map(|_| random.gen_prime(BITS / PRIMES)).collect();
            // Two that are the same, or one that does not go with the exponent, are as rare as an error can be.
            let key = RsaPrivateKey::from_primes(primes, EXPONENT.into()).map_err(wrong)?;
            // Their product may be a bit short.
            if key.n().bits() == BITS {
                break key;
            }
        };
        let certificate = self_signed(&key)?;
        let primes = key.primes().iter().map(BigUint::to_bytes_be).collect();
        Ok(Self { key: Vec::new(), primes, certificate, id: ids.text(32, b"0123456789abcdef") })
    }

    fn open(&self) -> Result<RsaPrivateKey, SigningError> {
        if self.primes.is_empty() {
            return RsaPrivateKey::from_pkcs8_der(&self.key).map_err(wrong);
        }
        let primes = self.primes.iter().map(|it| BigUint::from_bytes_be(it)).collect();
        RsaPrivateKey::from_primes(primes, EXPONENT.into()).map_err(wrong)
    }
}

impl Ready {
    fn sign(&self, text: &str, version: SignatureVersion) -> Result<String, SigningError> {
        let signed = match version {
            SignatureVersion::One => self.key.sign(Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(text)),
            SignatureVersion::Two => self.key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(text)),
        };
        signed.map(|it| STANDARD.encode(it)).map_err(wrong)
    }
}

/// The key, as what makes certificates wants it.
struct Issuer<'a> {
    key: &'a RsaPrivateKey,
    public: Vec<u8>,
}

impl PublicKeyData for Issuer<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl rcgen::SigningKey for Issuer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signed = self.key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message));
        signed.map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

fn self_signed(key: &RsaPrivateKey) -> Result<String, SigningError> {
    let public = key.to_public_key().to_pkcs1_der().map_err(wrong)?.into_vec();
    let mut params = CertificateParams::new(["sns.localhost.localstack.cloud".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "sns.localhost.localstack.cloud");
    Ok(params.self_signed(&Issuer { key, public })?.pem())
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
