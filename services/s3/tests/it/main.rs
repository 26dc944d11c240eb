//! The provider under a clock that the test moves. What clients see of it is tested with them, in `tests/`. Facts of
//! AWS's are cited by the recording that has them, `file::scenario`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod content;
mod listing;
mod locks;
mod together;
mod versions;
mod world;

use world::{World, code};
