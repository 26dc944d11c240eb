//! The secrets of sessions: what the gateway verifies signatures with.

use std::any::Any;

use asf_runtime::context::Credentials;
use asf_runtime::plugin::{CREDENTIAL_STORES, CredentialStore, FoundSecret};
use asf_runtime::provider::Provider;
use asf_runtime::signature::{KeyRefusal, SecretKey};
use asf_runtime::{Timestamp, linkme};

use crate::StsProvider;
use crate::error::FailureKind;

#[linkme::distributed_slice(CREDENTIAL_STORES)]
#[linkme(crate = asf_runtime::linkme)]
static SESSIONS: CredentialStore = CredentialStore { service: "sts", secret };

fn secret(provider: &dyn Provider, credentials: &Credentials, now: Timestamp) -> FoundSecret {
    let provider: &dyn Any = provider;
    let Some(sts) = provider.downcast_ref::<StsProvider>() else { return Ok(None) };
    let token = credentials.session_token.as_deref();
    match sts.sessions().check(&credentials.access_key_id, token, now) {
        Ok(session) => Ok(session.map(|it| SecretKey::new(it.credentials.secret_access_key.as_str()))),
        Err(failure) if failure.kind == FailureKind::ExpiredToken => Err(KeyRefusal::Expired),
        Err(_) => Err(KeyRefusal::WrongToken),
    }
}
