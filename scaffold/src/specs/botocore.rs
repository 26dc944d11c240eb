//! A botocore on this machine: where its data is, and reading what we take from it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

/// A botocore, installed or unpacked.
#[derive(Debug)]
pub struct Botocore {
    /// The folder `botocore/data`.
    pub data: PathBuf,
    /// `1.43.11`.
    pub version: String,
    /// Keeps a downloaded botocore until it is dropped.
    _temporary: Option<tempfile::TempDir>,
}

/// The largest file that is read; the largest of botocore (ec2 with documentation) has 4 MB.
const LARGEST: u64 = 256 << 20;

impl Botocore {
    /// The botocore with this data folder.
    ///
    /// # Errors
    /// When it is no data folder of botocore.
    pub fn at(data: &Path) -> anyhow::Result<Self> {
        if !data.join("endpoints.json").is_file() {
            bail!("{} is not the data folder of a botocore: it has no endpoints.json", data.display());
        }
        let code = data.join("../__init__.py");
        let text = fs::read_to_string(&code)
            .with_context(|| format!("cannot read the version of botocore from {}", code.display()))?;
        let version = text
            .lines()
            .find_map(|line| line.strip_prefix("__version__")?.trim_start().strip_prefix('='))
            .map(|value| value.trim().trim_matches(['\'', '"']).to_owned())
            .with_context(|| format!("{} has no __version__", code.display()))?;
        Ok(Self { data: data.to_owned(), version, _temporary: None })
    }

    /// The botocore that python3 of this machine imports, if there is one.
    #[must_use]
    pub fn installed() -> Option<Self> {
        let program = "import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), 'data'))";
        let output = Command::new("python3").args(["-c", program]).output().ok()?;
        let path = String::from_utf8(output.stdout).ok()?;
        Self::at(Path::new(path.trim())).ok()
    }

    /// Gets botocore with pip, the latest or the given version, into a temporary directory.
    ///
    /// # Errors
    /// When there is no python3 with pip, or pip fails (with its words).
    pub fn download(version: Option<&str>) -> anyhow::Result<Self> {
        let temporary = tempfile::tempdir().context("cannot make a temporary directory")?;
        let package = match version {
            Some(version) => format!("botocore=={version}"),
            None => "botocore".to_owned(),
        };
        let output = Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"])
            .args(["--disable-pip-version-check", "--target"])
            .arg(temporary.path())
            .arg(&package)
            .output()
            .with_context(|| format!("cannot run python3, which gets {package} with pip"))?;
        if !output.status.success() {
            bail!("pip could not get {package}:\n{}", words(&output.stderr));
        }
        let found = Self::at(&temporary.path().join("botocore/data"))?;
        Ok(Self { _temporary: Some(temporary), ..found })
    }

    /// Its licence text, if it is where pip puts it.
    #[must_use]
    pub fn licence(&self) -> Option<String> {
        let packages = self.data.parent()?.parent()?;
        let information = packages.join(format!("botocore-{}.dist-info", self.version));
        let names = ["LICENSE.txt", "licenses/LICENSE.txt"];
        names.iter().find_map(|name| fs::read_to_string(information.join(name)).ok())
    }

    /// Services with their latest API version, sorted by name: `("sqs", "2012-11-05")`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn services(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mut services = Vec::new();
        for entry in list(&self.data)? {
            let versions = if entry.is_dir() { list(&entry)? } else { Vec::new() };
            let has_spec = |version: &&PathBuf| existing(&version.join("service-2.json")).is_some();
            let latest = versions.iter().filter(has_spec).max();
            if let (Some(name), Some(version)) = (name_of(&entry), latest.and_then(|it| name_of(it))) {
                services.push((name, version));
            }
        }
        services.sort();
        Ok(services)
    }

    /// A file of the data folder as JSON, gzipped (`.gz` added to its name) or not; `None` when
    /// there is no such file.
    ///
    /// # Errors
    /// When the file cannot be read, or is not JSON.
    pub fn read(&self, path: &str) -> anyhow::Result<Option<Value>> {
        let Some(file) = existing(&self.data.join(path)) else { return Ok(None) };
        let context = || format!("cannot read {}", file.display());
        let bytes = fs::read(&file).with_context(context)?;
        let mut text = Vec::new();
        if file.extension().is_some_and(|it| it == "gz") {
            let decoder = flate2::read::GzDecoder::new(bytes.as_slice());
            decoder.take(LARGEST).read_to_end(&mut text).with_context(context)?;
        } else {
            text = bytes;
        }
        Ok(Some(serde_json::from_slice(&text).with_context(context)?))
    }
}

/// The botocore that documentation is read from: an installed one, else one that pip gets (of this
/// version, or the latest).
///
/// # Errors
/// When none is installed and none can be had.
pub fn documentation_source(version: Option<&str>) -> anyhow::Result<Botocore> {
    match Botocore::installed() {
        Some(installed) => Ok(installed),
        None => Botocore::download(version)
            .context("documentation comes from a botocore: install one with python3 -m pip install botocore"),
    }
}

/// What pip says, each line cut: it lists all versions that there are where one is not.
fn words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let cut = |line: &str| match line.char_indices().nth(200) {
        Some((end, _)) => format!("{} ..", line.get(..end).unwrap_or(line)),
        None => line.to_owned(),
    };
    text.trim().lines().map(cut).collect::<Vec<_>>().join("\n")
}

/// The file, or the gzipped one of that name.
fn existing(file: &Path) -> Option<PathBuf> {
    let mut gzipped = file.as_os_str().to_owned();
    gzipped.push(".gz");
    [file.to_owned(), PathBuf::from(gzipped)].into_iter().find(|it| it.is_file())
}

fn list(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("cannot list {}", directory.display());
    let entries = fs::read_dir(directory).with_context(context)?;
    entries.map(|entry| Ok(entry.with_context(context)?.path())).collect()
}

fn name_of(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}
