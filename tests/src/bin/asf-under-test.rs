//! `asf`, for tests of this crate that start and kill it: a package's tests find its own programs only.

use std::process::ExitCode;

fn main() -> ExitCode {
    asf_emulator::cli::main()
}
