//! `asf extensions`: those that are programs of their own. All of it works without a process that serves; one
//! that does is told to look at the folder again.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use asf_extensions::{Folder, FolderError, Installed};
use serde_json::{Value, json};

use super::output::{Format, print_json, print_rows};
use super::{Failure, Outcome, Session, health, logs};

/// Arguments of `extensions`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List what is installed
    List,
    /// Install an extension, or another version of it: a folder, a .tar.gz or a .zip file with asf-extension.toml
    Install {
        /// The folder or file
        path: PathBuf,
        /// Do not use it yet
        #[arg(long)]
        disabled: bool,
    },
    /// Use an extension
    Enable {
        /// Its name
        name: String,
    },
    /// Keep an extension, but do not use it
    Disable {
        /// Its name
        name: String,
    },
    /// Remove an extension, with what it has kept
    Remove {
        /// Its name
        name: String,
    },
    /// Write what an extension wrote
    Logs {
        /// Its name
        name: String,
        #[command(flatten)]
        how: logs::Arguments,
    },
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    let folder = Folder::of_volume(session.config()?.volume()?);
    match &arguments.command {
        Command::List => list(session, &folder),
        Command::Install { path, disabled } => install(session, &folder, path, *disabled),
        Command::Enable { name } => set_enabled(session, &folder, name, true),
        Command::Disable { name } => set_enabled(session, &folder, name, false),
        Command::Remove { name } => {
            folder.remove(name)?;
            session.remark(format!("removed {name}"));
            tell(session, name)
        }
        Command::Logs { name, how } => show_log(&folder, name, *how),
    }
}

/// How it is with them is known to a process that serves.
fn list(session: &Session, folder: &Folder) -> Outcome {
    let installed = folder.list()?;
    let told = if installed.is_empty() { Value::Null } else { health::extensions(&session.target()?) };
    let shown: Vec<Value> = installed.iter().map(|it| shown(it, &told)).collect();
    if session.global.format == Format::Json {
        return Ok(print_json(&shown.into())?);
    }
    let text = |it: &Value, name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let row = |it: &Value| {
        let enabled = if it.get("enabled") == Some(&Value::Bool(true)) { "yes" } else { "no" };
        let [name, version, state] = ["name", "version", "state"].map(|name| text(it, name));
        let about = match text(it, "error") {
            error if error.is_empty() => text(it, "description"),
            error => format!("error: {}", error.replace('\n', "; ")),
        };
        [name, version, enabled.to_owned(), state, about]
    };
    let rows: Vec<[String; 5]> = shown.iter().map(row).collect();
    Ok(print_rows(session.global.format, ["name", "version", "enabled", "state", "description"], &rows)?)
}

/// An extension as JSON. `told` is what a process says of all.
fn shown(installed: &Installed, told: &Value) -> Value {
    let of_process = told
        .get("extensions")
        .and_then(Value::as_array)
        .and_then(|all| all.iter().find(|it| it.get("name") == Some(&installed.name.as_str().into())));
    let told = |name: &str| of_process.and_then(|it| it.get(name)).cloned().unwrap_or_default();
    let manifest = installed.manifest.as_ref();
    let error = manifest.err().map_or_else(|| told("error"), |error| error.to_string().into());
    let operations = manifest.map(|manifest| {
        let all = manifest.operations.iter().chain(&manifest.overrides);
        all.map(|(service, served)| format!("{service}:{served}")).collect::<Vec<_>>()
    });
    json!({
        "name": installed.name.as_str(),
        "version": manifest.map(|it| it.version.as_str()).ok(),
        "description": manifest.map(|it| it.description.as_str()).ok(),
        "enabled": installed.is_enabled,
        "operations": operations.ok(),
        "routes": manifest.map(|it| it.routes.iter().map(|it| it.path.as_str()).collect::<Vec<_>>()).ok(),
        "state": told("state"),
        "pid": told("pid"),
        "error": error,
        "folder": installed.folder.display().to_string(),
    })
}

fn install(session: &Session, folder: &Folder, path: &std::path::Path, disabled: bool) -> Outcome {
    let installed = folder.install(path)?;
    let name = installed.name.as_str();
    if disabled {
        folder.set_enabled(name, false)?;
    }
    let version = installed.manifest.map(|it| it.version).unwrap_or_default();
    let state = if installed.is_enabled && !disabled { "enabled" } else { "disabled" };
    session.remark(format!("installed {name} {version}, {state}"));
    tell(session, name)
}

fn set_enabled(session: &Session, folder: &Folder, name: &str, is_enabled: bool) -> Outcome {
    let changed = folder.set_enabled(name, is_enabled)?;
    let state = if is_enabled { "enabled" } else { "disabled" };
    session.remark(format!("{name} is {state}{}", if changed { "" } else { " already" }));
    if changed { tell(session, name) } else { Ok(()) }
}

/// Tells a process that serves, if there is one, to look again.
fn tell(session: &Session, name: &str) -> Outcome {
    let changes = health::reload_extensions(&session.target()?);
    let failures = changes.get("failed").and_then(Value::as_array);
    let failure = failures.and_then(|all| all.iter().find(|it| it.get("name") == Some(&name.into())));
    if let Some(reason) = failure.and_then(|it| it.get("error")).and_then(Value::as_str) {
        return Err(Failure::Other(anyhow::anyhow!("the asf that runs cannot use {name}: {reason}")));
    }
    if !changes.is_null() {
        session.remark("the asf that runs has taken notice");
    }
    Ok(())
}

fn show_log(folder: &Folder, name: &str, how: logs::Arguments) -> Outcome {
    let installed = folder.get(name)?;
    let path = folder.log_file(&installed.name);
    match File::open(&path) {
        // Whoever follows it ends that.
        Ok(file) => logs::write(file, how, || Ok(true)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Failure::NotRunning(format!("{} has not written anything yet", installed.name)))
        }
        Err(error) => Err(error.into()),
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        Self::Other(error.into())
    }
}
