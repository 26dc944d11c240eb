//! `x-asf-source`: which backend answered.

use http::{HeaderName, HeaderValue};

use crate::gateway::{Flow, GatewayContext, Handled};
use crate::provider::Source;

/// Says which backend answered: `native`, `extension:<name>`, or `none` where there is none.
pub const SOURCE: HeaderName = HeaderName::from_static("x-asf-source");

/// Says who answered.
///
/// # Errors
/// None.
pub fn add_source_header(ctx: &mut GatewayContext) -> Handled {
    let value = match &ctx.source {
        Some(Source::Native) => HeaderValue::from_static("native"),
        Some(Source::None) => HeaderValue::from_static("none"),
        // A name that no header can have is one that no extension should have.
        Some(Source::Named(name)) => {
            HeaderValue::from_str(name).unwrap_or(HeaderValue::from_static("extension"))
        }
        None => return Ok(Flow::Continue),
    };
    ctx.response.headers_mut().insert(SOURCE, value);
    Ok(Flow::Continue)
}
