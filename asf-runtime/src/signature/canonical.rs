//! A request in the one form that is signed, whatever the way it was sent in.

use http::{HeaderMap, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::Query;
use super::query::decoded;

/// All but letters, digits, `-`, `_`, `.` and `~` is encoded (RFC 3986, "unreserved").
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// In paths the slash is what it is.
const ENCODED_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// What of a request is signed, as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// `GET`
    pub method: &'a str,
    /// The path, encoded once.
    pub path: &'a str,
    /// The query string without `?`.
    pub query: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
}

impl<'a> Parts<'a> {
    /// Of a request's head.
    #[must_use]
    pub fn new(method: &'a http::Method, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        let path = if uri.path().is_empty() { "/" } else { uri.path() };
        Self { method: method.as_str(), path, query: uri.query().unwrap_or_default(), headers }
    }
}

/// How a service has paths signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathStyle {
    /// Encoded once, dots and empty segments left alone, as keys of objects may have them: S3.
    Once,
    /// Without `.`, `..` and empty segments, and encoded once more than it was sent: all others.
    Twice,
}

/// The canonical request: method, path, query, the headers that are signed, their names, and the hash of
/// the payload. `leave_out` are arguments that are not signed.
#[must_use]
pub fn canonical_request(
    parts: Parts<'_>,
    style: PathStyle,
    leave_out: &[&str],
    signed_headers: &[String],
    payload: &str,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(parts.method.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(canonical_path(parts.path, style).as_bytes());
    out.push(b'\n');
    out.extend_from_slice(canonical_query(Query(parts.query), leave_out).as_bytes());
    out.push(b'\n');
    for name in signed_headers {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        for (index, value) in parts.headers.get_all(name.as_str()).iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            push_trimmed(value.as_bytes(), &mut out);
        }
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(signed_headers.join(";").as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload.as_bytes());
    out
}

/// A value without space around it, and with one space where there are several.
fn push_trimmed(value: &[u8], out: &mut Vec<u8>) {
    let mut words = value.split(|byte| *byte == b' ' || *byte == b'\t').filter(|word| !word.is_empty());
    out.extend_from_slice(words.next().unwrap_or_default());
    for word in words {
        out.push(b' ');
        out.extend_from_slice(word);
    }
}

fn canonical_path(path: &str, style: PathStyle) -> String {
    match style {
        PathStyle::Once => {
            percent_encode(&Vec::from_iter(percent_decode(path.as_bytes())), ENCODED_PATH).to_string()
        }
        PathStyle::Twice => percent_encode(normalized(path).as_bytes(), ENCODED_PATH).to_string(),
    }
}

/// A path without `.`, `..` and empty segments. A slash at the end stays.
fn normalized(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end)) && !segments.is_empty();
    format!("/{}{}", segments.join("/"), if is_folder { "/" } else { "" })
}

fn canonical_query(query: Query<'_>, leave_out: &[&str]) -> String {
    let encoded = |text: &str| percent_encode(&decoded(text), ENCODED).to_string();
    let pairs = query.pairs().filter(|(name, _)| !leave_out.contains(name));
    let mut pairs: Vec<(String, String)> =
        pairs.map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}
