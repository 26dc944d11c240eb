//! The handlers of the AWS chain, a file each.

mod caller;
mod developer;
mod errors;
mod logging;
mod route;
mod service_request;
mod source;

pub use caller::identify_caller;
pub use developer::DeveloperEndpoints;
pub use errors::serialize_error;
pub use logging::log_request;
pub use route::{RouteRequests, SentUri};
pub use service_request::{MAX_BODY, ServiceRequests};
pub use source::{SOURCE, add_source_header};
