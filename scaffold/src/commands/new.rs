//! `scaffold new provider <service>`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::cli::Global;
use crate::new;
use crate::output::{print, print_json};

/// Arguments of `new`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A provider crate, with one operation as an example and a test
    Provider {
        /// botocore's name of the service, as `scaffold specs list` shows it
        service: String,
        /// The operation to start with; by default one that reads and needs no input
        #[arg(long, value_name = "NAME")]
        operation: Option<String>,
        /// The directory of the crate; by default `services/<service>` of the workspace
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
}

/// Runs the command.
///
/// # Errors
/// When a name is not known (the nearest is named), the crate exists, or a file cannot be written.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let source = global.spec_source()?;
    match &args.what {
        What::Provider { service, operation, output } => {
            let made = new::provider(&source, service, operation.as_deref(), output.as_deref())?;
            if global.json {
                let files = made.files;
                print_json(&json!({"package": made.package, "operation": made.operation, "files": files}))?;
                return Ok(ExitCode::SUCCESS);
            }
            for file in &made.files {
                print(&format!("{file}\n"))?;
            }
            global.output().remark(format!(
                "{} answers {}; try `cargo test -p {}`",
                made.package, made.operation, made.package
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}
