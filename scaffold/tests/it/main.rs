//! `scaffold` from outside: the library over directories made here, and the binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command;
mod fake;
mod features;
mod generate;
mod generated;
mod specs;
mod workspace;
