//! Rewriting the directory of specs from a botocore.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value;

use super::botocore::Botocore;
use super::changes::{Changes, OperationChanges};
use super::layout;
use super::manifest::{Counts, Manifest, sha256};
use super::source;

/// What an update has done.
#[derive(Clone, Debug, Default)]
pub struct Updated {
    /// Version of botocore before, if there were specs before.
    pub from: Option<String>,
    /// Version of botocore now.
    pub to: String,
    /// How much there is now.
    pub counts: Counts,
    /// Services that were not there before.
    pub added: Vec<String>,
    /// Services that are no longer there.
    pub removed: Vec<String>,
    /// Operations that were touched, by service, new and removed services included.
    pub operations: Changes,
    /// Files that were written.
    pub written: usize,
    /// Files that were deleted.
    pub deleted: usize,
}

/// Rewrites the directory: specs, paginators and waiters of each service's latest API version,
/// `endpoints.json`, `partitions.json`, botocore's licence and the manifest. Patches are kept. `step`
/// is called after each service with its position and their number.
///
/// Everything is read and made before anything is written; files that are the same are not touched,
/// and only files that the old manifest lists are deleted.
///
/// # Errors
/// When botocore's data cannot be read, or the directory cannot be written.
pub fn update(
    botocore: &Botocore,
    directory: &Path,
    step: &mut dyn FnMut(usize, usize),
) -> anyhow::Result<Updated> {
    let old = match directory.join(Manifest::FILE).is_file() {
        true => Some(source::read_manifest(directory)?),
        false => None,
    };
    let services = botocore.services()?;
    if services.is_empty() {
        bail!("{} has no services", botocore.data.display());
    }
    let mut updated = Updated { to: botocore.version.clone(), ..Updated::default() };
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (index, (service, version)) in services.iter().enumerate() {
        let place = format!("{service}/{version}");
        let file = format!("{place}/service-2.json");
        let mut spec = botocore.read(&file)?.with_context(|| format!("{file} is gone"))?;
        layout::strip_documentation(&mut spec);
        updated.counts.add(&spec);
        compare(&mut updated, directory, old.as_ref(), service, &spec);
        files.insert(file, layout::format(&spec, 2));
        for file in [format!("{place}/paginators-1.json"), format!("{place}/waiters-2.json")] {
            if let Some(value) = botocore.read(&file)? {
                files.insert(file, layout::format(&value, 2));
            }
        }
        step(index + 1, services.len());
    }
    for file in ["endpoints.json", "partitions.json"] {
        let value = botocore.read(file)?.with_context(|| format!("botocore has no {file}"))?;
        files.insert(file.to_owned(), layout::format(&value, 4));
    }
    if let Some(old) = &old {
        updated.from = Some(old.botocore.clone());
        for service in old_services(old).filter(|&it| services.iter().all(|(name, _)| name != it)) {
            updated.removed.push(service.to_owned());
            let spec = old_spec(directory, old, service);
            updated.operations.insert(service.to_owned(), OperationChanges::between(&spec, &Value::Null));
        }
    }
    if let Some(licence) = botocore.licence() {
        files.insert("LICENSE-botocore.txt".to_owned(), licence);
    }
    write(directory, old.as_ref(), files, &mut updated)?;
    Ok(updated)
}

fn compare(updated: &mut Updated, directory: &Path, old: Option<&Manifest>, service: &str, spec: &Value) {
    let Some(old) = old else {
        updated.added.push(service.to_owned());
        return;
    };
    let before = old_spec(directory, old, service);
    if before.is_null() {
        updated.added.push(service.to_owned());
    }
    let changes = OperationChanges::between(&before, spec);
    if !changes.is_empty() {
        updated.operations.insert(service.to_owned(), changes);
    }
}

fn old_services(old: &Manifest) -> impl Iterator<Item = &str> {
    let files = old.files.keys().filter_map(|path| path.strip_suffix("/service-2.json"));
    files.filter_map(|path| Some(path.split_once('/')?.0))
}

/// The spec of a service before the update; null when there was none, or none that can be read.
fn old_spec(directory: &Path, old: &Manifest, service: &str) -> Value {
    let is_spec = |path: &&String| {
        path.strip_prefix(service).is_some_and(|it| it.starts_with('/') && it.ends_with("/service-2.json"))
    };
    let file = old.files.keys().rfind(is_spec);
    file.and_then(|file| source::read_json(&directory.join(file)).ok()).unwrap_or_default()
}

fn write(
    directory: &Path,
    old: Option<&Manifest>,
    files: BTreeMap<String, String>,
    updated: &mut Updated,
) -> anyhow::Result<()> {
    let mut manifest =
        Manifest { botocore: updated.to.clone(), counts: updated.counts, files: BTreeMap::new() };
    for (path, text) in files {
        manifest.files.insert(path.clone(), sha256(text.as_bytes()));
        updated.written += usize::from(write_changed(&directory.join(path), &text)?);
    }
    let obsolete = old.into_iter().flat_map(|old| old.files.keys());
    for path in obsolete.filter(|path| !manifest.files.contains_key(*path) && is_inside(path)) {
        let file = directory.join(path);
        if file.is_file() {
            fs::remove_file(&file).with_context(|| format!("cannot delete {}", file.display()))?;
            updated.deleted += 1;
        }
        // The folders of a version and of a service go with their last file.
        for folder in file.ancestors().skip(1).take_while(|it| *it != directory) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
    write_changed(&directory.join(Manifest::FILE), &manifest.to_text())?;
    Ok(())
}

/// A path of the manifest that stays within the directory.
fn is_inside(path: &str) -> bool {
    !path.starts_with('/') && path.split('/').all(|part| !part.is_empty() && part != "..")
}

/// Writes a file unless it has this text already; answers whether it has been written.
fn write_changed(file: &Path, text: &str) -> anyhow::Result<bool> {
    if fs::read(file).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    let context = || format!("cannot write {}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    fs::write(file, text).with_context(context)?;
    Ok(true)
}
