//! `GetWebIdentityToken`: a JSON web token that says to others who the caller is.
//!
//! The token has AWS's claims, but its signature is noise of the right length: there is no key that
//! anyone outside could check it with. [`web_identity`](crate::web_identity) takes it, as any token.

use asf_runtime::Timestamp;
use asf_runtime::identity::Region;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::caller::Caller;
use crate::error::{Failure, FailureKind};
use crate::issuing::Desk;
use crate::session::Principal;
use crate::tags;

/// Seconds of a token without `DurationSeconds` (botocore's documentation).
const DEFAULT_SECONDS: i32 = 300;
/// Greatest payload. AWS has a limit and does not say which.
const MAX_PAYLOAD: usize = 8 << 10;
/// AWS's own claims are in here (IAM User Guide, "Understanding token claims").
const NAMESPACE: &str = "https://sts.amazonaws.com/";

/// What `GetWebIdentityToken` is called with, constraints of the model met.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the members of the operation's input")]
pub struct TokenRequest {
    pub audience: Vec<String>,
    pub duration_seconds: Option<i32>,
    pub signing_algorithm: String,
    pub tags: Vec<(String, String)>,
}

/// A token, and when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebIdentityToken {
    /// Header, claims and signature.
    pub token: String,
    /// `exp`
    pub expiration: Timestamp,
}

/// Makes a token.
///
/// # Errors
/// `ValidationError` if the algorithm is none that AWS has, `SessionDurationEscalationException` if the
/// token would outlive the caller's session, `JWTPayloadSizeExceededException` if the claims take too much,
/// `InvalidParameterValue` for tags.
pub fn token(
    desk: &Desk<'_>,
    caller: &Caller,
    region: &Region,
    input: TokenRequest,
) -> Result<WebIdentityToken, Failure> {
    let algorithm = input.signing_algorithm.as_str();
    let signature_bytes = match algorithm {
        "RS256" => 256,
        "ES384" => 96,
        _ => {
            let constraint = "satisfy enum value set: [RS256, ES384]";
            return Err(Failure::constraint(algorithm, "signingAlgorithm", constraint));
        }
    };
    let issued = desk.now.truncated_to_seconds();
    let expiration = issued.plus_seconds(i64::from(input.duration_seconds.unwrap_or(DEFAULT_SECONDS)));
    if caller.session.as_ref().is_some_and(|session| session.expiration < expiration) {
        return Err(Failure::new(
            FailureKind::SessionDurationEscalation,
            "The requested token duration would extend the session beyond its original expiration time. You \
             cannot use this operation to extend the lifetime of a session beyond what was granted when the \
             session was originally created.",
        ));
    }
    let tags = tags::of_session(input.tags, &[], Vec::new())?;

    let mut own = Map::new();
    own.insert("aws_account".to_owned(), caller.identity.account.to_string().into());
    own.insert("source_region".to_owned(), region.as_str().into());
    own.insert("principal_id".to_owned(), subject(caller).into());
    let principal_tags: Map<String, Value> = caller
        .session
        .iter()
        .flat_map(|it| &it.tags)
        .map(|tag| (tag.key.clone(), tag.value.clone().into()))
        .collect();
    if !principal_tags.is_empty() {
        own.insert("principal_tags".to_owned(), principal_tags.into());
    }
    if !tags.is_empty() {
        let request_tags: Map<String, Value> =
            tags.into_iter().map(|tag| (tag.key, tag.value.into())).collect();
        own.insert("request_tags".to_owned(), request_tags.into());
    }
    let audience: Value = match input.audience.as_slice() {
        [one] => one.as_str().into(),
        several => several.into(),
    };
    let issuer = issuer(desk, caller);
    let claims = json!({
        "iss": format!("https://{issuer}.tokens.sts.global.api.aws"),
        "aud": audience,
        "sub": subject(caller),
        "iat": issued.seconds(),
        "exp": expiration.seconds(),
        "jti": desk.ids.uuid(),
        NAMESPACE: own,
    })
    .to_string();
    if claims.len() > MAX_PAYLOAD {
        return Err(Failure::new(
            FailureKind::JwtPayloadSizeExceeded,
            "The requested token payload size exceeds the maximum allowed size. Reduce the number of request \
             tags included in the GetWebIdentityToken API call to reduce the token payload size.",
        ));
    }
    let header = json!({ "alg": algorithm, "kid": issuer, "typ": "JWT" }).to_string();
    let mut signature = vec![0; signature_bytes];
    desk.ids.fill(&mut signature);
    let [header, claims, signature] =
        [header.as_bytes(), claims.as_bytes(), &signature].map(|part| URL_SAFE_NO_PAD.encode(part));
    Ok(WebIdentityToken { token: format!("{header}.{claims}.{signature}"), expiration })
}

/// The principal behind the caller: of a role's session, the role.
fn subject(caller: &Caller) -> &str {
    match caller.session.as_ref().map(|session| &session.principal) {
        Some(Principal::AssumedRole { role, .. }) => &role.arn,
        _ => &caller.identity.arn,
    }
}

/// Each account has an issuer of its own, a UUID.
fn issuer(desk: &Desk<'_>, caller: &Caller) -> String {
    let digest = Sha256::new()
        .chain_update(desk.seed.to_be_bytes())
        .chain_update("issuer")
        .chain_update(caller.identity.account.as_str())
        .finalize();
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let mut uuid = String::with_capacity(36);
    for (index, digit) in hex.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    uuid
}
