//! An extension of ASF that keeps the mail which is sent through SES, instead of sending it, and shows it: at
//! `/_extension/mailbox/messages`, and with `asf mailbox`.
//!
//! It is the example of `docs/extending.md`, and uses everything that an extension can bring: [`extension`] adds
//! a route, a handler, a provider and a hook, [`hooks`] has further hooks, `patches` a patch, [`command`] is a command, and there is a
//! variable, `MAILBOX_LIMIT`.
//! What the mail is about is in [`mailbox`], and [`provider`] fills it.
//!
//! All of it registers itself; a binary only has to refer to this crate, as `src/main.rs` does.

pub mod command;
pub mod extension;
pub mod hooks;
pub mod mailbox;
mod patches;
pub mod provider;
mod variables;

/// What the paths of this extension start with.
pub const PREFIX: &str = "/_extension/mailbox";
