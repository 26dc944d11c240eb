//! `asf completion SHELL`.

use super::Outcome;
use super::output::print;

/// Arguments of `completion`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::command_line(), "asf", &mut text);
    Ok(print(&String::from_utf8_lossy(&text))?)
}
