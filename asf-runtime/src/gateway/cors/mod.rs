//! Which web pages may call: what the settings say of an origin, and the headers that tell browsers so.

use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::protocol::Response;

/// What an AWS client in a browser sends.
const ALLOWED_HEADERS: &[&str] = &[
    "authorization",
    "cache-control",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "etag",
    "if-match",
    "if-none-match",
    "location",
    "range",
    "smithy-protocol",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-request-id",
    "x-amz-security-token",
    "x-amz-tagging",
    "x-amz-target",
    "x-amz-user-agent",
    "x-amz-version-id",
    "x-amzn-query-mode",
    "x-amzn-requestid",
    "x-amzn-trace-id",
    "x-localstack-target",
];

/// What of an answer a page gets to read; `x-amz-*` headers of the answer come on top.
const EXPOSED_HEADERS: &[&str] = &[
    "accept-ranges",
    "content-range",
    "date",
    "etag",
    "location",
    "x-amz-request-id",
    "x-amz-version-id",
    "x-amzn-errortype",
    "x-amzn-requestid",
    "x-asf-source",
    "x-localstack",
];

const METHODS: &str = "HEAD,GET,PUT,POST,DELETE,OPTIONS,PATCH";

/// Hosts whose pages may call over http and https, on all ports. A name stands for what is below it too.
const LOCAL_NAMES: &[&str] = &["localhost", "localhost.localstack.cloud"];

/// Other origins that LocalStack lets call: its web application.
const DEFAULT_ORIGINS: &[&str] = &["https://app.localstack.cloud", "http://app.localstack.cloud"];

const PRIVATE_NETWORK_ASKED: HeaderName = HeaderName::from_static("access-control-request-private-network");
const PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// What can be set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsSettings {
    /// `DISABLE_CORS_CHECKS`: all origins may call.
    pub disable_checks: bool,
    /// `DISABLE_CORS_HEADERS`: answers have no CORS headers, so that browsers refuse other origins
    /// themselves.
    pub disable_headers: bool,
    /// `EXTRA_CORS_ALLOWED_ORIGINS`: origins that may call besides; `*` are all.
    pub extra_allowed_origins: Vec<String>,
    /// `EXTRA_CORS_ALLOWED_HEADERS`: headers that pages may send besides.
    pub extra_allowed_headers: Vec<String>,
    /// `EXTRA_CORS_EXPOSE_HEADERS`: headers that pages may read besides.
    pub extra_expose_headers: Vec<String>,
}

/// Part of a server's resources that answers for CORS itself: buckets with a CORS configuration.
pub trait OwnCors: Send + Sync {
    /// Whether a request is for one of them.
    fn covers(&self, request: &Parts) -> bool;

    /// Answers a preflight that is for one of them.
    fn preflight<'a>(&'a self, request: &'a Parts) -> BoxFuture<'a, Response>;

    /// What a page that may not call is told when it asks for the options of a resource that could be covered and
    /// is not: in the resource's words, if it has any.
    fn refusal(&self, _request: &Parts) -> Option<Response> {
        None
    }
}

/// Which web pages may call.
///
/// A request that says it comes from a page (`Origin`, else `Referer`, else `Sec-Fetch-Site`) is refused
/// unless the page is one of this machine, LocalStack's web application, or one that the settings allow.
/// What browsers do not send (SDKs, the AWS CLI) has none of these headers and is let through.
#[derive(Clone)]
pub struct Cors(Arc<Shared>);

struct Shared {
    settings: CorsSettings,
    allowed_headers: String,
    own: RwLock<Arc<[Arc<dyn OwnCors>]>>,
}

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// No page, or one that may call and does not ask for CORS headers.
    Plain,
    /// A page of this origin, which may call.
    Allowed(HeaderValue),
    /// A page that may not call: its origin, as far as it is known.
    Foreign(String),
}

impl Cors {
    /// With these settings.
    #[must_use]
    pub fn new(settings: CorsSettings) -> Self {
        let extra = settings.extra_allowed_headers.iter().map(|it| it.trim()).filter(|it| !it.is_empty());
        let allowed_headers = ALLOWED_HEADERS.iter().copied().chain(extra).collect::<Vec<_>>().join(",");
        Self(Arc::new(Shared { settings, allowed_headers, own: RwLock::default() }))
    }

    /// Adds resources that answer for CORS themselves.
    pub fn add_own(&self, own: Arc<dyn OwnCors>) {
        let mut list = self.0.own.write().unwrap_or_else(PoisonError::into_inner);
        *list = list.iter().cloned().chain([own]).collect();
    }

    /// Who answers for the CORS of a request, if it is not the gateway.
    #[must_use]
    pub fn owner(&self, request: &Parts) -> Option<Arc<dyn OwnCors>> {
        let list = self.0.own.read().unwrap_or_else(PoisonError::into_inner).clone();
        list.iter().find(|it| it.covers(request)).cloned()
    }

    /// What a foreign page is told that asks for the options of a resource, if the resource has words for it.
    #[must_use]
    pub fn refusal(&self, request: &Parts) -> Option<Response> {
        let list = self.0.own.read().unwrap_or_else(PoisonError::into_inner).clone();
        list.iter().filter(|_| request.method == Method::OPTIONS).find_map(|it| it.refusal(request))
    }

    /// Where a request comes from.
    #[must_use]
    pub fn caller(&self, request: &Parts) -> Caller {
        let headers = &request.headers;
        if let Some(origin) = headers.get(header::ORIGIN) {
            let text = String::from_utf8_lossy(origin.as_bytes());
            return if self.0.settings.disable_checks || self.is_allowed(&text, request) {
                Caller::Allowed(origin.clone())
            } else {
                Caller::Foreign(text.into_owned())
            };
        }
        if self.0.settings.disable_checks {
            return Caller::Plain;
        }
        if let Some(referer) = headers.get(header::REFERER) {
            let origin = origin_of(&String::from_utf8_lossy(referer.as_bytes()));
            return if self.is_allowed(&origin, request) { Caller::Plain } else { Caller::Foreign(origin) };
        }
        // A page can keep its origin to itself: an image, say, whose URL is a call. A link that someone
        // follows is no such thing.
        let is = |name: &HeaderName, value: &str| headers.get(name).is_some_and(|it| it == value);
        if is(&FETCH_SITE, "cross-site") && !is(&FETCH_MODE, "navigate") {
            return Caller::Foreign("of another site".to_owned());
        }
        Caller::Plain
    }

    /// Whether pages of an origin may call.
    fn is_allowed(&self, origin: &str, request: &Parts) -> bool {
        let extra = self.0.settings.extra_allowed_origins.iter();
        if extra
            .map(|it| it.trim().trim_end_matches('/'))
            .any(|it| it == "*" || it.eq_ignore_ascii_case(origin))
            || DEFAULT_ORIGINS.iter().any(|it| it.eq_ignore_ascii_case(origin))
        {
            return true;
        }
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return false;
        }
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|it| it.is_ascii_digit()) => host,
            _ => authority,
        };
        let host = host.to_ascii_lowercase();
        let is_below = |name: &&str| {
            host.strip_suffix(*name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        if LOCAL_NAMES.iter().any(is_below) {
            return true;
        }
        let address = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(&host);
        let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
        // Our own pages, reached by an address from elsewhere. A name would not do: it may be made to point
        // here by whoever owns it.
        address.is_loopback() || super::edge::host_of(request).is_some_and(|it| it == authority)
    }

    /// Whether a request asks what a page may do.
    #[must_use]
    pub fn is_preflight(request: &Parts) -> bool {
        request.method == Method::OPTIONS
            && request.headers.contains_key(header::ORIGIN)
            && request.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// Tells a browser what a page of an origin may do. An answer that says so itself is left alone.
    pub fn add_headers(&self, origin: HeaderValue, request: &Parts, headers: &mut HeaderMap) {
        if self.0.settings.disable_headers || headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            return;
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
        let asked = request.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
        let asked = asked.and_then(|it| it.to_str().ok()).unwrap_or_default();
        put(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, self.allowed_headers(asked));
        put(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, self.exposed_headers(headers));
        if request.headers.get(PRIVATE_NETWORK_ASKED).is_some_and(|it| it == "true") {
            headers.insert(PRIVATE_NETWORK, HeaderValue::from_static("true"));
        }
    }

    /// The list, and what was asked for (metadata of S3's objects is in headers of any name): the origin
    /// is what decides.
    fn allowed_headers(&self, asked: &str) -> String {
        let mut list = self.0.allowed_headers.clone();
        for name in asked.split(',').map(str::trim) {
            let is_listed = self.0.allowed_headers.split(',').any(|it| it.eq_ignore_ascii_case(name));
            if !is_listed && HeaderName::try_from(name).is_ok() {
                list.push(',');
                list.push_str(&name.to_ascii_lowercase());
            }
        }
        list
    }

    fn exposed_headers(&self, headers: &HeaderMap) -> String {
        let extra = self.0.settings.extra_expose_headers.iter().map(|it| it.trim());
        let names = EXPOSED_HEADERS.iter().copied().chain(extra).filter(|it| !it.is_empty());
        let mut list: Vec<&str> = names.collect();
        for name in headers.keys().map(HeaderName::as_str) {
            if name.starts_with("x-amz") && !list.contains(&name) {
                list.push(name);
            }
        }
        list.join(",")
    }
}

impl Default for Cors {
    fn default() -> Self {
        Self::new(CorsSettings::default())
    }
}

impl std::fmt::Debug for Cors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.settings.fmt(f)
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: String) {
    // Settings may have anything in them.
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// Scheme and host of a URL.
fn origin_of(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{authority}")
}

#[cfg(test)]
mod tests;
