//! The commands, a module each: its arguments, and `run`.

pub mod completions;
pub mod generate;
pub mod marshal;
pub mod new;
pub mod route;
pub mod services;
pub mod specs;
