//! `Content-Type` and `Accept` of rest-json requests, as Smithy's protocol tests for servers have them.
//!
//! Documents are `application/json` (older Java SDKs say `application/x-amz-json-1.1`), texts `text/plain`,
//! bytes anything. A client that does not say that a document is one is believed; of a text it has to say
//! so.

use asf_schema::{Location, Operation, Schema, ShapeFlags};
use http::{HeaderMap, HeaderValue, header};

use super::body::Body;
use super::header::binds;
use crate::AwsError;
use crate::shape::ByteStream;

/// JSON documents.
pub(super) const JSON: &str = "application/json";
/// Texts.
const TEXT: &str = "text/plain";
/// Bytes of which nothing is known.
const BYTES: &str = "application/octet-stream";
/// Events.
const EVENTS: &str = "application/vnd.amazon.eventstream";
/// XML documents.
pub(super) const XML: &str = "application/xml";

/// The type of a body, where documents are of this one.
fn of(body: Body, document: &'static str) -> Option<&'static str> {
    match body {
        Body::None => None,
        Body::Members | Body::Document(_) => Some(document),
        Body::Text(_) => Some(TEXT),
        Body::Bytes(_) => Some(BYTES),
        Body::Events => Some(EVENTS),
    }
}

/// Says of which type a message's body is, unless it has none, or a member says so. Of bytes whose type is
/// a member (`PutObject` of S3) nothing is said in its place.
pub(super) fn set(
    schema: Schema,
    body: Body,
    document: &'static str,
    bytes: &ByteStream,
    headers: &mut HeaderMap,
) {
    let modelled = || matches!(body, Body::Bytes(_)) && binds(schema, &header::CONTENT_TYPE);
    if (bytes.length() == Some(0) && !matches!(body, Body::Events)) || modelled() {
        return;
    }
    if let Some(content_type) = of(body, document) {
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    }
}

/// Checks that a request's body is of the type that the operation takes, and that the client accepts what
/// it will get. `is_empty`: there is no body.
///
/// # Errors
/// `UnsupportedMediaTypeException` with 415, `NotAcceptableException` with 406.
pub(super) fn check(
    operation: Operation,
    body: Body,
    headers: &HeaderMap,
    is_empty: bool,
) -> Result<(), AwsError> {
    let content_type = headers.get(header::CONTENT_TYPE).map(essence);
    // Where the model has the header as a member (InvokeModel of Bedrock), it is the operation's to check.
    let modelled = |header| operation.input().is_some_and(|schema| binds(schema, header));
    let fits = match (body, content_type) {
        _ if is_empty || modelled(&header::CONTENT_TYPE) => true,
        (Body::Bytes(_) | Body::Events, _) | (Body::None | Body::Members | Body::Document(_), None) => true,
        (Body::None, Some(_)) => !is_refused_without_members(operation.input()),
        (Body::Text(_), None) => operation.input().is_some_and(|it| it.has(ShapeFlags::UNTYPED_PAYLOAD)),
        (Body::Members | Body::Document(_), Some(found)) => is_json(found),
        (Body::Text(_), Some(found)) => found.eq_ignore_ascii_case(TEXT.as_bytes()),
    };
    if !fits {
        let expected =
            of(body, JSON).map_or_else(|| "no body".to_owned(), |it| format!("a body of type {it}"));
        let message = match content_type {
            Some(found) => {
                format!("The operation takes {expected}, not of {}.", String::from_utf8_lossy(found))
            }
            None => format!("The operation takes {expected}, and the request has no Content-Type."),
        };
        return Err(AwsError::sender("UnsupportedMediaTypeException", message).with_status(415));
    }
    let produced = match Body::of_output(operation.output()) {
        Body::Members | Body::Document(_) => JSON,
        Body::Text(_) => TEXT,
        Body::None | Body::Bytes(_) | Body::Events => return Ok(()),
    };
    if !headers.contains_key(header::ACCEPT) || accepts(headers, produced) || modelled(&header::ACCEPT) {
        return Ok(());
    }
    let message = format!("The operation answers with {produced}, which the request does not accept.");
    Err(AwsError::sender("NotAcceptableException", message).with_status(406))
}

/// Whether an operation refuses a body that it has no use for: one without input, or with headers alone
/// (`RestJsonWithoutBodyExpectsEmptyContentType`). With arguments in the query string Smithy's tests let
/// `{}` pass (`RestJsonMalformedLengthQueryStringNoValue`).
fn is_refused_without_members(input: Option<Schema>) -> bool {
    input.is_none_or(|schema| {
        schema.members().all(|it| matches!(it.location(), Location::Header | Location::Headers))
    })
}

/// A media type without its parameters.
fn essence(value: &HeaderValue) -> &[u8] {
    value.as_bytes().split(|it| *it == b';').next().unwrap_or_default().trim_ascii()
}

fn is_json(essence: &[u8]) -> bool {
    [JSON, "application/x-amz-json-1.0", "application/x-amz-json-1.1"]
        .iter()
        .any(|it| essence.eq_ignore_ascii_case(it.as_bytes()))
}

/// Whether an `Accept` header lets a type through. The weights are not looked at: there is one type only.
fn accepts(headers: &HeaderMap, produced: &str) -> bool {
    let (kind, _) = produced.split_once('/').unwrap_or((produced, ""));
    let is_in = |range: &[u8]| match range.strip_suffix(b"/*") {
        Some(group) => group == b"*" || group.eq_ignore_ascii_case(kind.as_bytes()),
        None => {
            range == b"*"
                || range.eq_ignore_ascii_case(produced.as_bytes())
                || (produced == JSON && is_json(range))
        }
    };
    let mut says_nothing = true;
    for value in headers.get_all(header::ACCEPT) {
        for range in value.as_bytes().split(|byte| *byte == b',') {
            let range = range.split(|it| *it == b';').next().unwrap_or_default().trim_ascii();
            if is_in(range) {
                return true;
            }
            says_nothing &= range.is_empty();
        }
    }
    says_nothing
}
