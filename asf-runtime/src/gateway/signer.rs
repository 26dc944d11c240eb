//! Who signed a request, for which region: from the `Authorization` header or the query string.

use std::borrow::Cow;

use http::request::Parts;
use http::{HeaderMap, HeaderName, Uri, header};
use percent_encoding::percent_decode_str;

use crate::context::Credentials;

const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const SESSION_TOKEN: HeaderName = HeaderName::from_static("x-amz-s3session-token");
const REGION_SET: HeaderName = HeaderName::from_static("x-amz-region-set");

/// What a request says of its signer. Nothing of it is verified here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Access key id and session token.
    pub credentials: Credentials,
    /// The region of the credential scope; the older signatures have none.
    pub region: Option<String>,
}

impl Signer {
    /// The signer of a request; `None` if it is not signed.
    #[must_use]
    pub fn of(request: &Parts) -> Option<Self> {
        Self::of_head(&request.uri, &request.headers)
    }

    /// The same of a request that is still whole.
    #[must_use]
    pub fn of_head(uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let header = |name: HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
        let query = uri.query().unwrap_or_default();
        // Sessions of S3's directory buckets have a header of their own ("CreateSession" in its API reference).
        let token = header(TOKEN)
            .or_else(|| header(SESSION_TOKEN))
            .map(Cow::Borrowed)
            .or_else(|| argument(query, "X-Amz-Security-Token"))
            .or_else(|| argument(query, "X-Amz-S3session-Token"));
        let (access_key_id, region) = match header(header::AUTHORIZATION) {
            Some(authorization) => of_header(authorization)?,
            None => of_query(query)?,
        };
        let region = region.or_else(|| {
            // SigV4A: one signature for a set of regions.
            let set = header(REGION_SET)?;
            let first = set.split(',').next()?.trim();
            (!first.is_empty() && first != "*").then(|| first.to_owned())
        });
        let session_token = token.map(Cow::into_owned);
        Some(Self { credentials: Credentials { access_key_id, session_token }, region })
    }
}

/// `AWS4-HMAC-SHA256 Credential=<id>/<date>/<region>/<service>/aws4_request, ..`;
/// `AWS4-ECDSA-P256-SHA256 Credential=<id>/<date>/<service>/aws4_request, ..`; `AWS <id>:<signature>`.
fn of_header(authorization: &str) -> Option<(String, Option<String>)> {
    if let Some(rest) = authorization.strip_prefix("AWS ") {
        return Some((rest.split(':').next()?.trim().to_owned(), None));
    }
    // Where it stands with all clients that there are, and where it may stand.
    let rest = authorization.split_once(' ').and_then(|(_, rest)| rest.strip_prefix("Credential="));
    let rest = rest.or_else(|| Some(authorization.split_once("Credential=")?.1))?;
    scope(rest.split([',', ' ']).next()?)
}

fn of_query(query: &str) -> Option<(String, Option<String>)> {
    if let Some(credential) = argument(query, "X-Amz-Credential") {
        return scope(&credential);
    }
    argument(query, "AWSAccessKeyId").map(|id| (id.into_owned(), None))
}

/// Access key id and region of a credential. The id may hold anything, slashes too, so it is read from
/// the end.
fn scope(credential: &str) -> Option<(String, Option<String>)> {
    let mut parts = credential.rsplit('/');
    if parts.next()? != "aws4_request" {
        return Some((credential.split('/').next()?.to_owned(), None));
    }
    let (_service, before) = (parts.next()?, parts.next()?);
    let region = if before.len() == 8 && before.bytes().all(|it| it.is_ascii_digit()) {
        None
    } else {
        let _date = parts.next()?;
        Some(before).filter(|it| !it.is_empty())
    };
    // What is left of it, slashes included.
    let id = credential.get(..parts.map(|it| it.len() + 1).sum::<usize>().saturating_sub(1))?;
    Some((id.to_owned(), region.map(str::to_owned)))
}

/// A query argument, decoded.
fn argument<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let value = query.split('&').find_map(|it| it.strip_prefix(name)?.strip_prefix('='))?;
    percent_decode_str(value).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signers() {
        let none = ("", "", "");
        for (uri, authorization, (id, region, token)) in [
            ("/", "", none),
            ("/", "Bearer abc", none),
            (
                "/",
                "AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/sqs/aws4_request, \
                 SignedHeaders=host, Signature=0",
                ("111122223333", "eu-west-1", ""),
            ),
            (
                "/",
                "AWS4-HMAC-SHA256 Credential=a/b/20260101/eu-west-1/sqs/aws4_request,SignedHeaders=host",
                ("a/b", "eu-west-1", ""),
            ),
            ("/", "AWS4-ECDSA-P256-SHA256 Credential=AK/20260101/s3/aws4_request, S", ("AK", "", "")),
            ("/", "AWS AKID:c2lnbmF0dXJl", ("AKID", "", "")),
            ("/", "AWS4-HMAC-SHA256 Credential=AKID", ("AKID", "", "")),
            (
                "/b/k?X-Amz-Credential=AK%2F20260101%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Security-Token=t%2B",
                "",
                ("AK", "us-west-2", "t+"),
            ),
            ("/b/k?AWSAccessKeyId=AK&Expires=1&Signature=x", "", ("AK", "", "")),
        ] {
            let mut request = http::Request::get(uri);
            if !authorization.is_empty() {
                request = request.header("authorization", authorization);
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            let found = Signer::of(&parts);
            let found = found.as_ref().map_or(none, |it| {
                (
                    it.credentials.access_key_id.as_str(),
                    it.region.as_deref().unwrap_or_default(),
                    it.credentials.session_token.as_deref().unwrap_or_default(),
                )
            });
            assert_eq!(found, (id, region, token), "{uri} {authorization}");
        }
    }
}
