//! Checking a directory of specs: hashes, patches, loading, counts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::manifest::{Counts, Manifest, sha256};
use super::source::{self, SpecSource};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, within the directory.
    pub file: String,
    /// What is wrong.
    pub what: String,
}

/// What a verification has found.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Version of botocore in the manifest.
    pub botocore: String,
    /// Files whose hash was compared.
    pub files: usize,
    /// Patch files that were applied.
    pub patches: usize,
    /// What the specs hold, before patches.
    pub counts: Counts,
    /// Empty when all is well.
    pub problems: Vec<Problem>,
}

/// Compares every file with the manifest, applies every patch, loads every spec, and counts. `step` is
/// called after each service with its position and their number.
///
/// # Errors
/// When there is no manifest; everything else is a [`Problem`].
pub fn verify(directory: &Path, step: &mut dyn FnMut(usize, usize)) -> anyhow::Result<Verified> {
    let manifest = source::read_manifest(directory)?;
    let mut verified = Verified { botocore: manifest.botocore.clone(), ..Verified::default() };
    hashes(directory, &manifest, &mut verified);
    let source = SpecSource::Directory(directory.to_owned());
    let names = source.names()?;
    for (index, name) in names.iter().enumerate() {
        if let Err(error) = load(directory, &source, name, &mut verified) {
            verified.problem(name, format!("{error:#}"));
        }
        step(index + 1, names.len());
    }
    for name in patch_names(directory)? {
        if names.binary_search(&name).is_err() {
            verified.problem(&format!("patches/{name}.json"), "there is no such service".to_owned());
        }
    }
    if verified.counts != manifest.counts {
        let what = format!("the manifest counts {:?}, the specs hold {:?}", manifest.counts, verified.counts);
        verified.problem(Manifest::FILE, what);
    }
    Ok(verified)
}

impl Verified {
    fn problem(&mut self, file: &str, what: String) {
        self.problems.push(Problem { file: file.to_owned(), what });
    }
}

fn hashes(directory: &Path, manifest: &Manifest, verified: &mut Verified) {
    for (path, hash) in &manifest.files {
        match fs::read(directory.join(path)) {
            Ok(bytes) if sha256(&bytes) == *hash => verified.files += 1,
            Ok(_) => {
                verified
                    .problem(path, "the file has been changed: its hash is not the manifest's".to_owned());
            }
            Err(error) => verified.problem(path, format!("the manifest lists it, but: {error}")),
        }
    }
}

fn load(directory: &Path, source: &SpecSource, name: &str, verified: &mut Verified) -> anyhow::Result<()> {
    let spec = source.spec(name)?;
    let patched = source::read_patch(directory, name)?.is_some();
    verified.patches += usize::from(patched);
    asf_schema::load_service_value(name, &spec)?;
    let counted = if patched { source.unpatched(directory, name)? } else { spec };
    verified.counts.add(&counted);
    Ok(())
}

/// The services that the directory has patches of.
fn patch_names(directory: &Path) -> anyhow::Result<BTreeSet<String>> {
    let patches = directory.join("patches");
    if !patches.is_dir() {
        return Ok(BTreeSet::new());
    }
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(&patches).with_context(|| format!("cannot list {}", patches.display()))? {
        let file = entry?.path();
        if file.extension().is_some_and(|it| it == "json") {
            names.extend(file.file_stem().and_then(|it| it.to_str()).map(str::to_owned));
        }
    }
    Ok(names)
}
