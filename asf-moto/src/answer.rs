//! What moto answers.

use asf_runtime::AwsError;
use asf_runtime::protocol::Response;
use asf_schema::Operation;
use http::{StatusCode, header};

/// Bytes of an error page, at most.
const MAX_PAGE: usize = 4 << 20;

/// The client's answer. moto answers what it fails of with an HTML page, of Flask's (404, 405) or of the exception
/// (500); operations that it does not implement do not get to it.
///
/// # Errors
/// That it failed, and what it said.
pub(crate) async fn judged(operation: Operation, response: Response) -> Result<Response, AwsError> {
    let status = response.status();
    let is_html = response.headers().get(header::CONTENT_TYPE);
    let is_html = is_html.is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    let unknown = matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
    if !is_html || !(unknown || status == StatusCode::INTERNAL_SERVER_ERROR) {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let page = body.collect(MAX_PAGE).await.map_err(AwsError::from)?;
    let page_text = String::from_utf8_lossy(&page);
    // Services of S3's kind answer errors in XML that they call HTML.
    if !page_text.trim_start().to_ascii_lowercase().starts_with("<!doctype") {
        return Ok(Response::from_parts(parts, page.into()));
    }
    // A branch of an operation that it has otherwise.
    if unknown || page_text.contains("NotImplementedError") {
        return Err(AwsError::not_implemented(operation));
    }
    let title = page_text.split_once("<title>").and_then(|(_, it)| it.split_once("</title>"));
    let title = title.map_or("no reason given", |(title, _)| title.trim());
    let message = format!("moto failed: {}", title.lines().next().unwrap_or(title));
    Err(AwsError::internal(message))
}
