//! `scaffold generate <service>... | --all [--save | --check]`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::cli::Global;
use crate::generate::emit::Home;
use crate::generate::{CrateFiles, Difference, Model, Plan, Wanted, committed, crate_files};
use crate::output::{print, print_json};
use crate::specs::{Botocore, SpecSource, documentation_source};
use crate::suggest;

/// Arguments of `generate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// botocore's names of the services, as `scaffold specs list` shows them; with --check and without
    /// names, all crates that are there
    #[arg(required_unless_present_any = ["all", "check"], value_name = "SERVICE")]
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
    #[arg(long, value_delimiter = ',', value_name = "A,B", requires = "services")]
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
    let directory = directory(args, &source)?;
    let wanted = wanted(args, &source, &directory)?;
    let generator = Generator {
        home: Home::of(&directory, source.directory()),
        botocore: match args.doc {
            true => Some(documentation_source(source.botocore_version().ok().as_deref())?),
            false => None,
        },
        source,
    };
    let bar = global.output().progress(wanted.len(), "generating");
    let mut report = Report { directory, ..Report::default() };
    for it in &wanted {
        let files = generator.files(it).with_context(|| format!("cannot generate {}", it.service))?;
        let target = report.directory.join(&it.service);
        if args.check {
            report.check(it, &files, &target)?;
        } else if args.save {
            report.crates.push((it.service.clone(), files.save(&target)?));
        } else if global.json {
            report.printed.push(as_json(&it.service, &files));
        } else {
            bar.suspend(|| show(&it.service, &files))?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.check {
        return report.checked(args, wanted.len(), global);
    }
    if args.save {
        report.saved(global)?;
    } else if global.json {
        print_json(&Value::Array(report.printed))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the crates are.
fn directory(args: &Args, source: &SpecSource) -> anyhow::Result<PathBuf> {
    match (&args.output, source.directory().and_then(Path::parent)) {
        (Some(directory), _) => Ok(directory.clone()),
        (None, Some(workspace)) => Ok(workspace.join("generated")),
        (None, None) if args.save || args.check => {
            bail!("there is no workspace around this directory: give --output DIR")
        }
        (None, None) => Ok(PathBuf::from("generated")),
    }
}

/// What is to be generated. All names are looked at before anything is done.
fn wanted(args: &Args, source: &SpecSource, directory: &Path) -> anyhow::Result<Vec<Wanted>> {
    if args.check && args.services.is_empty() && !args.all {
        return committed(directory);
    }
    let known = source.names()?;
    let mut services: Vec<String> = Vec::new();
    for name in if args.all { &known } else { &args.services } {
        if !known.contains(name) {
            return Err(suggest::unknown("service", name, known.iter().map(String::as_str)));
        }
        if !services.contains(name) {
            services.push(name.clone());
        }
    }
    let Some(operations) = &args.operations else {
        let as_is = |service: String| match args.check {
            true => Wanted::as_committed(&service, directory),
            false => Wanted { service, operations: None },
        };
        return Ok(services.into_iter().map(as_is).collect());
    };
    if services.len() > 1 {
        bail!("--operations is for one service at a time");
    }
    let operations: Vec<String> = operations.iter().map(|it| it.trim().to_owned()).collect();
    let with = |service| Wanted { service, operations: Some(operations.clone()) };
    Ok(services.into_iter().map(with).collect())
}

/// What all crates of a run have in common.
struct Generator {
    source: SpecSource,
    home: Home,
    /// Where the documentation is, if it is asked for.
    botocore: Option<Botocore>,
}

impl Generator {
    fn files(&self, wanted: &Wanted) -> anyhow::Result<CrateFiles> {
        let name = wanted.service.as_str();
        let mut model = Model::new(name, self.source.spec(name)?, wanted.operations.as_deref())?;
        if let Some(botocore) = &self.botocore {
            let version = model.service.metadata.api_version;
            let file = format!("{name}/{version}/service-2.json");
            let spec = botocore
                .read(&file)?
                .with_context(|| format!("botocore {} has no {file}", botocore.version))?;
            model = model.with_docs(&spec);
        }
        crate_files(&model, &Plan::new(&model), &self.home)
    }
}

fn as_json(service: &str, files: &CrateFiles) -> Value {
    let files: serde_json::Map<String, Value> =
        files.iter().map(|(path, text)| (path.to_owned(), Value::from(text))).collect();
    json!({ "service": service, "files": files })
}

fn show(service: &str, files: &CrateFiles) -> anyhow::Result<()> {
    for (path, text) in files.iter() {
        print(&format!("# ---- {service}/{path}\n{text}\n"))?;
    }
    Ok(())
}

/// What has been done.
#[derive(Default)]
struct Report {
    directory: PathBuf,
    /// Saved: each service, and which of its files have changed.
    crates: Vec<(String, Vec<String>)>,
    /// Checked: the crates that are stale.
    stale: Vec<Wanted>,
    /// Checked: those of them that have no crate.
    missing: Vec<String>,
    differences: Vec<Difference>,
    /// Neither: the crates themselves.
    printed: Vec<Value>,
}

impl Report {
    fn check(&mut self, wanted: &Wanted, files: &CrateFiles, target: &Path) -> anyhow::Result<()> {
        let differences = if target.is_dir() {
            files.differences(target)?
        } else {
            self.missing.push(wanted.service.clone());
            Vec::new()
        };
        if !target.is_dir() || !differences.is_empty() {
            self.stale.push(wanted.clone());
        }
        self.differences.extend(differences);
        Ok(())
    }

    fn checked(&self, args: &Args, services: usize, global: &Global) -> anyhow::Result<ExitCode> {
        if global.json {
            let files: Vec<Value> = self
                .differences
                .iter()
                .map(|it| json!({ "file": it.path.display().to_string(), "diff": it.diff }))
                .collect();
            print_json(&json!({ "crates": services, "stale": files, "missing": self.missing }))?;
        } else {
            for difference in &self.differences {
                print(&difference.diff)?;
            }
            for service in &self.missing {
                print(&format!("there is no crate {}\n", self.directory.join(service).display()))?;
            }
        }
        let output = global.output();
        if self.stale.is_empty() {
            output.remark(format!("{services} crates are as generated"));
            return Ok(ExitCode::SUCCESS);
        }
        output.remark(format!(
            "{} of {services} crates are not as generated; to write them:",
            self.stale.len()
        ));
        for command in self.commands(args) {
            output.remark(command);
        }
        Ok(ExitCode::FAILURE)
    }

    /// What writes the stale crates: one command for the whole ones, one for each that is cut.
    fn commands(&self, args: &Args) -> Vec<String> {
        let mut options = String::from(" --save");
        if args.doc {
            options += " --doc";
        }
        if let Some(directory) = &args.output {
            options += &format!(" --output {}", directory.display());
        }
        let (whole, cut): (Vec<&Wanted>, Vec<&Wanted>) =
            self.stale.iter().partition(|it| it.operations.is_none());
        let mut commands = Vec::new();
        if !whole.is_empty() {
            let names: Vec<&str> = whole.iter().map(|it| it.service.as_str()).collect();
            commands.push(format!("  scaffold generate {}{options}", names.join(" ")));
        }
        for it in cut {
            let operations = it.operations.as_ref().map(|it| it.join(",")).unwrap_or_default();
            commands.push(format!("  scaffold generate {} --operations {operations}{options}", it.service));
        }
        commands
    }

    fn saved(&self, global: &Global) -> anyhow::Result<()> {
        if global.json {
            let of = |(service, changed): &(String, Vec<String>)| {
                let directory = self.directory.join(service);
                json!({ "service": service, "directory": directory.display().to_string(), "changed": changed })
            };
            print_json(&Value::Array(self.crates.iter().map(of).collect()))?;
            return Ok(());
        }
        let changed: usize = self.crates.iter().map(|(_, changed)| changed.len()).sum();
        global.output().remark(format!(
            "{} crates in {}, {changed} files changed",
            self.crates.len(),
            self.directory.display()
        ));
        Ok(())
    }
}
