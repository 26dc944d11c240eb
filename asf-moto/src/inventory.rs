//! The operations that a moto implements: asked of moto itself, so that no list is kept by hand.
//!
//! `inventory.py` asks the moto of a virtual environment. `inventory.json` is its answer for the version that is
//! installed by default, so that nothing has to be installed to know; `scripts/moto-inventory` writes it anew, and
//! a test compares it with an installed moto. Other versions are asked once, and the answer is kept beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use asf_packages::Installation;
use asf_schema::Operation;
use serde::{Deserialize, Serialize};

/// Asks a moto, and writes what `Inventory` reads.
pub const SCRIPT: &str = include_str!("inventory.py");
const SHIPPED: &str = include_str!("inventory.json");
/// Where the answer is kept, in the folder of the installation.
const FILE: &str = "asf-inventory.json";

/// The operations that a version of moto implements, by service, both by botocore's names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The version.
    pub moto: String,
    /// Services, with those of their operations that are implemented.
    pub services: BTreeMap<String, BTreeSet<String>>,
}

/// Why a moto cannot be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InventoryError {
    /// It is on the machine already, and not in an environment of ours.
    #[error("it has no folder of its own")]
    NoFolder,
    /// Its Python does not run.
    #[error("{} cannot be run: {error}", .program.display())]
    Run {
        /// Python.
        program: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// The script failed.
    #[error("it cannot be asked what it implements: {0}")]
    Failed(String),
    /// The script's answer is not of its form.
    #[error("what it says that it implements cannot be understood: {0}")]
    Json(#[from] serde_json::Error),
}

impl Inventory {
    /// Of the version that is installed by default.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static READ: OnceLock<Inventory> = OnceLock::new();
        READ.get_or_init(|| serde_json::from_str(SHIPPED).unwrap_or_default())
    }

    /// Of an installed moto: as it was kept, else asked now, which takes half a minute and blocks.
    ///
    /// # Errors
    /// When it cannot be asked. That the answer cannot be kept is none.
    pub fn of(installation: &Installation) -> Result<Self, InventoryError> {
        let folder = installation.folder().ok_or(InventoryError::NoFolder)?;
        if let Some(kept) = Self::kept(folder) {
            return Ok(kept);
        }
        let asked = Self::asked(&installation.launch.program)?;
        if let Err(error) = asked.keep(folder) {
            tracing::debug!(%error, "what moto implements is not kept");
        }
        Ok(asked)
    }

    /// Asks the moto of a Python.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn asked(python: &Path) -> Result<Self, InventoryError> {
        let run = Command::new(python).args(["-I", "-c", SCRIPT]).stdin(Stdio::null()).output();
        let output = run.map_err(|error| InventoryError::Run { program: python.to_owned(), error })?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            let last = words.lines().last().unwrap_or("no reason given");
            return Err(InventoryError::Failed(last.to_owned()));
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn kept(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()
    }

    /// Whole or not at all: others may read it meanwhile.
    fn keep(&self, folder: &Path) -> std::io::Result<()> {
        let partial = folder.join(format!(".{FILE}.{}", std::process::id()));
        std::fs::write(&partial, serde_json::to_vec(self)?)?;
        std::fs::rename(partial, folder.join(FILE))
    }

    /// Whether an operation is implemented.
    #[must_use]
    pub fn has(&self, operation: Operation) -> bool {
        self.services.get(operation.service().name).is_some_and(|it| it.contains(operation.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped() {
        let shipped = Inventory::shipped();
        let has = |service: &str, operation: &str| shipped.services[service].contains(operation);
        // One of each protocol, and of each way in which moto picks: by action, by path, by words in the query.
        assert!(has("sns", "ListTopics") && has("ec2", "DescribeVpcs") && has("kms", "ListKeys"));
        assert!(has("apigateway", "GetRestApis") && has("route53", "ListHostedZones"));
        assert!(has("batch", "DescribeJobQueues") && has("s3", "PutBucketVersioning"));
        // It takes this one for ListObjects, and raises NotImplementedError for the others.
        assert!(!has("s3", "GetBucketMetricsConfiguration"));
        assert!(!has("codecommit", "ListRepositories") && !has("ec2", "MonitorInstances"));
    }

    #[test]
    fn kept_beside_the_installation() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Inventory::kept(folder.path()), None);
        Inventory::shipped().keep(folder.path()).unwrap();
        assert_eq!(Inventory::kept(folder.path()).as_ref(), Some(Inventory::shipped()));
        // Of a process that was killed, or of another version of ours.
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(Inventory::kept(folder.path()), None);
    }

    /// Python that cannot import moto says so.
    #[test]
    fn without_moto() {
        let error = Inventory::asked(Path::new("/nowhere/python")).unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/python cannot be run: "), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let python = folder.path().join("python");
        std::fs::write(&python, "#!/bin/sh\necho 'No module named moto' >&2\nexit 1\n").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
            let error = Inventory::asked(&python).unwrap_err().to_string();
            assert_eq!(error, "it cannot be asked what it implements: No module named moto");
        }
    }
}
