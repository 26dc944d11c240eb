//! The route table of all services.

use asf_routing::Router;

/// The router over all services. Its table is part of the binary and is used where it stands: nothing is
/// parsed or allocated when it is first used, or ever.
///
/// ```
/// use asf_routing::RouteRequest;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("x-amz-target", "AmazonSQS.SendMessage".parse()?);
/// let route = asf_specs::router().route(&RouteRequest::new("POST", "/", &headers, b""))?;
/// assert_eq!((route.service, route.operation), ("sqs", "SendMessage"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn router() -> &'static Router {
    &ROUTER
}

static ROUTER: Router = Router::embedded(
    include_bytes!(concat!(env!("OUT_DIR"), "/routes.bin")),
    include_str!(concat!(env!("OUT_DIR"), "/routes.txt")),
);
