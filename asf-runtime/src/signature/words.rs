//! What clients are told of a refusal, in each protocol's words.
//!
//! Sources: `aws-recordings/s3/test_s3.json::TestS3PresignedUrl` for S3's texts and the elements beside them;
//! answers of AWS in issue threads (`minio/minio#2638` for requests that are not valid yet,
//! `aws/aws-sdk-js#254` for expired signatures, `aws/chalice#828` for incomplete ones,
//! `iann0036/iamlive#58` for the statuses of rest-json); the lists of common errors in the references. From
//! memory are the texts of malformed queries of services other than S3, and the form of EC2's.

use asf_schema::{ProtocolKind, Schema, ServiceSchema, TimestampFormat, load_service};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::sync::OnceLock;

use super::window::SKEW;
use super::{AmzDate, Malformed, Refusal};
use crate::error::{ReceivedError, ServiceError};
use crate::protocol::is_s3;
use crate::value::StructValue;
use crate::{AwsError, Timestamp, Value};

pub(super) const S3_MISMATCH: &str = "The request signature we calculated does not match the signature you \
                                      provided. Check your key and signing method.";
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check \
                        your AWS Secret Access Key and signing method. Consult the service documentation for \
                        details.";
const CREDENTIAL_FORM: &str =
    "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
const EC2_REFUSED: &str = "AWS was not able to validate the provided access credentials";

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience {
    is_s3: bool,
    protocol: ProtocolKind,
}

impl Audience {
    /// Clients of a service that speak a protocol.
    #[must_use]
    pub fn new(service: &'static ServiceSchema, protocol: ProtocolKind) -> Self {
        Self { is_s3: is_s3(service), protocol }
    }
}

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

impl Refusal {
    /// The error that a client gets.
    #[must_use]
    pub fn error(self, audience: Audience) -> Box<dyn ServiceError> {
        match (self, audience.is_s3) {
            (Self::Unverifiable(what), _) => {
                let message = format!("{what} are not verified here. VERIFY_SIGNATURES=0 lets them through.");
                AwsError::receiver("NotImplemented", message).with_status(501).into()
            }
            (refusal, true) => refusal.of_s3(),
            (refusal, false) => refusal.of_others(audience.protocol).into(),
        }
    }

    fn of_s3(self) -> Box<dyn ServiceError> {
        let denied = |message: &'static str| AwsError::sender("AccessDenied", message).with_status(403);
        match self {
            Self::NotSigned | Self::Unverifiable(_) => denied("Access Denied").into(),
            Self::Header { what: Malformed::Algorithm(_), header } => {
                let error = AwsError::sender("InvalidArgument", "Unsupported Authorization Type");
                let details = [("ArgumentName", "Authorization".to_owned()), ("ArgumentValue", header)];
                detailed(error, details)
            }
            Self::Header { what: Malformed::Missing(names), .. } if names == ["X-Amz-Date"] => {
                denied("AWS authentication requires a valid Date or x-amz-date header").into()
            }
            Self::Header { what, .. } => {
                let what = s3_form(
                    what,
                    "the authorization header requires three components: Credential, \
                                          SignedHeaders, and Signature.",
                );
                let message = format!("The authorization header is malformed; {what}");
                AwsError::sender("AuthorizationHeaderMalformed", message).into()
            }
            Self::Query(what) => {
                let in_credential = matches!(what, Malformed::Credential | Malformed::Terminator(_));
                let what = s3_form(
                    what,
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, \
                                          X-Amz-Credential, X-Amz-Signature, X-Amz-Date, \
                                          X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
                );
                let before =
                    if in_credential { "Error parsing the X-Amz-Credential parameter; " } else { "" };
                AwsError::sender("AuthorizationQueryParametersError", format!("{before}{what}")).into()
            }
            Self::QueryV2(Malformed::ExpiresNoNumber(text)) => {
                let message = format!("Invalid date (should be seconds since epoch): {text}");
                AwsError::sender("AccessDenied", message).with_status(403).into()
            }
            Self::QueryV2(_) => denied(
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
            )
            .into(),
            Self::Twice => AwsError::sender(
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query \
                 string parameter or the Authorization header should be specified",
            )
            .into(),
            Self::OtherService { in_header, scope, called } => {
                let what = format!("incorrect service \"{scope}\". This endpoint belongs to \"{called}\".");
                let (code, before) = match in_header {
                    true => ("AuthorizationHeaderMalformed", "The authorization header is malformed; "),
                    false => {
                        let before = "Error parsing the X-Amz-Credential parameter; ";
                        ("AuthorizationQueryParametersError", before)
                    }
                };
                AwsError::sender(code, format!("{before}{what}")).into()
            }
            Self::UnknownKey(id) => {
                let message = "The AWS Access Key Id you provided does not exist in our records.";
                let error = AwsError::sender("InvalidAccessKeyId", message).with_status(403);
                detailed(error, [("AWSAccessKeyId", id)])
            }
            Self::WrongToken(token) => {
                let message = "The provided token is malformed or otherwise invalid.";
                detailed(AwsError::sender("InvalidToken", message), [("Token-0", token)])
            }
            Self::ExpiredToken(token) => detailed(
                AwsError::sender("ExpiredToken", "The provided token has expired."),
                [("Token-0", token)],
            ),
            Self::Skewed { signed, now } => {
                let message = "The difference between the request time and the current time is too large.";
                let error = AwsError::sender("RequestTimeTooSkewed", message).with_status(403);
                let details = [
                    ("RequestTime", signed.to_string()),
                    ("ServerTime", iso(now)),
                    ("MaxAllowedSkewMilliseconds", (SKEW * 1000).to_string()),
                ];
                detailed(error, details)
            }
            Self::Expired { seconds, end, now } => {
                let seconds = seconds.map(|it| ("X-Amz-Expires", it.to_string()));
                let times = [("Expires", iso(end)), ("ServerTime", iso(now))];
                detailed(denied("Request has expired"), seconds.into_iter().chain(times))
            }
            Self::NotYet { signed, end, now } => {
                let details = [
                    ("X-Amz-Date", signed.at().millis().to_string()),
                    ("Expires", iso(end)),
                    ("ServerTime", iso(now)),
                ];
                detailed(denied("Request is not yet valid"), details)
            }
            Self::HeadersNotSigned(names) => {
                let error = denied("There were headers present in the request which were not signed");
                detailed(error, [("HeadersNotSigned", names.join(", "))])
            }
            Self::NoContentSha256 => AwsError::sender(
                "InvalidRequest",
                "Missing required header for this request: x-amz-content-sha256",
            )
            .into(),
            Self::Mismatch { access_key_id, provided, canonical_request, string_to_sign } => {
                let error = AwsError::sender("SignatureDoesNotMatch", S3_MISMATCH).with_status(403);
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let signed = [
                    ("AWSAccessKeyId", access_key_id),
                    ("StringToSign", text(&string_to_sign)),
                    ("SignatureProvided", provided),
                    ("StringToSignBytes", spaced_hex(&string_to_sign)),
                ];
                let canonical = canonical_request.iter().flat_map(|it| {
                    [("CanonicalRequest", text(it)), ("CanonicalRequestBytes", spaced_hex(it))]
                });
                detailed(error, signed.into_iter().chain(canonical))
            }
        }
    }

    fn of_others(self, protocol: ProtocolKind) -> AwsError {
        let is_ec2 = protocol == ProtocolKind::Ec2;
        let is_form = matches!(protocol, ProtocolKind::Query | ProtocolKind::Ec2 | ProtocolKind::RestXml);
        let (common, message) = match self {
            Self::NotSigned | Self::Unverifiable(_) => {
                let message = if is_form {
                    "Request is missing Authentication Token"
                } else {
                    "Missing Authentication Token"
                };
                (Common::NotSigned, message.to_owned())
            }
            Self::Header { what, header } => header_form(what, &header),
            Self::Query(what) | Self::QueryV2(what) => query_form(what),
            Self::Twice => (
                Common::Incomplete,
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the \
                 Authorization header should be specified"
                    .to_owned(),
            ),
            Self::OtherService { called, .. } => {
                (Common::Mismatch, format!("Credential should be scoped to correct service: '{called}'. "))
            }
            Self::UnknownKey(_) | Self::Mismatch { .. } if is_ec2 => {
                (Common::UnknownKey, EC2_REFUSED.to_owned())
            }
            Self::UnknownKey(_) | Self::WrongToken(_) => {
                (Common::UnknownKey, "The security token included in the request is invalid.".to_owned())
            }
            Self::ExpiredToken(_) => {
                (Common::ExpiredToken, "The security token included in the request is expired".to_owned())
            }
            Self::Skewed { signed, now } => (Common::Mismatch, skewed(signed, now)),
            Self::Expired { end, now, .. } => {
                let (end, now) = (AmzDate::new(end), AmzDate::new(now));
                (Common::Mismatch, format!("Signature expired: {end} is now earlier than {now}"))
            }
            Self::NotYet { signed, now, .. } => (Common::Mismatch, skewed(signed, now)),
            Self::HeadersNotSigned(names) if names == ["host"] => (
                Common::Mismatch,
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned(),
            ),
            Self::HeadersNotSigned(names) => {
                (Common::Mismatch, format!("'{}' must be signed.", names.join("', '")))
            }
            Self::NoContentSha256 => (Common::Mismatch, MISMATCH.to_owned()),
            Self::Mismatch { canonical_request, string_to_sign, .. } => {
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
}

/// S3's words for a form that is wrong, after those for where it stands.
fn s3_form(what: Malformed, missing: &str) -> String {
    match what {
        Malformed::Missing(_) | Malformed::NoEqualSign => missing.to_owned(),
        Malformed::Credential => CREDENTIAL_FORM.to_owned(),
        Malformed::Terminator(found) => {
            format!("incorrect terminal \"{found}\". This endpoint uses \"aws4_request\".")
        }
        Malformed::Day { scope, date } => {
            let day = date.day();
            format!(
                "Invalid credential date \"{scope}\". This date is not the same as X-Amz-Date: \"{day}\"."
            )
        }
        Malformed::Date => {
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"".to_owned()
        }
        Malformed::Algorithm(_) => {
            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"".to_owned()
        }
        Malformed::ExpiresNoNumber(_) => "X-Amz-Expires should be a number".to_owned(),
        Malformed::ExpiresNegative => "X-Amz-Expires must be non-negative".to_owned(),
        Malformed::ExpiresTooLong => {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given \
                                      X-Amz-Expires must be less than 604800 seconds"
                .to_owned()
        }
    }
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
        other => (Common::Incomplete, s3_form(other, "")),
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

/// An error of S3 with elements beside code and message.
fn detailed(
    error: AwsError,
    details: impl IntoIterator<Item = (&'static str, String)>,
) -> Box<dyn ServiceError> {
    let Some(schema) = detail_schema() else { return error.into() };
    let mut members = StructValue::new(schema);
    for (name, value) in details {
        if members.insert(name, value.into()).is_err() {
            tracing::error!(name, "an error has no such element");
        }
    }
    ReceivedError { error, schema: Some(schema), members: Value::Struct(members) }.into()
}

/// The elements, in S3's order.
fn detail_schema() -> Option<Schema> {
    const SPEC: &str = r#"{
        "metadata": {"protocol": "rest-xml", "apiVersion": "2006-03-01"}, "operations": {},
        "shapes": {"SignatureRefused": {"type": "structure", "exception": true, "members": {
            "ArgumentName": {"shape": "Text"}, "ArgumentValue": {"shape": "Text"},
            "AWSAccessKeyId": {"shape": "Text"}, "StringToSign": {"shape": "Text"},
            "SignatureProvided": {"shape": "Text"}, "StringToSignBytes": {"shape": "Text"},
            "CanonicalRequest": {"shape": "Text"}, "CanonicalRequestBytes": {"shape": "Text"},
            "HeadersNotSigned": {"shape": "Text"}, "RequestTime": {"shape": "Text"},
            "X-Amz-Expires": {"shape": "Text"}, "X-Amz-Date": {"shape": "Text"},
            "Expires": {"shape": "Text"}, "ServerTime": {"shape": "Text"},
            "MaxAllowedSkewMilliseconds": {"shape": "Text"}, "Token-0": {"shape": "Text"}}},
          "Text": {"type": "string"}}}"#;
    static SCHEMA: OnceLock<Option<&'static ServiceSchema>> = OnceLock::new();
    let service = SCHEMA.get_or_init(|| match load_service("signature", SPEC.as_bytes()) {
        Ok(service) => Some(service),
        Err(error) => {
            tracing::error!(%error, "the elements of S3's errors are left out");
            None
        }
    });
    service.and_then(|it| it.shape("SignatureRefused"))
}

fn iso(at: Timestamp) -> String {
    at.truncated_to_seconds().format(TimestampFormat::DateTime)
}

/// `47 45 54`
fn spaced_hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}
