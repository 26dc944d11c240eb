//! The handlers of the AWS chain, a file each.

mod caller;
mod cors;
mod edge;
mod errors;
mod logging;
mod route;
mod service_request;
mod signature;
mod source;
mod version;

pub use caller::{check_region, identify_caller};
pub use cors::{AddCorsHeaders, EnforceCors, answer_options};
pub use edge::EdgeRoutes;
pub use errors::serialize_error;
pub use logging::{REQUEST_TARGET, log_request};
pub use route::{RouteRequests, SentUri};
pub use service_request::{MAX_BODY, ServiceRequests};
pub(crate) use signature::{JudgeSignatures, KeepSentRequest};
pub use source::{SOURCE, add_source_header};
pub use version::{AddVersionHeader, LOCALSTACK};
