//! Stores as a provider uses them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod blobs;
mod isolation;
mod model;
mod moments;
