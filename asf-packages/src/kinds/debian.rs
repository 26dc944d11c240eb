//! Packages of Debian and its kin, unpacked into a folder: no root, nothing of the system changed.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{InstallError, Installer, Job, Launch, program, version};

/// Packages of Debian, with those of their dependencies that the machine does not have.
///
/// Their scripts are not run: users, services and the like are not made. Programs find their libraries by
/// `LD_LIBRARY_PATH`.
#[derive(Clone, Debug)]
pub struct Debian {
    packages: Vec<String>,
    version: String,
    program: PathBuf,
}

impl Debian {
    /// This package, whose version begins with this one. Debian has one version of a program a release; with
    /// another release, another version of the package is to be asked for.
    #[must_use]
    pub fn new(package: &str, version: &str, program: &str) -> Self {
        Self { packages: vec![package.to_owned()], version: version.to_owned(), program: program.into() }
    }

    /// With this package too.
    #[must_use]
    pub fn and(mut self, package: &str) -> Self {
        self.packages.push(package.to_owned());
        self
    }

    /// What is to be downloaded: `name=version`. apt asks nobody but its lists here.
    fn plan(&self, job: &Job<'_>, apt: &Apt) -> Result<Vec<String>, InstallError> {
        let mut simulate = apt.command();
        simulate.args(["--quiet", "--simulate", "--no-install-recommends", "install"]).args(&self.packages);
        let plan = job.ask("apt-get", simulate)?;
        let mut names: BTreeSet<String> = plan.lines().filter_map(|line| Some(planned(line)?.0)).collect();
        // Those that the machine has are not in the plan; unpacked they are all the same, to be together.
        for package in &self.packages {
            names.insert(package.clone());
        }
        let first = self.packages.first().map_or("", String::as_str);
        let mut show = Command::new("apt-cache");
        apt.options(&mut show);
        show.args(["show", "--no-all-versions", first]);
        let shown = job.ask("apt-cache", show)?;
        let found = shown.lines().find_map(|line| line.strip_prefix("Version: ")).unwrap_or_default();
        let upstream = found.split_once(':').map_or(found, |(_epoch, rest)| rest);
        if !version::is(upstream, &self.version) {
            return Err(job.failed(format!(
                "this machine's distribution has {first} {upstream}, not {}; ask for another --version, or have \
                 the program on PATH",
                self.version
            )));
        }
        Ok(names.into_iter().collect())
    }

    /// What apt says of a package that its distribution does not have.
    fn explained(&self, job: &Job<'_>, error: InstallError) -> InstallError {
        let is_unknown = |words: &[String]| words.iter().any(|it| it.contains("Unable to locate package"));
        match error {
            InstallError::Program { words, .. } if is_unknown(&words) => job.failed(format!(
                "this machine's distribution has no {}; ask for another --version, or have the program on PATH",
                self.packages.join(" and ")
            )),
            error => error,
        }
    }

    fn get(&self, job: &Job<'_>, apt: &Apt, into: &Path) -> Result<(), InstallError> {
        let names = self.plan(job, apt)?;
        job.progress.step(&format!("downloading {} packages of Debian", names.len()));
        let mut download = apt.command();
        download.args(["--quiet", "download"]).args(names).current_dir(into);
        job.run("apt-get", download)
    }
}

impl Installer for Debian {
    fn prepare_installation(&self, job: &Job<'_>) -> Result<(), InstallError> {
        for needed in ["apt-get", "apt-cache", "dpkg-deb"] {
            if program::find(needed).is_none() {
                let packages = self.packages.join(" ");
                let advice = format!(
                    "this is no Debian or Ubuntu; install what there is called {packages}, and have it on PATH"
                );
                return Err(job.missing(needed, &advice));
            }
        }
        Ok(())
    }

    /// With the machine's own lists first. They may be missing, as in an image, or old; then with lists of
    /// our own, which takes no root.
    fn install(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let debs = job.folder.join(".debs");
        job.at(&debs, fs::create_dir(&debs))?;
        let first = self.get(job, &Apt::default(), &debs);
        // Another version than the asked one, which newer lists do not change.
        if matches!(first, Err(InstallError::Failed { .. })) {
            return first;
        }
        if first.is_err() {
            let state = job.folder.join(".apt");
            job.progress.step("reading Debian's lists of packages");
            for folder in ["state/lists/partial", "cache/archives/partial"] {
                job.at(&state, fs::create_dir_all(state.join(folder)))?;
            }
            let apt = Apt { state: Some(state.clone()) };
            let mut update = apt.command();
            update.args(["--quiet", "update", "--error-on=any"]);
            job.run("apt-get", update)?;
            self.get(job, &apt, &debs).map_err(|error| self.explained(job, error))?;
            job.at(&state, fs::remove_dir_all(&state))?;
        }
        let packages: Vec<_> = job.at(&debs, fs::read_dir(&debs))?.flatten().map(|it| it.path()).collect();
        job.progress.step(&format!("unpacking {} packages", packages.len()));
        for package in packages {
            let mut unpack = Command::new("dpkg-deb");
            unpack.arg("--extract").arg(package).arg(job.folder);
            job.run("dpkg-deb", unpack)?;
        }
        job.at(&debs, fs::remove_dir_all(&debs))
    }

    fn post_process(&self, job: &Job<'_>) -> Result<(), InstallError> {
        if job.folder.join(&self.program).exists() {
            return Ok(());
        }
        Err(job.failed(format!("{} has no {}", self.packages.join(", "), self.program.display())))
    }

    fn launch(&self, folder: &Path) -> Launch {
        let libraries = libraries(folder);
        let mut launch = Launch::program(folder.join(&self.program));
        if let Ok(path) = std::env::join_paths(libraries) {
            launch.environment.push(("LD_LIBRARY_PATH".to_owned(), path));
        }
        launch
    }

    fn source(&self) -> String {
        "apt-get".to_owned()
    }
}

/// `Inst redis-tools (5:7.0.15-1 Debian:12/stable [amd64])` has a name and a version.
fn planned(line: &str) -> Option<(String, String)> {
    let rest = line.strip_prefix("Inst ")?;
    let (name, rest) = rest.split_once(' ')?;
    let version = rest.split_once('(')?.1.split(' ').next()?;
    Some((name.to_owned(), version.to_owned()))
}

/// The folders of libraries: `usr/lib`, `usr/lib/x86_64-linux-gnu`, and the same of `lib`.
fn libraries(folder: &Path) -> Vec<OsString> {
    let mut found = Vec::new();
    for base in ["usr/lib", "lib"] {
        let base = folder.join(base);
        let inner = fs::read_dir(&base).into_iter().flatten().flatten();
        let multiarch = inner.filter(|it| it.file_name().to_string_lossy().contains("-linux-gnu"));
        found.extend(multiarch.map(|it| it.path().into_os_string()));
        if base.is_dir() {
            found.push(base.into_os_string());
        }
    }
    found
}

/// How apt is called: with the machine's state, or one of our own.
#[derive(Default)]
struct Apt {
    state: Option<PathBuf>,
}

impl Apt {
    fn command(&self) -> Command {
        let mut command = Command::new("apt-get");
        self.options(&mut command);
        command
    }

    fn options(&self, command: &mut Command) {
        // As root, apt would become a user who cannot write into our folder.
        command.args(["-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=1"]);
        command.env("LC_ALL", "C.UTF-8").env("DEBIAN_FRONTEND", "noninteractive");
        if let Some(state) = &self.state {
            command.arg("-o").arg(format!("Dir::State={}", state.join("state").display()));
            command.arg("-o").arg(format!("Dir::Cache={}", state.join("cache").display()));
            // What is installed is still what the machine has.
            command.args(["-o", "Dir::State::status=/var/lib/dpkg/status"]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_of_apt_is_read() {
        let line = "Inst redis-tools [5:6.0-1] (5:7.0.15-1~deb12u10 Debian-Security:12/stable [amd64])";
        assert_eq!(planned(line), Some(("redis-tools".to_owned(), "5:7.0.15-1~deb12u10".to_owned())));
        assert_eq!(planned("Conf redis-tools (5:7.0.15-1 Debian:12 [amd64])"), None);
        assert_eq!(planned("Reading package lists..."), None);
    }
}
