//! Calls of a server over HTTP: requests passed on as they came, and operations written in their protocol.

use std::sync::OnceLock;

use asf_schema::{Operation, Schema};
use futures_util::future::BoxFuture;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, Uri, header};
use rustls::ClientConfig;

use super::wire::{self, Wire};
use crate::error::ServiceError;
use crate::gateway::edge::InvalidUrl;
use crate::gateway::edge::proxy::{NoAnswer, arriving, headers};
use crate::gateway::handlers::MAX_BODY;
use crate::protocol::{self, Response};
use crate::provider::{Forward, Onward, Source};
use crate::shape::ByteStream;
use crate::{AwsError, RequestContext, Shape};

/// A server that speaks the protocols of AWS's services, at an `http` or `https` URL without a path.
pub struct Remote {
    authority: Authority,
    scheme: &'static str,
    source: Source,
    /// What is trusted, for `https`.
    trust: Option<ClientConfig>,
    /// Made with the first request, because it belongs to the runtime that it runs in.
    client: OnceLock<Wire>,
}

impl Remote {
    /// The server at a URL: `http://localhost:8000`, or `https://example.com` with a certificate that Mozilla
    /// trusts.
    ///
    /// # Errors
    /// When it is no such URL.
    pub fn new(url: &str, source: Source) -> Result<Self, InvalidUrl> {
        Self::trusting(url, source, None)
    }

    /// As [`new`](Self::new), with other root certificates (PEM).
    ///
    /// # Errors
    /// When it is no such URL, or there are no such certificates.
    pub fn trusting(url: &str, source: Source, roots: Option<&[u8]>) -> Result<Self, InvalidUrl> {
        let invalid = |reason: &str| InvalidUrl { url: url.to_owned(), reason: reason.to_owned() };
        let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| invalid(&error.to_string()))?;
        let is_plain_host = |it: &&Authority| !it.host().is_empty() && !it.as_str().contains('@');
        let authority =
            uri.authority().filter(is_plain_host).filter(|_| uri.path() == "/" && uri.query().is_none());
        let (scheme, trust) = match uri.scheme_str() {
            Some("http") => ("http", None),
            Some("https") => ("https", Some(wire::trust(roots).map_err(|why| invalid(&why))?)),
            _ => return Err(invalid("it has to be http://<host>:<port> or https://<host>:<port>")),
        };
        let authority =
            authority.ok_or_else(|| invalid("it has to be http(s)://<host>:<port>, without a path"))?;
        Ok(Self { authority: authority.clone(), scheme, source, trust, client: OnceLock::new() })
    }

    /// The host, with its port if the URL has one.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority.as_str()
    }

    fn client(&self) -> &Wire {
        self.client.get_or_init(|| self.trust.clone().map_or_else(Wire::plain, Wire::tls))
    }

    /// Asks for something that is no operation, and says with which status it was answered.
    ///
    /// # Errors
    /// Status 502 if there is no answer.
    pub async fn post(&self, path: &str) -> Result<http::StatusCode, AwsError> {
        let bad = |error: &dyn std::fmt::Display| {
            AwsError::receiver("BadGateway", format!("{} cannot be reached: {error}", self.source))
                .with_status(502)
        };
        let request = http::Request::post(format!("{}://{}{path}", self.scheme, self.authority))
            .body(ByteStream::Empty);
        let request = request.map_err(|error| bad(&error))?;
        let answered = self.client().request(request).await;
        Ok(answered.map_err(|error| bad(&error))?.status())
    }

    /// Sends a request and gives back the answer as it comes. A request without a signature gets one that
    /// names account, region and service, and is not signed with any secret.
    ///
    /// # Errors
    /// Status 502 if there is no answer, 504 if it is late.
    pub async fn send(&self, onward: Onward) -> Result<Response, AwsError> {
        self.send_as(onward, None).await
    }

    /// As [`send`](Self::send), to a server that is called by another host than its own: URLs in its answers
    /// name that.
    ///
    /// # Errors
    /// As those of [`send`](Self::send).
    pub async fn send_as(&self, onward: Onward, host: Option<HeaderValue>) -> Result<Response, AwsError> {
        let Onward { operation, account_id, region, mut request, .. } = onward;
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let uri = format!("{}://{}{path}", self.scheme, self.authority).parse();
        *request.uri_mut() = uri.map_err(|_| AwsError::serialization("the path is no URI"))?;
        *request.version_mut() = http::Version::HTTP_11;
        headers::drop_those_of_connection(request.headers_mut());
        // A bucket stands in the path from routing on, and not in the host.
        let unwritable = |_| AwsError::internal("the request cannot be passed on");
        let host = match host {
            Some(host) => host,
            None => HeaderValue::from_str(self.authority.as_str()).map_err(unwritable)?,
        };
        request.headers_mut().insert(header::HOST, host);
        if !request.headers().contains_key(header::AUTHORIZATION) {
            let service = &operation.service().metadata;
            let name =
                if service.signing_name.is_empty() { service.endpoint_prefix } else { service.signing_name };
            let plain = format!(
                "AWS4-HMAC-SHA256 Credential={account_id}/20000101/{region}/{name}/aws4_request, \
                 SignedHeaders=host, Signature=none"
            );
            let plain = HeaderValue::try_from(plain).map_err(unwritable)?;
            request.headers_mut().insert(header::AUTHORIZATION, plain);
        }
        let source = self.source;
        let answered = self.client().request(request).await;
        let (mut parts, body) = answered
            .map_err(|error| {
                let bad = |text: String| AwsError::receiver("BadGateway", text).with_status(502);
                match NoAnswer::of(&error) {
                    NoAnswer::Late => {
                        AwsError::receiver("GatewayTimeout", format!("{source} did not answer in time"))
                            .with_status(504)
                    }
                    NoAnswer::Unreachable(why) => bad(format!("{source} cannot be reached: {why}")),
                    NoAnswer::Improper(why) => bad(format!("{source} gave no proper answer: {why}")),
                }
            })?
            .into_parts();
        headers::drop_those_of_connection(&mut parts.headers);
        parts.extensions.clear();
        Ok(Response::from_parts(parts, arriving(body)))
    }
}

impl Forward for Remote {
    fn source(&self) -> Source {
        self.source
    }

    fn has(&self, _: Operation) -> BoxFuture<'_, Result<bool, AwsError>> {
        Box::pin(std::future::ready(Ok(true)))
    }

    fn forward(&self, onward: Onward) -> BoxFuture<'_, Result<Response, AwsError>> {
        Box::pin(self.send(onward))
    }

    fn reset<'a>(&'a self, _: Option<&'a str>) -> BoxFuture<'a, Result<bool, AwsError>> {
        // What is there is not ours.
        Box::pin(std::future::ready(Ok(false)))
    }
}

/// Calls an operation of another server: the input is written in the service's protocol, and the answer is
/// read into `output`. Account and region are those of `ctx`.
///
/// # Errors
/// The other server's error, or why there is no answer.
pub async fn call_over(
    to: &dyn Forward,
    ctx: &RequestContext,
    operation: Operation,
    mut input: Box<dyn Shape>,
    mut output: Box<dyn Shape>,
) -> Result<Box<dyn Shape>, Box<dyn ServiceError>> {
    let kind = operation.service().metadata.protocol();
    let protocol = protocol::of(kind);
    let written = protocol.serialize_request(operation, &mut *input);
    let request = written.map_err(|error| AwsError::serialization(error.to_string()))?;
    let onward =
        Onward { operation, protocol: kind, account_id: ctx.account_id, region: ctx.region.clone(), request };
    let (parts, mut body) = to.forward(onward).await?.into_parts();
    let streams = operation.output().and_then(Schema::streaming).is_some();
    if !streams || protocol.is_error(operation, &parts, &[]) {
        let whole = body.collect(MAX_BODY).await.map_err(AwsError::from)?;
        if protocol.is_error(operation, &parts, &whole) {
            return Err(protocol.parse_error(operation, &parts, &whole).into());
        }
        body = whole.into();
    }
    let read = protocol.parse_response(operation, &parts, body, &mut *output);
    read.map_err(|error| AwsError::internal(error.to_string()))?;
    Ok(output)
}
