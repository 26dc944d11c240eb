//! Routes beside AWS's API, added and removed while requests run: `/_asf/clock`, the URL of a function,
//! the website of a bucket, a proxy to another server.
//!
//! ```
//! use asf_runtime::gateway::edge::{self, EdgeRequest, EdgeRouter, Rule, respond};
//! use http::{Method, StatusCode};
//!
//! # fn main() -> Result<(), edge::RuleError> {
//! let router = EdgeRouter::new();
//! let id = router.add(
//!     Rule::new("/_asf/greetings/{name}").methods([Method::GET]),
//!     edge::endpoint(|request: EdgeRequest| async move {
//!         let name = request.params.get("name").unwrap_or_default();
//!         respond::text(StatusCode::OK, format!("Hello {name}"))
//!     }),
//! )?;
//! router.add(Rule::new("/{*rest}").host("{api}.execute-api.{domain}"), edge::redirect("https://example.com"))?;
//! assert!(router.remove(id));
//! # Ok(())
//! # }
//! ```

mod developer;
mod document;
mod endpoint;
mod fixed;
mod host;
mod params;
mod path;
pub(crate) mod proxy;
pub mod respond;
mod router;
mod rule;
mod table;
mod yaml;

pub use developer::add_developer_endpoints;
pub use document::DocumentError;
pub use endpoint::{EdgeRequest, Endpoint, MAX_BODY, endpoint};
pub use fixed::{fixed, redirect};
pub use host::host_of;
pub use params::Params;
pub use proxy::{InvalidUrl, Proxy, UnixError, proxy, send_over_unix};
pub use router::EdgeRouter;
pub use rule::{RouteId, Rule, RuleError};
pub use table::Found;

#[cfg(test)]
mod tests;
