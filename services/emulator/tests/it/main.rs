//! The binary `asf`, as users run it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod background;
mod branches;
mod commands;
mod configuration;
mod control;
#[cfg(unix)]
mod docker;
mod dynamodb;
mod elsewhere;
#[cfg(unix)]
mod engines;
#[cfg(unix)]
mod extensions;
mod foreground;
mod listening;
#[cfg(unix)]
mod lpm;
#[cfg(unix)]
mod moto;
mod objects;
mod persistence;
mod place;
mod server;
mod state;
