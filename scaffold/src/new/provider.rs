//! `scaffold new provider <service>`: a crate that compiles, with one operation as an example and a test.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde_json::json;

use crate::generate::emit::Home;
use crate::generate::names::package_name;
use crate::generate::plan::Operation;
use crate::generate::{Model, Plan, crate_files};
use crate::specs::SpecSource;
use crate::suggest::unknown;

const TEMPLATE: &[super::Template] = &[
    ("Cargo.toml", include_str!("../../../templates/provider/Cargo.toml.hbs")),
    ("src/lib.rs", include_str!("../../../templates/provider/src/lib.rs.hbs")),
    ("src/provider.rs", include_str!("../../../templates/provider/src/provider.rs.hbs")),
    ("tests/it/main.rs", include_str!("../../../templates/provider/tests/it/main.rs.hbs")),
];

/// What was written.
#[derive(Debug)]
pub struct NewProvider {
    /// The package's name.
    pub package: String,
    /// The operation that stands as an example.
    pub operation: &'static str,
    /// The files.
    pub files: Vec<String>,
}

/// Writes the provider crate of a service to `services/<service>`, and the crate of its API to
/// `generated/<service>` if it is not there yet. `operation` is the one to start with; without it, one
/// that reads and needs no input.
///
/// # Errors
/// When service or operation are not known (the nearest is named), the crate is there already, or a
/// file cannot be written.
pub fn provider(
    source: &SpecSource,
    service: &str,
    operation: Option<&str>,
    output: Option<&Path>,
) -> anyhow::Result<NewProvider> {
    let workspace = source.require_directory()?.parent().context("the specs have no directory above them")?;
    let directory = output.map_or_else(|| workspace.join("services").join(service), Path::to_owned);
    let model = Model::new(service, source.spec(service)?, None)?;
    let plan = Plan::new(&model);
    let example = match operation {
        Some(name) => plan.operations.iter().find(|it| it.name == name).ok_or_else(|| {
            let names = plan.operations.iter().map(|it| it.name);
            unknown("operation", name, names).context(format!("service {service}"))
        })?,
        None => example(&plan).ok_or_else(|| anyhow!("{service} has no operations"))?,
    };
    let package = format!("asf-{service}");
    let mut imports: Vec<String> = vec![plan.api(), plan.error()];
    imports.extend(example.input.clone());
    imports.extend(example.output.clone());
    imports.sort();
    imports.dedup();
    let values = json!({
        "service": service,
        "package": package,
        "lib": package.replace('-', "_"),
        "api_package": package_name(service),
        "api_lib": package_name(service).replace('-', "_"),
        "root": relative_root(workspace, &directory),
        "name": plan.name,
        "full_name": plan.service.metadata.full_name,
        "imports": format!("{{{}}}", imports.join(", ")),
        "operation": example.name,
        "operation_marker": example.name,
        "method": example.method,
        "input": example.input,
        "output_type": example.output.as_deref().unwrap_or("()"),
        "output_value": match &example.output {
            Some(output) => format!("{output}::default()"),
            None => "()".to_owned(),
        },
    });
    let mut files = super::write(TEMPLATE, &values, &directory)?;
    let api = workspace.join("generated").join(service);
    if !api.exists() {
        let home = Home::of(&workspace.join("generated"), source.directory());
        crate_files(&model, &plan, &home)?.save(&api)?;
        files.push(api.display().to_string());
    }
    Ok(NewProvider { package, operation: example.name, files })
}

/// An operation that reads and needs nothing, else one that needs nothing, else the first.
fn example(plan: &Plan) -> Option<&Operation> {
    let needs_nothing = |it: &&Operation| {
        let input = plan.service.operation(it.name).and_then(asf_schema::Operation::input);
        input.is_none_or(|input| input.members().all(|member| !member.is_required()))
    };
    let reads = |it: &&Operation| ["List", "Describe", "Get"].iter().any(|verb| it.name.starts_with(verb));
    let operations = || plan.operations.iter();
    operations()
        .filter(reads)
        .find(needs_nothing)
        .or_else(|| operations().find(needs_nothing))
        .or_else(|| operations().next())
}

/// The way from a crate's directory to the workspace: `../..` from `services/sqs`, else the whole path.
fn relative_root(workspace: &Path, directory: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (workspace, directory) = (absolute(workspace), absolute(directory));
    match directory.strip_prefix(&workspace) {
        Ok(below) => below.components().map(|_| "..").collect::<PathBuf>().display().to_string(),
        Err(_) => workspace.display().to_string(),
    }
}
