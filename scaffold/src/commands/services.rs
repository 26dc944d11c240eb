//! `scaffold services [SERVICE...]`: what there is, and what of it is native.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use serde_json::{Value, json};

use crate::cli::Global;
use crate::output::{print, print_json, table};
use crate::services::{NativeProvider, native_providers};
use crate::specs::SpecSource;
use crate::suggest;

/// Arguments of `services`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show the operations of these services, and which of them are native
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Only services that have a native provider
    #[arg(long)]
    native: bool,
}

/// Runs the command.
///
/// # Errors
/// When there is no workspace around, its code cannot be read, or a name is not known (the nearest is named).
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let source = global.spec_source()?;
    let workspace = source.require_directory()?.parent().context("the specs have no directory above them")?;
    let code = workspace.join("services");
    let providers = if code.is_dir() {
        native_providers(&code)?
    } else {
        global.output().remark(format!("there is no {}, so nothing is native", code.display()));
        Vec::new()
    };
    remark_unknown(&source, &providers, global)?;
    let mut services = Vec::new();
    for name in names(args, &source)? {
        let providers: Vec<&NativeProvider> = providers.iter().filter(|it| it.service == name).collect();
        if !args.native || !providers.is_empty() {
            services.push(Service::new(&source, name, &providers, workspace)?);
        }
    }
    if global.json {
        print_json(&services.iter().map(Service::json).collect())?;
    } else if args.services.is_empty() {
        print(&overview(&services))?;
        let with_provider = services.iter().filter(|it| !it.providers.is_empty()).count();
        global.output().remark(format!(
            "{} services, {} operations; native: {with_provider} services, {} operations",
            services.len(),
            services.iter().map(|it| it.operations.len()).sum::<usize>(),
            services.iter().map(Service::native).sum::<usize>(),
        ));
    } else {
        let texts: Vec<String> = services.iter().map(Service::text).collect();
        print(&texts.join("\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn names(args: &Args, source: &SpecSource) -> anyhow::Result<Vec<String>> {
    let known = source.names()?;
    if let Some(name) = args.services.iter().find(|name| !known.contains(name)) {
        return Err(suggest::unknown("service", name, known.iter().map(String::as_str)));
    }
    Ok(if args.services.is_empty() { known } else { args.services.clone() })
}

/// A name in the code that the specs do not have would otherwise just be missing.
fn remark_unknown(source: &SpecSource, providers: &[NativeProvider], global: &Global) -> anyhow::Result<()> {
    let known = source.names()?;
    for it in providers.iter().filter(|it| !known.contains(&it.service)) {
        let error = suggest::unknown("service", &it.service, known.iter().map(String::as_str));
        global.output().remark(format!("{}: {error}", it.file.display()));
    }
    Ok(())
}

/// A service and its providers.
struct Service {
    name: String,
    protocols: Vec<&'static str>,
    /// Each operation, and the packages that answer it.
    operations: Vec<(&'static str, Vec<String>)>,
    providers: Vec<Value>,
}

impl Service {
    fn new(
        source: &SpecSource,
        name: String,
        providers: &[&NativeProvider],
        workspace: &Path,
    ) -> anyhow::Result<Self> {
        let schema = source.schema(&name)?;
        let who = |operation: &str| {
            let it = providers.iter().filter(|it| it.operations.iter().any(|it| it == operation));
            it.map(|it| display_name(it)).collect()
        };
        let provider = |it: &&NativeProvider| {
            let file = it.file.strip_prefix(workspace).unwrap_or(&it.file);
            json!({
                "package": it.package, "name": it.name, "file": file.display().to_string(),
                "operations": it.operations,
            })
        };
        Ok(Self {
            name,
            protocols: schema.metadata.protocols.iter().map(|it| it.as_str()).collect(),
            operations: schema.operations.iter().map(|it| (it.name, who(it.name))).collect(),
            providers: providers.iter().map(provider).collect(),
        })
    }

    /// How many operations are native.
    fn native(&self) -> usize {
        self.operations.iter().filter(|(_, who)| !who.is_empty()).count()
    }

    fn json(&self) -> Value {
        let all: Vec<&str> = self.operations.iter().map(|(name, _)| *name).collect();
        let native = self.operations.iter().filter(|(_, who)| !who.is_empty());
        json!({
            "name": self.name, "protocols": self.protocols, "operations": all,
            "native": native.map(|(name, _)| *name).collect::<Vec<_>>(), "providers": self.providers,
        })
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{}: {}, {} of {} operations native\n",
            self.name,
            self.protocols.join(", "),
            self.native(),
            self.operations.len()
        );
        let rows: Vec<Vec<String>> =
            self.operations.iter().map(|(name, who)| vec![format!("  {name}"), who.join(", ")]).collect();
        text += &table(&rows);
        text
    }
}

/// The package, with the provider's name unless it is the usual one.
fn display_name(provider: &NativeProvider) -> String {
    match provider.name.as_str() {
        "default" => provider.package.clone(),
        name => format!("{} ({name})", provider.package),
    }
}

fn overview(services: &[Service]) -> String {
    let mut rows = vec![["service", "protocols", "operations", "native"].map(str::to_owned).to_vec()];
    rows.extend(services.iter().map(|it| {
        let native = match it.native() {
            0 => String::new(),
            all if all == it.operations.len() => "all".to_owned(),
            some => some.to_string(),
        };
        vec![it.name.clone(), it.protocols.join(","), it.operations.len().to_string(), native]
    }));
    table(&rows)
}
