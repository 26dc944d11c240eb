//! Which operations have a native provider, found in the code of the crates in `services/`.
//!
//! A provider is an `impl` block with `#[provider(service = "..")]`, what it answers the functions in it
//! with `#[handler("..")]`. So the list is right without anybody keeping it, and scaffold depends on no
//! provider. Code that is no Rust, or that a macro writes, is not seen.

mod scan;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// A provider, as it stands in the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeProvider {
    /// botocore's name of the service.
    pub service: String,
    /// The provider's name; several may exist for a service.
    pub name: String,
    /// The package.
    pub package: String,
    /// The file that it stands in.
    pub file: PathBuf,
    /// The operations that it answers, in the order of the code.
    pub operations: Vec<String>,
}

/// All providers of the crates in a directory, sorted by service and name. Tests, and providers that do
/// not register (`register = false`), are left out.
///
/// # Errors
/// When a file cannot be read, or one that has providers is not Rust.
pub fn native_providers(services: &Path) -> anyhow::Result<Vec<NativeProvider>> {
    let mut found = Vec::new();
    for directory in list(services)? {
        let Some(package) = package_name(&directory) else { continue };
        for file in rust_files(&directory.join("src"))? {
            let text =
                fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let providers =
                scan::providers(&text).with_context(|| format!("{} is not Rust", file.display()))?;
            found.extend(providers.into_iter().map(|it| NativeProvider {
                service: it.service,
                name: it.name,
                package: package.clone(),
                file: file.clone(),
                operations: it.operations,
            }));
        }
    }
    found.sort_by(|a, b| (&a.service, &a.name).cmp(&(&b.service, &b.name)));
    Ok(found)
}

/// `name = ".."` of the manifest, whose first name is the package's.
fn package_name(directory: &Path) -> Option<String> {
    let manifest = fs::read_to_string(directory.join("Cargo.toml")).ok()?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("name")?.trim_start().strip_prefix('='))?;
    Some(line.trim().trim_matches('"').to_owned())
}

/// The Rust files below a directory, sorted.
fn rust_files(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut next = vec![directory.to_owned()];
    while let Some(path) = next.pop() {
        if path.is_dir() {
            next.extend(list(&path)?);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn list(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("cannot list {}", directory.display());
    let entries = fs::read_dir(directory).with_context(context)?;
    entries.map(|entry| Ok(entry.with_context(context)?.path())).collect()
}
