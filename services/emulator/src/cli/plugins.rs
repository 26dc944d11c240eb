//! `asf plugins list`: what is built in or was added, and what became of it.

use asf_runtime::plugin::{PluginReport, Plugins};
use serde_json::Value;

use super::output::print_rows;
use super::{Outcome, Session, health};

/// Arguments of `plugins`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the plugins of what runs, or, if nothing runs, of this program
    List {
        /// Those of this program, whatever runs
        #[arg(long)]
        built_in: bool,
    },
}

/// Namespace, name, state, priority, reason.
type Row = [String; 5];

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    let Command::List { built_in } = arguments.command;
    let running = if built_in { None } else { of_what_runs(session)? };
    let rows = running.unwrap_or_else(|| {
        let plugins = Plugins::new(session.layers.settings());
        plugins.list().into_iter().map(row).collect()
    });
    let heading = ["namespace", "name", "state", "priority", "reason"];
    Ok(print_rows(session.global.format, heading, &rows)?)
}

fn row(report: PluginReport) -> Row {
    let PluginReport { id, priority, state } = report;
    [
        id.namespace.to_owned(),
        id.name.into_owned(),
        state.word().to_owned(),
        priority.to_string(),
        state.reason().unwrap_or_default().to_owned(),
    ]
}

/// What the process that runs tells; nothing if none runs, or it is something else.
fn of_what_runs(session: &Session) -> Result<Option<Vec<Row>>, super::Failure> {
    let told = health::get(&session.target()?, "/_asf/plugins").map(|answer| answer.json());
    let Some(Value::Object(namespaces)) = told else { return Ok(None) };
    let text = |plugin: &Value, key: &str| match plugin.get(key) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    };
    let rows = namespaces.iter().flat_map(|(namespace, plugins)| {
        plugins.as_array().into_iter().flatten().map(move |plugin| {
            [
                namespace.clone(),
                text(plugin, "name"),
                text(plugin, "state"),
                text(plugin, "priority"),
                text(plugin, "reason"),
            ]
        })
    });
    Ok(Some(rows.collect()))
}
