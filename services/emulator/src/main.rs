//! The binary `asf`; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    asf_emulator::cli::main()
}
