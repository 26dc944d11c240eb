//! Where values come from: the command line, the environment, a profile, `.env` in the working directory;
//! the earlier wins.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::{EnvFileError, Setting as _, read_env_file, variables};
use crate::plugin::Settings;

/// In a container, variables may have this in front of their names, as LocalStack's may.
const PREFIX: &str = "LOCALSTACK_";
/// Where profiles are, unless `CONFIG_DIR` says where.
const CONFIG_DIR: &str = "~/.asf";
/// The profile that is read if none is named, and may be missing.
const DEFAULT_PROFILE: &str = "default";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command line.
    CommandLine,
    /// The environment of the process.
    Environment,
    /// The file of a profile.
    Profile(PathBuf),
    /// `.env` in the working directory.
    DotEnv(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command line"),
            Self::Environment => f.write_str("environment"),
            Self::Profile(path) | Self::DotEnv(path) => path.display().fmt(f),
        }
    }
}

/// All variables of a process, and where each is from.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    values: BTreeMap<String, (String, Origin)>,
}

impl Layers {
    /// The environment alone.
    #[must_use]
    pub fn of_environment(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut layers = Self::default();
        layers.add(&environment.into_iter().collect(), &Origin::Environment);
        layers
    }

    /// The environment, the profiles, and `.env` of a directory.
    ///
    /// `profiles` is what the command line names, else `CONFIG_PROFILE` of the environment; several are
    /// separated by commas, and of those the earlier wins. Without any, `default` is read if there is one.
    /// They are looked for in `CONFIG_DIR`, else `~/.asf`.
    ///
    /// # Errors
    /// When a file cannot be read, or a profile that is named does not exist.
    pub fn load(
        environment: impl IntoIterator<Item = (String, String)>,
        profiles: Option<&str>,
        directory: &Path,
    ) -> Result<Self, EnvFileError> {
        let mut layers = Self::of_environment(environment);
        let named = profiles.map(str::to_owned).or_else(|| layers.get("CONFIG_PROFILE").map(str::to_owned));
        let folder = PathBuf::from(layers.get("CONFIG_DIR").unwrap_or(CONFIG_DIR));
        let folder = folder.at_home(layers.get("HOME").unwrap_or("~"));
        for name in named.as_deref().unwrap_or(DEFAULT_PROFILE).split(',').map(str::trim) {
            layers.add_profile(name, &folder, named.is_some())?;
        }
        if let Some(profiles) = profiles {
            layers.set("CONFIG_PROFILE", profiles);
        }
        let path = directory.join(".env");
        // What is no file is left alone: some tools use the name for a folder.
        if path.is_file() {
            let values = read_env_file(&path, &|name| layers.get(name).map(str::to_owned))?;
            layers.add(&values, &Origin::DotEnv(path));
        }
        Ok(layers)
    }

    fn add_profile(&mut self, name: &str, folder: &Path, named: bool) -> Result<(), EnvFileError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) || name.starts_with('.') {
            return Err(EnvFileError::ProfileName(name.to_owned()));
        }
        let path = folder.join(format!("{name}.env"));
        if !path.is_file() {
            let missing = EnvFileError::NoProfile { name: name.to_owned(), path };
            return if named { Err(missing) } else { Ok(()) };
        }
        let values = read_env_file(&path, &|name| self.get(name).map(str::to_owned))?;
        self.add(&values, &Origin::Profile(path));
        Ok(())
    }

    /// Adds a layer below those that are there.
    fn add(&mut self, layer: &BTreeMap<String, String>, origin: &Origin) {
        for (name, value) in layer {
            if value.is_empty() {
                continue;
            }
            // The name itself is stronger than the same with the prefix.
            let plain = unprefixed(name).filter(|plain| layer.get(*plain).is_none_or(String::is_empty));
            let name = plain.unwrap_or(name);
            self.values.entry(name.to_owned()).or_insert_with(|| (value.clone(), origin.clone()));
        }
    }

    /// Sets a variable from the command line, which is stronger than everything else.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), (value.into(), Origin::CommandLine));
    }

    /// The value of a variable, if it is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|(value, _)| value.as_str())
    }

    /// Where a variable's value is from.
    #[must_use]
    pub fn origin(&self, name: &str) -> Option<&Origin> {
        self.values.get(name).map(|(_, origin)| origin)
    }

    /// All variables by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Origin)> {
        self.values.iter().map(|(name, (value, origin))| (name.as_str(), value.as_str(), origin))
    }

    /// All values, without where they are from.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.iter().map(|(name, value, _)| (name, value)).collect()
    }
}

/// `PERSISTENCE` of `LOCALSTACK_PERSISTENCE`. Some names have the prefix themselves.
fn unprefixed(name: &str) -> Option<&str> {
    let plain = name.strip_prefix(PREFIX)?;
    let known = |name: &str| variables().any(|variable| variable.is(name));
    (known(plain) && !known(name)).then_some(plain)
}
