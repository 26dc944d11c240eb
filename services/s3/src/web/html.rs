//! The pages with which websites of buckets say what is wrong
//! (test_s3::TestS3StaticWebsiteHosting::test_website_hosting_404, ::test_website_hosting_no_such_website).

use std::fmt::Write as _;

use asf_runtime::gateway::edge::respond;
use asf_runtime::protocol::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, StatusCode};

use super::cors::add_ids;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) message: String,
    /// What it is about: `Key` or `BucketName`, and its name.
    pub(super) about: (&'static str, String),
}

impl Wrong {
    pub(super) fn not_found(code: &str, message: &str, about: (&'static str, String)) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: code.to_owned(), message: message.to_owned(), about }
    }

    fn items(&self) -> String {
        let (name, value) = &self.about;
        let (code, message, value) = (escaped(&self.code), escaped(&self.message), escaped(value));
        format!("<li>Code: {code}</li>\n<li>Message: {message}</li>\n<li>{name}: {value}</li>\n")
    }
}

/// A page that says what is wrong, and, if that is so, why the error document could not be shown instead.
pub(super) fn page(wrong: &Wrong, document: Option<&Wrong>, request_id: &str) -> Response {
    let title = format!("{} {}", wrong.status.as_u16(), wrong.status.canonical_reason().unwrap_or_default());
    let mut text = format!(
        "<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<ul>\n{}<li>RequestId: {request_id}</li>\n\
         <li>HostId: {}</li>\n</ul>\n",
        wrong.items(),
        STANDARD.encode(request_id)
    );
    if let Some(document) = document {
        let _ = write!(
            text,
            "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n{}</ul>\n",
            document.items()
        );
    }
    text.push_str("<hr/>\n</body>\n</html>\n");
    let mut response = respond::body(wrong.status, "text/html; charset=utf-8", text);
    add_ids(response.headers_mut(), request_id);
    for (name, value) in [("x-amz-error-code", &wrong.code), ("x-amz-error-message", &wrong.message)] {
        if let Ok(value) = HeaderValue::try_from(value.as_str()) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Text as it stands in HTML and XML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
