//! The signature of a request, as an SDK makes it, and one that only looks like it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use asf_runtime::Timestamp;
use asf_runtime::signature::canonical::{Parts, PathStyle, canonical_request};
use asf_runtime::signature::key::{SigningKey, sha256_hex, string_to_sign};
use asf_runtime::signature::{AmzDate, CredentialScope, SecretKey};
use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::Full;

/// How a call gets its signature.
#[derive(Clone, Copy)]
pub(crate) enum Signer {
    /// In earnest, for a body of this text: it takes the client's time.
    Real(&'static str),
    /// The form of one: what is measured does not look at it.
    Form,
}

impl Signer {
    pub(crate) fn sign(self, request: &mut Request<Full<Bytes>>, service: &str) -> Result<()> {
        let value = match self {
            Self::Real(body) => real(request, service, body)?,
            Self::Form => format!(
                "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature={:064}",
                0
            ),
        };
        request.headers_mut().insert("authorization", HeaderValue::try_from(value)?);
        Ok(())
    }
}

fn real(request: &mut Request<Full<Bytes>>, service: &str, body: &str) -> Result<String> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let date = AmzDate::new(Timestamp::from_seconds(i64::try_from(seconds)?));
    request.headers_mut().insert("x-amz-date", HeaderValue::try_from(date.to_string())?);
    let credential = format!("test/{}/us-east-1/{service}/aws4_request", date.day());
    let scope = CredentialScope::parse(&credential, true).context("the credential has no scope")?;
    let names = ["content-type", "host", "x-amz-date"].map(str::to_owned);
    let parts = Parts::new(request.method(), request.uri(), request.headers());
    let canonical = canonical_request(parts, PathStyle::Twice, &[], &names, &sha256_hex(body.as_bytes()));
    let key = SigningKey::of(&SecretKey::new("test"), &scope);
    let signature = key.sign(string_to_sign(date, &scope, &canonical).as_bytes());
    let signed = names.join(";");
    Ok(format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}"))
}
