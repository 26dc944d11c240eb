//! Real programs: Python, by the module of the example.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod answers;
mod crashes;
mod ends;
mod hosted;
mod program;
