//! New crates from `templates/`.

mod provider;

use std::path::Path;

use anyhow::{Context as _, bail};
use handlebars::Handlebars;
use serde_json::Value;

pub use provider::{NewProvider, provider};

/// A file of a template: where it goes, and its text with placeholders.
type Template = (&'static str, &'static str);

/// Fills a template in and writes it to a directory that does not exist yet.
///
/// # Errors
/// When the directory exists (nothing is overwritten), a placeholder has no value, or a file cannot be
/// written.
fn write(template: &[Template], values: &Value, directory: &Path) -> anyhow::Result<Vec<String>> {
    if directory.exists() {
        bail!("{} exists already; nothing was written", directory.display());
    }
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
