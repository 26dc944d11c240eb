//! `scaffold marshal --stdin`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use crate::cli::Global;
use crate::json_lines::answer_lines;
use crate::marshal::Session;

/// Arguments of `marshal`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Read lines of JSON from stdin: load, parse, serialize, serialize_error, stats
    #[arg(long)]
    stdin: bool,
    /// A service-2.json to start with, as a first `load` line would give it
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// A service of ours to start with; with --spec, the name of the service in that file
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When the spec cannot be read, or stdin or stdout fail.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    if !args.stdin {
        bail!("give --stdin: requests are lines of JSON, as docs/conformance.md has them");
    }
    let mut session = Session::default();
    match (&args.spec, &args.service) {
        (Some(file), name) => {
            let folder = file.ancestors().nth(2).and_then(|it| it.file_name()).map(|it| it.to_string_lossy());
            let name = name.clone().or(folder.map(Into::into)).unwrap_or_default();
            session.load(file, &name)?;
        }
        (None, Some(name)) => session.take(global.spec_source()?.schema(name)?),
        (None, None) => {}
    }
    answer_lines(|request| session.answer(request))?;
    Ok(ExitCode::SUCCESS)
}
