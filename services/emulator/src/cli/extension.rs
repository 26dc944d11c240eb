//! Commands that extensions bring.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

use asf_cli::{Answer, AskError, COMMANDS, CommandContext, CommandPlugin};
use asf_runtime::config::Listener;
use asf_runtime::plugin::{Plugin as _, PluginState, Plugins};
use clap::ArgMatches;
use http::Method;
use serde_json::Value;

use super::output::Format;
use super::{Failure, Session, health};

/// The command line with the commands of extensions behind those that are there. One that cannot say what it
/// takes is left out.
pub(super) fn add_to(command: clap::Command) -> clap::Command {
    let mut plugins: Vec<&CommandPlugin> = COMMANDS.iter().collect();
    plugins.sort_by_key(|it| (it.name, -i64::from(it.priority)));
    plugins.into_iter().fold(command, |command, plugin| {
        let is_taken = command.get_subcommands().any(|it| it.get_name() == plugin.name);
        if is_taken || plugin.name == "help" {
            return command;
        }
        match catch_unwind(AssertUnwindSafe(plugin.command)) {
            Ok(added) => command.subcommand(added.name(plugin.name)),
            Err(_) => command,
        }
    })
}

/// The extension's command of a name.
pub(super) fn find(name: &str) -> Option<&'static CommandPlugin> {
    COMMANDS.iter().filter(|it| it.name == name).max_by_key(|it| it.priority)
}

/// Runs a command of an extension, if it may be used.
pub(super) fn run(
    session: &Session,
    plugin: &CommandPlugin,
    arguments: &ArgMatches,
) -> Result<ExitCode, Failure> {
    let plugins = Plugins::new(session.layers.settings());
    if !plugins.admits(plugin) {
        let state = plugins.list().into_iter().find(|it| it.id == plugin.id()).map(|it| it.state);
        let why = match &state {
            Some(PluginState::Disabled) => "it is disabled (ASF_DISABLED_PLUGINS)",
            Some(state) => state.reason().unwrap_or_default(),
            None => "",
        };
        return Err(Failure::Usage(format!("{} cannot be used: {why}", plugin.id())));
    }
    let target = session.target()?;
    let context = CommandContext {
        settings: plugins.settings().clone(),
        endpoint: target.url(),
        format: match session.global.format {
            Format::Table => asf_cli::Format::Table,
            Format::Json => asf_cli::Format::Json,
            Format::Plain => asf_cli::Format::Plain,
        },
        is_quiet: session.global.quiet,
        asking: Arc::new(move |method, path, body| ask(&target, method, path, body)),
    };
    (plugin.run)(&context, arguments).map_err(|error| Failure::Other(anyhow::Error::from_boxed(error)))
}

fn ask(target: &Listener, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, AskError> {
    let failed = |reason: String| AskError::NotRunning { endpoint: target.url(), reason };
    let method = Method::from_bytes(method.as_bytes()).map_err(|error| failed(error.to_string()))?;
    let answer = health::ask(target, method, path, body).map_err(|error| failed(format!("{error:#}")))?;
    Ok(Answer { status: answer.status.as_u16(), body: answer.body.to_vec() })
}
