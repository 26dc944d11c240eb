//! `asf lpm`: the packages that providers need, installed before they need them.

mod bars;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::anyhow;
use asf_packages::{InstallError, Installation, PackageInstaller, Packages, Target};
use asf_runtime::plugin::Plugins;

use bars::Bars;

use super::output::{Format, objects, print, print_json, print_rows};
use super::{Failure, Outcome, Session};

/// Installations at the same time, at most.
const MOST_PARALLEL: usize = 16;

/// Arguments of `lpm`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List packages, and which are installed
    List {
        /// List all versions, not only the default one and those that are installed
        #[arg(long)]
        versions: bool,
        /// Say where they come from and where they are
        #[arg(long, short)]
        verbose: bool,
    },
    /// Install packages
    Install {
        /// Their names
        #[arg(required = true, value_name = "PACKAGE")]
        packages: Vec<String>,
        #[command(flatten)]
        which: Which,
        /// How many are installed at the same time
        #[arg(long, default_value_t = 1, value_name = "NUMBER")]
        parallel: usize,
    },
    /// Show all of a package
    Info {
        /// Its name
        package: String,
    },
    /// Remove packages
    Remove {
        /// Their names
        #[arg(required = true, value_name = "PACKAGE")]
        packages: Vec<String>,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Their version; without it, the default one
    #[arg(long)]
    version: Option<String>,
    /// The folder: var, in the volume; or static, which images are built with
    #[arg(long, default_value = "var", value_parser = str::parse::<Target>)]
    target: Target,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    let plugins = Plugins::new(session.layers.settings());
    let packages = Packages::admitted(&plugins, &session.config()?);
    match &arguments.command {
        Command::List { versions, verbose } => list(session, &packages, *versions, *verbose),
        Command::Install { packages: names, which, parallel } => {
            let parallel = (*parallel).clamp(1, MOST_PARALLEL);
            install(session, &installers(&packages, names, which)?, which.target, parallel)
        }
        Command::Info { package } => info(session, &packages, package),
        Command::Remove { packages: names, which } => {
            for installer in installers(&packages, names, which)? {
                let name = title(&installer);
                if installer.remove(which.target)? {
                    session.remark(format!("{name} is removed"));
                } else {
                    session.remark(format!("{name} is not installed"));
                }
            }
            Ok(())
        }
    }
}

fn list(session: &Session, packages: &Packages, all: bool, is_verbose: bool) -> Outcome {
    let mut rows = Vec::new();
    for package in packages.iter() {
        for version in package.versions() {
            let installer = packages.installer(package.name(), Some(version))?;
            let here = installer.installed();
            if !all && here.is_none() && *version != package.default_version() {
                continue;
            }
            let place = here.as_ref().map_or("", |here| state(here)).to_owned();
            rows.push([
                package.name().to_owned(),
                (*version).to_owned(),
                place,
                package.summary().to_owned(),
                installer.source(),
                here.map(|here| path(&here)).unwrap_or_default(),
            ]);
        }
    }
    let format = session.global.format;
    if is_verbose {
        let heading = ["name", "version", "installed", "summary", "source", "path"];
        return Ok(print_rows(format, heading, &rows)?);
    }
    let short = |[name, version, place, summary, ..]: [String; 6]| [name, version, place, summary];
    let rows: Vec<_> = rows.into_iter().map(short).collect();
    Ok(print_rows(format, ["name", "version", "installed", "summary"], &rows)?)
}

/// Where an installation is, in a word.
fn state(here: &Installation) -> &'static str {
    here.place.as_ref().map_or("machine", |(target, _)| target.as_str())
}

fn path(here: &Installation) -> String {
    here.folder().unwrap_or(&here.launch.program).display().to_string()
}

fn info(session: &Session, packages: &Packages, name: &str) -> Outcome {
    let package = packages.get(name)?;
    let mut rows = Vec::new();
    for version in package.versions() {
        let installer = packages.installer(name, Some(version))?;
        let here = installer.installed();
        rows.push([
            (*version).to_owned(),
            here.as_ref().map_or("", |here| state(here)).to_owned(),
            here.map(|here| path(&here)).unwrap_or_default(),
            installer.source(),
        ]);
    }
    let heading = ["version", "installed", "path", "source"];
    match session.global.format {
        Format::Json => Ok(print_json(&serde_json::json!({
            "name": package.name(),
            "summary": package.summary(),
            "default_version": package.default_version(),
            "versions": objects(heading, &rows),
        }))?),
        format => {
            if format == Format::Table {
                print(&format!("{}: {}\n\n", package.name(), package.summary()))?;
            }
            Ok(print_rows(format, heading, &rows)?)
        }
    }
}

fn installers(
    packages: &Packages,
    names: &[String],
    which: &Which,
) -> Result<Vec<Arc<PackageInstaller>>, Failure> {
    if which.version.is_some() && names.len() > 1 {
        return Err(Failure::Usage("--version is for one package".to_owned()));
    }
    Ok(names
        .iter()
        .map(|name| packages.installer(name, which.version.as_deref()))
        .collect::<Result<_, _>>()?)
}

/// Installs packages, some at a time. One that fails does not keep the others from being installed.
fn install(session: &Session, all: &[Arc<PackageInstaller>], target: Target, parallel: usize) -> Outcome {
    let bars = Bars::new(session.global.quiet);
    let left = Mutex::new(all.iter());
    let failed = Mutex::new(Vec::new());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..parallel.min(all.len()) {
            scope.spawn(|| {
                while let Some(installer) = next() {
                    let name = title(installer);
                    let bar = bars.add(&name);
                    match installer.install(target, &bar) {
                        Ok(here) => bar.done(&format!("{name} is at {}", path(&here))),
                        Err(error) => {
                            bar.done(&format!("{name} is not installed"));
                            failed.lock().unwrap_or_else(PoisonError::into_inner).push(error);
                        }
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    if failed.is_empty() {
        return Ok(());
    }
    let words: Vec<_> = failed.iter().map(ToString::to_string).collect();
    Err(anyhow!(words.join("\n")).into())
}

fn title(installer: &PackageInstaller) -> String {
    format!("{} {}", installer.package(), installer.version())
}

impl From<InstallError> for Failure {
    fn from(error: InstallError) -> Self {
        match error {
            InstallError::UnknownPackage { .. } | InstallError::UnknownVersion { .. } => {
                Self::Usage(error.to_string())
            }
            error => Self::Other(error.into()),
        }
    }
}
