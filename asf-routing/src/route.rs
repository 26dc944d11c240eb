//! Where a request goes, and why it goes nowhere.

use asf_schema::ProtocolKind;

use crate::RouteRequest;

/// Where a request goes.
///
/// Two kinds of requests have another path than their operation has in the model: S3's with the bucket in the
/// host name (`<bucket>.s3.us-east-1.amazonaws.com/key`), and those to an API's connections with the stage
/// in front (`/prod/@connections/..`). [`rewritten`](Self::rewritten) is the URI as the model has it;
/// whoever hands the request on sets it before the request is parsed:
///
/// ```
/// # use asf_routing::{RouteRequest, Router};
/// # fn dispatch(router: &Router, mut parts: http::request::Parts) -> Result<(), Box<dyn std::error::Error>> {
/// let uri = parts.uri.to_string();
/// let request = RouteRequest::new(parts.method.as_str(), &uri, &parts.headers, b"");
/// let route = router.route(&request)?;
/// if let Some(rewritten) = route.rewritten(&request) {
///     parts.uri = rewritten.parse()?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// The signature is of the URI as it was: check it first, or keep that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route<'r> {
    /// botocore's folder name of the service.
    pub service: &'r str,
    /// The operation's name in the spec.
    pub operation: &'r str,
    /// The protocol that the client speaks.
    pub protocol: ProtocolKind,
    /// How many bytes of the host name, from its start, are the bucket; 0 if it is in the path.
    pub(crate) bucket_len: usize,
    /// How many bytes of the path, from its start, are a stage.
    pub(crate) skipped: usize,
}

impl Route<'_> {
    /// The bucket that the host name of the request has in front, as in
    /// `<bucket>.s3.us-east-1.amazonaws.com`. `None` if it is in the path, and at other services.
    #[must_use]
    pub fn bucket<'a>(&self, request: &RouteRequest<'a>) -> Option<&'a str> {
        request.host()?.get(..self.bucket_len).filter(|bucket| !bucket.is_empty())
    }

    /// Path and query as the model has them, where the request has them otherwise; `None` where it has not.
    #[must_use]
    pub fn rewritten(&self, request: &RouteRequest<'_>) -> Option<String> {
        if self.bucket_len == 0 && self.skipped == 0 {
            return None;
        }
        let (path, query, _) = request.split_uri();
        let path = path.get(self.skipped..)?;
        let mut uri = String::new();
        if let Some(bucket) = self.bucket(request) {
            uri = format!("/{bucket}");
        }
        // The bucket itself is `/bucket`, not `/bucket/`: a slash at the end belongs to a key.
        if uri.is_empty() || path != "/" {
            uri.push_str(path);
        }
        if !query.is_empty() {
            uri.push('?');
            uri.push_str(query);
        }
        Some(uri)
    }
}

/// Why a request goes nowhere, as the client is told: in `protocol`, which is the best guess there is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct RouteError {
    /// The service, where that much is known.
    pub service: Option<String>,
    /// The protocol that the client speaks, as far as it can be told.
    pub protocol: ProtocolKind,
    /// `UnknownOperationException`, `InvalidAction`...
    pub code: &'static str,
    /// The text for people.
    pub message: String,
    /// HTTP status.
    pub status: u16,
}
