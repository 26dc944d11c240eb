//! Why a request is refused for its signature.

use super::AmzDate;
use crate::Timestamp;

/// What is wrong with a signature's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A part of the header is no `name=value`.
    NoEqualSign,
    /// These parts are not there: `Credential`, `X-Amz-Date`, ...
    Missing(Vec<&'static str>),
    /// The credential is no `id/day/region/service/aws4_request`.
    Credential,
    /// The credential does not end in `aws4_request`.
    Terminator(String),
    /// The credential's day is not that of the date.
    Day {
        /// The credential's.
        scope: String,
        /// The date.
        date: AmzDate,
    },
    /// The date is none.
    Date,
    /// The signature is of a kind that there is not.
    Algorithm(String),
    /// `X-Amz-Expires`, or `Expires` of version 2, is no number.
    ExpiresNoNumber(String),
    /// `X-Amz-Expires` is less than nothing.
    ExpiresNegative,
    /// `X-Amz-Expires` is more than a week.
    ExpiresTooLong,
}

/// Why a request is refused. [`error`](Self::error) has each protocol's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not signed.
    NotSigned,
    /// The `Authorization` header cannot be read.
    Header {
        /// What is wrong.
        what: Malformed,
        /// The header.
        header: String,
    },
    /// The query string's signature cannot be read.
    Query(Malformed),
    /// The query string's signature of version 2 cannot be read.
    QueryV2(Malformed),
    /// It is signed in the header and in the query string.
    Twice,
    /// It is signed in a way that is not verified here.
    Unverifiable(&'static str),
    /// The credential is for another service.
    OtherService {
        /// In the header, or the query string.
        in_header: bool,
        /// The credential's service.
        scope: String,
        /// The one that is called.
        called: &'static str,
    },
    /// The credential is for a region that there is not.
    NoSuchRegion(String),
    /// No one knows the access key.
    UnknownKey(String),
    /// The session token is not the access key's.
    WrongToken(String),
    /// The session is over.
    ExpiredToken(String),
    /// The clocks differ by more than is allowed.
    Skewed {
        /// The signature's time.
        signed: AmzDate,
        /// The server's.
        now: Timestamp,
    },
    /// A presigned request that is over.
    Expired {
        /// Seconds that it was good for; version 2 has none.
        seconds: Option<i64>,
        /// When it ended.
        end: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// A presigned request that has not begun.
    NotYet {
        /// When it begins.
        signed: AmzDate,
        /// When it ends.
        end: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// Headers that have to be signed are not.
    HeadersNotSigned(Vec<String>),
    /// S3 wants `x-amz-content-sha256` with signatures in the header.
    NoContentSha256,
    /// The signature is another.
    Mismatch {
        /// The access key id.
        access_key_id: String,
        /// The signature in the request.
        provided: String,
        /// The request in the form that is signed; version 2 has none.
        canonical_request: Option<Vec<u8>>,
        /// What is signed.
        string_to_sign: Vec<u8>,
    },
}
