//! Services that issue access keys: what requests are verified with.

use linkme::distributed_slice;

use crate::Timestamp;
use crate::context::Credentials;
use crate::provider::Provider;
use crate::signature::{KeyRefusal, SecretKey};

/// What a [`CredentialStore`] says of credentials: their secret; `None` if the access key was not issued there; an
/// error if it was, and they are not good.
pub type FoundSecret = Result<Option<SecretKey>, KeyRefusal>;

/// A service that issues access keys, and knows their secrets: what requests are verified with
/// (`VERIFY_SIGNATURES`).
#[derive(Debug)]
pub struct CredentialStore {
    /// The service whose provider it is handed.
    pub service: &'static str,
    /// Finds the secret of a request's credentials. The provider may be another than the service's native one.
    pub secret: fn(&dyn Provider, &Credentials, Timestamp) -> FoundSecret,
}

/// All services that issue access keys, of those that are linked in.
#[distributed_slice]
pub static CREDENTIAL_STORES: [CredentialStore];
