//! S3's signature of version 2: what boto3 presigns with by default. HMAC-SHA1 over the method, a few headers
//! and the resource. Source: S3's user guide, "Signing and authenticating REST requests (AWS signature
//! version 2)".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use sha1::Sha1;

use super::canonical::Parts;
use super::claim::header_date;
use super::query::decoded;
use super::{AmzDate, Malformed, Query, SecretKey};
use crate::Timestamp;

/// Arguments that are part of the resource. The documentation's list, with the younger ones of botocore
/// (`HmacV1Auth.QSAOfInterest`).
const OF_RESOURCE: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// A signature of version 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Who signs.
    pub access_key_id: String,
    /// The signature, in base64.
    pub signature: String,
    /// Where it stands.
    pub place: Place,
}

/// Where it stands, and the time with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the `Authorization` header.
    Header {
        /// `x-amz-date`, else `Date`.
        date: AmzDate,
    },
    /// In the query string.
    Query {
        /// `Expires`
        expires: Timestamp,
    },
}

impl Signature {
    pub(super) fn of_header(rest: &str, headers: &HeaderMap) -> Result<Self, Malformed> {
        let (id, signature) = rest.trim().rsplit_once(':').ok_or(Malformed::Credential)?;
        let date = header_date(headers).ok_or(Malformed::Missing(vec!["X-Amz-Date"]))?;
        let (access_key_id, signature) = (id.to_owned(), signature.to_owned());
        Ok(Self { access_key_id, signature, place: Place::Header { date } })
    }

    pub(super) fn of_query(query: Query<'_>) -> Result<Self, Malformed> {
        let (id, signature, expires) =
            (query.get("AWSAccessKeyId"), query.get("Signature"), query.get("Expires"));
        let (Some(access_key_id), Some(signature), Some(expires)) = (id, signature, expires) else {
            return Err(Malformed::Missing(vec!["Signature", "Expires", "AWSAccessKeyId"]));
        };
        let seconds = expires.parse().map_err(|_| Malformed::ExpiresNoNumber(expires))?;
        let place = Place::Query { expires: Timestamp::new(seconds, 0) };
        Ok(Self { access_key_id, signature, place })
    }

    /// Whether this is the signature of a text.
    #[must_use]
    pub fn verify(&self, secret: &SecretKey, string_to_sign: &[u8]) -> bool {
        is_signature(secret, string_to_sign, &self.signature)
    }

    /// What is signed. The path has to begin with the bucket, wherever the client had it.
    ///
    /// What a client would send as headers may stand in the query string of a presigned request: botocore
    /// puts them there (`HmacV1QueryAuth`).
    #[must_use]
    pub fn string_to_sign(&self, parts: Parts<'_>) -> Vec<u8> {
        let query = Query(parts.query);
        let is_presigned = matches!(self.place, Place::Query { .. });
        let value = |name: &str| -> Vec<u8> {
            let in_query = || query.get(name).filter(|_| is_presigned).map(String::into_bytes);
            parts.headers.get(name).map(|it| it.as_bytes().to_vec()).or_else(in_query).unwrap_or_default()
        };
        let date = match self.place {
            Place::Query { expires } => expires.seconds().to_string().into_bytes(),
            Place::Header { .. } if parts.headers.contains_key("x-amz-date") => Vec::new(),
            Place::Header { .. } => value("date"),
        };
        let head = [parts.method.into(), value("content-md5"), value("content-type"), date];
        let mut out = head.join(&b'\n');
        out.push(b'\n');
        for (name, value) in amz_headers(parts.headers, query, is_presigned) {
            out.extend_from_slice(name.as_bytes());
            out.push(b':');
            out.extend_from_slice(&value);
            out.push(b'\n');
        }
        out.extend_from_slice(parts.path.as_bytes());
        let mut separator = b'?';
        for (name, value) in sub_resources(query) {
            out.push(separator);
            separator = b'&';
            out.extend_from_slice(name.as_bytes());
            if let Some(value) = value {
                out.push(b'=');
                out.extend_from_slice(&value);
            }
        }
        out
    }
}

/// Whether a signature, in base64, is that of a text.
pub(super) fn is_signature(secret: &SecretKey, text: &[u8], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    let mac = Hmac::<Sha1>::new_from_slice(secret.reveal().as_bytes());
    mac.is_ok_and(|mac| mac.chain_update(text).verify_slice(&signature).is_ok())
}

/// `x-amz-*`, sorted, several values of one joined.
fn amz_headers(headers: &HeaderMap, query: Query<'_>, is_presigned: bool) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-amz-"))
        .map(|name| {
            let values: Vec<&[u8]> =
                headers.get_all(name).iter().map(|it| it.as_bytes().trim_ascii()).collect();
            (name.as_str().to_owned(), values.join(&b','))
        })
        .collect();
    let in_query = query.pairs().filter(|(name, _)| is_presigned && name.starts_with("x-amz-"));
    for (name, value) in in_query {
        if !headers.contains_key(name) {
            found.push((name.to_owned(), decoded(value).trim_ascii().to_vec()));
        }
    }
    found.sort_unstable();
    found
}

/// The arguments that belong to the resource, sorted, with their values decoded.
fn sub_resources(query: Query<'_>) -> Vec<(&str, Option<Vec<u8>>)> {
    let parts = query.0.split('&').map(|it| it.split_once('=').map_or((it, None), |(a, b)| (a, Some(b))));
    let mut found: Vec<_> = parts
        .filter(|(name, _)| OF_RESOURCE.contains(name))
        .map(|(name, value)| (name, value.map(|it| decoded(it).into_owned())))
        .collect();
    found.sort_unstable();
    found
}
