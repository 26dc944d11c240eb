//! `asf config show | validate`: the variables, where they are from, and what is wrong with them.

use std::collections::BTreeSet;

use asf_moto::StandIn;
use asf_runtime::config::{self, BackendName, Config, Variable, variables};
use asf_runtime::plugin::PROVIDERS;
use serde_json::{Value, json};

use super::output::{Format, print, print_json, print_rows};
use super::{Failure, Outcome, Session};

/// Arguments of `config`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the variables that are set, with their values and where they are from
    Show {
        /// Those that are not set too, with their defaults
        #[arg(long, short)]
        all: bool,
    },
    /// Check the values, and name variables that have no effect
    Validate,
    /// Write docs/configuration.md
    #[command(hide = true)]
    Docs,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    match arguments.command {
        Command::Show { all } => show(session, all),
        Command::Validate => validate(session),
        Command::Docs => Ok(print(&config::page())?),
    }
}

fn show(session: &Session, all: bool) -> Outcome {
    let mut rows = Vec::new();
    for variable in variables() {
        let mut set = session.layers.iter().filter(|(name, ..)| variable.is(name)).peekable();
        if set.peek().is_none() && all {
            rows.push([variable.name.to_owned(), variable.default.to_owned(), "default".to_owned()]);
        }
        rows.extend(set.map(|(name, value, origin)| [name.to_owned(), value.to_owned(), origin.to_string()]));
    }
    if session.global.format == Format::Plain {
        let line = |[name, value, _]: &[String; 3]| format!("{name}={value}\n");
        return Ok(print(&rows.iter().map(line).collect::<String>())?);
    }
    Ok(print_rows(session.global.format, ["variable", "value", "from"], &rows)?)
}

fn validate(session: &Session) -> Outcome {
    let parsed = Config::parse(&session.layers.settings());
    let warnings = warnings(session);
    let errors = parsed.err().map(|errors| errors.0).unwrap_or_default();
    if session.global.format == Format::Json {
        let error = |it: &config::ConfigError| {
            json!({
                "variable": it.variable, "value": it.value, "expected": it.expected, "message": it.to_string(),
            })
        };
        let errors: Vec<Value> = errors.iter().map(error).collect();
        print_json(&json!({ "valid": errors.is_empty(), "errors": errors, "warnings": warnings }))?;
    } else {
        for warning in warnings {
            session.remark(format!("warning: {warning}"));
        }
        for error in &errors {
            eprintln!("error: {error}");
        }
        if errors.is_empty() {
            session.remark("the configuration is valid");
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Failure::Silent(6)) }
}

/// What a user should look at: names that have no effect, services and providers that there are not.
pub(super) fn warnings(session: &Session) -> Vec<String> {
    let mut warnings: Vec<String> =
        config::warnings(&session.layers).iter().map(ToString::to_string).collect();
    let Ok(config) = session.config() else { return warnings };
    for name in &config.services.0 {
        if asf_specs::info(name).is_none() {
            warnings.push(format!("SERVICES names {name:?}, which is no service of AWS"));
        }
    }
    for (service, provider) in &config.provider_overrides.0 {
        let names: BTreeSet<&str> =
            PROVIDERS.iter().filter(|it| it.service == service).map(|it| it.name).collect();
        let is_backend = BackendName::parse(provider).is_some() || StandIn::of(service, provider).is_some();
        if !is_backend && !names.contains(provider.as_str()) {
            let names = names.into_iter().collect::<Vec<_>>().join(", ");
            let names = if names.is_empty() { "none".to_owned() } else { names };
            warnings.push(format!("{service} has no provider {provider:?}; it has: {names}"));
        }
    }
    warnings
}

/// What a container is given: the variables that are set, but for those that steer commands.
pub(super) fn for_container(session: &Session) -> Vec<(String, String)> {
    let of_commands = ["Command line", "Docker"];
    let given =
        |variable: &Variable| !of_commands.contains(&variable.section) && variable.name != "GATEWAY_LISTEN";
    let known = |name: &str| variables().any(|variable| variable.is(name) && given(variable));
    session
        .layers
        .iter()
        .filter(|(name, ..)| known(name))
        .map(|(name, value, _)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use asf_runtime::config::Stage;

    use super::*;

    /// Also the variables of all services that are linked in.
    #[test]
    fn the_page_of_the_documentation_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == config::page(),
            "docs/configuration.md is not current; write it with: cargo run -p asf -- config docs"
        );
        assert!(committed.contains("`SQS_ENDPOINT_STRATEGY`"));
    }

    #[test]
    fn what_is_not_there_yet_is_marked() {
        let later = variables().filter(|variable| variable.stage == Stage::Later).count();
        assert_eq!(config::page().matches("**Not there yet.**").count(), later);
    }
}
