//! Where specs are read: a directory, or the copy inside the program.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use asf_schema::ServiceSchema;
use serde_json::Value;

use super::manifest::Manifest;
use crate::suggest;

/// Where specs are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecSource {
    /// A directory with a manifest.
    Directory(PathBuf),
    /// The copy inside the program; it has no paginators and waiters.
    Embedded,
}

impl SpecSource {
    /// The directory that is asked for, else `specs/` of the workspace around the current directory,
    /// else the embedded copy.
    ///
    /// # Errors
    /// When the directory that is asked for has no manifest.
    pub fn find(asked: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(directory) = asked {
            if !directory.join(Manifest::FILE).is_file() {
                bail!(
                    "{0} is no directory of specs, as it has no {1}: give another, or make it one with \
                     `scaffold specs update --specs {0}`",
                    directory.display(),
                    Manifest::FILE
                );
            }
            return Ok(Self::Directory(directory.to_owned()));
        }
        let current = env::current_dir().context("cannot tell the current directory")?;
        Ok(Self::around(&current).map_or(Self::Embedded, Self::Directory))
    }

    /// `specs/` of the workspace around a directory.
    fn around(directory: &Path) -> Option<PathBuf> {
        let candidates = directory.ancestors().map(|it| it.join("specs"));
        candidates.into_iter().find(|it| it.join(Manifest::FILE).is_file() && it.join("patches").is_dir())
    }

    /// The directory, if it is one.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Self::Directory(directory) => Some(directory),
            Self::Embedded => None,
        }
    }

    /// The directory, for what cannot be done without one.
    ///
    /// # Errors
    /// When the specs are the embedded copy.
    pub fn require_directory(&self) -> anyhow::Result<&Path> {
        self.directory()
            .context("no directory of specs here: run it within the workspace, or give --specs DIR")
    }

    /// The version of the botocore that the specs come from.
    ///
    /// # Errors
    /// When the specs are the embedded copy, which does not say, or the manifest cannot be read.
    pub fn botocore_version(&self) -> anyhow::Result<String> {
        Ok(read_manifest(self.require_directory()?)?.botocore)
    }

    /// The names of all services, sorted.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn names(&self) -> anyhow::Result<Vec<String>> {
        let Self::Directory(directory) = self else {
            return Ok(asf_specs::names().map(str::to_owned).collect());
        };
        let files = read_manifest(directory)?.files;
        let mut names: Vec<String> = files
            .keys()
            .filter_map(|path| path.strip_suffix("/service-2.json")?.split_once('/'))
            .map(|(service, _)| service.to_owned())
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The spec of a service, with our patch applied.
    ///
    /// # Errors
    /// When there is no such service (the nearest is named), or its spec or patch is faulty.
    pub fn spec(&self, name: &str) -> anyhow::Result<Value> {
        let Self::Directory(directory) = self else {
            let json =
                asf_specs::json(name).ok_or_else(|| suggest::unknown("service", name, asf_specs::names()))?;
            return Ok(serde_json::from_slice(&json)?);
        };
        let mut spec = self.unpatched(directory, name)?;
        if let Some(patch) = read_patch(directory, name)? {
            asf_specs::patch::apply(&mut spec, &patch)
                .with_context(|| format!("{}", patch_file(directory, name).display()))?;
        }
        Ok(spec)
    }

    /// The model of a service.
    ///
    /// # Errors
    /// As for [`spec`](Self::spec).
    pub fn schema(&self, name: &str) -> anyhow::Result<&'static ServiceSchema> {
        match self {
            Self::Directory(_) => {
                let spec = self.spec(name)?;
                asf_schema::load_service_value(name, &spec).with_context(|| format!("the spec of {name}"))
            }
            Self::Embedded => {
                asf_specs::service(name).ok_or_else(|| suggest::unknown("service", name, asf_specs::names()))
            }
        }
    }

    /// Paginators of a service (`paginators-1.json`), if it has any and the source has them.
    ///
    /// # Errors
    /// When the file is faulty.
    pub fn paginators(&self, name: &str) -> anyhow::Result<Option<Value>> {
        self.beside(name, "paginators-1.json")
    }

    /// Waiters of a service (`waiters-2.json`), if it has any and the source has them.
    ///
    /// # Errors
    /// When the file is faulty.
    pub fn waiters(&self, name: &str) -> anyhow::Result<Option<Value>> {
        self.beside(name, "waiters-2.json")
    }

    fn beside(&self, name: &str, file: &str) -> anyhow::Result<Option<Value>> {
        let Some(directory) = self.directory() else { return Ok(None) };
        let Some(version) = latest_version(directory, name) else { return Ok(None) };
        let file = version.join(file);
        if file.is_file() { read_json(&file).map(Some) } else { Ok(None) }
    }

    pub(super) fn unpatched(&self, directory: &Path, name: &str) -> anyhow::Result<Value> {
        match latest_version(directory, name) {
            Some(version) => read_json(&version.join("service-2.json")),
            None => {
                let names = self.names()?;
                Err(suggest::unknown("service", name, names.iter().map(String::as_str)))
            }
        }
    }
}

/// `<directory>/<service>/<latest api-version>`. A name that is no plain word finds nothing.
fn latest_version(directory: &Path, name: &str) -> Option<PathBuf> {
    if name.is_empty()
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    {
        return None;
    }
    let versions = fs::read_dir(directory.join(name)).ok()?;
    let versions = versions.filter_map(|entry| Some(entry.ok()?.path()));
    versions.filter(|version| version.join("service-2.json").is_file()).max()
}

/// The manifest of a directory.
pub(super) fn read_manifest(directory: &Path) -> anyhow::Result<Manifest> {
    let file = directory.join(Manifest::FILE);
    let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Manifest::parse(&text).with_context(|| format!("{}", file.display()))
}

/// The patch of a service, if there is one.
pub(super) fn read_patch(directory: &Path, name: &str) -> anyhow::Result<Option<Value>> {
    let file = patch_file(directory, name);
    if file.is_file() { read_json(&file).map(Some) } else { Ok(None) }
}

pub(super) fn patch_file(directory: &Path, name: &str) -> PathBuf {
    directory.join("patches").join(format!("{name}.json"))
}

pub(super) fn read_json(file: &Path) -> anyhow::Result<Value> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))
}
