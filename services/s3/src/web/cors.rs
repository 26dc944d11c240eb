//! CORS of buckets: preflights are answered, and answers get headers, as the bucket's configuration says
//! (test_s3_cors).
//!
//! A bucket without a configuration is left to the gateway, which lets pages of this machine call. Others are told
//! what AWS tells them all.

use std::sync::{Arc, Weak};

use asf_api_s3::CorsConfiguration;
use asf_runtime::gateway::cors::{Cors, OwnCors};
use asf_runtime::gateway::edge::{host_of, respond};
use asf_runtime::gateway::{Flow, GatewayContext, GatewayHandler, Handled, go_on};
use asf_runtime::identity::Partition;
use asf_runtime::ids::Ids;
use asf_runtime::protocol::Response;
use asf_runtime::provider::Providers;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use percent_encoding::percent_decode_str;

use super::html::escaped;
use super::with_native;
use crate::configuration::Kept;
use crate::configuration::cors::{self, PageRequest};
use crate::models::BucketKey;

/// What a page is told that may not (the typing error is AWS's: test_cors_match_origins).
const NOT_ALLOWED: &str = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

/// What a page is told of a bucket that has no configuration.
const NOT_ENABLED: &str = "CORSResponse: CORS is not enabled for this bucket.";

/// CORS of all buckets that have a configuration.
#[derive(Debug)]
pub(super) struct BucketCors {
    providers: Weak<Providers>,
    ids: Arc<Ids>,
}

/// Answers what asks for the options of a bucket and does not come from a page, which is a request of nobody's
/// (test_s3_cors::TestS3Cors::test_cors_http_options_no_config). The gateway would say which methods there are.
#[derive(Debug)]
pub(super) struct OriginNeeded(pub(super) Arc<BucketCors>);

impl GatewayHandler for OriginNeeded {
    fn name(&self) -> &str {
        "S3 OPTIONS"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        let is_without =
            ctx.request.method == Method::OPTIONS && !ctx.request.headers.contains_key(header::ORIGIN);
        if is_without && self.0.is_of_bucket(&ctx.request) {
            let message = "Insufficient information. Origin request header needed.";
            ctx.response = refused(StatusCode::BAD_REQUEST, "BadRequest", message, "", &ctx.request_id);
            return Box::pin(std::future::ready(Ok(Flow::Stop)));
        }
        go_on()
    }
}

/// The configuration of a request's bucket, and whether an object is asked for.
struct Asked {
    configuration: Kept<CorsConfiguration>,
    is_object: bool,
}

impl BucketCors {
    pub(super) fn new(providers: &Arc<Providers>, ids: Arc<Ids>) -> Self {
        // The chain is a part of what the providers are a part of: no circles.
        Self { providers: Arc::downgrade(providers), ids }
    }

    /// Whether a request names a bucket that there is.
    fn is_of_bucket(&self, request: &Parts) -> bool {
        let exists = |bucket: &str| {
            let key = BucketKey::new(Partition::of_region("us-east-1"), bucket);
            let providers = self.providers.upgrade()?;
            with_native(&providers, |provider| provider.store().tables.buckets.contains(&key))
        };
        may_be_s3(&request.headers)
            && addressed(request).is_some_and(|(bucket, _)| exists(&bucket) == Some(true))
    }

    fn asked(&self, request: &Parts) -> Option<Asked> {
        if !may_be_s3(&request.headers) {
            return None;
        }
        let (bucket, is_object) = addressed(request)?;
        let configuration = configuration_of(&*self.providers.upgrade()?, &bucket)?;
        Some(Asked { configuration, is_object })
    }
}

/// The CORS configuration of a bucket.
pub(super) fn configuration_of(providers: &Providers, bucket: &str) -> Option<Kept<CorsConfiguration>> {
    let key = BucketKey::new(Partition::of_region("us-east-1"), bucket);
    with_native(providers, |provider| provider.store().tables.configurations.get(&key)?.cors.clone())?
}

/// What the answer to a page is told besides, if it comes from one.
pub(super) fn headers_for(configuration: &CorsConfiguration, request: &Parts) -> Option<HeaderMap> {
    let origin = text(&request.headers, &header::ORIGIN)?;
    let page = PageRequest { origin, method: request.method.as_str(), headers: None };
    cors::headers(configuration, page)
}

impl OwnCors for BucketCors {
    fn covers(&self, request: &Parts) -> bool {
        self.asked(request).is_some()
    }

    fn preflight<'a>(&'a self, request: &'a Parts) -> BoxFuture<'a, Response> {
        let request_id = self.ids.uuid();
        let response = match self.asked(request) {
            Some(asked) => answer(&asked.configuration, asked.is_object, request, &request_id),
            // Its configuration went meanwhile.
            None => forbidden(NOT_ENABLED, "", false, &request_id),
        };
        Box::pin(std::future::ready(response))
    }

    /// test_s3_cors::TestS3Cors::test_cors_http_options_no_config
    fn refusal(&self, request: &Parts) -> Option<Response> {
        let is_of_page = request.headers.contains_key(header::ORIGIN);
        if !is_of_page || !self.is_of_bucket(request) {
            return None;
        }
        let method = text(&request.headers, &header::ACCESS_CONTROL_REQUEST_METHOD);
        let method = method.unwrap_or(request.method.as_str());
        Some(forbidden(NOT_ENABLED, method, false, &self.ids.uuid()))
    }
}

/// The answer to a preflight.
pub(super) fn answer(
    configuration: &CorsConfiguration,
    is_object: bool,
    request: &Parts,
    request_id: &str,
) -> Response {
    let header = |name: HeaderName| text(&request.headers, &name);
    let method = header(header::ACCESS_CONTROL_REQUEST_METHOD).unwrap_or_default();
    let page = PageRequest {
        origin: header(header::ORIGIN).unwrap_or_default(),
        method,
        headers: header(header::ACCESS_CONTROL_REQUEST_HEADERS),
    };
    match cors::headers(configuration, page) {
        Some(allowed) => {
            let mut response = respond::empty(StatusCode::OK);
            response.headers_mut().extend(allowed);
            add_ids(response.headers_mut(), request_id);
            response
        }
        None => forbidden(NOT_ALLOWED, method, is_object, request_id),
    }
}

fn forbidden(message: &str, method: &str, is_object: bool, request_id: &str) -> Response {
    let place = format!(
        "<Method>{}</Method><ResourceType>{}</ResourceType>",
        escaped(method),
        if is_object { "OBJECT" } else { "BUCKET" },
    );
    refused(StatusCode::FORBIDDEN, "AccessForbidden", message, &place, request_id)
}

fn refused(status: StatusCode, code: &str, message: &str, place: &str, request_id: &str) -> Response {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{}</Message>{place}\
         <RequestId>{request_id}</RequestId><HostId>{}</HostId></Error>",
        escaped(message),
        STANDARD.encode(request_id),
    );
    let mut response = respond::body(status, "application/xml", document);
    add_ids(response.headers_mut(), request_id);
    response
}

/// The headers with S3's ids of an answer.
pub(super) fn add_ids(headers: &mut HeaderMap, request_id: &str) {
    let host_id = STANDARD.encode(request_id);
    for (name, value) in [("x-amz-request-id", request_id), ("x-amz-id-2", &host_id)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

impl GatewayHandler for BucketCors {
    fn name(&self) -> &str {
        "S3 CORS"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        let is_of_s3 = ctx.service.is_some_and(|it| it.name == "s3");
        if is_of_s3
            && ctx.request.headers.contains_key(header::ORIGIN)
            && !Cors::is_preflight(&ctx.request)
            && let Some(asked) = self.asked(&ctx.request)
            && let Some(headers) = headers_for(&asked.configuration, &ctx.request)
        {
            ctx.response.headers_mut().extend(headers);
            return Box::pin(std::future::ready(Ok(Flow::Continue)));
        }
        go_on()
    }
}

/// Whether nothing says that a request is another service's.
pub(super) fn may_be_s3(headers: &HeaderMap) -> bool {
    let is_of_s3 = |it: &str| !it.contains("Credential=") || it.contains("/s3/aws4_request");
    !headers.contains_key("x-amz-target") && text(headers, &header::AUTHORIZATION).is_none_or(is_of_s3)
}

/// Whether a request names its bucket in its host.
pub(super) fn is_virtual_host(request: &Parts) -> bool {
    host_of(request).is_some_and(|host| host.contains(".s3."))
}

/// The bucket that a request names, in its host or else in its path, and whether it names a key in it.
pub(super) fn addressed(request: &Parts) -> Option<(String, bool)> {
    let path = request.uri.path().trim_start_matches('/');
    let host = host_of(request).unwrap_or_default();
    if let Some((bucket, _)) = host.split_once(".s3.") {
        return Some((bucket.to_owned(), !path.is_empty()));
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let bucket = percent_decode_str(bucket).decode_utf8().ok()?.into_owned();
    (!bucket.is_empty()).then_some((bucket, !key.is_empty()))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_in_hosts_and_paths() {
        for (host, path, expected) in [
            ("localhost:4566", "/", None),
            ("localhost:4566", "/photos", Some(("photos", false))),
            ("localhost:4566", "/photos/", Some(("photos", false))),
            ("localhost:4566", "/photos/a/b", Some(("photos", true))),
            ("photos.s3.localhost.localstack.cloud:4566", "/", Some(("photos", false))),
            ("my.photos.s3.eu-west-1.localhost.localstack.cloud", "/a", Some(("my.photos", true))),
        ] {
            let request = http::Request::get(path).header("host", host).body(()).unwrap();
            let found = addressed(&request.into_parts().0);
            let expected = expected.map(|(bucket, is_object)| (bucket.to_owned(), is_object));
            assert_eq!(found, expected, "{host}{path}");
        }
    }

    #[test]
    fn other_services_are_left_alone() {
        let headers = |name: &'static str, value: &'static str| {
            let pair = (HeaderName::from_static(name), HeaderValue::from_static(value));
            HeaderMap::from_iter([pair])
        };
        let scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/";
        assert!(may_be_s3(&HeaderMap::new()));
        assert!(!may_be_s3(&headers("x-amz-target", "AmazonSQS.SendMessage")));
        let signed = |service: &str| format!("{scope}{service}/aws4_request, SignedHeaders=host");
        for (service, expected) in [("s3", true), ("lambda", false)] {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", signed(service).parse().unwrap());
            assert_eq!(may_be_s3(&headers), expected);
        }
    }
}
