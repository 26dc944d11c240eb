//! `scaffold`: keeps the specs, and generates crates from them.
//!
//! [`cli`] is the command line, [`commands`] has a module for each command, [`specs`] reads and
//! writes the directory `specs/`, [`generate`] makes crates of them, [`marshal`] runs the runtime's protocols
//! over lines of JSON.

pub mod cli;
pub mod commands;
pub mod generate;
pub mod json_lines;
pub mod marshal;
pub mod new;
pub mod output;
pub mod services;
pub mod specs;
pub mod suggest;
