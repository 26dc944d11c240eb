//! Tests that cross crates, in one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod clients;
mod conformance;
mod corpus;
mod proxies;
mod signatures;
