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
        if let Some(value) = headers.get(AUTHORIZATION) {
            return Self::of_header(value.as_bytes().trim_ascii_start());
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

    fn of_header(value: &'a [u8]) -> Self {
        let is_space = |byte: &u8| *byte == b' ';
        let (scheme, rest) = value.split_at(value.iter().position(is_space).unwrap_or(value.len()));
        if scheme.starts_with(b"AWS4-") {
            // `AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/sqs/aws4_request, SignedHeaders=...`
            let mut parts = rest.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
            let credential = parts.find_map(|part| part.strip_prefix(b"Credential="));
            let credential = credential.and_then(|it| std::str::from_utf8(it).ok());
            return credential.and_then(scope).map_or(Self::Other, Self::Scope);
        }
        match scheme {
            b"AWS" | b"AWS3" | b"AWS3-HTTPS" => Self::Old,
            _ if scheme.eq_ignore_ascii_case(b"bearer") => Self::Bearer,
            _ => Self::Other,
        }
    }
}

/// The service in `AKID/20260101/us-east-1/sqs/aws4_request`, or in SigV4A's `AKID/20260101/s3/aws4_request`;
/// in query strings the slashes may be encoded.
fn scope(credential: &str) -> Option<&str> {
    let before = credential.trim().strip_suffix("aws4_request")?;
    let service = match before.strip_suffix('/') {
        Some(before) => before.rsplit_once('/')?.1,
        None => {
            let (before, slash) = before.split_at_checked(before.len().checked_sub(3)?)?;
            if !slash.eq_ignore_ascii_case("%2f") {
                return None;
            }
            let start = before.rfind("%2F").max(before.rfind("%2f"))? + 3;
            before.get(start..)?
        }
    };
    (!service.is_empty()).then_some(service)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(header: &str, expected: Signature<'_>) {
        assert_eq!(Signature::of_header(header.as_bytes()), expected, "{header}");
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
