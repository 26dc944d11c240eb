//! Amazon S3: the domain (buckets, objects, uploads) and the provider over it.
//!
//! [`store`] has the tables and the steps that change several of them, [`models`] what lies in them, [`error`]
//! what can go wrong. `provider` has the operations, a file for each kind; `configuration` what buckets can be
//! configured with.

pub mod configuration;
pub mod error;
pub mod events;
pub mod models;
pub mod names;
mod notifications;
mod provider;
pub mod store;

pub use provider::S3Provider;
