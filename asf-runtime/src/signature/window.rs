//! When a signature is good: by the clock.

use super::{AmzDate, Claim, Place, Refusal, Signature, v2};
use crate::Timestamp;

/// Seconds by which the clocks of client and server may differ (`MaxAllowedSkewMilliseconds` of S3, "15 min."
/// in the words of the others).
pub(super) const SKEW: i64 = 900;

/// Whether a presigned request is good now: from its date on (a skewed clock allowed for) until it expires.
///
/// S3 takes `X-Amz-Expires` at its word. Other services are good for a quarter of an hour at least, as they
/// are for signatures in the header: EKS's tokens are requests to STS that are presigned for 60 seconds
/// and used for 14 minutes (aws-iam-authenticator, `pkg/token/token.go`).
///
/// # Errors
/// [`Refusal::Expired`], [`Refusal::NotYet`]; signatures in the header are not looked at.
pub(super) fn presigned(claim: &Claim, is_s3: bool, now: Timestamp) -> Result<(), Refusal> {
    match claim {
        Claim::V4(Signature { date, place: Place::Query { expires }, .. }) => {
            let least = if is_s3 { 0 } else { SKEW };
            let end = date.at().plus_seconds(expires.unwrap_or_default().max(least));
            if date.at().plus_seconds(-SKEW) > now {
                return Err(Refusal::NotYet { signed: *date, end, now });
            }
            if now > end {
                return Err(Refusal::Expired { seconds: *expires, end, now });
            }
            Ok(())
        }
        Claim::V2(v2::Signature { place: v2::Place::Query { expires }, .. }) if *expires < now => {
            Err(Refusal::Expired { seconds: None, end: *expires, now })
        }
        _ => Ok(()),
    }
}

/// Whether the time of a signature in the header is about now.
///
/// # Errors
/// [`Refusal::Skewed`]; presigned requests are not looked at.
pub(super) fn in_header(claim: &Claim, now: Timestamp) -> Result<(), Refusal> {
    let signed: AmzDate = match claim {
        Claim::V4(Signature { date, place: Place::Header, .. }) => *date,
        Claim::V2(v2::Signature { place: v2::Place::Header { date }, .. }) => *date,
        _ => return Ok(()),
    };
    if (now.seconds() - signed.at().seconds()).abs() > SKEW {
        return Err(Refusal::Skewed { signed, now });
    }
    Ok(())
}
