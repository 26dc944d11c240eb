//! Where packages are installed.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use asf_runtime::config::{Config, NoHome};

/// Which of the two folders a package is installed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Target {
    /// `static_libs`: what an image is built with. It is looked at first, and only written when told to.
    StaticLibs,
    /// `var_libs`: what is installed when it is first needed, in the volume; it survives the container.
    #[default]
    VarLibs,
}

impl Target {
    /// Both, in the order in which they are looked at.
    pub const ALL: [Self; 2] = [Self::StaticLibs, Self::VarLibs];

    /// As the command line calls it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StaticLibs => "static",
            Self::VarLibs => "var",
        }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| format!("{text:?} is no target; there are static and var"))
    }
}

/// The two folders that packages are installed in: `<folder>/<package>/<version>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Libraries {
    static_libs: PathBuf,
    var_libs: PathBuf,
    /// Why there is no `var_libs`.
    no_home: Option<NoHome>,
}

impl Libraries {
    /// These folders. They need not exist. A relative one is below the working directory of now: what is
    /// installed is run elsewhere too.
    #[must_use]
    pub fn new(static_libs: impl Into<PathBuf>, var_libs: impl Into<PathBuf>) -> Self {
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        Self { static_libs: absolute(static_libs.into()), var_libs: absolute(var_libs.into()), no_home: None }
    }

    /// Those that are configured: `ASF_STATIC_LIBS_DIR`, and `lib` in `LOCALSTACK_VOLUME_DIR`.
    #[must_use]
    pub fn configured(config: &Config) -> Self {
        let libraries = Self::new(&config.static_libs_dir, config.volume_dir.join("lib"));
        Self { no_home: config.volume().err(), ..libraries }
    }

    /// The folder of a target, for whoever is about to write into it.
    pub(crate) fn to_write(&self, target: Target) -> Result<&Path, NoHome> {
        match (&self.no_home, target) {
            (Some(no_home), Target::VarLibs) => Err(no_home.clone()),
            _ => Ok(self.folder(target)),
        }
    }

    /// The folder of a target.
    #[must_use]
    pub fn folder(&self, target: Target) -> &Path {
        match target {
            Target::StaticLibs => &self.static_libs,
            Target::VarLibs => &self.var_libs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_do_not_depend_on_the_working_directory() {
        let libraries = Libraries::new("/static", "volume/lib");
        assert_eq!(libraries.folder(Target::StaticLibs), Path::new("/static"));
        let var = libraries.folder(Target::VarLibs);
        assert!(var.is_absolute() && var.ends_with("volume/lib"), "{}", var.display());
        assert_eq!("var".parse(), Ok(Target::VarLibs));
    }

    #[test]
    fn without_a_home() {
        let config = Config::parse(&[("ASF_STATIC_LIBS_DIR", "/static")].into_iter().collect()).unwrap();
        let libraries = Libraries::configured(&config);
        assert_eq!(libraries.to_write(Target::StaticLibs), Ok(Path::new("/static")));
        let error = libraries.to_write(Target::VarLibs).unwrap_err().to_string();
        assert!(error.contains("HOME") && error.contains("LOCALSTACK_VOLUME_DIR"), "{error}");
    }
}
