//! The binary `asf`, as users 
mod background;
mod commands;
mod configuration;
mod docker;
mod foreground;
mod place;
