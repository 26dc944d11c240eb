//! The binary `asf`, as users run it.

mod background;
mod commands;
mod configuration;
mod docker;
mod foreground;
mod place;
