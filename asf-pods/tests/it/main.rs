//! States become files, and files states.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod figures;
mod hostile;
mod merging;
mod moments;
mod round;
mod store;
mod versions;
