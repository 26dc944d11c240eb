//! `asf` with the mailbox.

use std::process::ExitCode;

// What nothing refers to is not linked, and registers nothing.
use asf_ext_mailbox as _;

fn main() -> ExitCode {
    asf_emulator::cli::main()
}
