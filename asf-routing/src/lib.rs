//! From the raw request to service and operation.
//!
//! A [`Router`] knows a set of services: all of them, in a table that the build script of `asf-specs`
//! makes, or a single one, made from its schema at run time. It looks at nothing but the request: what
//! it is signed for, `X-Amz-Target`, `Smithy-Protocol` and the rpc path, `Action` and `Version`, the host,
//! method and path.

mod candidates;
mod error;
mod host;
mod look;
mod request;
mod route;
mod router;
mod siblings;
mod signature;
mod table;
mod trie;

pub use request::RouteRequest;
pub use route::{Route, RouteError};
pub use router::Router;
pub use table::build::{TableBuilder, TableError};
