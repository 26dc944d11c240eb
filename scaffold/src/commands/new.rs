//! `scaffold new provider <service> | extension <name>`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::cli::Global;
use crate::new::{self, NewCrate};
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
    /// A crate with a route beside AWS's API, a handler, a hook, and tests, and a binary with it in it
    Extension {
        /// Its name: small letters, digits and hyphens
        name: String,
        /// Also a provider of this service
        #[arg(long, value_name = "SERVICE")]
        service: Option<String>,
        /// The operation that the provider answers; by default one that reads and needs no input
        #[arg(long, value_name = "NAME", requires = "service")]
        operation: Option<String>,
        /// The directory of the crate; by default `extensions/<name>` of the workspace
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
    let made = match &args.what {
        What::Provider { service, operation, output } => {
            new::provider(&source, service, operation.as_deref(), output.as_deref())?
        }
        What::Extension { name, service, operation, output } => {
            new::extension(&source, name, service.as_deref(), operation.as_deref(), output.as_deref())?
        }
    };
    report(&made, global)?;
    Ok(ExitCode::SUCCESS)
}

fn report(made: &NewCrate, global: &Global) -> anyhow::Result<()> {
    if global.json {
        print_json(&json!({"package": made.package, "answers": made.answers, "files": made.files}))?;
        return Ok(());
    }
    for file in &made.files {
        print(&format!("{file}\n"))?;
    }
    global
        .output()
        .remark(format!("{} answers {}; try `cargo test -p {}`", made.package, made.answers, made.package));
    Ok(())
}
