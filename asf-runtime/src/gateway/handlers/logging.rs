//! One line a request: `AWS sqs.SendMessage => 200`.

use crate::codec::text;
use crate::gateway::{Flow, GatewayContext, Handled};

/// Logs what was called and how it went.
///
/// # Errors
/// None.
pub fn log_request(ctx: &mut GatewayContext) -> Handled {
    let status = ctx.response.status().as_u16();
    let code = ctx.error.as_ref().map(|error| format!(" ({})", error.code())).unwrap_or_default();
    match (ctx.operation, ctx.service) {
        (Some(operation), _) => {
            tracing::info!("AWS {}.{} => {status}{code}", operation.service().name, operation.name());
        }
        (None, Some(service)) => tracing::info!("AWS {}.? => {status}{code}", service.name),
        (None, None) => {
            let path = text::shortened(ctx.request.uri.path());
            tracing::info!("{} {path} => {status}{code}", ctx.request.method);
        }
    }
    Ok(Flow::Continue)
}
