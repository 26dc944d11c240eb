//! AWS itself, as the last resort of a chain, for those who ask for it twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use asf_runtime::clock::{Clock as _, SystemClock};
use asf_runtime::gateway::edge::InvalidUrl;
use asf_runtime::gateway::handlers::MAX_BODY;
use asf_runtime::identity::Region;
use asf_runtime::plugin::Settings;
use asf_runtime::protocol::{Request, Response};
use asf_runtime::provider::{Forward, Onward, Source};
use asf_runtime::signature::canonical::{Parts, PathStyle, canonical_request};
use asf_runtime::signature::key::{ALGORITHM, SigningKey, sha256_hex, string_to_sign};
use asf_runtime::signature::{AmzDate, CredentialScope, SecretKey};
use asf_runtime::{AwsError, client::Remote};
use asf_schema::{Operation, ServiceSchema};
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Uri, header};

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const PAYLOAD: HeaderName = HeaderName::from_static("x-amz-content-sha256");
/// S3's word for a body that is not hashed: what TLS carries needs no hash to be whole.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const UNSIGNED_WITH_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
/// What signs in the query string (presigned URLs), and is signed anew in headers.
const OF_SIGNATURE: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
];

/// AWS's own endpoints, called with the credentials of who has started us: `AWS_ACCESS_KEY_ID`,
/// `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. A client's signature is for our host, and cannot be passed on.
pub(crate) struct Aws {
    access_key_id: String,
    secret: SecretKey,
    token: Option<HeaderValue>,
    /// A stand-in for all endpoints.
    endpoint: Option<String>,
    roots: Option<Vec<u8>>,
    remotes: Mutex<BTreeMap<String, Arc<Remote>>>,
}

impl Aws {
    /// With the credentials that the settings name; none if they name none.
    pub(crate) fn new(settings: &Settings, endpoint: Option<String>, roots: Option<Vec<u8>>) -> Option<Self> {
        let set = |name: &str| settings.get(name).filter(|it| !it.is_empty());
        Some(Self {
            access_key_id: set("AWS_ACCESS_KEY_ID")?.to_owned(),
            secret: SecretKey::new(set("AWS_SECRET_ACCESS_KEY")?),
            token: set("AWS_SESSION_TOKEN").and_then(|it| HeaderValue::from_str(it).ok()),
            endpoint,
            roots,
            remotes: Mutex::default(),
        })
    }

    fn remote(&self, url: &str) -> Result<Arc<Remote>, InvalidUrl> {
        let mut remotes = self.remotes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remote) = remotes.get(url) {
            return Ok(remote.clone());
        }
        let remote = Arc::new(Remote::trusting(url, Source::named("aws"), self.roots.as_deref())?);
        remotes.insert(url.to_owned(), remote.clone());
        Ok(remote)
    }

    /// Checks what can be checked before the first call.
    pub(crate) fn check(&self) -> Result<(), InvalidUrl> {
        self.endpoint.as_ref().map_or(Ok(()), |url| self.remote(url).map(|_| ()))
    }

    async fn call(&self, mut onward: Onward) -> Result<Response, AwsError> {
        let service = onward.operation.service();
        let (url, region) = endpoint(service, &onward.region)?;
        let remote = self.remote(self.endpoint.as_ref().unwrap_or(&url));
        let remote = remote.map_err(|error| AwsError::internal(error.to_string()))?;
        let scope = CredentialScope {
            access_key_id: self.access_key_id.clone(),
            day: String::new(),
            region: Some(region),
            service: signing_name(service).to_owned(),
            terminator: "aws4_request".to_owned(),
        };
        self.sign(onward.operation, &mut onward.request, remote.host(), scope).await?;
        remote.send(onward).await
    }

    /// Signs a request, whatever signature it has come with.
    async fn sign(
        &self,
        operation: Operation,
        request: &mut Request,
        host: &str,
        mut scope: CredentialScope,
    ) -> Result<(), AwsError> {
        let unwritable = |_| AwsError::internal("the request cannot be signed for AWS");
        let is_s3 = operation.service().metadata.signature_version.starts_with("s3");
        let payload = payload_of(request, is_s3).await?;
        let uri: Uri = without_signature(request.uri()).parse().map_err(|_| unwritable_path())?;
        *request.uri_mut() = uri;
        let date = AmzDate::new(SystemClock.now());
        scope.day = date.day();
        let headers = request.headers_mut();
        for name in [header::AUTHORIZATION, TOKEN, DATE, header::DATE, header::EXPECT] {
            headers.remove(name);
        }
        headers.insert(header::HOST, HeaderValue::from_str(host).map_err(unwritable)?);
        headers.insert(DATE, HeaderValue::from_str(&date.to_string()).map_err(unwritable)?);
        headers.insert(PAYLOAD, HeaderValue::from_str(&payload).map_err(unwritable)?);
        if let Some(token) = &self.token {
            headers.insert(TOKEN, token.clone());
        }
        let is_signed = |name: &HeaderName| {
            name.as_str().starts_with("x-amz-") || [header::HOST, header::CONTENT_TYPE].contains(name)
        };
        let mut signed: Vec<String> =
            headers.keys().filter(|name| is_signed(name)).map(|name| name.as_str().to_owned()).collect();
        signed.sort_unstable();
        let style = if is_s3 { PathStyle::Once } else { PathStyle::Twice };
        let parts = Parts::new(request.method(), request.uri(), request.headers());
        let canonical = canonical_request(parts, style, &[], &signed, &payload);
        let text = string_to_sign(date, &scope, &canonical);
        let signature = SigningKey::of(&self.secret, &scope).sign(text.as_bytes());
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
            scope.access_key_id,
            signed.join(";")
        );
        let authorization = HeaderValue::try_from(authorization);
        let authorization =
            authorization.map_err(|_| AwsError::internal("the signature cannot be written"))?;
        request.headers_mut().insert(header::AUTHORIZATION, authorization);
        Ok(())
    }
}

fn unwritable_path() -> AwsError {
    AwsError::serialization("the path is no URI")
}

/// What stands for the body in the signature. Bodies of S3 are passed on as they come, others are read.
async fn payload_of(request: &mut Request, is_s3: bool) -> Result<String, AwsError> {
    let claimed = request.headers().get(PAYLOAD).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if claimed == UNSIGNED_WITH_TRAILER {
        return Ok(UNSIGNED_WITH_TRAILER.to_owned());
    }
    if claimed.starts_with("STREAMING-") {
        let message = "a body whose pieces are signed cannot be passed on to AWS: the signatures are for this host. \
                       Call over https, or set payload_signing_enabled to false";
        return Err(AwsError::receiver("NotImplemented", message).with_status(501));
    }
    if is_s3 {
        return Ok(UNSIGNED.to_owned());
    }
    let body = std::mem::take(request.body_mut()).collect(MAX_BODY).await.map_err(AwsError::from)?;
    let hash = sha256_hex(&body);
    *request.body_mut() = body.into();
    Ok(hash)
}

/// Path and query, without what signs a presigned URL.
fn without_signature(uri: &Uri) -> String {
    let kept = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !name.is_empty() && !OF_SIGNATURE.contains(&name)
    });
    let query = kept.collect::<Vec<_>>().join("&");
    if query.is_empty() { uri.path().to_owned() } else { format!("{}?{query}", uri.path()) }
}

fn signing_name(service: &ServiceSchema) -> &'static str {
    let metadata = &service.metadata;
    if metadata.signing_name.is_empty() { metadata.endpoint_prefix } else { metadata.signing_name }
}

/// URL and region to sign for: `<prefix>.<region>.amazonaws.com`, or the one host of a service without regions.
/// Regions beyond the partitions of `amazonaws.com` and China have other names, which are not known here.
fn endpoint(service: &ServiceSchema, region: &Region) -> Result<(String, String), AwsError> {
    if let Some(host) = service.metadata.global_endpoint {
        return Ok((format!("https://{host}"), "us-east-1".to_owned()));
    }
    let name = region.to_string();
    if name.contains("-iso") || name.starts_with("eusc-") {
        let message = format!("the endpoints of the region {name} are not known here");
        return Err(AwsError::receiver("NotImplemented", message).with_status(501));
    }
    let suffix = if name.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    Ok((format!("https://{}.{name}.{suffix}", service.metadata.endpoint_prefix), name))
}

impl Forward for Aws {
    fn source(&self) -> Source {
        Source::named("aws")
    }

    fn has(&self, _: Operation) -> BoxFuture<'_, Result<bool, AwsError>> {
        Box::pin(std::future::ready(Ok(true)))
    }

    fn forward(&self, onward: Onward) -> BoxFuture<'_, Result<Response, AwsError>> {
        Box::pin(self.call(onward))
    }

    fn reset<'a>(&'a self, _: Option<&'a str>) -> BoxFuture<'a, Result<bool, AwsError>> {
        Box::pin(std::future::ready(Ok(false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_signed_a_presigned_url() {
        for (uri, expected) in [
            ("/b/k?versionId=1&X-Amz-Signature=x&X-Amz-Date=y", "/b/k?versionId=1"),
            ("/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256", "/b/k"),
            ("/?acl", "/?acl"),
        ] {
            assert_eq!(without_signature(&uri.parse().unwrap()), expected);
        }
    }
}
