//! `asf mailbox`: the mail of the emulator that runs.

use std::process::ExitCode;

use asf_cli::clap::{Arg, ArgAction, ArgMatches, Command};
use asf_cli::{COMMANDS, CommandContext, CommandPlugin, CommandResult, Format};
use serde_json::Value;

asf_runtime::register!(COMMANDS: CommandPlugin = CommandPlugin::new("mailbox", command, run));

fn command() -> Command {
    Command::new("mailbox")
        .about("Show the mail that was sent through SES")
        .arg(Arg::new("clear").long("clear").action(ArgAction::SetTrue).help("Forget it instead"))
}

fn run(context: &CommandContext, arguments: &ArgMatches) -> CommandResult {
    let path = format!("{}/messages", crate::PREFIX);
    if arguments.get_flag("clear") {
        context.ask("DELETE", &path, None)?;
        return Ok(ExitCode::SUCCESS);
    }
    let answer = context.ask("GET", &path, None)?.json()?;
    let messages = answer.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
    if context.format == Format::Json {
        println!("{:#}", Value::from(messages));
        return Ok(ExitCode::SUCCESS);
    }
    for message in &messages {
        let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        println!("{}\t{}\t{}", text("time"), text("from"), text("subject"));
    }
    Ok(ExitCode::SUCCESS)
}
