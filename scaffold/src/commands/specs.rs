//! `scaffold specs list | show | update | verify`.

mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::Global;
use crate::output::{print, print_json, table};
use crate::specs::{self, Botocore, SpecSource, Updated, Verified};

/// Arguments of `specs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Table of all services
    List,
    /// A service, or one of its operations or shapes
    Show {
        /// botocore's name of the service, as `list` shows it
        service: String,
        /// Name of an operation or a shape
        name: Option<String>,
    },
    /// Rewrite the specs from a botocore, which pip gets
    Update {
        /// Version of botocore; the latest by default
        #[arg(long)]
        version: Option<String>,
        /// Use this botocore/data folder rather than getting one
        #[arg(long, value_name = "DIR", conflicts_with = "version")]
        from: Option<PathBuf>,
    },
    /// Compare files with the manifest, apply every patch, load every spec
    Verify,
}

/// Runs the command.
///
/// # Errors
/// When specs cannot be read or written, or a name is not known.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::List => list(global),
        Command::Show { service, name } => {
            show::run(&global.spec_source()?, service, name.as_deref(), global)
        }
        Command::Update { version, from } => update(version.as_deref(), from.as_deref(), global),
        Command::Verify => verify(global),
    }
}

fn list(global: &Global) -> anyhow::Result<ExitCode> {
    let source = global.spec_source()?;
    let mut services = Vec::new();
    for name in source.names()? {
        services.push(summary(&source, &name)?);
    }
    if global.json {
        print_json(&Value::Array(services))?;
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["name", "serviceId", "protocols", "operations", "shapes", "apiVersion"];
    let cell = |service: &Value, column: &str| match &service[column] {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    };
    let mut rows = vec![columns.map(str::to_owned).to_vec()];
    rows.extend(services.iter().map(|service| columns.map(|column| cell(service, column)).to_vec()));
    print(&table(&rows))?;
    let total = |column: &str| services.iter().filter_map(|it| it[column].as_u64()).sum::<u64>();
    global.output().remark(format!(
        "{} services, {} operations, {} shapes",
        services.len(),
        total("operations"),
        total("shapes")
    ));
    Ok(ExitCode::SUCCESS)
}

/// What a line of the list says.
fn summary(source: &SpecSource, name: &str) -> anyhow::Result<Value> {
    if source.directory().is_none()
        && let Some(info) = asf_specs::info(name)
    {
        let protocols: Vec<&str> = info.protocols.iter().map(|it| it.as_str()).collect();
        return Ok(json!({
            "name": name, "serviceId": info.service_id, "protocols": protocols,
            "operations": info.operations, "shapes": info.shapes, "apiVersion": info.api_version,
        }));
    }
    let service = source.schema(name)?;
    let protocols: Vec<&str> = service.metadata.protocols.iter().map(|it| it.as_str()).collect();
    Ok(json!({
        "name": name, "serviceId": service.metadata.service_id, "protocols": protocols,
        "operations": service.operations.len(), "shapes": service.shapes.len(),
        "apiVersion": service.metadata.api_version,
    }))
}

fn update(
    version: Option<&str>,
    from: Option<&std::path::Path>,
    global: &Global,
) -> anyhow::Result<ExitCode> {
    let output = global.output();
    // The directory that is asked for need not hold specs yet.
    let directory = match &global.specs {
        Some(directory) => directory.clone(),
        None => global.spec_source()?.require_directory()?.to_owned(),
    };
    let botocore = match from {
        Some(data) => Botocore::at(data)?,
        None => {
            output.remark(format!("getting botocore {}", version.unwrap_or("(latest)")));
            Botocore::download(version).context(
                "nothing was updated (without a network, --from takes the folder botocore/data of an unpacked botocore)",
            )?
        }
    };
    let bar = output.progress(0, "specs");
    let updated = specs::update(&botocore, &directory, &mut |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    if global.json {
        print_json(&update_as_json(&updated))?;
    } else {
        print(&update_as_text(&updated))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn update_as_json(updated: &Updated) -> Value {
    let operations: serde_json::Map<String, Value> = updated
        .operations
        .iter()
        .map(|(service, it)| {
            (service.clone(), json!({"added": it.added, "removed": it.removed, "changed": it.changed}))
        })
        .collect();
    json!({
        "from": updated.from, "to": updated.to,
        "services": updated.counts.services, "operations": updated.counts.operations, "shapes": updated.counts.shapes,
        "added": updated.added, "removed": updated.removed, "changes": operations,
        "written": updated.written, "deleted": updated.deleted,
    })
}

fn update_as_text(updated: &Updated) -> String {
    let counts = updated.counts;
    let mut text = match &updated.from {
        Some(from) => format!("botocore {from} -> {}\n", updated.to),
        None => format!("botocore {}\n", updated.to),
    };
    text += &format!(
        "{} services, {} operations, {} shapes; {} files written, {} deleted\n",
        counts.services, counts.operations, counts.shapes, updated.written, updated.deleted
    );
    if updated.from.is_none() {
        return text;
    }
    let mut line = |what: &str, names: &[String]| {
        if !names.is_empty() {
            text += &format!("{what}: {}\n", names.join(", "));
        }
    };
    line("new services", &updated.added);
    line("removed services", &updated.removed);
    for (service, changes) in &updated.operations {
        line(&format!("{service}: added"), &changes.added);
        line(&format!("{service}: removed"), &changes.removed);
        line(&format!("{service}: changed"), &changes.changed);
    }
    text
}

fn verify(global: &Global) -> anyhow::Result<ExitCode> {
    let source = global.spec_source()?;
    let bar = global.output().progress(0, "specs");
    let verified = specs::verify(source.require_directory()?, &mut |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    report(&verified, global)?;
    Ok(if verified.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(verified: &Verified, global: &Global) -> anyhow::Result<()> {
    let counts = verified.counts;
    if global.json {
        let problems: Vec<Value> =
            verified.problems.iter().map(|it| json!({"file": it.file, "what": it.what})).collect();
        print_json(&json!({
            "botocore": verified.botocore, "files": verified.files, "patches": verified.patches,
            "services": counts.services, "operations": counts.operations, "shapes": counts.shapes,
            "problems": problems,
        }))?;
        return Ok(());
    }
    let mut text = String::new();
    for problem in &verified.problems {
        text += &format!("{}: {}\n", problem.file, problem.what);
    }
    text += &format!(
        "botocore {}: {} services, {} operations, {} shapes; {} files as in the manifest, {} patches; {} problems\n",
        verified.botocore,
        counts.services,
        counts.operations,
        counts.shapes,
        verified.files,
        verified.patches,
        verified.problems.len()
    );
    print(&text)?;
    Ok(())
}
