//! Branches of the running state: copies that take memory as they come to differ, each with an emulator of its
//! own, for a test that wants a state to itself and throws it away.
//!
//! A branch has everything that the emulator has which it was made from (providers, clock, faults, counters,
//! endpoints), made anew over a [branch](asf_store::State::branch) of the state. It is reached at a port of its own, or through
//! the main port: by the header `x-asf-branch`, or by calls from certain accounts. Nothing of it is kept on disk but
//! new large content, in a temporary folder.

mod branch;
mod endpoints;
mod names;
mod registry;

use asf_runtime::protocol::Response;
use asf_runtime::shape::ByteStream;
use http::{HeaderName, HeaderValue, StatusCode, header};

pub use branch::Branch;
pub(crate) use branch::Origin;
pub(crate) use endpoints::add_routes;
pub use names::{AccountRange, AccountRangeError, BranchName, BranchNameError};
pub(crate) use registry::WeakBranches;
pub use registry::{Branches, Wishes};

use crate::{BindError, GatewayError};

/// The header of a request to the main port that says which branch it is for.
pub const BRANCH: HeaderName = HeaderName::from_static("x-asf-branch");

/// Why there is no branch.
#[derive(Debug, thiserror::Error)]
pub enum BranchError {
    /// There is one of this name.
    #[error("there is a branch {0} already")]
    NameTaken(BranchName),
    /// Another has some of its accounts.
    #[error("the branch {0} has the accounts {1}")]
    AccountsTaken(BranchName, AccountRange),
    /// There is none of this name.
    #[error("there is no branch {0}")]
    Missing(String),
    /// The name is none.
    #[error(transparent)]
    Name(#[from] BranchNameError),
    /// Its port cannot be had.
    #[error(transparent)]
    Port(#[from] BindError),
    /// Its emulator cannot be made.
    #[error(transparent)]
    Emulator(GatewayError),
    /// It was asked for within a step on the tables.
    #[error("a branch cannot be made within a step")]
    Inside,
    /// It panicked.
    #[error("the branch was not made: {0}")]
    Failed(String),
}

/// What a request gets that is for a branch which is not there. Clients of AWS and people can read it.
fn refusal(name: &str) -> Response {
    let message = format!("there is no branch {name:?}");
    let body = serde_json::json!({ "__type": "NoSuchBranch", "message": message, "error": message });
    let mut response = Response::new(ByteStream::from(body.to_string()));
    *response.status_mut() = StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-amzn-errortype", HeaderValue::from_static("NoSuchBranch"));
    response
}
