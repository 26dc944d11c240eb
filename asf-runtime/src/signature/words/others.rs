//! The words of all services but S3.

use asf_schema::ProtocolKind;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::{REGIONS_HINT, form_of};
use crate::signature::window::SKEW;
use crate::signature::{AmzDate, Malformed, Refusal};
use crate::{AwsError, Timestamp};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check \
                        your AWS Secret Access Key and signing method. Consult the service documentation for \
                        details.";
const EC2_REFUSED: &str = "AWS was not able to validate the provided access credentials";

/// Errors that all services but S3 have, each under three names.
#[derive(Clone, Copy)]
enum Common {
    ExpiredToken,
    Incomplete,
    Mismatch,
    NotSigned,
    UnknownKey,
}

impl Common {
    /// Its code in JSON and CBOR, in query and XML, and in EC2.
    fn codes(self) -> [&'static str; 3] {
        match self {
            Self::ExpiredToken => ["ExpiredTokenException", "ExpiredToken", "RequestExpired"],
            Self::Incomplete => {
                ["IncompleteSignatureException", "IncompleteSignature", "IncompleteSignature"]
            }
            Self::Mismatch => ["InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure"],
            Self::NotSigned => [
                "MissingAuthenticationTokenException",
                "MissingAuthenticationToken",
                "MissingAuthenticationToken",
            ],
            Self::UnknownKey => ["UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"],
        }
    }

    fn error(self, protocol: ProtocolKind, message: impl Into<String>) -> AwsError {
        let [json, xml, ec2] = self.codes();
        let (code, status) = match protocol {
            ProtocolKind::Json | ProtocolKind::RpcV2Cbor => (json, 400),
            ProtocolKind::RestJson => (json, 403),
            ProtocolKind::Query | ProtocolKind::RestXml => (xml, 403),
            ProtocolKind::Ec2 => (ec2, if ec2 == "AuthFailure" { 401 } else { 400 }),
        };
        let is_incomplete = matches!(self, Self::Incomplete) && protocol != ProtocolKind::RestJson;
        AwsError::sender(code, message.into()).with_status(if is_incomplete { 400 } else { status })
    }
}

/// What a client of another service is told.
pub(super) fn error(refusal: Refusal, protocol: ProtocolKind) -> AwsError {
    let is_ec2 = protocol == ProtocolKind::Ec2;
    let is_form = matches!(protocol, ProtocolKind::Query | ProtocolKind::Ec2 | ProtocolKind::RestXml);
    let (common, message) = match refusal {
        Refusal::NotSigned | Refusal::Unverifiable(_) => {
            let message = if is_form {
                "Request is missing Authentication Token"
            } else {
                "Missing Authentication Token"
            };
            (Common::NotSigned, message.to_owned())
        }
        Refusal::Header { what, header } => header_form(what, &header),
        Refusal::Query(what) | Refusal::QueryV2(what) => query_form(what),
        Refusal::Twice => (
            Common::Incomplete,
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the \
             Authorization header should be specified"
                .to_owned(),
        ),
        Refusal::OtherService { called, .. } => {
            (Common::Mismatch, format!("Credential should be scoped to correct service: '{called}'. "))
        }
        // The sentence is AWS's, what follows it is ours: someone may want the region all the same.
        Refusal::NoSuchRegion(region) => (
            Common::Mismatch,
            format!("Credential should be scoped to a valid region, not '{region}'. {REGIONS_HINT}"),
        ),
        Refusal::UnknownKey(_) | Refusal::Mismatch { .. } if is_ec2 => {
            (Common::UnknownKey, EC2_REFUSED.to_owned())
        }
        Refusal::UnknownKey(_) | Refusal::WrongToken(_) => {
            (Common::UnknownKey, "The security token included in the request is invalid.".to_owned())
        }
        Refusal::ExpiredToken(_) => {
            (Common::ExpiredToken, "The security token included in the request is expired".to_owned())
        }
        Refusal::Skewed { signed, now } => (Common::Mismatch, skewed(signed, now)),
        Refusal::Expired { end, now, .. } => {
            let (end, now) = (AmzDate::new(end), AmzDate::new(now));
            (Common::Mismatch, format!("Signature expired: {end} is now earlier than {now}"))
        }
        Refusal::NotYet { signed, now, .. } => (Common::Mismatch, skewed(signed, now)),
        Refusal::HeadersNotSigned(names) if names == ["host"] => (
            Common::Mismatch,
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned(),
        ),
        Refusal::HeadersNotSigned(names) => {
            (Common::Mismatch, format!("'{}' must be signed.", names.join("', '")))
        }
        Refusal::NoContentSha256 => (Common::Mismatch, MISMATCH.to_owned()),
        Refusal::Mismatch { canonical_request, string_to_sign, .. } => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let mut message = MISMATCH.to_owned();
            if let Some(canonical) = canonical_request {
                message = format!(
                    "{message}\n\nThe Canonical String for this request should have been\n'{}'\n\nThe \
                     String-to-Sign should have been\n'{}'\n",
                    text(&canonical),
                    text(&string_to_sign)
                );
            }
            (Common::Mismatch, message)
        }
    };
    common.error(protocol, message)
}

/// The words of all others for what is wrong with a header. The header itself is not repeated, as it may hold
/// what it should not.
fn header_form(what: Malformed, header: &str) -> (Common, String) {
    let hash = STANDARD.encode(Sha256::digest(header));
    match what {
        Malformed::Missing(names) => {
            let mut message = String::new();
            for name in names {
                message.push_str(match name {
                    "X-Amz-Date" => {
                        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                    }
                    "Credential" => "Authorization header requires 'Credential' parameter. ",
                    "Signature" => "Authorization header requires 'Signature' parameter. ",
                    _ => "Authorization header requires 'SignedHeaders' parameter. ",
                });
            }
            message.push_str(&format!("(Hashed with SHA-256 and encoded with Base64) Authorization={hash}"));
            (Common::Incomplete, message)
        }
        Malformed::NoEqualSign => (
            Common::Incomplete,
            format!(
                "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and \
                 encoded with Base64): '{hash}'."
            ),
        ),
        Malformed::Algorithm(_) => {
            // To Coral this is a header without its three parts.
            header_form(Malformed::Missing(vec!["Credential", "Signature", "SignedHeaders"]), header)
        }
        other => scope_form(other),
    }
}

fn query_form(what: Malformed) -> (Common, String) {
    match what {
        Malformed::Missing(names) => {
            let mut message = String::new();
            for name in names {
                message.push_str(&format!("AWS query-string parameters must include '{name}'. "));
            }
            message.push_str("Re-examine the query-string parameters.");
            (Common::Incomplete, message)
        }
        Malformed::Algorithm(found) => {
            (Common::Incomplete, format!("Unsupported AWS 'algorithm': '{found}'."))
        }
        other => scope_form(other),
    }
}

fn scope_form(what: Malformed) -> (Common, String) {
    match what {
        Malformed::Terminator(found) => (
            Common::Mismatch,
            format!("Credential should be scoped with a valid terminator: 'aws4_request', not '{found}'."),
        ),
        Malformed::Day { scope, date } => {
            let day = date.day();
            let message = format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{scope}' != '{day}', from '{date}'."
            );
            (Common::Mismatch, message)
        }
        Malformed::Credential => {
            let message = "Credential must have exactly 5 slash-delimited elements, e.g. \
                           keyid/date/region/service/term, with a key and a date of eight digits.";
            (Common::Incomplete, message.to_owned())
        }
        Malformed::Date => {
            let message =
                "Date must be in ISO-8601 'basic format', 'YYYYMMDD'T'HHMMSS'Z''. Re-examine the date.";
            (Common::Incomplete, message.to_owned())
        }
        other => (Common::Incomplete, form_of(other, "")),
    }
}

/// The words for clocks that differ by more than is allowed.
fn skewed(signed: AmzDate, now: Timestamp) -> String {
    let minutes = SKEW / 60;
    let server = AmzDate::new(now);
    if signed > server {
        let limit = AmzDate::new(now.plus_seconds(SKEW));
        return format!(
            "Signature not yet current: {signed} is still later than {limit} ({server} + {minutes} min.)"
        );
    }
    let limit = AmzDate::new(now.plus_seconds(-SKEW));
    format!("Signature expired: {signed} is now earlier than {limit} ({server} - {minutes} min.)")
}
