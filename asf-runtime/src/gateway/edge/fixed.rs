//! Endpoints that answer the same to everyone.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{EdgeRequest, Endpoint, respond};
use crate::protocol::Response;

/// Answers with this, always. Headers that are left out are not made up, `Content-Length` excepted.
pub fn fixed(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Arc<dyn Endpoint> {
    Arc::new(Fixed { status, headers, body: body.into() })
}

struct Fixed {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Endpoint for Fixed {
    fn answer<'a>(&'a self, _: EdgeRequest) -> BoxFuture<'a, Response> {
        let mut response = Response::new(self.body.clone().into());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        Box::pin(std::future::ready(response))
    }
}

/// Sends clients to a URL: 308, so that method and body stay. A rest in the rule (`{*rest}`) and the query
/// are put behind it.
pub fn redirect(url: impl Into<String>) -> Arc<dyn Endpoint> {
    Arc::new(Redirect { url: url.into() })
}

struct Redirect {
    url: String,
}

impl Endpoint for Redirect {
    fn answer<'a>(&'a self, request: EdgeRequest) -> BoxFuture<'a, Response> {
        let url = with_rest(&self.url, &request);
        let response = match HeaderValue::try_from(url) {
            Ok(url) => {
                let mut response = respond::empty(StatusCode::PERMANENT_REDIRECT);
                response.headers_mut().insert(header::LOCATION, url);
                response
            }
            Err(_) => respond::error(StatusCode::INTERNAL_SERVER_ERROR, "the target is no URL"),
        };
        Box::pin(std::future::ready(response))
    }
}

/// A URL with the rest of the path and the query of a request.
pub(super) fn with_rest(url: &str, request: &EdgeRequest) -> String {
    let mut url = url.to_owned();
    if let Some(rest) = request.params.rest().filter(|it| !it.is_empty()) {
        if !url.ends_with('/') {
            url.push('/');
        }
        url.push_str(rest);
    }
    if let Some(query) = request.request.uri().query() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(query);
    }
    url
}
