//! Sessions of directory buckets (`CreateSession`): credentials for five minutes.
//!
//! Nothing is kept of them. The token says which key it is of and how long, with a digest, and the secret follows from
//! it: there is nothing to hide from the owner of an emulator, but a token that was not made here has to be told.

use asf_runtime::access_key::{AccessKeyKind, AccessKeyStyle};
use asf_runtime::body::ChecksumAlgorithm;
use asf_runtime::context::Credentials;
use asf_runtime::plugin::{CREDENTIAL_STORES, CredentialStore, FoundSecret};
use asf_runtime::provider::Provider;
use asf_runtime::signature::{KeyRefusal, SecretKey};
use asf_runtime::{RequestContext, Timestamp, linkme};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Seconds that a session lasts ("CreateSession" in the API reference).
const LIFE: i64 = 300;
/// What a token begins with, once it is decoded.
const KIND: &str = "s3express";

/// What `CreateSession` gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) access_key_id: String,
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
}

impl Session {
    /// A new one for the caller, in a bucket.
    pub(crate) fn new(ctx: &RequestContext, style: AccessKeyStyle, bucket: &str) -> Self {
        let access_key_id = style.issue(AccessKeyKind::Temporary, ctx.account_id, ctx.ids());
        let expires = ctx.clock().now().plus_seconds(LIFE);
        let text = format!("{KIND} {access_key_id} {} {bucket}", expires.seconds());
        let token = URL_SAFE_NO_PAD.encode(format!("{} {text}", digest("token", &text)));
        Self { secret: secret_of(&token), access_key_id, token, expires }
    }
}

fn digest(purpose: &str, text: &str) -> String {
    ChecksumAlgorithm::Sha256.digest(format!("{purpose} {text}").as_bytes()).to_hex()
}

fn secret_of(token: &str) -> String {
    STANDARD.encode(ChecksumAlgorithm::Sha256.digest(format!("secret {token}").as_bytes()).as_bytes())
}

/// Key and end of the session that a token is of; `None` if it is none of ours.
fn read(token: &str) -> Option<(String, i64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (digested, text) = text.split_once(' ')?;
    let mut words = text.strip_prefix(KIND)?.strip_prefix(' ')?.split(' ');
    let (key, expires) = (words.next()?, words.next()?.parse().ok()?);
    (digested == digest("token", text)).then(|| (key.to_owned(), expires))
}

#[linkme::distributed_slice(CREDENTIAL_STORES)]
#[linkme(crate = asf_runtime::linkme)]
static SESSIONS: CredentialStore = CredentialStore { service: "s3", secret };

fn secret(_: &dyn Provider, credentials: &Credentials, now: Timestamp) -> FoundSecret {
    let Some(token) = credentials.session_token.as_deref() else { return Ok(None) };
    match read(token) {
        None => Ok(None),
        Some((key, _)) if key != credentials.access_key_id => Err(KeyRefusal::WrongToken),
        Some((_, expires)) if expires <= now.seconds() => Err(KeyRefusal::Expired),
        Some(_) => Ok(Some(SecretKey::new(secret_of(token)))),
    }
}

#[cfg(test)]
mod tests {
    use asf_api_s3::SERVICE;
    use asf_runtime::context::Environment;

    use super::*;

    #[test]
    fn tokens_are_of_their_key_and_end() {
        let ctx = RequestContext::new(SERVICE.operation("CreateSession").unwrap(), Environment::default());
        let session = Session::new(&ctx, AccessKeyStyle::LocalStack, "b--use1-az4--x-s3");
        let end = session.expires.seconds();
        assert_eq!(read(&session.token), Some((session.access_key_id.clone(), end)));
        let style = AccessKeyStyle::LocalStack;
        assert_eq!(style.account(&session.access_key_id), ctx.account_id);
        for other in ["", "AAAA", &session.token[1..], &URL_SAFE_NO_PAD.encode("0 s3express k 1 b")] {
            assert_eq!(read(other), None, "{other}");
        }
        let provider = crate::S3Provider::new(&asf_runtime::plugin::Settings::default());
        let found = |key: &str, token: &str, now| {
            let credentials =
                Credentials { access_key_id: key.to_owned(), session_token: Some(token.to_owned()) };
            secret(&provider, &credentials, now).map(|it| it.is_some())
        };
        let (key, token, end) = (&session.access_key_id, &session.token, session.expires);
        assert_eq!(found(key, token, end.plus_seconds(-1)), Ok(true));
        assert_eq!(found(key, token, end), Err(KeyRefusal::Expired));
        assert_eq!(found("another", token, end.plus_seconds(-1)), Err(KeyRefusal::WrongToken));
        assert_eq!(found(key, "another's", end.plus_seconds(-1)), Ok(false));
    }
}
