//! The command line: global flags, and one line for each command.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{completions, generate, marshal, new, route, services, specs};
use crate::output::Output;
use crate::specs::SpecSource;

/// Keeps the AWS service specs, and generates crates from them.
#[derive(Debug, Parser)]
#[command(name = "scaffold", version)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Global {
    /// Print results only: no progress, no remarks
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// The directory of the specs; by default that of the workspace around the current directory, else
    /// the copy inside this program
    #[arg(long, global = true, value_name = "DIR")]
    pub specs: Option<PathBuf>,
}

impl Global {
    /// Where the specs are read.
    ///
    /// # Errors
    /// When `--specs` names no directory of specs.
    pub fn spec_source(&self) -> anyhow::Result<SpecSource> {
        SpecSource::find(self.specs.as_deref())
    }

    /// How results are printed.
    #[must_use]
    pub fn output(&self) -> Output {
        Output { json: self.json, quiet: self.quiet }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List, show, verify and update the specs
    Specs(specs::Args),
    /// Table of services: protocols, operations, and what is native
    Services(services::Args),
    /// Generate crates: types, operations, client and schema of services
    Generate(generate::Args),
    /// Parse requests and serialise responses and errors of any operation, as lines of JSON
    Marshal(marshal::Args),
    /// Find service and operation of requests, as lines of JSON
    Route(route::Args),
    /// Write a new crate from a template
    New(new::Args),
    /// Print completions for a shell
    Completions(completions::Args),
}

impl Command {
    fn run(&self, global: &Global) -> anyhow::Result<ExitCode> {
        match self {
            Self::Specs(args) => specs::run(args, global),
            Self::Services(args) => services::run(args, global),
            Self::Generate(args) => generate::run(args, global),
            Self::Marshal(args) => marshal::run(args, global),
            Self::Route(args) => route::run(args),
            Self::New(args) => new::run(args, global),
            Self::Completions(args) => completions::run(args),
        }
    }
}

/// Parses the arguments of the process and runs the command; an error goes to stderr with its causes.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.run(&cli.global) {
        Ok(code) => code,
        // A reader that has seen enough (`scaffold specs list | head`) is no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
