//! Amazon DynamoDB: its domain, without storage and without a provider yet.
//!
//! [`models`] says what values, keys and tables are, [`number`] what numbers are, [`wire`] turns wire types
//! into these. [`expression`] reads expressions, [`legacy`] the parameters that came before them, and
//! [`partiql`] statements, all into one tree, which [`evaluate`] applies to items. [`tables`] checks what
//! tables are to become, [`items`] and [`size`] what is to go into them. Nothing here knows time, storage, or
//! HTTP; every function can be tried alone.
//!
//! The words of errors are AWS's; [`error`] says where they are from.

pub mod error;
pub mod evaluate;
pub mod expression;
pub mod items;
pub mod legacy;
pub mod limits;
pub mod models;
pub mod number;
pub mod partiql;
pub mod size;
pub mod tables;
pub mod wire;
