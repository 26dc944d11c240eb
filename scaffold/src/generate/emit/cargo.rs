//! `Cargo.toml`.

use std::path::{Path, PathBuf};

use crate::generate::committed::HEADER;
use crate::generate::model::Model;
use crate::generate::names::package_name;

/// Where the crate will live, which decides how it finds asf-runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// In a workspace that has asf-runtime among its dependencies.
    Workspace,
    /// Elsewhere, with asf-runtime in this directory.
    Path(PathBuf),
    /// Elsewhere, with asf-runtime from the registry.
    Registry,
}

impl Home {
    /// What is around a directory, which need not exist yet. `specs` is the directory of the specs, with
    /// asf-runtime beside it.
    #[must_use]
    pub fn of(directory: &Path, specs: Option<&Path>) -> Self {
        let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        let has_runtime = |it: &Path| {
            let text = std::fs::read_to_string(it.join("Cargo.toml")).unwrap_or_default();
            text.contains("[workspace.dependencies]") && text.contains("asf-runtime")
        };
        if directory.ancestors().any(has_runtime) {
            return Self::Workspace;
        }
        let beside =
            specs.and_then(|it| std::path::absolute(it).ok()?.parent().map(|it| it.join("asf-runtime")));
        match beside {
            Some(runtime) if runtime.join("Cargo.toml").is_file() => Self::Path(runtime),
            _ => Self::Registry,
        }
    }
}

pub(super) fn manifest(model: &Model, home: &Home) -> String {
    let service = model.service;
    let (package, runtime) = match home {
        Home::Workspace => (
            "version.workspace = true\nedition.workspace = true\nrust-version.workspace = true\n\
             license.workspace = true\npublish.workspace = true\n"
                .to_owned(),
            "asf-runtime.workspace = true".to_owned(),
        ),
        Home::Path(_) | Home::Registry => (
            format!(
                "version = \"{}\"\nedition = \"2024\"\nlicense = \"Apache-2.0\"\npublish = false\n",
                env!("CARGO_PKG_VERSION")
            ),
            match home {
                Home::Path(path) => format!("asf-runtime = {{ path = {:?} }}", path.display().to_string()),
                _ => format!("asf-runtime = \"{}\"", env!("CARGO_PKG_VERSION")),
            },
        ),
    };
    format!(
        "{HEADER}{}; do not edit.\n\n[package]\nname = \"{}\"\ndescription = {:?}\n{package}\n\
         [lib]\n# Nothing here has tests, and AWS's documentation has no examples in Rust.\ntest = false\n\
         doctest = false\n\n[dependencies]\n{runtime}\n",
        model.origin,
        package_name(service.name),
        format!("Types, operations and client of {}", service.metadata.full_name),
    )
}
