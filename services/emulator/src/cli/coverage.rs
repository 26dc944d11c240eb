//! `asf coverage [service]`: who implements which operation.

use asf_moto::{Inventory, Moto};
use asf_runtime::plugin::Plugins;
use asf_runtime::provider::Providers;
use serde_json::Value;

use super::output::{Format, print, print_json, print_rows};
use super::{Failure, Outcome, Session, health};
use crate::coverage::{Implemented, of_all, of_service, page, to_json};

/// Arguments of `coverage`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// One service, by botocore's name, with its operations
    service: Option<String>,
    /// The same as --format json: every operation of every service
    #[arg(long)]
    json: bool,
    /// Services that nobody answers, too
    #[arg(long, short)]
    all: bool,
    /// Of this program, whatever runs
    #[arg(long)]
    built_in: bool,
    /// Write docs/coverage.md
    #[arg(long, hide = true)]
    page: bool,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    if arguments.page {
        // The same on every machine: without its configuration, and with the moto that is installed by default.
        let moto = Inventory::shipped();
        let providers = Providers::admitted(Plugins::default());
        return Ok(print(&page::page(&of_all(&providers, moto), &moto.moto))?);
    }
    let running = if arguments.built_in { None } else { of_what_runs(session, arguments)? };
    let coverage = running.map_or_else(|| of_this_program(session, arguments), Ok)?;
    let format = if arguments.json { Format::Json } else { session.global.format };
    if format == Format::Json {
        return Ok(print_json(&coverage)?);
    }
    let services = coverage["services"].as_array().map(Vec::as_slice).unwrap_or_default();
    if let (Some(_), [service]) = (&arguments.service, services) {
        let operations = service["operations"].as_object().into_iter().flatten();
        let rows: Vec<[String; 2]> =
            operations.map(|(name, by)| [name.clone(), by.as_str().unwrap_or_default().to_owned()]).collect();
        return Ok(print_rows(format, ["operation", "by"], &rows)?);
    }
    let is_shown = |it: &&Value| arguments.all || it["none"] != it["total"];
    let mut rows: Vec<_> = services.iter().filter(is_shown).map(|it| row(&it["service"], it)).collect();
    rows.push(row(&"TOTAL".into(), &coverage["total"]));
    let heading = ["service", "operations", "native", "extension", "moto", "none", "native %", "answered %"];
    Ok(print_rows(format, heading, &rows)?)
}

fn row(name: &Value, counts: &Value) -> [String; 8] {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let by = |by: Implemented| shown(&counts[by.as_str()]);
    [
        shown(name),
        shown(&counts["total"]),
        by(Implemented::Native),
        by(Implemented::Extension),
        by(Implemented::Moto),
        by(Implemented::None),
        shown(&counts["nativePercent"]),
        shown(&counts["answeredPercent"]),
    ]
}

fn of_this_program(session: &Session, arguments: &Arguments) -> Result<Value, Failure> {
    let providers = Providers::admitted(Plugins::new(session.layers.settings()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let moto = Moto::new(session.config()?);
    let moto = runtime.block_on(moto.inventory());
    match &arguments.service {
        None => Ok(to_json(&of_all(&providers, moto), moto)),
        Some(service) => match of_service(&providers, moto, service) {
            Some(coverage) => Ok(to_json(&[coverage], moto)),
            None => Err(Failure::Usage(format!("AWS has no service {service:?}"))),
        },
    }
}

/// What the process that runs tells; nothing if none runs, or it is something else.
fn of_what_runs(session: &Session, arguments: &Arguments) -> Result<Option<Value>, Failure> {
    let query = arguments.service.as_ref().map(|it| format!("?service={it}")).unwrap_or_default();
    // Names have nothing in them that a query would have to encode; others are none.
    if query.contains(|it: char| !it.is_ascii_alphanumeric() && !"?=-".contains(it)) {
        return Ok(None);
    }
    let told = health::get(&session.target()?, &format!("/_asf/coverage{query}")).map(|it| it.json());
    Ok(told.filter(|it| it["services"].is_array()))
}
