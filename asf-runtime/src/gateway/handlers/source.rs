//! `x-asf-source`: which backend answered.

use http::{HeaderName, HeaderValue};

use crate::gateway::{Flow, GatewayContext, Handled};

/// Says which backend answered: `native`, `fault` for an error that a rule asked for, or `none` where there is
/// none.
pub const SOURCE: HeaderName = HeaderName::from_static("x-asf-source");

/// Says who answered.
///
/// # Errors
/// None.
pub fn add_source_header(ctx: &mut GatewayContext) -> Handled {
    if let Some(source) = ctx.source {
        ctx.response.headers_mut().insert(SOURCE, HeaderValue::from_static(source));
    }
    Ok(Flow::Continue)
}
