//! The binary `scaffold`; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    scaffold::cli::main()
}
