//! One line a request: `AWS sqs.SendMessage => 200`.

use asf_schema::Operation;

use crate::codec::text;
use crate::gateway::{Flow, GatewayContext, Handled};
use crate::provider::Source;

/// The target of the events with which requests are logged. Besides their message they have what it says, and
/// more, in fields: for logs in JSON. A log for people leaves the fields out.
pub const REQUEST_TARGET: &str = "asf_runtime::request";

/// Logs what was called and how it went.
///
/// # Errors
/// None.
pub fn log_request(ctx: &mut GatewayContext) -> Handled {
    if !tracing::enabled!(target: REQUEST_TARGET, tracing::Level::INFO) {
        return Ok(Flow::Continue);
    }
    let status = ctx.response.status().as_u16();
    let error = ctx.error.as_ref().map(|error| error.code());
    let code = error.map(|code| format!(" ({code})")).unwrap_or_default();
    let duration_ms = ctx.observed.as_ref().map(|it| it.elapsed().as_micros() as f64 / 1e3);
    let service = ctx.operation.map(|it| it.service().name).or(ctx.service.map(|it| it.name));
    let Some(service) = service else {
        let path = text::shortened(ctx.request.uri.path());
        let method = &ctx.request.method;
        tracing::info!(
            target: REQUEST_TARGET,
            method = method.as_str(),
            path,
            status,
            error,
            request_id = ctx.request_id,
            duration_ms,
            "{method} {path} => {status}{code}"
        );
        return Ok(Flow::Continue);
    };
    let operation = ctx.operation.map(Operation::name);
    tracing::info!(
        target: REQUEST_TARGET,
        service,
        operation,
        status,
        error,
        account = ctx.account_id.as_str(),
        region = ctx.region.as_str(),
        request_id = ctx.request_id,
        source = ctx.source.map(Source::as_str),
        duration_ms,
        "AWS {service}.{} => {status}{code}",
        operation.unwrap_or("?")
    );
    Ok(Flow::Continue)
}
