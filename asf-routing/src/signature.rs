//! What a request is signed for.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::request::argument;

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature<'a> {
    /// Not at all.
    None,
    /// SigV4 or SigV4A, in a header or presigned: the service of the credential scope.
    Scope(&'a str),
    /// The way before SigV4, which names no service. Only S3 and the oldest query services take it.
    Old,
    /// A bearer token.
    Bearer,
    /// Something else: basic authentication, an API key...
    Other,
}

impl<'a> Signature<'a> {
    /// Looks at `Authorization`, then at the query arguments of presigned URLs.
    pub(crate) fn of(headers: &'a HeaderMap, query: &'a str) -> Self {
        if let Some(value) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) {
            return Self::of_header(value.trim_start());
        }
        // Presigned URLs are the only ones that need a look at all arguments.
        if let Some(credential) = argument(query, "X-Amz-Credential") {
            return scope(credential).map_or(Self::Other, Self::Scope);
        }
        match argument(query, "AWSAccessKeyId") {
            Some(_) => Self::Old,
            None => Self::None,
        }
    }

    fn of_header(value: &'a str) -> Self {
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        if scheme.starts_with("AWS4-") {
            // `AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/sqs/aws4_request, SignedHeaders=...`
            let credential = rest.split(',').find_map(|part| part.trim_start().strip_prefix("Credential="));
            return credential.and_then(scope).map_or(Self::Other, Self::Scope);
        }
        match scheme {
            "AWS" | "AWS3" | "AWS3-HTTPS" => Self::Old,
            _ if scheme.eq_ignore_ascii_case("bearer") => Self::Bearer,
            _ => Self::Other,
        }
    }
}

/// The service in `AKID/20260101/us-east-1/sqs/aws4_request`, or in SigV4A's `AKID/20260101/s3/aws4_request`;
/// in query strings the slashes may be encoded.
fn scope(credential: &str) -> Option<&str> {
    let credential = credential.trim();
    let strip = |text: &'_ str| -> Option<usize> {
        let text = text.strip_suffix("aws4_request")?;
        let at = ["/", "%2F", "%2f"].iter().find_map(|slash| text.strip_suffix(slash))?;
        Some(at.len())
    };
    let before = credential.get(..strip(credential)?)?;
    let start =
        ["/", "%2F", "%2f"].iter().filter_map(|slash| Some(before.rfind(slash)? + slash.len())).max()?;
    before.get(start..).filter(|service| !service.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(header: &str, expected: Signature<'_>) {
        assert_eq!(Signature::of_header(header), expected, "{header}");
    }

    #[test]
    fn headers() {
        check(
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=5d",
            Signature::Scope("sqs"),
        );
        // Without spaces after the commas, and with the credential last.
        check(
            "AWS4-HMAC-SHA256 Signature=5d,Credential=AKID/20260101/us-east-1/iam/aws4_request",
            Signature::Scope("iam"),
        );
        check(
            "AWS4-ECDSA-P256-SHA256 Credential=AKID/20260101/s3/aws4_request, SignedHeaders=host, Signature=5d",
            Signature::Scope("s3"),
        );
        check("AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1//aws4_request", Signature::Other);
        check("AWS4-HMAC-SHA256 Credential=AKID", Signature::Other);
        check("AWS4-HMAC-SHA256", Signature::Other);
        check("AWS AKID:c2lnbmF0dXJl", Signature::Old);
        check("AWS3-HTTPS AWSAccessKeyId=AKID,Algorithm=HmacSHA256,Signature=5d", Signature::Old);
        check("Bearer eyJ", Signature::Bearer);
        check("bearer eyJ", Signature::Bearer);
        check("Basic dTpw", Signature::Other);
        check("", Signature::Other);
    }

    #[test]
    fn query_strings() {
        let none = HeaderMap::new();
        for (query, expected) in [
            (
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fs3%2Faws4_request",
                Signature::Scope("s3"),
            ),
            (
                "X-Amz-Credential=AKID/20260101/us-east-1/rds/aws4_request&X-Amz-Date=x",
                Signature::Scope("rds"),
            ),
            ("X-Amz-Credential=AKID%2f20260101%2fs3%2faws4_request", Signature::Scope("s3")),
            ("X-Amz-Credential=AKID", Signature::Other),
            ("AWSAccessKeyId=AKID&Signature=x&Expires=1", Signature::Old),
            ("a=b", Signature::None),
            ("", Signature::None),
        ] {
            assert_eq!(Signature::of(&none, query), expected, "{query}");
        }
    }
}
