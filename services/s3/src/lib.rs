//! Amazon S3: the domain (buckets, objects, uploads) and the provider over it.
//!
//! [`store`] has the tables and the steps that change several of them, [`models`] what lies in them, [`error`]
//! what can go wrong. `provider` has the operations, a file for each kind; `configuration` what buckets can be
//! configured with.

pub mod checksums;
pub mod conditions;
pub mod configuration;
mod control;
mod directory;
pub mod encryption;
pub mod error;
pub mod events;
pub mod intake;
pub mod listing;
pub mod locks;
pub mod metadata;
pub mod models;
pub mod names;
mod notifications;
pub mod objects;
pub mod post_policy;
mod provider;
pub mod ranges;
mod select;
pub mod store;
pub mod version_id;
mod web;

pub use control::S3ControlProvider;
pub use provider::S3Provider;
