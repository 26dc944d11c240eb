//! The operation that a new crate has as an example, and what templates say about its service.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use serde_json::{Map, Value, json};

use crate::generate::emit::Home;
use crate::generate::names::package_name;
use crate::generate::plan::Operation;
use crate::generate::{Model, Plan, crate_files};
use crate::specs::SpecSource;
use crate::suggest::unknown;

/// A service, and one of its operations.
pub(super) struct Example {
    model: Model,
    plan: Plan,
    operation: usize,
}

impl Example {
    /// `operation` is the one to take; without it, one that reads and needs no input.
    ///
    /// # Errors
    /// When service or operation are not known; the nearest is named.
    pub(super) fn find(source: &SpecSource, service: &str, operation: Option<&str>) -> anyhow::Result<Self> {
        let model = Model::new(service, source.spec(service)?, None)?;
        let plan = Plan::new(&model);
        let operation = match operation {
            Some(name) => plan.operations.iter().position(|it| it.name == name).ok_or_else(|| {
                let names = plan.operations.iter().map(|it| it.name);
                unknown("operation", name, names).context(format!("service {service}"))
            })?,
            None => harmless(&plan).ok_or_else(|| anyhow!("{service} has no operations"))?,
        };
        Ok(Self { model, plan, operation })
    }

    /// AWS's name of the operation.
    pub(super) fn name(&self) -> &'static str {
        self.operation().map_or("", |it| it.name)
    }

    fn operation(&self) -> Option<&Operation> {
        self.plan.operations.get(self.operation)
    }

    /// The values of templates.
    pub(super) fn values(&self) -> Map<String, Value> {
        let service = self.plan.service;
        let operation = self.operation();
        let output = operation.and_then(|it| it.output.as_deref());
        let input = operation.and_then(|it| it.input.as_deref());
        let mut imports = vec![self.plan.api(), self.plan.error()];
        imports.extend(input.into_iter().chain(output).map(str::to_owned));
        imports.sort();
        imports.dedup();
        let values = json!({
            "service": service.name,
            "service_name": self.plan.name,
            "full_name": service.metadata.full_name,
            "api_package": package_name(service.name),
            "api_lib": package_name(service.name).replace('-', "_"),
            "imports": format!("{{{}}}", imports.join(", ")),
            "operation": self.name(),
            "method": operation.map(|it| it.method.as_str()),
            "input": input,
            "output_type": output.unwrap_or("()"),
            "output_value": output.map_or("()".to_owned(), |output| format!("{output}::default()")),
        });
        match values {
            Value::Object(values) => values,
            _ => Map::new(),
        }
    }

    /// Writes the crate of the service's API to `generated/<service>` if it is not there yet, and says
    /// where.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(super) fn generate(&self, source: &SpecSource, workspace: &Path) -> anyhow::Result<Option<String>> {
        let generated = workspace.join("generated");
        let directory = generated.join(self.plan.service.name);
        if directory.exists() {
            return Ok(None);
        }
        let home = Home::of(&generated, source.directory());
        let files = crate_files(&self.model, &self.plan, &home)?;
        files.save(&directory).context("the crate of the service's API")?;
        Ok(Some(directory.display().to_string()))
    }
}

/// An operation that reads and needs nothing, else one that needs nothing, else the first.
fn harmless(plan: &Plan) -> Option<usize> {
    let needs_nothing = |it: &Operation| {
        let input = plan.service.operation(it.name).and_then(asf_schema::Operation::input);
        input.is_none_or(|input| input.members().all(|member| !member.is_required()))
    };
    let reads = |it: &Operation| ["List", "Describe", "Get"].iter().any(|verb| it.name.starts_with(verb));
    let position = |wanted: &dyn Fn(&Operation) -> bool| plan.operations.iter().position(wanted);
    position(&|it| reads(it) && needs_nothing(it))
        .or_else(|| position(&needs_nothing))
        .or_else(|| position(&|_| true))
}
