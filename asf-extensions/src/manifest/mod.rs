//! `asf-extension.toml`: what an extension is called, how it is started, and what it serves.

mod check;
mod seconds;
mod served;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use asf_runtime::gateway::edge::Rule;
use http::Method;
use serde::Deserialize;

pub use check::Fault;
pub use served::Served;

use crate::ExtensionName;

/// The file's name.
pub const MANIFEST: &str = "asf-extension.toml";
/// The version of what is said on the socket.
pub const PROTOCOL: u32 = 1;
/// Bytes of a manifest, at most.
const MOST: u64 = 256 << 10;

/// What an extension's folder says of it.
///
/// ```
/// use asf_extensions::{Manifest, Served};
///
/// let manifest = Manifest::parse(
///     r#"
///     name = "notes"
///     version = "0.1.0"
///     protocol = 1
///     command = ["python3", "main.py"]
///
///     [operations]
///     kinesis = ["ListStreams", "CreateStream"]
///
///     [[routes]]
///     path = "/_extension/notes/{*rest}"
///     "#,
/// )?;
/// assert_eq!(manifest.operations["kinesis"], Served::named(["ListStreams", "CreateStream"]));
///
/// let error = Manifest::parse("name = \"Notes\"").unwrap_err().to_string();
/// assert!(error.contains("\"Notes\" is no name of an extension"), "{error}");
/// # Ok::<(), asf_extensions::ManifestError>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// What it is called.
    pub name: ExtensionName,
    /// Its version, as its author counts.
    pub version: String,
    /// A line for people.
    #[serde(default)]
    pub description: String,
    /// The version of what is said on the socket: [`PROTOCOL`].
    pub protocol: u32,
    /// The program and its arguments. A program with a slash in its name is looked for in the extension's
    /// folder, others on the `PATH`.
    pub command: Vec<String>,
    /// When it is started.
    #[serde(default)]
    pub start: Start,
    /// How long it may take until it answers.
    #[serde(default = "start_timeout", deserialize_with = "seconds::read")]
    pub start_timeout: Duration,
    /// How long it may take to answer a call of an operation.
    #[serde(default = "call_timeout", deserialize_with = "seconds::read")]
    pub call_timeout: Duration,
    /// What it finds in its environment besides.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Moments that it wants to be told of.
    #[serde(default)]
    pub hooks: Vec<Moment>,
    /// By service (botocore's folder name), the operations that it answers where there is no native provider
    /// of them.
    #[serde(default)]
    pub operations: BTreeMap<String, Served>,
    /// By service, the operations that it answers in the place of the native provider.
    #[serde(default)]
    pub overrides: BTreeMap<String, Served>,
    /// Paths and hosts that it answers.
    #[serde(default)]
    pub routes: Vec<Route>,
}

/// When an extension is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// With the first call or request for it.
    #[default]
    Lazy,
    /// With the emulator; and again by itself, when it crashed.
    Eager,
}

/// A moment of the emulator's life, by the names of [hooks](asf_runtime::hook::HookPoint).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Requests are answered, and `Ready.` has been said.
    OnInfraReady,
    /// The emulator ends; it answers no calls any more.
    OnInfraShutdown,
}

impl Moment {
    /// `on_infra_ready`, `on_infra_shutdown`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OnInfraReady => "on_infra_ready",
            Self::OnInfraShutdown => "on_infra_shutdown",
        }
    }
}

/// A path, and perhaps a host and methods, that an extension answers. Patterns are those of [`Rule`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Route {
    /// The pattern of the path.
    pub path: String,
    /// The pattern of the host; without it, every host.
    pub host: Option<String>,
    /// The methods; without them, all.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Whether it answers for CORS itself, see [`Rule::own_cors`].
    #[serde(default)]
    pub own_cors: bool,
}

impl Route {
    /// As the edge router takes it.
    ///
    /// # Errors
    /// [`Fault::Method`] when one of the methods is none.
    pub fn rule(&self) -> Result<Rule, Fault> {
        let method = |it: &String| Method::try_from(it.as_str()).map_err(|_| Fault::Method(it.clone()));
        let methods: Vec<Method> = self.methods.iter().map(method).collect::<Result<_, _>>()?;
        let mut rule = Rule::new(self.path.clone()).methods(methods);
        if let Some(host) = &self.host {
            rule = rule.host(host.clone());
        }
        Ok(if self.own_cors { rule.own_cors() } else { rule })
    }
}

/// What is wrong with a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// There is none.
    #[error("{} has no {MANIFEST}", .0.display())]
    Missing(PathBuf),
    /// It cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is no TOML, or has not what a manifest has.
    #[error("{MANIFEST}: {0}")]
    Malformed(#[from] toml::de::Error),
    /// It says things that cannot be; at least one.
    #[error("{MANIFEST}: {}", lines(.0))]
    Wrong(Vec<Fault>),
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Manifest {
    /// Reads a manifest and checks all of it but the services, see [`check_operations`](Self::check_operations).
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text)?;
        let faults = check::faults(&manifest);
        if faults.is_empty() { Ok(manifest) } else { Err(ManifestError::Wrong(faults)) }
    }

    /// Reads the manifest of a folder, see [`parse`](Self::parse).
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn read(folder: &Path) -> Result<Self, ManifestError> {
        let path = folder.join(MANIFEST);
        let text = match limited(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ManifestError::Missing(folder.to_owned()));
            }
            Err(error) => return Err(ManifestError::Unreadable { path, error }),
        };
        Self::parse(&text)
    }

    /// Checks that services and operations exist, and that operations can be answered over the socket. Loads
    /// the models of the services.
    ///
    /// # Errors
    /// [`ManifestError::Wrong`].
    pub fn check_operations(&self) -> Result<(), ManifestError> {
        let faults = check::faults_of_operations(self);
        if faults.is_empty() { Ok(()) } else { Err(ManifestError::Wrong(faults)) }
    }
}

fn limited(path: &Path) -> io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)?.take(MOST).read_to_string(&mut text)?;
    if text.len() as u64 == MOST {
        return Err(io::Error::other(format!("it has {MOST} bytes or more")));
    }
    Ok(text)
}

fn start_timeout() -> Duration {
    Duration::from_secs(10)
}

fn call_timeout() -> Duration {
    Duration::from_secs(30)
}
