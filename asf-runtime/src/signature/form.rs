//! Signatures of policies, in forms that browsers post to S3: the policy's text is what is signed.
//!
//! Sources: S3's API reference, "Browser-Based Uploads Using POST"; S3's user guide, "Browser-based uploads using
//! POST (AWS signature version 2)"; `aws-recordings/s3/test_s3.json::TestS3PresignedPost::test_post_request_malformed_policy`
//! for the refusal. From memory are the refusals of forms whose credential or date cannot be read.

use super::key::{ALGORITHM, SigningKey};
use super::scope::TERMINATOR;
use super::{AmzDate, CredentialScope, Malformed, Refusal, SecretKey, SecretKeys, v2};
use crate::Timestamp;
use crate::context::Credentials;

/// Whether the policy of a form is signed with the secret of the form's access key. `field` gives a field by its
/// name in small letters. Returns who signed it.
///
/// # Errors
/// When the fields cannot be read, the key is not known, or the signature is another.
pub fn verify_policy<'f>(
    policy: &str,
    field: impl Fn(&str) -> Option<&'f str>,
    keys: &dyn SecretKeys,
    now: Timestamp,
) -> Result<Credentials, Refusal> {
    let text = |name: &str| field(name).unwrap_or_default();
    let credentials_of = |access_key_id: &str| Credentials {
        access_key_id: access_key_id.to_owned(),
        session_token: field("x-amz-security-token").map(str::to_owned),
    };
    let secret_of = |credentials: &Credentials| -> Result<SecretKey, Refusal> {
        keys.secret(credentials, now).map_err(|it| it.of(credentials))
    };
    let (credentials, signature, is_right) = if field("x-amz-signature").is_some() {
        let signature = text("x-amz-signature");
        let scope = scope(text("x-amz-algorithm"), text("x-amz-credential"), text("x-amz-date"))?;
        let credentials = credentials_of(&scope.access_key_id);
        let key = SigningKey::of(&secret_of(&credentials)?, &scope);
        (credentials, signature, key.verify(policy.as_bytes(), signature))
    } else {
        let signature = text("signature");
        let credentials = credentials_of(text("awsaccesskeyid"));
        let is_right = v2::is_signature(&secret_of(&credentials)?, policy.as_bytes(), signature);
        (credentials, signature, is_right)
    };
    if is_right {
        return Ok(credentials);
    }
    Err(Refusal::Mismatch {
        access_key_id: credentials.access_key_id,
        provided: signature.to_owned(),
        canonical_request: None,
        string_to_sign: policy.as_bytes().to_vec(),
    })
}

fn scope(algorithm: &str, credential: &str, date: &str) -> Result<CredentialScope, Refusal> {
    let malformed = |what: Malformed| Err(Refusal::Query(what));
    if algorithm != ALGORITHM {
        return malformed(Malformed::Algorithm(algorithm.to_owned()));
    }
    let Some(date) = AmzDate::parse(date) else { return malformed(Malformed::Date) };
    let Some(scope) = CredentialScope::parse(credential, true) else {
        return malformed(Malformed::Credential);
    };
    if scope.terminator != TERMINATOR {
        return malformed(Malformed::Terminator(scope.terminator));
    }
    if scope.day != date.day() {
        return malformed(Malformed::Day { scope: scope.day, date });
    }
    if scope.service != "s3" {
        return Err(Refusal::OtherService { in_header: false, scope: scope.service, called: "s3" });
    }
    Ok(scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::KeyRefusal;

    /// The keys of the documentation's examples.
    #[derive(Debug)]
    struct Examples;

    impl SecretKeys for Examples {
        fn secret(&self, credentials: &Credentials, _: Timestamp) -> Result<SecretKey, KeyRefusal> {
            match credentials.access_key_id.as_str() {
                "AKIAIOSFODNN7EXAMPLE" => Ok(SecretKey::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
                _ => Err(KeyRefusal::Unknown),
            }
        }
    }

    fn verify(policy: &str, fields: &[(&str, &str)]) -> Result<String, Refusal> {
        let field = |name: &str| fields.iter().find(|(it, _)| *it == name).map(|(_, value)| *value);
        verify_policy(policy, field, &Examples, Timestamp::EPOCH).map(|it| it.access_key_id)
    }

    /// The signatures are Python's `hmac`, over what `S3SigV4PostAuth` and `HmacV1PostAuth` of botocore sign.
    #[test]
    fn policies() {
        let id = "AKIAIOSFODNN7EXAMPLE";
        let credential = "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request";
        let v4 = |signature: &'static str| {
            [
                ("x-amz-algorithm", ALGORITHM),
                ("x-amz-credential", credential),
                ("x-amz-date", "20151229T000000Z"),
                ("x-amz-signature", signature),
            ]
        };
        let v2 = |signature: &'static str| [("awsaccesskeyid", id), ("signature", signature)];
        let right = "e111a490e8a950717d8db19d106c47897aedddfde15e06f5e03bb6c108f2f942";
        assert_eq!(verify("cG9saWN5", &v4(right)), Ok(id.to_owned()));
        assert_eq!(verify("cG9saWN5", &v2("eL3OlIgXlaEdW8YOBw30RYKlweI=")), Ok(id.to_owned()));
        let is_mismatch = |it: Result<String, Refusal>| matches!(it, Err(Refusal::Mismatch { .. }));
        assert!(is_mismatch(verify("cG9saWN6", &v4(right))));
        assert!(is_mismatch(verify("cG9saWN6", &v2("eL3OlIgXlaEdW8YOBw30RYKlweI="))));
        let mut other_day = v4(right);
        other_day[2].1 = "20151230T000000Z";
        assert!(matches!(verify("cG9saWN5", &other_day), Err(Refusal::Query(Malformed::Day { .. }))));
        let unknown = [("awsaccesskeyid", "AKIA"), ("signature", "x")];
        assert_eq!(verify("cG9saWN5", &unknown), Err(Refusal::UnknownKey("AKIA".to_owned())));
    }
}
