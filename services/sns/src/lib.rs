//! Amazon SNS: the domain (topics, subscriptions, messages and where they go) and the provider over it.
//!
//! The domain knows neither wire types nor the protocol: [`tables`] has what is kept, the other modules one concept
//! each. Time and ids are arguments. What waits and what does I/O is [`delivery`] alone.

mod arns;
mod data_protection;
pub mod delivery;
pub mod delivery_policy;
mod developer;
mod endpoints;
mod error;
mod fifo;
mod filter;
pub mod inspection;
pub mod message;
pub mod message_attributes;
pub mod notification;
mod pages;
mod permissions;
mod platforms;
mod provider;
pub mod signing;
mod sms;
mod subscription_attributes;
mod subscriptions;
pub mod tables;
mod tags;
mod topic_attributes;
mod topics;

pub use error::{ErrorKind, Fault};
pub use provider::SnsProvider;
