//! Amazon ElastiCache: cache clusters, replication groups and serverless caches, each a server process of its own.
//!
//! [`models`] is what is kept, [`kinds`] which engines there are, `redis` how one is run, [`fleet`] what happens to
//! the servers over time; the provider checks and answers.

mod error;
pub mod fleet;
mod hooks;
pub mod kinds;
pub mod models;
mod names;
mod provider;
mod redis;

pub use provider::ElastiCacheProvider;
