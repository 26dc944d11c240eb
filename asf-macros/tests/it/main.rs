//! Providers made by `#[provider]`, called as the gateway calls them, and hooks made by `#[hook]`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod calling;
mod expand;
mod forms;
mod guide;
mod hooks;
mod misuse;
mod patches;
mod plain;
mod raw;
