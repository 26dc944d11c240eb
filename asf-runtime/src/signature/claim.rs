//! What a request says of its signature: in the `Authorization` header, or in the query string.

use asf_schema::TimestampFormat;
use http::{HeaderMap, header};

use super::key::ALGORITHM;
use super::scope::TERMINATOR;
use super::{AmzDate, CredentialScope, Malformed, Query, Refusal, v2};
use crate::Timestamp;

/// The algorithm of SigV4A.
const ALGORITHM_V4A: &str = "AWS4-ECDSA-P256-SHA256";
/// Seconds that a presigned request may be good for: a week.
const MAX_EXPIRES: i64 = 604_800;

/// A signature in a request. Nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Version 4.
    V4(Signature),
    /// S3's version 2.
    V2(v2::Signature),
}

/// A signature of version 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Who signs, for what.
    pub scope: CredentialScope,
    /// Whether it is one with ECDSA, for several regions (SigV4A).
    pub is_asymmetric: bool,
    /// The headers that are signed, as it names them.
    pub signed_headers: Vec<String>,
    /// The signature, in hexadecimal digits.
    pub signature: String,
    /// When it was made.
    pub date: AmzDate,
    /// Where it stands.
    pub place: Place,
}

/// Where a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the `Authorization` header.
    Header,
    /// In the query string.
    Query {
        /// `X-Amz-Expires`, seconds from its date on; some services do not ask for it.
        expires: Option<i64>,
    },
}

impl Claim {
    /// The signature in the `Authorization` header; `None` if there is no such header.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_header(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
        let text = String::from_utf8_lossy(value.as_bytes());
        let read = || -> Result<Self, Malformed> {
            let (scheme, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
            match scheme {
                ALGORITHM | ALGORITHM_V4A => {
                    Signature::of_header(rest, headers, scheme == ALGORITHM_V4A).map(Self::V4)
                }
                "AWS" => v2::Signature::of_header(rest, headers).map(Self::V2),
                _ => Err(Malformed::Algorithm(scheme.to_owned())),
            }
        };
        read().map(Some).map_err(|what| Refusal::Header { what, header: text.clone().into_owned() })
    }

    /// The signature in the query string; `None` if there is none. `is_s3`: version 2 is known, and
    /// `X-Amz-Expires` has to be there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_query(query: Query<'_>, is_s3: bool) -> Result<Option<Self>, Refusal> {
        // Most requests have no query, and most queries are not signed.
        if !query.0.contains("Signature")
            && !query.0.contains("X-Amz-Algorithm")
            && !query.0.contains("AWSAcc")
        {
            return Ok(None);
        }
        if query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature") {
            return Signature::of_query(query, is_s3).map(|it| Some(Self::V4(it))).map_err(Refusal::Query);
        }
        if is_s3 && (query.has("Signature") || query.has("AWSAccessKeyId")) {
            return v2::Signature::of_query(query).map(|it| Some(Self::V2(it))).map_err(Refusal::QueryV2);
        }
        Ok(None)
    }
}

impl Signature {
    fn of_header(rest: &str, headers: &HeaderMap, is_asymmetric: bool) -> Result<Self, Malformed> {
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in rest.split([',', ' ', '\t']).filter(|part| !part.is_empty()) {
            match part.split_once('=').ok_or(Malformed::NoEqualSign)? {
                ("Credential", value) => credential = Some(value),
                ("SignedHeaders", value) => signed_headers = Some(value),
                ("Signature", value) => signature = Some(value),
                _ => {}
            }
        }
        let date = header_date(headers);
        let (Some(credential), Some(signed_headers), Some(signature), Some(date)) =
            (credential, signed_headers, signature, date)
        else {
            let parts = [
                ("Credential", credential.is_none()),
                ("Signature", signature.is_none()),
                ("SignedHeaders", signed_headers.is_none()),
                ("X-Amz-Date", date.is_none()),
            ];
            return Err(missing(&parts));
        };
        let scope = scope(credential, is_asymmetric, date)?;
        let (signed_headers, signature) = (names(signed_headers), signature.to_owned());
        Ok(Self { scope, is_asymmetric, signed_headers, signature, date, place: Place::Header })
    }

    fn of_query(query: Query<'_>, needs_expires: bool) -> Result<Self, Malformed> {
        let [algorithm, credential, signature, date, headers, expires] = [
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "X-Amz-Signature",
            "X-Amz-Date",
            "X-Amz-SignedHeaders",
            "X-Amz-Expires",
        ]
        .map(|name| query.get(name));
        let parts = [
            ("X-Amz-Algorithm", algorithm.is_none()),
            ("X-Amz-Credential", credential.is_none()),
            ("X-Amz-Signature", signature.is_none()),
            ("X-Amz-Date", date.is_none()),
            ("X-Amz-SignedHeaders", headers.is_none()),
            ("X-Amz-Expires", needs_expires && expires.is_none()),
        ];
        let (Some(algorithm), Some(credential), Some(signature), Some(date), Some(headers), false) =
            (algorithm, credential, signature, date, headers, needs_expires && expires.is_none())
        else {
            return Err(missing(&parts));
        };
        if algorithm != ALGORITHM && algorithm != ALGORITHM_V4A {
            return Err(Malformed::Algorithm(algorithm));
        }
        let is_asymmetric = algorithm == ALGORITHM_V4A;
        let date = AmzDate::parse(&date).ok_or(Malformed::Date)?;
        let scope = scope(&credential, is_asymmetric, date)?;
        let expires = expires.as_deref().map(seconds).transpose()?;
        let (signed_headers, place) = (names(&headers), Place::Query { expires });
        Ok(Self { scope, is_asymmetric, signed_headers, signature, date, place })
    }

    /// Whether a header is signed.
    #[must_use]
    pub fn signs(&self, name: &str) -> bool {
        self.signed_headers.iter().any(|it| it.eq_ignore_ascii_case(name))
    }
}

/// `X-Amz-Date`, else `Date`, which may have either form.
pub(super) fn header_date(headers: &HeaderMap) -> Option<AmzDate> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    if let Some(date) = text("x-amz-date") {
        return AmzDate::parse(date).or_else(|| http_date(date));
    }
    let date = text("date")?;
    AmzDate::parse(date).or_else(|| http_date(date))
}

fn http_date(text: &str) -> Option<AmzDate> {
    Timestamp::parse(text, TimestampFormat::HttpDate).ok().map(AmzDate::new)
}

fn scope(credential: &str, is_asymmetric: bool, date: AmzDate) -> Result<CredentialScope, Malformed> {
    let scope = CredentialScope::parse(credential, !is_asymmetric).ok_or(Malformed::Credential)?;
    if scope.terminator != TERMINATOR {
        return Err(Malformed::Terminator(scope.terminator));
    }
    if scope.day != date.day() {
        return Err(Malformed::Day { scope: scope.day, date });
    }
    Ok(scope)
}

fn names(list: &str) -> Vec<String> {
    list.split(';').map(str::to_owned).collect()
}

fn missing(parts: &[(&'static str, bool)]) -> Malformed {
    Malformed::Missing(parts.iter().filter(|(_, is_missing)| *is_missing).map(|(name, _)| *name).collect())
}

/// `X-Amz-Expires`.
fn seconds(text: &str) -> Result<i64, Malformed> {
    match text.parse::<i64>() {
        Ok(..0) => Err(Malformed::ExpiresNegative),
        Ok(seconds @ ..=MAX_EXPIRES) => Ok(seconds),
        Ok(_) => Err(Malformed::ExpiresTooLong),
        // A number all the same, and a long one.
        Err(_) if !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) => {
            Err(Malformed::ExpiresTooLong)
        }
        Err(_) => Err(Malformed::ExpiresNoNumber(text.to_owned())),
    }
}
