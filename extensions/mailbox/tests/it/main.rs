//! The mailbox: in a gateway within the process, and in a binary of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

#[cfg(unix)]
mod binary;
mod gateway;
mod guide;
