//! Amazon SQS: the domain (queues and what happens in them) and the provider over it.
//!
//! The domain knows neither wire types nor HTTP: [`store`] has the queues, [`tables`] what is kept of them, [`models`] what a queue is, the
//! other modules one concept each. Every function takes the time as an argument, so that a test owns it;
//! only [`receive`] and the move tasks wait, by the clock they are given.

pub mod attempts;
pub mod attributes;
pub mod batches;
mod developer;
pub mod error;
pub mod fifo;
pub mod inspection;
pub mod md5;
pub mod message_attributes;
pub mod models;
pub mod move_tasks;
pub mod names;
pub mod permissions;
mod provider;
pub mod queues;
pub mod receipt;
pub mod receive;
pub mod redrive;
pub mod send;
pub mod store;
pub mod tables;
pub mod urls;
mod variables;
pub mod visibility;

pub use provider::SqsProvider;
