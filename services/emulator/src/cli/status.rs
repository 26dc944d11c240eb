//! `asf status`: whether a process runs, or what its services do.

use serde_json::{Value, json};

use super::output::{Format, print, print_json, print_rows};
use super::{Failure, Outcome, Session, health};

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What to show: the process itself, or its services
    #[arg(value_enum, default_value_t)]
    of: Of,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Of {
    #[default]
    Process,
    Services,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    match arguments.of {
        Of::Process => process(session),
        Of::Services => services(session),
    }
}

fn process(session: &Session) -> Outcome {
    let target = session.target()?;
    let folder = session.run_dir()?;
    let running = folder.running()?;
    let answer = health::health(&target);
    let state = match (&answer, &running) {
        (Some(_), _) => "running",
        (None, Some(_)) => "starting",
        (None, None) => "stopped",
    };
    let told = answer.map(|answer| answer.json()).unwrap_or_default();
    let version = told.get("version").and_then(Value::as_str).map(str::to_owned);
    let version = version.or_else(|| Some(running.as_ref()?.state.as_ref()?.version.clone()));
    let pid = running.as_ref().map(|it| it.pid);
    let log = running.is_some().then(|| folder.log_file().display().to_string());
    match session.global.format {
        Format::Json => print_json(&json!({
            "state": state, "address": target.url(), "version": version, "pid": pid, "log": log,
        }))?,
        Format::Plain => print(&format!("{state}\n"))?,
        Format::Table => {
            let row = |name: &str, value: String| [name.to_owned(), value];
            let mut rows = vec![row("state", state.to_owned()), row("address", target.url())];
            rows.extend(version.map(|it| row("version", it)));
            rows.extend(pid.map(|it| row("process id", it.to_string())));
            rows.extend(log.map(|it| row("log", it)));
            print_rows(Format::Table, ["", ""], &rows)?;
        }
    }
    if state == "running" { Ok(()) } else { Err(Failure::Silent(3)) }
}

fn services(session: &Session) -> Outcome {
    let target = session.target()?;
    let nothing = || Failure::NotRunning(format!("nothing answers at {}", target.url()));
    let told = health::health(&target).ok_or_else(nothing)?.json();
    let Some(services) = told.get("services").and_then(Value::as_object) else {
        let message = format!("what answers at {} does not say what its services do", target.url());
        return Err(Failure::Other(anyhow::anyhow!(message)));
    };
    let state = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rows: Vec<_> = services.iter().map(|(name, value)| [name.clone(), state(value)]).collect();
    Ok(print_rows(session.global.format, ["service", "state"], &rows)?)
}
