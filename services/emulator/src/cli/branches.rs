//! `asf state branch` and `asf state branches`.

use bytes::Bytes;
use http::Method;
use serde_json::{Map, Value};

use super::Outcome;
use super::output::{Format, print, print_json, print_rows};
use super::state::{Target, encoded, shown, told};

/// Arguments of `state branch`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Its name; the next of branch-1, branch-2, .. if it is not given
    #[arg(required_if_eq("delete", "true"))]
    name: Option<String>,
    /// Its port; any that is free if it is not given
    #[arg(long, conflicts_with = "delete")]
    port: Option<u16>,
    /// Accounts whose calls to the main port are for it: one, or two with a hyphen between; then it has a port only
    /// with --port
    #[arg(long, value_name = "ACCOUNTS", conflicts_with = "delete")]
    account_range: Option<String>,
    /// Throw it away
    #[arg(long, short)]
    delete: bool,
}

pub(super) fn run(at: &Target<'_>, arguments: &Arguments) -> Outcome {
    let name = arguments.name.as_deref().map(encoded);
    let path = name.map_or("/state/branches".to_owned(), |name| format!("/state/branches/{name}"));
    if arguments.delete {
        let answer = at.ask(Method::DELETE, &path)?;
        return told(at.session, &answer, &format!("{} is gone", shown(answer.get("removed"))));
    }
    let mut wishes = Map::new();
    wishes.extend(arguments.port.map(|port| ("port".to_owned(), Value::from(port))));
    wishes.extend(arguments.account_range.clone().map(|it| ("accounts".to_owned(), Value::from(it))));
    let body = Bytes::from(Value::from(wishes).to_string());
    let branch = at.exchange(Method::POST, &path, body, None)?;
    if at.session.global.format == Format::Json {
        print_json(&branch)?;
        return Ok(());
    }
    let places = [("at", "url"), ("for accounts", "accounts")];
    let places = places.map(|(word, member)| (word, shown(branch.get(member))));
    let places: Vec<_> =
        places.iter().filter(|(_, it)| !it.is_empty()).map(|(word, it)| format!("{word} {it}")).collect();
    print(&format!("{} {}\n", shown(branch.get("name")), places.join(", ")))?;
    Ok(())
}

pub(super) fn list(at: &Target<'_>) -> Outcome {
    let answer = at.ask(Method::GET, "/state/branches")?;
    let branches = answer.get("branches").and_then(Value::as_array).cloned().unwrap_or_default();
    let row =
        |branch: &Value| ["name", "parent", "created", "url", "accounts"].map(|it| shown(branch.get(it)));
    let rows: Vec<_> = branches.iter().map(row).collect();
    print_rows(at.session.global.format, ["name", "parent", "created", "url", "accounts"], &rows)?;
    Ok(())
}
