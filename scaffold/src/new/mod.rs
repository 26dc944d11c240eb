//! New crates from `templates/`.

mod example;
mod extension;
mod provider;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use handlebars::Handlebars;
use serde_json::{Map, Value};

pub use extension::extension;
pub use provider::provider;

use crate::generate::emit::Home;
use crate::specs::SpecSource;

/// What was written.
#[derive(Debug)]
pub struct NewCrate {
    /// The package's name.
    pub package: String,
    /// The operation or path that stands as an example.
    pub answers: String,
    /// The files.
    pub files: Vec<String>,
}

/// A file of a template: where it goes, and its text with placeholders.
type Template = (&'static str, &'static str);

/// Where a new crate goes.
struct Place {
    /// The root of the workspace.
    workspace: PathBuf,
    /// The crate's directory.
    directory: PathBuf,
    /// Whether it is one of the workspace's own.
    inside: bool,
}

impl Place {
    /// The directory that is asked for, else this one of the workspace. It is looked at here that it
    /// does not exist, before anything is written.
    fn of(source: &SpecSource, usual: &str, asked: Option<&Path>) -> anyhow::Result<Self> {
        let specs = source.require_directory()?;
        let workspace = specs.parent().context("the specs have no directory above them")?.to_owned();
        let directory = asked.map_or_else(|| workspace.join(usual), Path::to_owned);
        if directory.exists() {
            bail!("{} exists already; nothing was written", directory.display());
        }
        let inside = Home::of(&directory, Some(specs)) == Home::Workspace;
        Ok(Self { workspace, directory, inside })
    }

    /// Adds what templates say about the place and the package.
    fn add_to(&self, values: &mut Map<String, Value>, package: &str) {
        values.insert("package".to_owned(), Value::from(package));
        values.insert("lib".to_owned(), Value::from(package.replace('-', "_")));
        values.insert("root".to_owned(), Value::from(self.root()));
        values.insert("workspace".to_owned(), Value::from(self.inside));
    }

    /// The way from the crate's directory to the workspace: `../..` from `services/sqs`, else the whole
    /// path.
    fn root(&self) -> String {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (workspace, directory) = (absolute(&self.workspace), absolute(&self.directory));
        match directory.strip_prefix(&workspace) {
            Ok(below) => below.components().map(|_| "..").collect::<PathBuf>().display().to_string(),
            Err(_) => workspace.display().to_string(),
        }
    }
}

/// Fills a template in and writes it to a directory that does not exist yet.
///
/// # Errors
/// When a placeholder has no value, or a file cannot be written.
fn write(template: &[Template], values: &Value, directory: &Path) -> anyhow::Result<Vec<String>> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    // What is written is Rust and TOML, not HTML.
    engine.register_escape_fn(handlebars::no_escape);
    let mut written = Vec::new();
    for (path, text) in template {
        let text = engine.render_template(text, values).with_context(|| format!("the template of {path}"))?;
        let file = directory.join(path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        }
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        written.push(file.display().to_string());
    }
    format(&written);
    Ok(written)
}

/// Breaks lines that long names have made too long. Without a rustfmt the files are right all the same.
fn format(files: &[String]) {
    let rust = files.iter().filter(|file| file.ends_with(".rs"));
    let _ = std::process::Command::new("rustfmt").args(["--edition", "2024"]).args(rust).output();
}
