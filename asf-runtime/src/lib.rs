//! The runtime of ASF: what generated code and providers stand on.
//!
//! - [`shape`]: the object-safe view of a value that every protocol reads and writes, and [`Value`],
//!   the same view over a document whose schema is only known at run time;
//! - [`protocol`]: AWS's wire protocols, both directions, server and client;
//! - [`body`]: what clients put around bodies, and [`eventstream`]: events in them;
//! - [`provider`]: operations bound to functions, [`plugin`]: how they are found;
//! - [`patch`]: functions around an operation, whoever answers it;
//! - [`hook`]: functions that run at moments of a process, [`extension`]: what is added to it while it runs;
//! - [`context`]: what a handler knows of the call it answers, time and ids included, and [`ending`]: that its server
//!   is about to end;
//! - [`config`]: the variables that steer a process;
//! - [`gateway`]: from a raw request to a raw response, through a chain of handlers;
//! - [`public_url`]: what URLs in answers name;
//! - [`store`]: where providers keep what they know;
//! - [`identity`]: accounts, regions, partitions, ARNs, and [`access_key`]: the ids that carry an account;
//! - [`signature`]: what proves who calls;
//! - [`validation`]: constraints of the model, in each service's wording;
//! - [`error`]: errors that a client gets to see;
//! - [`generated`]: what the crates that `scaffold` writes are made of.

pub mod access_key;
pub mod body;
pub mod client;
pub mod clock;
pub mod codec;
pub mod config;
pub mod context;
pub mod ending;
pub mod error;
pub mod eventstream;
pub mod extension;
pub mod gateway;
pub mod generated;
pub mod hook;
pub mod ids;
pub mod observe;
pub mod patch;
pub mod plugin;
pub mod protocol;
pub mod provider;
pub mod public_url;
pub mod recording;
pub mod shape;
pub mod signature;
pub mod validation;
pub mod value;

/// The tables that describe services.
pub use asf_schema as schema;
/// Where providers keep what they know: stores, tables, durability.
pub use asf_store as store;
pub use asf_types::{Timestamp, TimestampError, identity};
pub use bytes::Bytes;
pub use context::RequestContext;
pub use error::AwsError;
/// For what macros write.
#[doc(hidden)]
pub use linkme;
pub use shape::{Shape, Structure};
pub use value::Value;

/// A map of a service's shape: string keys, in the order in which they came.
pub type Map<V> = indexmap::IndexMap<String, V>;

/// Any JSON value, for documents and members with the `jsonvalue` trait.
pub type Document = serde_json::Value;
