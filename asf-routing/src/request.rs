//! What routing looks at.

use http::HeaderMap;
use http::header::HeaderName;
use http::header::{CONTENT_TYPE, HOST};

/// `<prefix>.<operation>` of json.
pub(crate) static TARGET: HeaderName = HeaderName::from_static("x-amz-target");
/// The protocol that clients of Smithy's rpc declare.
pub(crate) static SMITHY_PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");

/// The token of S3's `WriteGetObjectResponse`.
pub(crate) static REQUEST_ROUTE: HeaderName = HeaderName::from_static("x-amz-request-route");

/// What routing looks at.
#[derive(Clone, Copy, Debug)]
pub struct RouteRequest<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// Path and query, as they are on the wire. With scheme and host in front (as proxies are spoken to, and
    /// as HTTP/2 has it) it is taken too: the host then counts where there is no `Host` header.
    pub uri: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body of a form (`application/x-www-form-urlencoded`), which is where query requests say what they
    /// are; other bodies are not looked at and need not be there. See [`RouteRequest::needs_body`].
    pub body: &'a [u8],
}

impl<'a> RouteRequest<'a> {
    /// What routing looks at.
    #[must_use]
    pub fn new(method: &'a str, uri: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self { method, uri, headers, body }
    }

    /// Whether the body has to be there for routing: it is a form, and nothing else in the head says what the
    /// request is. A server buffers such a body (query requests are small; 1 MiB is SQS's and SNS's most
    /// message) before it routes; all others it routes by the head alone, and leaves their bodies streams.
    #[must_use]
    pub fn needs_body(method: &str, headers: &HeaderMap) -> bool {
        method == "POST" && is_form(headers) && !headers.contains_key(&TARGET)
    }

    /// Path, query (without `?`) and the host in front of them, if it is there.
    pub(crate) fn split_uri(&self) -> (&'a str, &'a str, Option<&'a str>) {
        let full = if self.uri.starts_with('/') { None } else { self.uri.split_once("://") };
        let (authority, uri) = match full {
            Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                let (authority, uri) = rest.split_at(end);
                (Some(authority), uri)
            }
            _ => (None, self.uri),
        };
        let uri = uri.split_once('#').map_or(uri, |(before, _)| before);
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        (if path.is_empty() { "/" } else { path }, query, authority)
    }

    /// `Host`, or the host in the URI; without the port.
    pub(crate) fn host(&self) -> Option<&'a str> {
        let header = self.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = header.or_else(|| self.split_uri().2)?;
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        // The colons of an IPv6 address are inside brackets.
        Some(match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        })
    }
}

/// Whether the body is a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|it| it.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// `Content-Type` without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split_once(';').map_or(value, |(kind, _)| kind).trim())
}

/// The pairs of a query string or form, as they are on the wire: nothing is decoded.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The value of the first pair of this name.
pub(crate) fn argument<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    if query.is_empty() {
        return None;
    }
    pairs(query).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The value of the first pair of this name in a form.
pub(crate) fn form_argument<'b>(body: &'b [u8], name: &str) -> Option<&'b str> {
    let value = body.split(|&byte| byte == b'&').find_map(|pair| {
        let rest = pair.trim_ascii_start().strip_prefix(name.as_bytes())?;
        rest.strip_prefix(b"=")
    })?;
    std::str::from_utf8(value).ok().map(str::trim_end)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn bodies_that_are_needed() {
        let form = "application/x-www-form-urlencoded";
        for (method, content_type, target, expected) in [
            ("POST", Some(form), None, true),
            ("POST", Some("Application/X-WWW-Form-Urlencoded; charset=utf-8"), None, true),
            ("POST", Some(form), Some("AmazonSQS.SendMessage"), false),
            ("PUT", Some(form), None, false),
            ("GET", Some(form), None, false),
            ("POST", Some("application/x-amz-json-1.0"), None, false),
            ("POST", Some("multipart/form-data"), None, false),
            ("POST", None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [("content-type", content_type), ("x-amz-target", target)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(RouteRequest::needs_body(method, &headers), expected, "{method} {content_type:?}");
        }
    }

    #[test]
    fn hosts() {
        for (header, uri, expected) in [
            (Some("localhost:4566"), "/", Some("localhost")),
            (Some("localhost"), "/", Some("localhost")),
            (Some("[::1]:4566"), "/", Some("[::1]")),
            (Some("[::1]"), "/", Some("[::1]")),
            (None, "https://u:p@sqs.localhost:4566/a?b", Some("sqs.localhost")),
            (Some("a"), "https://b/", Some("a")),
            (None, "/http://a/", None),
            (None, "/", None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert(HOST, header.parse().unwrap());
            }
            assert_eq!(RouteRequest::new("GET", uri, &headers, b"").host(), expected, "{header:?} {uri}");
        }
    }

    #[test]
    fn arguments() {
        assert_eq!(argument("a=1&b&c=2=3&a=4", "a"), Some("1"));
        assert_eq!(argument("a=1&b&c=2=3&a=4", "b"), Some(""));
        assert_eq!(argument("a=1&b&c=2=3&a=4", "c"), Some("2=3"));
        assert_eq!(argument("", ""), None);
        assert_eq!(form_argument(b"NotAction=a&Action=b\r\n", "Action"), Some("b"));
        assert_eq!(form_argument(b"Actions=a&Action", "Action"), None);
        assert_eq!(form_argument(b"Action=\xff", "Action"), None);
    }
}
