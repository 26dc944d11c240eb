//! What clients are told of a refusal, in each protocol's words.
//!
//! Sources: `aws-recordings/s3/test_s3.json::TestS3PresignedUrl` for S3's texts and the elements beside them;
//! answers of AWS in issue threads (`minio/minio#2638` for requests that are not valid yet,
//! `aws/aws-sdk-js#254` for expired signatures, `aws/chalice#828` for incomplete ones,
//! `iann0036/iamlive#58` for the statuses of rest-json); the lists of common errors in the references. From
//! memory are the texts of malformed queries of services other than S3, and the form of EC2's.

mod others;
mod s3;

use asf_schema::{ProtocolKind, ServiceSchema};

use super::{Malformed, Refusal};
use crate::AwsError;
use crate::error::ServiceError;
use crate::protocol::is_s3;

pub(super) use s3::MISMATCH as S3_MISMATCH;

const CREDENTIAL_FORM: &str =
    "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";

/// What to do about a region that there is not.
const REGIONS_HINT: &str = "ALLOW_NONSTANDARD_REGIONS=1 lets every region through.";

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

impl Refusal {
    /// The error that a client gets.
    #[must_use]
    pub fn error(self, audience: Audience) -> Box<dyn ServiceError> {
        match (self, audience.is_s3) {
            (Self::Unverifiable(what), _) => {
                let message = format!("{what} are not verified here. VERIFY_SIGNATURES=0 lets them through.");
                AwsError::receiver("NotImplemented", message).with_status(501).into()
            }
            (refusal, true) => s3::error(refusal),
            (refusal, false) => others::error(refusal, audience.protocol).into(),
        }
    }
}

/// The words for a form that is wrong, after those for where it stands; `missing` are those for parts that are not
/// there.
fn form_of(what: Malformed, missing: &str) -> String {
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
