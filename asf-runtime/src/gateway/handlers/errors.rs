//! Errors, written in the client's protocol.

use asf_schema::{Metadata, ServiceSchema};
use http::header;

use crate::gateway::{Flow, GatewayContext, Handled};
use crate::protocol::{self, Exchange};

/// Stands for the service of a request that names none.
static NO_SERVICE: ServiceSchema = ServiceSchema {
    name: "aws",
    metadata: Metadata::EMPTY,
    operations: &[],
    shapes: &[],
    members: &[],
    lookup: &[],
};

/// Writes the error that the chain ended with.
///
/// # Errors
/// None.
pub fn serialize_error(ctx: &mut GatewayContext) -> Handled {
    if let Some(error) = &ctx.error {
        let exchange = Exchange { headers: &ctx.request.headers, request_id: &ctx.request_id };
        let service = ctx.service.unwrap_or(&NO_SERVICE);
        let protocol = protocol::of(ctx.protocol);
        ctx.response = protocol.serialize_error(service, ctx.operation, &**error, exchange);
        if let Some(seconds) = error.retry_after() {
            ctx.response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
    }
    Ok(Flow::Continue)
}
