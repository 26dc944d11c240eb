//! `asf completion SHELL`.

use clap::CommandFactory as _;

use super::output::print;
use super::{Cli, Outcome};

/// Arguments of `completion`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "asf", &mut text);
    Ok(print(&String::from_utf8_lossy(&text))?)
}
