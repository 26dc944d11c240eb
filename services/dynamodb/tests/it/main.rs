//! The domain of DynamoDB from outside: tables of cases, and properties over generated input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod concurrency;
mod conditions;
mod destinations;
mod global_tables;
mod items;
mod key_conditions;
mod keys;
mod legacy;
mod notation;
mod numbers;
mod partiql;
mod projections;
mod properties;
mod provider;
mod syntax;
mod tables;
mod transfers;
mod updates;
mod values;
