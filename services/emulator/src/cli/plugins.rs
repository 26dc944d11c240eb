//! `asf plugins list`: what is built in.

use asf_runtime::plugin::{DEVELOPER_ENDPOINTS, PROVIDERS};

use super::output::print_rows;
use super::{Outcome, Session};

/// Arguments of `plugins`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List providers and developer endpoints
    List,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    let Command::List = arguments.command;
    let providers = PROVIDERS.iter().map(|it| ["provider".to_owned(), format!("{}:{}", it.service, it.name)]);
    let endpoints = DEVELOPER_ENDPOINTS
        .iter()
        .map(|it| ["developer-endpoint".to_owned(), format!("{}:{}", it.service, it.prefix)]);
    let mut rows: Vec<_> = providers.chain(endpoints).collect();
    rows.sort_unstable();
    Ok(print_rows(session.global.format, ["namespace", "name"], &rows)?)
}
