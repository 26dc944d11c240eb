//! `x-localstack`: by which clients know that this is no AWS.

use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue};

use crate::gateway::{GatewayContext, GatewayHandler, Handled, go_on};

/// The header's name. Its value is a version.
pub const LOCALSTACK: HeaderName = HeaderName::from_static("x-localstack");

/// Says on every answer which version this is (LocalStack: "internal endpoints", `x-localstack`).
#[derive(Debug)]
pub struct AddVersionHeader {
    version: HeaderValue,
}

impl AddVersionHeader {
    /// With this version.
    #[must_use]
    pub fn new(version: HeaderValue) -> Self {
        Self { version }
    }
}

impl GatewayHandler for AddVersionHeader {
    fn name(&self) -> &str {
        "x-localstack"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        ctx.response.headers_mut().insert(LOCALSTACK, self.version.clone());
        go_on()
    }
}
