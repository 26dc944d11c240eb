//! S3's words, with the elements beside them.

use std::sync::OnceLock;

use asf_schema::{Schema, ServiceSchema, TimestampFormat, load_service};

use super::{REGIONS_HINT, form_of};
use crate::error::{ReceivedError, ServiceError};
use crate::signature::window::SKEW;
use crate::signature::{Malformed, Refusal};
use crate::value::StructValue;
use crate::{AwsError, Timestamp, Value};

pub(in crate::signature) const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";

/// What a client of S3 is told.
pub(super) fn error(refusal: Refusal) -> Box<dyn ServiceError> {
    let denied = |message: &'static str| AwsError::sender("AccessDenied", message).with_status(403);
    match refusal {
        Refusal::NotSigned | Refusal::Unverifiable(_) => denied("Access Denied").into(),
        Refusal::Header { what: Malformed::Algorithm(_), header } => {
            let error = AwsError::sender("InvalidArgument", "Unsupported Authorization Type");
            let details = [("ArgumentName", "Authorization".to_owned()), ("ArgumentValue", header)];
            detailed(error, details)
        }
        Refusal::Header { what: Malformed::Missing(names), .. } if names == ["X-Amz-Date"] => {
            denied("AWS authentication requires a valid Date or x-amz-date header").into()
        }
        Refusal::Header { what, .. } => {
            let what = form_of(
                what,
                "the authorization header requires three components: Credential, SignedHeaders, and Signature.",
            );
            let message = format!("The authorization header is malformed; {what}");
            AwsError::sender("AuthorizationHeaderMalformed", message).into()
        }
        Refusal::Query(what) => {
            let in_credential = matches!(what, Malformed::Credential | Malformed::Terminator(_));
            let what = form_of(
                what,
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                 X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            );
            let before = if in_credential { "Error parsing the X-Amz-Credential parameter; " } else { "" };
            AwsError::sender("AuthorizationQueryParametersError", format!("{before}{what}")).into()
        }
        Refusal::QueryV2(Malformed::ExpiresNoNumber(text)) => {
            let message = format!("Invalid date (should be seconds since epoch): {text}");
            AwsError::sender("AccessDenied", message).with_status(403).into()
        }
        Refusal::QueryV2(_) => denied(
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
        )
        .into(),
        Refusal::Twice => AwsError::sender(
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query \
             string parameter or the Authorization header should be specified",
        )
        .into(),
        Refusal::OtherService { in_header, scope, called } => {
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
        Refusal::NoSuchRegion(region) => {
            let what = format!("the region '{region}' is wrong; expecting 'us-east-1'. {REGIONS_HINT}");
            let message = format!("The authorization header is malformed; {what}");
            let error = AwsError::sender("AuthorizationHeaderMalformed", message);
            detailed(error, [("Region", "us-east-1".to_owned())])
        }
        Refusal::UnknownKey(id) => {
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            let error = AwsError::sender("InvalidAccessKeyId", message).with_status(403);
            detailed(error, [("AWSAccessKeyId", id)])
        }
        Refusal::WrongToken(token) => {
            let message = "The provided token is malformed or otherwise invalid.";
            detailed(AwsError::sender("InvalidToken", message), [("Token-0", token)])
        }
        Refusal::ExpiredToken(token) => detailed(
            AwsError::sender("ExpiredToken", "The provided token has expired."),
            [("Token-0", token)],
        ),
        Refusal::Skewed { signed, now } => {
            let message = "The difference between the request time and the current time is too large.";
            let error = AwsError::sender("RequestTimeTooSkewed", message).with_status(403);
            let details = [
                ("RequestTime", signed.to_string()),
                ("ServerTime", iso(now)),
                ("MaxAllowedSkewMilliseconds", (SKEW * 1000).to_string()),
            ];
            detailed(error, details)
        }
        Refusal::Expired { seconds, end, now } => {
            let seconds = seconds.map(|it| ("X-Amz-Expires", it.to_string()));
            let times = [("Expires", iso(end)), ("ServerTime", iso(now))];
            detailed(denied("Request has expired"), seconds.into_iter().chain(times))
        }
        Refusal::NotYet { signed, end, now } => {
            let details = [
                ("X-Amz-Date", signed.at().millis().to_string()),
                ("Expires", iso(end)),
                ("ServerTime", iso(now)),
            ];
            detailed(denied("Request is not yet valid"), details)
        }
        Refusal::HeadersNotSigned(names) => {
            let error = denied("There were headers present in the request which were not signed");
            detailed(error, [("HeadersNotSigned", names.join(", "))])
        }
        Refusal::NoContentSha256 => AwsError::sender(
            "InvalidRequest",
            "Missing required header for this request: x-amz-content-sha256",
        )
        .into(),
        Refusal::Mismatch { access_key_id, provided, canonical_request, string_to_sign } => {
            let error = AwsError::sender("SignatureDoesNotMatch", MISMATCH).with_status(403);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let signed = [
                ("AWSAccessKeyId", access_key_id),
                ("StringToSign", text(&string_to_sign)),
                ("SignatureProvided", provided),
                ("StringToSignBytes", spaced_hex(&string_to_sign)),
            ];
            let canonical = canonical_request
                .iter()
                .flat_map(|it| [("CanonicalRequest", text(it)), ("CanonicalRequestBytes", spaced_hex(it))]);
            detailed(error, signed.into_iter().chain(canonical))
        }
    }
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
