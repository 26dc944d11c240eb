//! Amazon RDS: database instances, each a server process of its own with its own data, and snapshots of them.
//!
//! [`models`] is what is kept, [`kinds`] which engines there are, `engine` how each is run, [`fleet`] what happens to
//! instances over time; the provider checks and answers.

mod engine;
mod error;
pub mod fleet;
mod hooks;
pub mod kinds;
pub mod models;
mod names;
mod pages;
mod provider;

pub use provider::RdsProvider;
