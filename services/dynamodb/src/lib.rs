//! Amazon DynamoDB and DynamoDB Streams: the domain, the store, and the providers over them.
//!
//! [`models`] says what values, keys and tables are, [`number`] what numbers are, [`wire`] turns wire types
//! into these. [`expression`] reads expressions, [`legacy`] the parameters that came before them, and
//! [`partiql`] statements, all into one tree, which [`evaluate`] applies to items. [`tables`] checks what
//! tables are to become, [`items`] and [`size`] what is to go into them. None of these knows time, storage, or
//! HTTP; every function can be tried alone.
//!
//! [`store`] keeps tables, items and indexes, [`writing`] decides what becomes of items, [`streams`] has their
//! changes, [`expiry`] deletes what is over. `destinations` sends them to Kinesis, [`transfer`] has the files of exports and imports.
//!
//! The words of errors are AWS's; [`error`] says where they are from.

pub mod capacity;
mod destinations;
mod developer;
pub mod error;
pub mod evaluate;
pub mod expiry;
pub mod expression;
pub mod items;
pub mod json;
pub mod legacy;
pub mod limits;
pub mod models;
pub mod number;
pub mod partiql;
mod provider;
pub mod size;
pub mod store;
pub mod streams;
pub mod tables;
pub mod transfer;
mod variables;
pub mod wire;
pub mod writing;

pub use provider::DynamoProvider;
pub use streams::StreamsProvider;
