//! `scaffold generate <service>... [--all]`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::cli::Global;
use crate::generate::emit::Home;
use crate::generate::{CrateFiles, Difference, Model, Plan, crate_files};
use crate::output::{print, print_json};
use crate::specs::{Botocore, SpecSource, documentation_source};

/// Arguments of `generate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// botocore's names of the services, as `scaffold specs list` shows them
    #[arg(required_unless_present = "all")]
    services: Vec<String>,
    /// Every service
    #[arg(long, conflicts_with = "services")]
    all: bool,
    /// Write the crates rather than printing them
    #[arg(long)]
    save: bool,
    /// Exit with 1 and a diff where a crate that is there is not as it would be generated
    #[arg(long, conflicts_with = "save")]
    check: bool,
    /// Put AWS's documentation into doc comments; it is read from an installed botocore, else pip gets one
    #[arg(long)]
    doc: bool,
    /// Only these operations, and what they reach
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    operations: Option<Vec<String>>,
    /// The directory of the crates; by default `generated/` of the workspace
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// When a name is not known (the nearest is named), or files cannot be read or written.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let source = global.spec_source()?;
    let services = if args.all { source.names()? } else { args.services.clone() };
    if args.operations.is_some() && services.len() > 1 {
        bail!("--operations is for one service at a time");
    }
    let to_files = args.save || args.check;
    let directory = match (&args.output, source.directory().and_then(|it| it.parent())) {
        (Some(directory), _) => directory.clone(),
        (None, Some(workspace)) => workspace.join("generated"),
        (None, None) if to_files => bail!("give --output DIR: there is no workspace around this directory"),
        (None, None) => PathBuf::from("generated"),
    };
    let home = Home::of(&directory, source.directory());
    let botocore = if args.doc { Some(documentation(&source)?) } else { None };
    let bar = global.output().progress(services.len(), "generating");
    let mut stale = Vec::new();
    let mut written = Vec::new();
    for name in &services {
        let files = generate(args, &source, name, botocore.as_ref(), &home)
            .with_context(|| format!("cannot generate {name}"))?;
        let target = directory.join(name);
        if args.check {
            stale.extend(files.differences(&target)?);
        } else if args.save {
            files.save(&target)?;
            written.push(target.display().to_string());
        } else {
            show(&files, name, global)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.check {
        return report(&stale, services.len(), global);
    }
    if args.save && global.json {
        print_json(&json!({ "written": written }))?;
    } else if args.save {
        global.output().remark(format!("{} crates in {}", written.len(), directory.display()));
    }
    Ok(ExitCode::SUCCESS)
}

fn generate(
    args: &Args,
    source: &SpecSource,
    name: &str,
    botocore: Option<&Botocore>,
    home: &Home,
) -> anyhow::Result<CrateFiles> {
    let mut model = Model::new(name, source.spec(name)?, args.operations.as_deref())?;
    if let Some(botocore) = botocore {
        let version = model.service.metadata.api_version;
        let file = format!("{name}/{version}/service-2.json");
        let spec =
            botocore.read(&file)?.with_context(|| format!("botocore {} has no {file}", botocore.version))?;
        model = model.with_docs(&spec);
    }
    crate_files(&model, &Plan::new(&model), home)
}

fn documentation(source: &SpecSource) -> anyhow::Result<Botocore> {
    documentation_source(&source.botocore_version()?)
}

fn show(files: &CrateFiles, name: &str, global: &Global) -> anyhow::Result<()> {
    if global.json {
        let files: serde_json::Map<String, Value> =
            files.iter().map(|(path, text)| (path.to_owned(), Value::from(text))).collect();
        print_json(&json!({ "service": name, "files": files }))?;
        return Ok(());
    }
    for (path, text) in files.iter() {
        print(&format!("# ---- {name}/{path}\n{text}\n"))?;
    }
    Ok(())
}

fn report(stale: &[Difference], services: usize, global: &Global) -> anyhow::Result<ExitCode> {
    if global.json {
        let files: Vec<Value> = stale
            .iter()
            .map(|it| json!({ "file": it.path.display().to_string(), "diff": it.diff }))
            .collect();
        print_json(&json!({ "stale": files }))?;
    } else {
        for difference in stale {
            print(&difference.diff)?;
        }
    }
    if stale.is_empty() {
        global.output().remark(format!("{services} crates are as generated"));
        return Ok(ExitCode::SUCCESS);
    }
    global
        .output()
        .remark(format!("{} files are stale: run `scaffold generate <service> --save`", stale.len()));
    Ok(ExitCode::FAILURE)
}
