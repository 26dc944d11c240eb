//! Websites of buckets: objects, index documents, redirects, error documents
//! (test_s3::TestS3StaticWebsiteHosting; S3 user guide, "Hosting a static website").

use std::sync::Arc;

use asf_api_s3::operations::GetObject;
use asf_api_s3::{GetObjectOutput, GetObjectRequest, S3Api as _, S3Client, S3Error, WebsiteConfiguration};
use asf_runtime::client::InProcess;
use asf_runtime::error::ServiceError as _;
use asf_runtime::gateway::cors::Cors;
use asf_runtime::gateway::edge::{EdgeRequest, host_of, respond};
use asf_runtime::identity::Partition;
use asf_runtime::protocol::{self, Exchange, Response};
use asf_runtime::provider::{Providers, TypedOperation as _};
use asf_runtime::schema::{ProtocolKind, TimestampFormat};
use asf_runtime::{RequestContext, Timestamp};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::html::{Wrong, page};
use super::{cors, with_native};
use crate::configuration::Kept;
use crate::configuration::website::{self, SentOn};
use crate::models::{Bucket, BucketKey};

/// What is escaped in the key of a redirect.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%').add(b'<').add(b'>').add(b'?').add(b'#');

/// Answers a request to a website.
pub(super) async fn answer(providers: &Arc<Providers>, request: EdgeRequest) -> Response {
    let EdgeRequest { request, params, environment, .. } = request;
    let (head, _) = request.into_parts();
    let name = params.get("bucket").unwrap_or_default().to_owned();
    let request_id = environment.ids.uuid();
    let cors = cors::configuration_of(providers, &name);
    if let (Some(cors), true) = (&cors, Cors::is_preflight(&head)) {
        return cors::answer(cors, true, &head, &request_id);
    }
    let mut ctx = RequestContext::new(GetObject::operation(), environment);
    ctx.request_id.clone_from(&request_id);
    ctx.providers = providers.clone();
    let mut response = match find(providers, &name) {
        Ok((bucket, site)) => {
            ctx.account_id = bucket.owner;
            ctx.region = bucket.region.clone();
            Visit { ctx: &ctx, bucket: &bucket, site: &site, head: &head }.answer().await
        }
        Err(wrong) => page(&wrong, None, &request_id),
    };
    if let Some(headers) = cors.and_then(|cors| cors::headers_for(&cors, &head)) {
        response.headers_mut().extend(headers);
    }
    response
}

fn find(providers: &Providers, name: &str) -> Result<(Arc<Bucket>, WebsiteConfiguration), Wrong> {
    let about = || ("BucketName", name.to_owned());
    let key = BucketKey::new(Partition::of_region("us-east-1"), name);
    let found = with_native(providers, |provider| {
        let bucket = provider.store().tables.buckets.get(&key)?;
        let site = provider.configurations(&bucket).website.as_ref().map(Kept::to_owned);
        Some((bucket, site))
    });
    let (bucket, site) = found
        .flatten()
        .ok_or_else(|| Wrong::not_found("NoSuchBucket", "The specified bucket does not exist", about()))?;
    let site = site.ok_or_else(|| {
        Wrong::not_found(
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration",
            about(),
        )
    })?;
    Ok((bucket, site))
}

/// One request to a website that there is.
struct Visit<'a> {
    ctx: &'a RequestContext,
    bucket: &'a Bucket,
    site: &'a WebsiteConfiguration,
    head: &'a Parts,
}

impl Visit<'_> {
    async fn answer(&self) -> Response {
        if self.head.method != Method::GET && self.head.method != Method::HEAD {
            let wrong = Wrong {
                status: StatusCode::METHOD_NOT_ALLOWED,
                code: "MethodNotAllowed".to_owned(),
                message: "The specified method is not allowed against this resource.".to_owned(),
                about: ("Method", self.head.method.to_string()),
            };
            return page(&wrong, None, &self.ctx.request_id);
        }
        let path = self.head.uri.path();
        let path = path.strip_prefix('/').unwrap_or(path);
        let key = percent_decode_str(path).decode_utf8_lossy().into_owned();
        if let Some(to) = &self.site.redirect_all_requests_to {
            return self.send_on(&website::redirect_all(to, &key));
        }
        if let Some(to) = website::route(self.site, &key, None) {
            return self.send_on(&to);
        }
        let shown = website::shown_key(self.site, &key);
        match self.get(&shown, true).await {
            Ok(output) => {
                let status = output.status_code.and_then(|it| u16::try_from(it).ok());
                let status = status.and_then(|it| StatusCode::from_u16(it).ok());
                self.show(output, status.unwrap_or(StatusCode::OK))
            }
            Err(error) if error.status() == 304 => {
                with_headers(respond::empty(StatusCode::NOT_MODIFIED), &error)
            }
            Err(error) => self.fail(&key, shown, &error).await,
        }
    }

    /// An object: as the request's conditions and range have it, if it is the one that was asked for.
    async fn get(&self, key: &str, is_asked_for: bool) -> Result<GetObjectOutput, S3Error> {
        let header = |name| {
            let value: Option<&HeaderValue> = self.head.headers.get(name).filter(|_| is_asked_for);
            value.and_then(|it| it.to_str().ok())
        };
        let text = |name| header(name).map(str::to_owned);
        let time = |name| Timestamp::parse(header(name)?, TimestampFormat::HttpDate).ok();
        let input = GetObjectRequest {
            bucket: Some(self.bucket.name.to_string()),
            key: Some(key.to_owned()),
            range: text(header::RANGE),
            if_match: text(header::IF_MATCH),
            if_none_match: text(header::IF_NONE_MATCH),
            if_modified_since: time(header::IF_MODIFIED_SINCE),
            if_unmodified_since: time(header::IF_UNMODIFIED_SINCE),
            ..Default::default()
        };
        S3Client::new(InProcess::new(self.ctx.providers.clone())).get_object(self.ctx, input).await
    }

    /// An object, as `GetObject` answers it, or what it leads to.
    fn show(&self, mut output: GetObjectOutput, status: StatusCode) -> Response {
        if let Some(location) = output.website_redirect_location.take() {
            return redirect(StatusCode::MOVED_PERMANENTLY, &location);
        }
        let exchange = Exchange { headers: &self.head.headers, request_id: &self.ctx.request_id };
        let operation = GetObject::operation();
        let written =
            protocol::of(ProtocolKind::RestXml).serialize_response(operation, &mut output, exchange);
        match written {
            Ok(mut response) => {
                *response.status_mut() = status;
                response
            }
            Err(error) => respond::text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }

    /// There is nothing to show: a folder's index, a rule for the error, the error document, or a page that says so.
    async fn fail(&self, key: &str, shown: String, error: &S3Error) -> Response {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::NOT_FOUND);
        if status == StatusCode::NOT_FOUND && !key.is_empty() && !key.ends_with('/') {
            let index = website::shown_key(self.site, &format!("{key}/"));
            if self.get(&index, false).await.is_ok() {
                return redirect(StatusCode::FOUND, &format!("/{}/", utf8_percent_encode(key, ESCAPED)));
            }
        }
        if let Some(to) = website::route(self.site, key, Some(status.as_u16())) {
            return self.send_on(&to);
        }
        let wrong = |key: String, error: &S3Error| Wrong {
            status,
            code: error.code().to_owned(),
            message: error.message().unwrap_or_default().to_owned(),
            about: ("Key", key),
        };
        let document = self.site.error_document.as_ref().and_then(|it| it.key.as_deref());
        let Some(document) = document else {
            return with_headers(page(&wrong(shown, error), None, &self.ctx.request_id), error);
        };
        match self.get(document, false).await {
            Ok(output) => with_headers(self.show(output, status), error),
            Err(second) => {
                let second = wrong(document.to_owned(), &second);
                page(&wrong(shown, error), Some(&second), &self.ctx.request_id)
            }
        }
    }

    fn send_on(&self, to: &SentOn) -> Response {
        let is_https = self.head.uri.scheme_str() == Some("https");
        let protocol = to.protocol.as_deref().unwrap_or(if is_https { "https" } else { "http" });
        let host = to.host.as_deref().or_else(|| host_of(self.head)).unwrap_or_default();
        let key = utf8_percent_encode(&to.key, ESCAPED);
        let query = self.head.uri.query().map(|it| format!("?{it}")).unwrap_or_default();
        let status = StatusCode::from_u16(to.code).unwrap_or(StatusCode::MOVED_PERMANENTLY);
        redirect(status, &format!("{protocol}://{host}/{key}{query}"))
    }
}

/// An answer with what an error says in headers: the length of an object of which a range was asked that is not there.
fn with_headers(mut response: Response, error: &S3Error) -> Response {
    for detail in error.details().iter().filter(|detail| detail.is_header) {
        let name = HeaderName::try_from(detail.name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(&detail.text)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn redirect(status: StatusCode, location: &str) -> Response {
    let mut response = respond::empty(status);
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
