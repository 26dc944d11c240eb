//! Java programs in a single file.

use std::path::Path;

use super::archive::{java, needs_java};
use crate::{Checksum, InstallError, Installer, Job, Launch};

/// The file's name here.
const FILE: &str = "program.jar";

/// A jar, got by URL or from a Maven repository, and run by Java.
#[derive(Clone, Debug)]
pub struct Jar {
    from: From,
    checksum: Checksum,
}

#[derive(Clone, Debug)]
enum From {
    Url(String),
    /// A path in the repository that is configured.
    Maven(String),
}

impl Jar {
    /// The jar at a URL.
    #[must_use]
    pub fn new(url: &str, checksum: Checksum) -> Self {
        Self { from: From::Url(url.to_owned()), checksum }
    }

    /// An artifact of the Maven repository that `ASF_MAVEN_REPOSITORY` names.
    #[must_use]
    pub fn maven(group: &str, artifact: &str, version: &str, checksum: Checksum) -> Self {
        Self { from: From::Maven(maven_artifact(group, artifact, version)), checksum }
    }
}

impl Installer for Jar {
    fn prepare_installation(&self, job: &Job<'_>) -> Result<(), InstallError> {
        needs_java(job)
    }

    fn install(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let url = match &self.from {
            From::Url(url) => url.clone(),
            From::Maven(path) => {
                let none = || job.failed("set ASF_MAVEN_REPOSITORY to the URL of a Maven repository");
                format!("{}/{path}", job.sources.maven.as_ref().ok_or_else(none)?.trim_end_matches('/'))
            }
        };
        job.download(&url, &self.checksum, &job.folder.join(FILE))
    }

    fn launch(&self, folder: &Path) -> Launch {
        java(&folder.join(FILE), [])
    }

    fn source(&self) -> String {
        match &self.from {
            From::Url(url) => url.clone(),
            From::Maven(path) => format!("Maven: {path}"),
        }
    }
}

/// Where an artifact is in a Maven repository.
#[must_use]
pub fn maven_artifact(group: &str, artifact: &str, version: &str) -> String {
    format!("{}/{artifact}/{version}/{artifact}-{version}.jar", group.replace('.', "/"))
}
