//! `x-asf-source`: which backend answered.

use http::{HeaderName, HeaderValue};

use crate::gateway::{Flow, GatewayContext, Handled};
use crate::provider::Source;

/// Says which backend answered: `native`, `extension:<name>`, `fault` for an error that a rule asked for, or
/// `none` where there is none.
pub const SOURCE: HeaderName = HeaderName::from_static("x-asf-source");

/// Says who answered.
///
/// # Errors
/// None.
pub fn add_source_header(ctx: &mut GatewayContext) -> Handled {
    let Some(source) = ctx.source else { return Ok(Flow::Continue) };
    let value = match source {
        Source::Native => HeaderValue::from_static("native"),
        // A name that no header can have is one that no extension should have.
        _ => HeaderValue::from_str(source.as_str()).unwrap_or(HeaderValue::from_static("extension")),
    };
    ctx.response.headers_mut().insert(SOURCE, value);
    Ok(Flow::Continue)
}
