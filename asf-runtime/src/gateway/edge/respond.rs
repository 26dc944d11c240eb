//! Answers of endpoints.

use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;

use crate::protocol::Response;
use crate::shape::ByteStream;

/// A body of a type.
pub fn body(status: StatusCode, content_type: &'static str, body: impl Into<ByteStream>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// JSON. What cannot be written as JSON (a map whose keys are no texts) is a 500.
pub fn json(status: StatusCode, value: &(impl Serialize + ?Sized)) -> Response {
    match serde_json::to_vec(value) {
        Ok(text) => body(status, "application/json", text),
        Err(error) => self::error(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// Text.
pub fn text(status: StatusCode, text: impl Into<String>) -> Response {
    body(status, "text/plain; charset=utf-8", text.into())
}

/// `{"error": "<message>"}`.
pub fn error(status: StatusCode, message: impl Into<String>) -> Response {
    body(status, "application/json", json!({ "error": message.into() }).to_string())
}

/// No body.
#[must_use]
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(ByteStream::Empty);
    *response.status_mut() = status;
    response
}
